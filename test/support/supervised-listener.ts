/** A real `optipick listen` that is started again whenever it ends, as a service manager does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Line } from './listener.ts';
import { PROGRAM } from './program.ts';

export interface SupervisedListener extends AsyncDisposable {
  /** The same from the first start on. */
  url(): string;
  /** Keeps it running from now on. Fulfilled when its port was opened for the first time. */
  start(): Promise<void>;
  /** Ends it with this signal and leaves it at that. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Holds it up, and lets it go on. */
  freeze(ms: number): Promise<void>;
  /** Ends that no trouble explains, and stops that took too long. */
  readonly surprises: readonly string[];
}

export interface SupervisedListenerOptions {
  /** Of `listen --json`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** For each line that it prints. */
  readonly onLine: (line: Line) => void;
  /** When it has ended. */
  readonly onEnd?: () => void;
}

/** A start may fail while its disk is full or its state locked: exit 7. */
const RESTART_MS = 300;
/** Longer than each grace that it gives, one after the other, on a busy machine. */
const STOP_MS = 60_000;
const TAIL = 2000;

export function createSupervisedListener(options: SupervisedListenerOptions): SupervisedListener {
  const surprises: string[] = [];
  const opened = Promise.withResolvers<void>();
  let port = '0';
  let isWanted = false;
  let child: ChildProcess | undefined;
  let running = Promise.resolve();

  /** From a start to its end. */
  const run = async (): Promise<void> => {
    const started = spawn(process.execPath, [PROGRAM, 'listen', '--json', '--port', port, ...options.args], {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let errors = '';
    started.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-TAIL)));
    createInterface(started.stdout).on('line', (text) => {
      const line = parsed(text);
      if (line?.['type'] === 'ready') {
        port = String(line['port']);
        opened.resolve();
      }
      if (line !== undefined) options.onLine(line);
    });
    // Not `close`: its commands share its stderr, and may outlive it.
    const [[code, signal]] = await Promise.all([
      once(started, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
      once(started.stdout, 'close'),
    ]);
    child = undefined;
    options.onEnd?.();
    const isExplained = isWanted ? code === 7 : signal !== null || code === 143 || code === 7;
    if (!isExplained) surprises.push(`ended with ${code ?? signal}: ${errors}`);
  };

  const supervise = async (): Promise<void> => {
    if (!isWanted) return;
    await run();
    if (isWanted) await pause(RESTART_MS);
    await supervise();
  };

  const end: SupervisedListener['end'] = async (signal) => {
    isWanted = false;
    child?.kill(signal);
    const cut = setTimeout(() => {
      surprises.push(`${signal} did not end it within ${STOP_MS / 1000} s`);
      child?.kill('SIGKILL');
    }, STOP_MS);
    await running;
    clearTimeout(cut);
  };

  return {
    surprises,
    end,
    [Symbol.asyncDispose]: () => end('SIGKILL'),
    url: () => `http://127.0.0.1:${port}/webhook`,
    async start() {
      isWanted = true;
      // What is still in the pause before a restart ends first: one at a time.
      running = running.then(supervise);
      running.catch(opened.reject);
      await opened.promise;
    },
    async freeze(ms) {
      const frozen = child;
      frozen?.kill('SIGSTOP');
      await pause(ms);
      frozen?.kill('SIGCONT');
    },
  };
}

/** A killed process may leave half a line. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
