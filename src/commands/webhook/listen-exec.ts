/** The command of `listen --exec`. */
import type { Host } from '../../platform/host.ts';

/** What the command line of the user has no business with. */
const SECRETS: ReadonlySet<string> = new Set(['OPTIPICK_API_KEY', 'OPTIPICK_WEBHOOK_SECRET']);

/** Runs the command with one line on its standard input. Rejects when it does not end with 0. */
export function createExec(host: Host, command: string): (line: string, signal: AbortSignal) => Promise<void> {
  const env = Object.fromEntries(Object.entries(host.env).filter(([name]) => !SECRETS.has(name.toUpperCase())));
  return async (line, signal) => {
    const end = await host.exec(command, { input: `${line}\n`, env, signal });
    if (end.code === 0) return;
    throw new Error(
      end.code === undefined ? `the command was ended by ${end.signal}` : `the command ended with ${end.code}`,
    );
  };
}
