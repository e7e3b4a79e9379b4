/** A process of its own on an inbox, for tests that share one or kill it: see `serve-inbox.ts`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect, onTestFinished } from 'vitest';

export interface InboxProcess {
  /** Sends a line; resolves with what it prints. */
  ask(line: string): Promise<string[]>;
  /** With SIGKILL. */
  kill(): Promise<void>;
  /** Lets it close the inbox and end; nothing when it is gone. */
  stop(): Promise<void>;
}

/** Runs `script`, which serves the inbox in `place`. Killed when the test ends. */
export async function startInboxChild(script: URL, place: string): Promise<InboxProcess> {
  const child = spawn(process.execPath, [fileURLToPath(script), place], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return JSON.parse(String((await lines.next()).value)) as string[];
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
