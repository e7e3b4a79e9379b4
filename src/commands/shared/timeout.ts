/** The timeout of a command that waits for one answer. */
import type { Context } from '../../context/context.ts';
import { withTimeout } from '../../lib/async/with-timeout.ts';
import { CliError } from '../../errors.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

/**
 * Runs `work` under a signal that is aborted when the run is stopped, or after `ms` milliseconds: then with `CliError`
 * `unavailable` `timed_out`. Without `ms` there is no timeout.
 */
export async function withTimeoutFlag<T>(
  { host, stop }: Pick<Context, 'host' | 'stop'>,
  ms: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return work(stop);
  return withTimeout(host.clock, ms, stop, work, () => {
    return new CliError('unavailable', `there was no answer within ${formatDuration(ms)}`, {
      code: 'timed_out',
      hint: 'try again later, or allow more with --timeout',
    });
  });
}
