/** The command of `listen --exec`. */
import { withTimeout } from '../../lib/async/with-timeout.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
import { CommandFailed } from '../../webhooks/inbox/delivery-work.ts';
import type { Host } from '../../platform/host.ts';
import type { ListenPlan } from './flags.ts';

/**
 * The program that a command line starts, where that is plain to see; else empty. The rest may hold secrets, and so may what
 * is set before it.
 */
export function programOf(command: string): string {
  return /^\s*([\w./\\:-]+)(?=\s|$)/.exec(command)?.[1] ?? '';
}

/** The user's command does not get these. */
const SECRETS: ReadonlySet<string> = new Set(['OPTIPICK_API_KEY', 'OPTIPICK_WEBHOOK_SECRET']);

/**
 * Runs the command with one line on its standard input. Rejects when it exits with another code than 0, or not in time:
 * then it is stopped, with everything that it has started.
 */
export function createExec(
  host: Host,
  { command, timeoutMs }: NonNullable<ListenPlan['actions']['exec']>,
): (line: string, signal: AbortSignal) => Promise<void> {
  const env = Object.fromEntries(Object.entries(host.env).filter(([name]) => !SECRETS.has(name.toUpperCase())));
  return async (line, signal) => {
    const end = await withTimeout(
      host.clock,
      timeoutMs,
      signal,
      (limited) => host.exec(command, { input: `${line}\n`, env, signal: limited }),
      () => new Error(`the command did not end within ${formatDuration(timeoutMs)} (--exec-timeout)`),
    );
    if (end.code === 0) return;
    throw end.code === undefined ? new Error(`the command was ended by ${end.signal}`) : new CommandFailed(end.code);
  };
}
