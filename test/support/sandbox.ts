/** `optipick sandbox` of the built program, running. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ResultPromise } from 'execa';

import type { RunOptions, Workplace } from './program.ts';

export interface RunningSandbox {
  /** The first line, parsed. */
  readonly ready: { readonly url: string; readonly port: number; readonly api_key: string; readonly secret: string };
  readonly url: string;
  /** With the key, and JSON both ways; `path` as in `/optimize/route`. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Called>;
  /** Submits without waiting for the result, and returns the id. */
  submit(kind: 'route' | 'cluster', body: unknown): Promise<string>;
  readonly process: ResultPromise;
  /** Sends a signal and resolves with how it ended. */
  stop(signal: 'SIGINT' | 'SIGTERM'): Promise<{ readonly code: number | undefined; readonly stderr: string }>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed, when it is JSON. */
  readonly body: unknown;
}

/** With `--json` and on a free port, unless the flags say otherwise. */
export async function startSandbox(
  workplace: Workplace,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunningSandbox> {
  const port = flags.includes('--port') ? [] : ['--port', '0'];
  const process = workplace.start(['sandbox', '--json', ...port, ...flags], options);
  const [line = ''] = await firstLines(process.stdout as Readable, 1);
  const ready = JSON.parse(line) as RunningSandbox['ready'];
  const { url, api_key: key } = ready;
  const call: RunningSandbox['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type') === 'application/json';
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  const stop: RunningSandbox['stop'] = async (signal) => {
    process.kill(signal);
    const { exitCode, stderr } = await process;
    return { code: exitCode, stderr: String(stderr) };
  };
  return {
    ready,
    url,
    call,
    async submit(kind, body) {
      const { body: answer } = await call('POST', `/optimize/${kind}?synchronous=false`, body);
      return (answer as { request_id: string }).request_id;
    },
    process,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGTERM');
    },
  };
}

/** The stream is read on, so that nobody waits for a full pipe. */
export function firstLines(stream: Readable, count: number): Promise<readonly string[]> {
  const lines: string[] = [];
  const reader = createInterface({ input: stream });
  return new Promise((resolve, reject) => {
    reader.on('line', (line) => {
      lines.push(line);
      if (lines.length === count) resolve(lines.slice());
    });
    reader.once('close', () => reject(new Error(`it ended after ${lines.length} lines`)));
  });
}
