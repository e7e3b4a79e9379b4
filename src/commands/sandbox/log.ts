/** What happens in the sandbox, one line each. */
import { KINDS } from '../../kinds.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { Style } from '../../output/terminal/style.ts';
import type { SandboxEvent } from '../../sandbox/events.ts';

/** What a browser asks for to show the page. */
const PAGE = /^\/(?:$|live$|(?:page|jobs|messages|exports)[./])/;

/** `undefined` for what needs no line. */
export function renderEvent(event: SandboxEvent, style: Style): string | undefined {
  switch (event.type) {
    case 'request': {
      const status = String(event.status);
      if (PAGE.test(event.path) && /^[23]/.test(status)) return undefined;
      const shown = status.startsWith('2') ? style.green(status) : style.yellow(status);
      return `${shown} ${event.method} ${cleanText(event.path)}`;
    }
    case 'submitted':
      return `    ${KINDS[event.kind].title} ${event.requestId}: ${event.picks} picks`;
    case 'finished':
      return event.error === undefined
        ? `    ${KINDS[event.kind].title} ${event.requestId}: done`
        : style.red(`    ${KINDS[event.kind].title} ${event.requestId}: failed: ${cleanText(event.error)}`);
    case 'attempt': {
      const { attempt, number, url, messageId } = event;
      const outcome = attempt.status === undefined ? (attempt.error ?? 'no answer') : String(attempt.status);
      const line = `    webhook ${messageId} to ${cleanText(url)}, attempt ${number}: ${cleanText(outcome)}`;
      return attempt.succeeded ? line : style.yellow(line);
    }
    case 'endpoint-disabled':
      return style.red(`    endpoint ${cleanText(event.url)} is disabled: ${cleanText(event.reason)}`);
  }
}
