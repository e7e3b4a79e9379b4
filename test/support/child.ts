/** Runs a piece of code in a process of its own: only so can processes get in each other's way. */
import { spawn, type ChildProcess } from 'node:child_process';

export interface Child {
  readonly process: ChildProcess;
  /** Resolves when it has written this line. */
  said(line: string): Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<ChildEnd>;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `code` is an ES module; it may import the sources by their full URL: see {@link sourceUrl}. */
export function startChild(code: string, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.split('\n').includes(line)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        ended.then(() => reject(new Error(`it ended without saying "${line}": ${stderr}`)), reject);
      }),
  };
}

/** `src/platform/fs/files.ts` -> the URL to import it by. */
export function sourceUrl(path: string): string {
  return new URL(`../../${path}`, import.meta.url).href;
}
