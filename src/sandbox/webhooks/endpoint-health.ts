/** Watches endpoints that fail, and says when one has failed for so long that it is disabled. */
import { underSignals } from '../../lib/async/any-signal.ts';
import type { Background } from '../jobs/background.ts';
import type { Clock } from '../../platform/host.ts';
import type { TimeScale } from './time-scale.ts';

const HOUR = 60 * 60 * 1000;
/** Svix: all attempts failing for five days; the clock runs once failures lie twelve hours apart. */
export const DISABLE_AFTER_MS = 5 * 24 * HOUR;
const FAILURES_APART_MS = 12 * HOUR;

export interface EndpointHealth {
  failed(endpointId: string): void;
  /** Forgets all failures: after a success, or when the endpoint is enabled again. */
  clear(endpointId: string): void;
}

interface Watch {
  readonly since: number;
  counting: AbortController | undefined;
}

/**
 * `giveUp` is called five days after the first of an unbroken line of failures. A message that
 * fails once or for a few hours does not start the clock.
 */
export function createEndpointHealth(
  {
    clock,
    timeScale,
    background,
  }: { readonly clock: Clock; readonly timeScale: TimeScale; readonly background: Background },
  giveUp: (endpointId: string) => void,
): EndpointHealth {
  const watches = new Map<string, Watch>();

  return {
    failed(endpointId) {
      const now = clock.now();
      const watch = watches.get(endpointId) ?? { since: now, counting: undefined };
      watches.set(endpointId, watch);
      if (watch.counting !== undefined || now - watch.since < timeScale.real(FAILURES_APART_MS)) return;
      const counting = new AbortController();
      watch.counting = counting;
      background.start(async () => {
        const left = watch.since + timeScale.real(DISABLE_AFTER_MS) - clock.now();
        try {
          await underSignals([counting.signal, background.signal], (either) => clock.sleep(Math.max(0, left), either));
        } catch (error) {
          if (counting.signal.aborted) return;
          throw error;
        }
        watches.delete(endpointId);
        giveUp(endpointId);
      });
    },
    clear(endpointId) {
      watches.get(endpointId)?.counting?.abort();
      watches.delete(endpointId);
    },
  };
}
