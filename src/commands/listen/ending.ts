/** When and why a run of `listen` ends. */
import type { JobAnswer } from '../../api/model.ts';
import type { ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import type { EndConditions } from './flags.ts';

export type Ending = ReturnType<typeof createEnding>;

/** With both a count and a request id, the first that is met ends the run. */
export function createEnding({ count, until }: EndConditions) {
  const attending: (() => Promise<void>)[] = [];
  const failedJobs: JobAnswer[] = [];
  const over = Promise.withResolvers<void>();
  // It may fail before anybody waits for it.
  over.promise.catch(() => undefined);
  const isAwaited = count !== undefined || until !== undefined;
  let isEnough = false;
  return {
    /** Whether the run waits for events: without, it goes on until it is stopped. */
    isAwaited,
    /** Fulfilled when the run may end: enough was shown, and all that it causes has been attempted. Rejects with a failure. */
    over: over.promise,
    /** The answers of failed jobs among what was waited for. */
    failedJobs,
    finish: over.resolve,
    fail: over.reject,
    /** Enough was shown: what arrives now is for the next run. */
    isEnough: () => isEnough,
    /** An event was shown. `attended`: fulfilled when all else that it causes here has been attempted. */
    shown: ({ delivery, answer }: ListenEvent, attended: () => Promise<void>): void => {
      if (!isAwaited) return;
      const isUntil = until !== undefined && delivery.requestId === until;
      if (answer?.state === 'failed' && (count !== undefined || isUntil)) failedJobs.push(answer);
      attending.push(attended);
      if (attending.length !== count && !isUntil) return;
      isEnough = true;
      Promise.all(attending.map((wait) => wait())).then(() => over.resolve(), over.reject);
    },
  };
}
