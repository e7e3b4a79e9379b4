/** What people see of a running batch, on stderr: one line with a bar, or with `--watch` each request that runs. */
import type { Context } from '../../context.ts';
import type { SetEntry } from '../../input/request-set.ts';
import { cleanText } from '../../output/clean-text.ts';
import { barOf } from '../../output/bar.ts';
import { createLiveList } from '../../output/live-list.ts';
import type { BatchStep } from './batch.ts';
import type { Watch } from './waiting.ts';

export interface BatchScreen {
  step(entry: SetEntry, step: BatchStep, requestId: string | undefined): void;
  /** `outcome`: the words for it, or `undefined` when all went well. */
  ended(entry: SetEntry, outcome: string | undefined): Promise<void>;
  /** Takes away what must not stay. */
  stop(): Promise<void>;
}

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

  const headline = (): string => {
    const bar = barOf(ended, total, '░') || '░'.repeat(20);
    return `${bar} ${ended} of ${total}${troubled === 0 ? '' : ` · ${troubled} not well`}`;
  };
  const draw = (): void => {
    if (list !== undefined && onTerminal) {
      const now = host.clock.monotonic();
      list.show([
        ...[...running].map(
          ([entry, { since, words }]) => `${cleanText(entry.name)}  ${words}  ${Math.round((now - since) / 1000)}s`,
        ),
        headline(),
      ]);
    } else if (!silent && onTerminal) watch.progress(headline());
  };

  return {
    step(entry, step, requestId) {
      running.set(entry, {
        since: host.clock.monotonic(),
        words: `${WORDS[step]}${requestId === undefined ? '' : ` for ${cleanText(requestId)}`}`,
      });
      draw();
    },
    async ended(entry, outcome) {
      running.delete(entry);
      ended += 1;
      if (outcome !== undefined) troubled += 1;
      if (list !== undefined) await list.keep(`${cleanText(entry.name)}  ${outcome ?? 'done'}`);
      draw();
    },
    async stop() {
      await list?.clear();
    },
  };
}
