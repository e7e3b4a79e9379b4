/** When `listen` ends by itself. */
import type { Answer } from '../../api/model.ts';
import type { ListenEvent } from '../../webhooks/inbox/delivery-work.ts';

export interface EndConditions {
  /** So many events. */
  readonly count?: number | undefined;
  /** The event about this request. */
  readonly until?: string | undefined;
}

export interface ListenEnd {
  /** Whether anything is waited for. */
  readonly awaits: boolean;
  /** Enough was shown: what comes now is for the next run. */
  isEnough(): boolean;
  /** An event was shown, and counts. `attended`: when all else that it causes here has been attempted. */
  shown(event: ListenEvent, attended: () => Promise<void>): void;
  /** Fulfilled when enough was shown and all that it causes has been attempted. */
  readonly reached: Promise<void>;
  /** The answers of failed jobs among what was waited for. */
  readonly failed: readonly Answer[];
}

/** With both conditions the first that is met ends it; with none it goes on. */
export function createListenEnd({ count, until }: EndConditions): ListenEnd {
  const shownEvents: (() => Promise<void>)[] = [];
  const failed: Answer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const awaits = count !== undefined || until !== undefined;
  let shownSoFar = 0;
  let enough = false;
  return {
    awaits,
    reached: promise,
    failed,
    isEnough: () => enough,
    shown({ delivery, answer }, attended) {
      if (!awaits) return;
      shownSoFar += 1;
      const isUntil = until !== undefined && delivery.requestId === until;
      if (answer?.state === 'failed' && (count !== undefined || isUntil)) failed.push(answer);
      shownEvents.push(attended);
      if (shownSoFar !== count && !isUntil) return;
      enough = true;
      Promise.all(shownEvents.map((wait) => wait())).then(() => resolve(), reject);
    },
  };
}
