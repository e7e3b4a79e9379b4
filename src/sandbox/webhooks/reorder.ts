/** The `reorder` fault: one webhook waits until the next one to the same endpoint has overtaken it. */
import { waitAtMost } from '../../lib/async/with-timeout.ts';
import type { FaultInjector } from '../faults.ts';
import type { TimeScale } from './time-scale.ts';

/** A webhook that nothing overtakes goes out after so long, in milliseconds of the schedule. */
const LONGEST_WAIT_MS = 5000;

export interface Reorder {
  /**
   * Resolves when a new webhook may be sent to an endpoint; call what it resolves to once that was
   * tried. Rejects with the signal's reason.
   */
  turn(endpointId: string, signal: AbortSignal): Promise<() => void>;
}

export function createReorder(timeScale: TimeScale, injector: FaultInjector): Reorder {
  const waiting = new Map<string, () => void>();

  return {
    async turn(endpointId, signal) {
      const overtaken = waiting.get(endpointId);
      if (overtaken !== undefined) {
        waiting.delete(endpointId);
        return overtaken;
      }
      if (injector.shouldInject('reorder')) {
        const overtaking = Promise.withResolvers<void>();
        waiting.set(endpointId, overtaking.resolve);
        try {
          await waitAtMost(timeScale, LONGEST_WAIT_MS, overtaking.promise, signal);
        } finally {
          if (waiting.get(endpointId) === overtaking.resolve) waiting.delete(endpointId);
        }
      }
      return () => undefined;
    },
  };
}
