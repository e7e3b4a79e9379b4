/** The `reorder` fault: one webhook waits until the next one to the same endpoint has overtaken it. */
import type { SandboxEnvironment } from '../environment.ts';
import { waitAtMost } from '../../lib/async/with-timeout.ts';

/** A webhook that nothing overtakes is sent after this time, in milliseconds of the schedule. */
const LONGEST_WAIT_MS = 5000;

/**
 * The returned function resolves when a new webhook may be sent to an endpoint; call its result after the attempt. It
 * rejects with the signal's reason.
 */
export function createReorder({ timeScale, injector }: SandboxEnvironment) {
  const waiting = new Map<string, () => void>();

  return async (endpointId: string, signal: AbortSignal): Promise<() => void> => {
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
  };
}
