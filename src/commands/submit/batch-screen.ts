/** What people see of a running batch on stderr: one line with a bar, or with `--watch` each request that runs. */
import type { Context } from '../../context/context.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { barOf } from '../../output/terminal/bar.ts';
import { createLiveList } from '../../output/terminal/live-list.ts';
import type { PollProgress } from '../shared/progress.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

export type BatchScreen = ReturnType<typeof createBatchScreen>;

/** Nobody can follow more. */
const MAX_LINES = 16;

/** Silent with `--quiet` and `--json`, and where stderr is no terminal unless `--watch` asks for it. */
export function createBatchScreen(
  { host, output }: Context,
  progress: PollProgress,
  { total, live }: { readonly total: number; readonly live: boolean },
) {
  const silent = output.quiet || output.json;
  const onTerminal = host.stderr.isTTY;
  const list = live && !silent ? createLiveList(host.stderr) : undefined;
  const running = new Map<SetEntry, { readonly since: number; readonly step: string }>();
  let ended = 0;
  let failed = 0;
  /** How many write on stderr now. */
  let held = 0;

  const headline = (): string => {
    const bar = barOf(ended, total, '░') || '░'.repeat(20);
    return `${bar} ${ended} of ${total}${failed === 0 ? '' : ` · ${failed} not well`}`;
  };
  /** The oldest first; a list that is taller than the terminal could not be drawn over. */
  const runningLines = (): readonly string[] => {
    const now = host.clock.monotonic();
    const most = Math.max(1, Math.min(MAX_LINES, (host.stderr.rows ?? MAX_LINES) - 4));
    const lines = [...running]
      .slice(0, most)
      .map(
        ([entry, { since, step }]) =>
          `${cleanText(entry.name)}  ${step}  ${formatDuration(Math.round((now - since) / 1000) * 1000)}`,
      );
    return running.size > most ? [...lines, `and ${running.size - most} more`] : lines;
  };
  const draw = (): void => {
    if (list !== undefined && onTerminal) {
      if (held === 0) list.show([...runningLines(), headline()]);
    } else if (!silent && onTerminal) progress.show(headline());
  };

  return {
    step(entry: SetEntry, step: 'sending' | 'waiting', requestId?: string): void {
      running.set(entry, {
        since: host.clock.monotonic(),
        step: `${step}${requestId === undefined ? '' : ` for ${shownId(requestId)}`}`,
      });
      draw();
    },
    /** Failures are reported elsewhere. */
    async ended(entry: SetEntry, isOk: boolean): Promise<void> {
      running.delete(entry);
      ended += 1;
      if (!isOk) failed += 1;
      if (isOk && list !== undefined) await list.keep(`${cleanText(entry.name)}  done`);
      draw();
    },
    /** Clears what is drawn while `work` writes on stderr. */
    async aside(work: () => Promise<void>): Promise<void> {
      held += 1;
      try {
        await list?.clear();
        await work();
      } finally {
        held -= 1;
        draw();
      }
    },
    /** Clears what must not stay. */
    async stop(): Promise<void> {
      await list?.clear();
    },
  };
}
