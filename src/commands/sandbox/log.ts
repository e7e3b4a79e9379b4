/** What happens in the sandbox, one line each. */
import { KINDS } from '../../kinds.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { Style } from '../../output/terminal/style.ts';
import type { SandboxEvent } from '../../sandbox/events.ts';

/** `undefined` for what is told by another line already. */
export function renderEvent(notice: SandboxEvent, style: Style): string | undefined {
  switch (notice.type) {
    case 'request': {
      const status = String(notice.status);
      // The page in a browser asks every two seconds.
      if (notice.path === '/' && status === '200') return undefined;
      const shown = status.startsWith('2') ? style.green(status) : style.yellow(status);
      return `${shown} ${notice.method} ${cleanText(notice.path)}`;
    }
    case 'submitted':
      return `    ${KINDS[notice.kind].title} ${notice.requestId}: ${notice.picks} picks`;
    case 'finished':
      return notice.error === undefined
        ? `    ${KINDS[notice.kind].title} ${notice.requestId}: done`
        : style.red(`    ${KINDS[notice.kind].title} ${notice.requestId}: failed: ${cleanText(notice.error)}`);
    case 'attempt': {
      const { attempt, number, url, messageId } = notice;
      const outcome = attempt.status === undefined ? (attempt.error ?? 'no answer') : String(attempt.status);
      const line = `    webhook ${messageId} to ${cleanText(url)}, attempt ${number}: ${cleanText(outcome)}`;
      return attempt.succeeded ? line : style.yellow(line);
    }
    case 'endpoint-disabled':
      return style.red(`    endpoint ${cleanText(notice.url)} is disabled: ${cleanText(notice.reason)}`);
  }
}
