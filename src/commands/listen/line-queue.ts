/** Lines about what happens beside the work: they wait for their reader, but only a limited number of them. */
import { MAX_WAITING_LINES } from '../../limits.ts';
import { waitAtMost } from '../../lib/async/with-timeout.ts';
import type { Clock } from '../../platform/host.ts';

/**
 * @param more prints how many lines were left out, once those that waited are printed
 * @param failed receives the error when printing fails
 */
export function createLineQueue(more: (count: number) => Promise<void>, failed: (error: unknown) => void) {
  const waiting = new Set<Promise<void>>();
  let leftOut = 0;

  /** Prints when it can; a line for which there is no room is only counted. Never waited for. */
  const print = (line: () => Promise<void>): void => {
    if (waiting.size >= MAX_WAITING_LINES) {
      leftOut += 1;
      return;
    }
    const printed = line()
      .catch(failed)
      .finally(() => {
        waiting.delete(printed);
        if (waiting.size > 0 || leftOut === 0) return;
        const count = leftOut;
        leftOut = 0;
        print(() => more(count));
      });
    waiting.add(printed);
  };

  return {
    print,
    /** Fulfilled when everything is printed, or after `graceMs` when nobody reads. */
    async flush(clock: Pick<Clock, 'sleep'>, graceMs: number): Promise<void> {
      const printed = async (): Promise<void> => {
        while (waiting.size > 0) await Promise.all(waiting);
      };
      await waitAtMost(clock, graceMs, printed());
    },
  };
}
