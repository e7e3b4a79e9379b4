/** Runs long work in time slices, so that requests are answered meanwhile. */
import type { Clock } from '../../platform/host.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** How long other work may have to wait, in milliseconds, beside the longest single step. */
const SLICE_MS = 15;
/** When a pause took longer, others needed it: they get another one, because a request takes several turns. */
const BUSY_MS = 3;
/** At most this many pauses in a row: the work makes progress under any load. */
const MOST_PAUSES = 10;

/** Lets others run after each slice. Rejects with the signal's reason once it is aborted, between two slices. */
export async function runCooperatively<Result>(
  steps: Steps<Result>,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  signal: AbortSignal,
): Promise<Result> {
  for (let started = clock.monotonic(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonic() - started < SLICE_MS) continue;
    started = await letOthersRun(clock, signal);
  }
}

/** Returns the time. */
async function letOthersRun(clock: Pick<Clock, 'monotonic' | 'sleep'>, signal: AbortSignal): Promise<number> {
  let now = clock.monotonic();
  for (let pause = 0; pause < MOST_PAUSES; pause += 1) {
    const before = now;
    await clock.sleep(0, signal);
    now = clock.monotonic();
    if (now - before <= BUSY_MS) break;
  }
  return now;
}
