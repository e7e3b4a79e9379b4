/** Runs long work so that requests are answered meanwhile. */
import type { Clock } from '../platform/host.ts';
import type { Steps } from './optimiser/steps.ts';

/** How long other work may be kept waiting, in milliseconds; the longest single step comes on top. */
const SLICE_MS = 15;

/** Lets others run after each slice. Rejects with the signal's reason once it is aborted, between two slices. */
export async function runInSlices<Result>(
  steps: Steps<Result>,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  signal: AbortSignal,
): Promise<Result> {
  for (let began = clock.monotonic(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonic() - began < SLICE_MS) continue;
    await clock.sleep(0, signal);
    began = clock.monotonic();
  }
}
