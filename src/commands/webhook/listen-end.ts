/** When `listen` ends by itself. */
import type { Answer } from '../../api/model.ts';
import type { AttemptReport } from '../../webhook/processor.ts';
import type { ListenEvent } from '../../webhook/delivery-work.ts';

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
  /** An event was shown, and counts. */
  shown(event: ListenEvent): void;
  /** The work on a delivery came to an end, for now or for good. */
  attempted(report: Pick<AttemptReport, 'delivery'>): void;
  /** Fulfilled when enough was shown and the work on it has ended. */
  readonly reached: Promise<void>;
  /** The answers of failed jobs among what was waited for. */
  readonly failed: readonly Answer[];
}

/** With both conditions the first that is met ends it; with none it goes on. */
export function createListenEnd({ count, until }: EndConditions): ListenEnd {
  const atWork = new Set<string>();
  const failed: Answer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const awaits = count !== undefined || until !== undefined;
  let shownSoFar = 0;
  let enough = false;
  return {
    awaits,
    reached: promise,
    failed,
    isEnough: () => enough,
    shown({ delivery, answer }) {
      if (!awaits) return;
      shownSoFar += 1;
      const isUntil = until !== undefined && delivery.requestId === until;
      if (shownSoFar === count || isUntil) enough = true;
      if (answer?.state === 'failed' && (count !== undefined || isUntil)) failed.push(answer);
      atWork.add(delivery.id);
    },
    attempted({ delivery }) {
      atWork.delete(delivery.id);
      if (enough && atWork.size === 0) resolve();
    },
  };
}
