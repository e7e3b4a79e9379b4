import type { Clock } from '../../platform/host.ts';

export interface ReportLimitOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** The number of reports in each span of time. */
  readonly most: number;
  readonly spanMs: number;
  /** Called at the end of a span in which `count` more were not reported, and when `stop` is aborted. */
  readonly more: (count: number) => void;
}

/**
 * Limits how much others can make this program print. The returned function counts one report, and returns whether it may
 * be printed. Nothing may be printed after `stop` is aborted.
 */
export function createReportLimit({ clock, most, spanMs, more }: ReportLimitOptions, stop: AbortSignal): () => boolean {
  let count = 0;
  const startSpan = async (): Promise<void> => {
    await clock.sleep(spanMs, stop).catch(() => undefined);
    const unreported = count - most;
    count = 0;
    if (unreported > 0) more(unreported);
  };
  return () => {
    if (stop.aborted) return false;
    if (count === 0) void startSpan();
    count += 1;
    return count <= most;
  };
}
