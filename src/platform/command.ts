/** Command lines of the user: the only module that imports `node:child_process`. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import { systemCodeOf } from '../errors.ts';
import type { ExecEnd, ExecOptions } from './host.ts';

/** A command that does not end when it is asked to is not asked again; in milliseconds. */
const STUBBORN_MS = 1500;

/** What must be done when this process exits: one listener for all, because Node warns about many. */
const exiting = new Set<() => void>();

function whenExiting(work: () => void): void {
  if (!process.listeners('exit').includes(runExiting)) process.on('exit', runExiting);
  exiting.add(work);
}

function runExiting(): void {
  for (const work of exiting) work();
}

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
  const kill = inGroup ? killGroup : killTree;
  let last: NodeJS.Timeout | undefined;
  const end = (): void => {
    kill(child, 'SIGTERM');
    last = setTimeout(() => kill(child, 'SIGKILL'), STUBBORN_MS);
  };
  const atExit = (): void => kill(child, 'SIGKILL');
  signal?.addEventListener('abort', end, { once: true });
  if (options.outlives !== true) whenExiting(atExit);
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
    clearTimeout(last);
    exiting.delete(atExit);
  }
}

function killGroup({ pid }: ChildProcess, how: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, how);
  } catch (error) {
    // It has ended by itself in the meantime.
    if (systemCodeOf(error) !== 'ESRCH') throw error;
  }
}

/**
 * Windows has no groups to signal: `taskkill` ends the shell and all that it has started, at once (without `/F` it only
 * closes windows). For `SIGKILL` it is waited for: this process may be about to exit.
 */
function killTree(child: ChildProcess, how: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  const { spawn, spawnSync } = process.getBuiltinModule('node:child_process');
  // By its path: a program of this name in the current folder would come first.
  const taskkill = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  const words = ['/PID', String(child.pid), '/T', '/F'];
  const options = { stdio: 'ignore', windowsHide: true } as const;
  // Where it fails, at least the shell ends.
  const settle = (code: number | null): void => void (code === 0 || child.kill('SIGKILL'));
  if (how === 'SIGKILL') settle(spawnSync(taskkill, words, options).status);
  else {
    spawn(taskkill, words, options)
      .once('exit', settle)
      .once('error', () => settle(null));
  }
}
