/** Runs the built program as a user would: a process of its own, folders of its own, nothing inherited that decides. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type ResultPromise } from 'execa';

export const PROGRAM = fileURLToPath(new URL('../../bin/optipick.js', import.meta.url));

export interface Workplace {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs optipick to its end; never rejects for an exit code. */
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts optipick and leaves it running. */
  start(args: readonly string[], options?: RunOptions): ResultPromise;
  remove(): Promise<void>;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ended after so long. Default 25 s. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with empty configuration and state, removed by `remove`. */
export async function createWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'optipick-test-'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    OPTIPICK_CONFIG_DIR: join(folder, 'config'),
    OPTIPICK_STATE_DIR: join(folder, 'state'),
    // Compiled code is kept between the runs of the tests, not in the user's cache.
    NODE_COMPILE_CACHE: join(tmpdir(), 'optipick-test-compile-cache'),
  };
  const start = (args: readonly string[], options: RunOptions = {}) =>
    execa(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      env: { ...env, ...options.env },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      timeout: options.timeoutMs ?? 25_000,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    }) as ResultPromise;
  return {
    folder,
    env,
    start,
    async run(args, options) {
      const result = await start(args, options);
      return { code: result.exitCode, stdout: String(result.stdout), stderr: String(result.stderr) };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
