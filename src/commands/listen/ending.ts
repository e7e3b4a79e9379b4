/** When and why a run of `listen` ends. */
import type { JobAnswer } from '../../api/model.ts';
import type { ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import type { EndConditions } from './flags.ts';

export interface Ending {
  /** Whether the run waits for events: without, it goes on until it is stopped. */
  readonly isAwaited: boolean;
  /** Enough was shown: what arrives now is for the next run. */
  readonly isEnough: () => boolean;
  /** An event was shown. `attended`: fulfilled when all else that it causes here has been attempted. */
  readonly shown: (event: ListenEvent, attended: () => Promise<void>) => void;
  readonly finish: () => void;
  readonly fail: (error: unknown) => void;
  /** Fulfilled when the run may end: enough was shown, and all that it causes has been attempted. Rejects with a failure. */
  readonly over: Promise<void>;
  /** The answers of failed jobs among what was waited for. */
  readonly failedJobs: readonly JobAnswer[];
}

/** With both a count and a request id, the first that is met ends the run. */
export function createEnding({ count, until }: EndConditions): Ending {
  const attending: (() => Promise<void>)[] = [];
  const failedJobs: JobAnswer[] = [];
  const over = Promise.withResolvers<void>();
  // It may fail before anybody waits for it.
  over.promise.catch(() => undefined);
  const isAwaited = count !== undefined || until !== undefined;
  let isEnough = false;
  return {
    isAwaited,
    over: over.promise,
    failedJobs,
    finish: over.resolve,
    fail: over.reject,
    isEnough: () => isEnough,
    shown({ delivery, answer }, attended) {
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
