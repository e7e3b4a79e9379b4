/** A machine in memory: what a command sees of the world, whole, with nothing of the real one. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { bodyOf, TransportError, type Http, type HttpRequest } from '../../src/lib/net/http.ts';
import { openPostgres } from '../../src/platform/postgres.ts';
import type { StoredProfile } from '../../src/settings/settings.ts';
import {
  ClosedPipeError,
  type Database,
  type ExecOptions,
  type Host,
  type OutputStream,
  type ServeOptions,
  type SettingsFile,
  type Spinner,
  type StopSignal,
} from '../../src/platform/host.ts';
import { configFolder } from '../../src/settings/paths.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createFakeFiles, type FakeFiles } from './fake-files.ts';

export interface FakeHostOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default `linux`. */
  readonly platform?: string;
  /** What stdin holds. Default: nothing. */
  readonly stdin?: string | Uint8Array;
  /** Which streams are a terminal. Default: none. */
  readonly terminal?: { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean };
  /** The width of that terminal. Default: 100. */
  readonly columns?: number;
  /** Answers to the questions, in order. An error is thrown: Ctrl-C. */
  readonly answers?: readonly (string | Error)[];
  /** The network. What is served is found without it, under the address it was given. */
  readonly http?: Http;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Those of them that another program has open: see `FakeFiles.open`. */
  readonly openFiles?: readonly string[];
  readonly profiles?: Readonly<Record<string, StoredProfile>>;
  readonly clock?: FakeClock;
  /** Default: always 0.5. */
  readonly random?: () => number;
  /** Thrown by every `openDatabase`. */
  readonly databaseError?: Error;
  /** What a command line does. Default: it ends well. */
  readonly exec?: Host['exec'];
  /** The reader of stdout goes away after so many writes. */
  readonly stdoutClosesAfter?: number;
}

export interface ServedApp {
  readonly app: Http;
  readonly options: ServeOptions;
  readonly url: string;
  /** How it was closed; `undefined` while it is open. */
  graceMs: number | undefined;
}

export interface FakeHost extends Host {
  readonly clock: FakeClock;
  readonly files: FakeFiles;
  readonly stdoutText: string;
  readonly stderrText: string;
  /** The questions that were asked. */
  readonly asked: { readonly question: string; readonly hidden: boolean }[];
  /** What spinners showed, in order. */
  readonly spun: string[];
  /** Every request that left, in order. */
  readonly requests: HttpRequest[];
  readonly served: ServedApp[];
  /** Every command line that was run, with what it got. */
  readonly executed: { readonly command: string; readonly input: string; readonly env: ExecOptions['env'] }[];
  /** The stored settings as they are now. */
  readonly profiles: Readonly<Record<string, StoredProfile>>;
  /** As if the user pressed Ctrl-C, or the system asked to stop. */
  signal(signal: StopSignal): void;
}

const CWD = '/waves';
const HOME = '/home/picker';

/** A fresh machine; nothing is shared between two of them. */
export function createFakeHost(options: FakeHostOptions = {}): FakeHost {
  const { env = {}, platform = 'linux', terminal = {}, columns = 100, answers = [] } = options;
  const clock = options.clock ?? createFakeClock();
  const stdout = createCapture(terminal.stdout ? columns : undefined, options.stdoutClosesAfter);
  const stderr = createCapture(terminal.stderr ? columns : undefined);
  const requests: HttpRequest[] = [];
  const served: ServedApp[] = [];
  const executed: FakeHost['executed'] = [];
  const asked: FakeHost['asked'] = [];
  const spun: string[] = [];
  const handlers = new Set<(signal: StopSignal) => void>();
  const databases = new Map<string, DatabaseSync>();
  const profiles = new Map(Object.entries(options.profiles ?? {}));
  let randomBytesGiven = 0;

  const files = createFakeFiles(CWD, options.files);
  for (const path of options.openFiles ?? []) files.open(path);

  const http: Http = async (request) => {
    requests.push(request);
    request.signal?.throwIfAborted();
    const open = served.find((one) => one.graceMs === undefined && request.url.startsWith(`${one.url}/`));
    if (open !== undefined) {
      return open.app({ ...request, url: request.url.slice(open.url.length), remoteAddress: '127.0.0.1' });
    }
    if (options.http !== undefined) return options.http(request);
    throw new TransportError('refused', `nothing listens at ${request.url}`, { sent: false });
  };

  return {
    version: '0.0.0-test',
    nodeVersion: process.versions.node,
    platform,
    pid: 4711,
    cwd: CWD,
    home: HOME,
    temporaryFolder: '/tmp',
    env,
    stdin: { isTTY: terminal.stdin ?? false, bytes: () => bodyOf(options.stdin ?? '') },
    stdout,
    stderr,
    terminal: {
      async ask(question, { hidden = false } = {}) {
        const answer = answers[asked.length];
        asked.push({ question, hidden });
        if (answer === undefined) throw new Error(`nobody answers "${question}"`);
        const isStopped = answer instanceof Error;
        const stars = Math.min(String(answer).length, columns - question.length - 1);
        const echoed = isStopped ? '' : hidden ? '*'.repeat(stars) : answer;
        await stderr.write(`${question}${echoed}\n`);
        if (isStopped) throw answer;
        return answer;
      },
      // Nobody presses any.
      keys: async () => () => undefined,
      spinner: async (text) => createSpinner(text, spun),
    },
    clock,
    files,
    settingsFile: createSettingsFile(
      join(configFolder({ env, platform, home: HOME, cwd: CWD }), 'config.json'),
      profiles,
    ),
    random: options.random ?? (() => 0.5),
    // Never the same twice, and the same in every run.
    randomBytes: (size) => Uint8Array.from({ length: size }, (_, at) => (at * 7 + (randomBytesGiven += 1)) % 256),
    http: async () => http,
    async serve(app, serveOptions) {
      const port = serveOptions.port === 0 ? 49_152 + served.length : serveOptions.port;
      const url = `${serveOptions.tls === undefined ? 'http' : 'https'}://${serveOptions.host}:${port}`;
      const entry: ServedApp = { app, options: serveOptions, url, graceMs: undefined };
      served.push(entry);
      return {
        host: serveOptions.host,
        port,
        url,
        close: async (graceMs) => void (entry.graceMs ??= graceMs),
      };
    },
    connectWebSocket: () => Promise.reject(new Error('there are no WebSockets on the fake machine')),
    async openDatabase(path) {
      if (options.databaseError !== undefined) throw options.databaseError;
      const database = databases.get(path) ?? new DatabaseSync(':memory:');
      databases.set(path, database);
      return shared(database);
    },
    openPostgres,
    asset: () => Promise.resolve(new TextEncoder().encode('// the script of the page')),
    startThread: () => Promise.reject(new Error('there are no threads on the fake machine')),
    async exec(command, execOptions) {
      executed.push({ command, input: execOptions.input, env: execOptions.env });
      return options.exec?.(command, execOptions) ?? { code: 0, signal: undefined };
    },
    onStopSignal(handler) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    get stdoutText() {
      return stdout.text();
    },
    get stderrText() {
      return stderr.text();
    },
    asked,
    spun,
    requests,
    served,
    executed,
    get profiles() {
      return Object.fromEntries(profiles);
    },
    signal(signal) {
      for (const handler of handlers) handler(signal);
    },
  };
}

function createCapture(
  columns: number | undefined,
  closesAfter = Number.POSITIVE_INFINITY,
): OutputStream & { text(): string } {
  const chunks: Uint8Array[] = [];
  return {
    isTTY: columns !== undefined,
    columns,
    rows: columns === undefined ? undefined : 30,
    async write(chunk) {
      if (chunks.length >= closesAfter) throw new ClosedPipeError('the reader of stdout is gone');
      chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : Uint8Array.from(chunk));
    },
    text: () => Buffer.concat(chunks).toString(),
  };
}

function createSpinner(text: string, spun: string[]): Spinner {
  spun.push(text);
  return { text: (next) => void spun.push(next), stop: () => undefined };
}

function createSettingsFile(path: string, profiles: Map<string, StoredProfile>): SettingsFile {
  const read = async () => ({ profiles: Object.fromEntries(profiles), repaired: [] });
  return {
    path,
    read,
    change(changes) {
      for (const { profile, key, value } of changes) {
        const kept = Object.entries({ ...profiles.get(profile), [key]: value }).filter(([, one]) => one !== undefined);
        if (kept.length === 0) profiles.delete(profile);
        else profiles.set(profile, Object.fromEntries(kept));
      }
      return read();
    },
  };
}

/** One database behind several openings: closing one leaves it to the next. */
function shared(database: DatabaseSync): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    isInPlace: () => true,
    reopen: () => undefined,
    close: () => undefined,
  };
}
