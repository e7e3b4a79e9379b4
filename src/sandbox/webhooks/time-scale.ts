/** The time of the retry schedule, which `--time-scale` compresses. */
import type { Clock } from '../../platform/host.ts';

export interface TimeScale {
  /** How long `ms` of the schedule last in real milliseconds. */
  real(ms: number): number;
  /** Waits `ms` of the schedule; rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** `timeScale` 60 makes a minute of the schedule last a second. */
export function createTimeScale(clock: Clock, timeScale: number): TimeScale {
  const real = (ms: number): number => ms / timeScale;
  return { real, sleep: (ms, signal) => clock.sleep(real(ms), signal) };
}
