/** An end for work that has none of its own. */
import type { Context } from '../../app/context.ts';
import { underSignals } from '../../lib/async/any-signal.ts';
import { CliError } from '../../errors.ts';

/**
 * Runs `work` under a signal that is aborted when the run is stopped, or after `ms` milliseconds: then with `CliError`
 * `unavailable` `timed_out`. Without `ms` there is no such end.
 */
export async function withDeadline<T>(
  { host, stop }: Pick<Context, 'host' | 'stop'>,
  ms: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return work(stop);
  const over = new AbortController();
  const done = new AbortController();
  host.clock.sleep(ms, done.signal).then(
    () => over.abort(lateError(ms)),
    () => undefined,
  );
  try {
    return await underSignals([stop, over.signal], work);
  } finally {
    done.abort();
  }
}

function lateError(ms: number): CliError {
  return new CliError('unavailable', `there was no answer within ${ms / 1000} s`, {
    code: 'timed_out',
    hint: 'try again later, or allow more with --timeout',
  });
}
