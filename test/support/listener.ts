/** A real `optipick listen` in a process of its own, and senders that sign as Svix does. */
import type { ResultPromise } from 'execa';
import { Webhook } from 'standardwebhooks';
import { undocumented } from './json-output.ts';
import type { RunOptions, Workplace } from './program.ts';

/** A well-formed secret that nobody uses. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

export type Line = Readonly<Record<string, unknown>>;

export interface ListenerEnd {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
}

/** A program that prints lines of JSON. */
export interface LinePrinter {
  readonly pid: number;
  /** The lines of stdout so far. */
  lines(): readonly Line[];
  /** What stderr said so far. */
  errors(): string;
  /** The first line that fits, when it is there. Fails when the program ends without one. */
  line(fits: (line: Line) => boolean): Promise<Line>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<ListenerEnd>;
}

/** The first of its lines is `ready`. */
export interface Listener extends LinePrinter, AsyncDisposable {
  /** `http://127.0.0.1:49152/webhook` */
  readonly url: string;
  readonly port: number;
}

/** With `--json --port 0`; resolves when the port is open. */
export async function startListener(
  workplace: Pick<Workplace, 'start'>,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Listener> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const running = workplace.start(['listen', '--json', ...port, ...args], {
    ...options,
    env: { OPTIPICK_WEBHOOK_SECRET: SECRET, ...options.env },
  });
  const printer = followLines(running);
  const ready = await printer.line(({ type }) => type === 'ready');
  return {
    ...printer,
    url: String(ready['url']),
    port: Number(ready['port']),
    async [Symbol.asyncDispose]() {
      printer.kill('SIGKILL');
      await printer.ended;
      // Whatever a test is about, its lines are as the reference describes them.
      const faults = printer.lines().flatMap((one) => undocumented(`listen-${String(one['type'])}`, one));
      if (faults.length > 0) throw new Error(faults.slice(0, 5).join('\n'));
    },
  };
}

/** Reads what a program prints from now on. */
export function followLines(running: ResultPromise): LinePrinter {
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  running.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const look of watchers) look();
  });
  running.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = running.then((result) => ({ code: result.exitCode, signal: result.signal, stderr }));
  const lines = (): readonly Line[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  const line: LinePrinter['line'] = (fits) =>
    new Promise((resolve, reject) => {
      const look = (): boolean => {
        const found = lines().find(fits);
        if (found === undefined) return false;
        watchers.delete(look);
        resolve(found);
        return true;
      };
      watchers.add(look);
      if (look()) return;
      const giveUp = ({ code }: ListenerEnd): void => {
        if (!look()) reject(new Error(`it ended with ${code} without that line: ${stdout}${stderr}`));
      };
      void ended.then(giveUp);
    });
  return {
    pid: running.pid ?? 0,
    lines,
    errors: () => stderr,
    line,
    ended,
    kill: (signal) => void running.kill(signal),
  };
}

export interface Sent {
  readonly id: string;
  readonly body: string;
  readonly secret?: string;
  /** Milliseconds since 1970; default now. */
  readonly at?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers that Svix would send with it. */
export function signedHeaders({ id, body, secret = SECRET, at = Date.now() }: Sent): Record<string, string> {
  const seconds = Math.floor(at / 1000);
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(seconds),
    'svix-signature': new Webhook(secret).sign(id, new Date(seconds * 1000), body),
  };
}

/** Sends one signed webhook and returns the status of the answer. */
export async function deliver(url: string, sent: Sent): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...signedHeaders(sent), ...sent.headers },
    body: sent.body,
  });
  await response.arrayBuffer();
  return response.status;
}

/** The documented payload. */
export function payloadOf(requestId: string): string {
  return JSON.stringify({ request_id: requestId });
}
