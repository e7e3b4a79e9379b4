/** Runs long work so that requests are answered meanwhile. */
import type { Clock } from '../../platform/host.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** How long other work may be kept waiting, in milliseconds; the longest single step comes on top. */
const SLICE_MS = 15;
/** A pause that took longer was needed by others: they may need another one, because a request takes several turns. */
const BUSY_MS = 3;
/** So many pauses in a row at most: the work gets on under any load. */
const MOST_PAUSES = 10;

/** Lets others run after each slice. Rejects with the signal's reason once it is aborted, between two slices. */
export async function runCooperatively<Result>(
  steps: Steps<Result>,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  signal: AbortSignal,
): Promise<Result> {
  for (let began = clock.monotonic(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonic() - began < SLICE_MS) continue;
    began = await letOthersRun(clock, signal);
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
