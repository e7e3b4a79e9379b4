/** Command lines of the user: the one door to `node:child_process`. */
import { systemCodeOf } from '../errors.ts';
import type { ExecEnd, ExecOptions } from './host.ts';

/** Runs a command line through the platform's shell: see `Host.exec`. */
export async function execCommand(command: string, options: ExecOptions, platform: string): Promise<ExecEnd> {
  const { signal } = options;
  signal?.throwIfAborted();
  const inGroup = platform !== 'win32';
  const child = process.getBuiltinModule('node:child_process').spawn(command, {
    shell: true,
    env: { ...options.env },
    // Our stdout carries results and nothing else.
    stdio: ['pipe', 2, 2],
    // A group of its own: what the shell has started ends with it, and Ctrl-C is for us to pass on.
    detached: inGroup,
    windowsHide: true,
  });
  const end = (): void => {
    if (child.pid === undefined) return;
    try {
      if (inGroup) process.kill(-child.pid, 'SIGTERM');
      else child.kill('SIGTERM');
    } catch (error) {
      // It has ended by itself in the meantime.
      if (systemCodeOf(error) !== 'ESRCH') throw error;
    }
  };
  signal?.addEventListener('abort', end, { once: true });
  process.once('exit', end);
  try {
    return await new Promise<ExecEnd>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killer) => {
        if (signal?.aborted === true) reject(signal.reason as Error);
        else resolve(code === null ? { code: undefined, signal: killer ?? 'SIGKILL' } : { code, signal: undefined });
      });
      // A command need not read what it is given.
      child.stdin?.once('error', (error) => {
        if (!['EPIPE', 'EOF', 'ECONNRESET'].includes(systemCodeOf(error) ?? '')) reject(error);
      });
      child.stdin?.end(options.input);
    });
  } finally {
    signal?.removeEventListener('abort', end);
    process.off('exit', end);
  }
}
