/** Watches failing endpoints, and reports one that has failed for so long that it has to be disabled. */
import type { SandboxEnvironment } from '../environment.ts';
import { withAnySignal } from '../../lib/async/any-signal.ts';

const HOUR = 60 * 60 * 1000;
/** Svix: all attempts failed for five days; the clock starts once two failures are twelve hours apart. */
export const DISABLE_AFTER_MS = 5 * 24 * HOUR;
const FAILURES_APART_MS = 12 * HOUR;

interface FailureSeries {
  readonly since: number;
  countdown: AbortController | undefined;
}

/**
 * `onDead` is called five days after the first of an unbroken series of failures. A message that
 * fails once or for a few hours does not start the clock.
 */
export function createEndpointHealth(
  { clock, timeScale, background }: SandboxEnvironment,
  onDead: (endpointId: string) => void,
) {
  const series = new Map<string, FailureSeries>();

  return {
    failed(endpointId: string) {
      const now = clock.now();
      const current = series.get(endpointId) ?? { since: now, countdown: undefined };
      series.set(endpointId, current);
      if (current.countdown !== undefined || now - current.since < timeScale.real(FAILURES_APART_MS)) return;
      const countdown = new AbortController();
      current.countdown = countdown;
      background.start(async () => {
        const left = current.since + timeScale.real(DISABLE_AFTER_MS) - clock.now();
        try {
          await withAnySignal([countdown.signal, background.signal], (either) =>
            clock.sleep(Math.max(0, left), either),
          );
        } catch (error) {
          if (countdown.signal.aborted) return;
          throw error;
        }
        series.delete(endpointId);
        onDead(endpointId);
      });
    },
    /** Forgets all failures: after a success, or when the endpoint is enabled again. */
    clear(endpointId: string) {
      series.get(endpointId)?.countdown?.abort();
      series.delete(endpointId);
    },
  };
}

export type EndpointHealth = ReturnType<typeof createEndpointHealth>;
