/** What people see of a running batch, on stderr: one line with a bar, or with `--watch` each request that runs. */
import type { Context } from '../../app/context.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { barOf } from '../../output/terminal/bar.ts';
import { createLiveList } from '../../output/terminal/live-list.ts';
import type { BatchStep } from './batch.ts';
import type { Watch } from '../shared/progress.ts';

export interface BatchScreen {
  step(entry: SetEntry, step: BatchStep, requestId: string | undefined): void;
  /** `well`: then a line says so; what went wrong is told by others. */
  ended(entry: SetEntry, well: boolean): Promise<void>;
  /** Others write on stderr meanwhile: what is drawn is out of their way. */
  aside(work: () => Promise<void>): Promise<void>;
  /** Takes away what must not stay. */
  stop(): Promise<void>;
}

/** More than this nobody follows. */
const MOST_LINES = 16;

const WORDS: Readonly<Record<BatchStep, string>> = { sending: 'sending', waiting: 'waiting' };

/** Silent with `--quiet` and `--json`, and but for `--watch` on a stderr that is no terminal. */
export function createBatchScreen(
  { host, output }: Context,
  watch: Watch,
  { total, live }: { readonly total: number; readonly live: boolean },
): BatchScreen {
  const silent = output.quiet || output.json;
  const onTerminal = host.stderr.isTTY;
  const list = live && !silent ? createLiveList(host.stderr) : undefined;
  const running = new Map<SetEntry, { readonly since: number; readonly words: string }>();
  let ended = 0;
  let troubled = 0;
  /** How many write on stderr just now. */
  let held = 0;

  const headline = (): string => {
    const bar = barOf(ended, total, '░') || '░'.repeat(20);
    return `${bar} ${ended} of ${total}${troubled === 0 ? '' : ` · ${troubled} not well`}`;
  };
  /** The oldest first; a list that is taller than the terminal could not be drawn over. */
  const runningLines = (): readonly string[] => {
    const now = host.clock.monotonic();
    const most = Math.max(1, Math.min(MOST_LINES, (host.stderr.rows ?? MOST_LINES) - 4));
    const lines = [...running]
      .slice(0, most)
      .map(([entry, { since, words }]) => `${cleanText(entry.name)}  ${words}  ${Math.round((now - since) / 1000)}s`);
    return running.size > most ? [...lines, `and ${running.size - most} more`] : lines;
  };
  const draw = (): void => {
    if (list !== undefined && onTerminal) {
      if (held === 0) list.show([...runningLines(), headline()]);
    } else if (!silent && onTerminal) watch.progress(headline());
  };

  return {
    step(entry, step, requestId) {
      running.set(entry, {
        since: host.clock.monotonic(),
        words: `${WORDS[step]}${requestId === undefined ? '' : ` for ${shownId(requestId)}`}`,
      });
      draw();
    },
    async ended(entry, well) {
      running.delete(entry);
      ended += 1;
      if (!well) troubled += 1;
      if (well && list !== undefined) await list.keep(`${cleanText(entry.name)}  done`);
      draw();
    },
    async aside(work) {
      held += 1;
      try {
        await list?.clear();
        await work();
      } finally {
        held -= 1;
        draw();
      }
    },
    async stop() {
      await list?.clear();
    },
  };
}
