/** The command of `listen --exec`. */
import { underSignals } from '../../lib/async/any-signal.ts';
import { formatDuration } from '../shared/duration.ts';
import type { Host } from '../../platform/host.ts';
import type { ListenActions } from './flags.ts';

/** The user's command does not get these. */
const SECRETS: ReadonlySet<string> = new Set(['OPTIPICK_API_KEY', 'OPTIPICK_WEBHOOK_SECRET']);

/**
 * Runs the command with one line on its standard input. Rejects when it exits with another code than 0, or not in time:
 * then it is stopped, with everything that it has started.
 */
export function createExec(
  host: Host,
  { command, timeoutMs }: NonNullable<ListenActions['exec']>,
): (line: string, signal: AbortSignal) => Promise<void> {
  const env = Object.fromEntries(Object.entries(host.env).filter(([name]) => !SECRETS.has(name.toUpperCase())));
  return async (line, signal) => {
    const timeout = new AbortController();
    const done = new AbortController();
    const error = new Error(`the command did not end within ${formatDuration(timeoutMs)} (--exec-timeout)`);
    host.clock.sleep(timeoutMs, done.signal).then(
      () => timeout.abort(error),
      () => undefined,
    );
    const end = await underSignals([signal, timeout.signal], (either) =>
      host.exec(command, { input: `${line}\n`, env, signal: either }),
    ).finally(() => done.abort());
    if (end.code === 0) return;
    throw new Error(
      end.code === undefined ? `the command was ended by ${end.signal}` : `the command ended with ${end.code}`,
    );
  };
}
