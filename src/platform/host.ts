/**
 * What the machine offers. One real version (`real-host.ts`), one faked whole in the tests.
 * Nothing below the entry touches `process`, `console`, `Date` or the global `fetch`.
 */
import type { Http, HttpRequest } from '../lib/net/http.ts';
import type { SettingKey, StoredProfiles } from '../settings/settings.ts';

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Milliseconds that never jump, for measuring. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface OutputStream {
  readonly isTTY: boolean;
  /** Columns of the terminal; `undefined` when it is none. */
  readonly columns: number | undefined;
  /** Its rows, in the same way. */
  readonly rows: number | undefined;
  /** Resolves when the stream has room for more; rejects with `ClosedPipeError` when the reader is gone. */
  write(chunk: string | Uint8Array): Promise<void>;
}

/** The reader of stdout went away (`| head -1`): the program ends quietly. */
export class ClosedPipeError extends Error {
  override readonly name = 'ClosedPipeError';
}

export interface InputStream {
  readonly isTTY: boolean;
  /** The bytes, read once. */
  bytes(): AsyncIterable<Uint8Array>;
}

export interface AskOptions {
  readonly hidden?: boolean;
  readonly signal?: AbortSignal;
}

export interface Terminal {
  /**
   * Asks on stderr and reads one line; `hidden` echoes `*` for each character, as many as the
   * line holds. Rejects with `CliError` `interrupted` on Ctrl-C, which
   * is a key here, and with the reason of the signal.
   */
  ask(question: string, options?: AskOptions): Promise<string>;
  /**
   * Hands over single keys until the returned function is called or the process ends, both of which restore the terminal.
   * Ctrl-C, Ctrl-\ and Ctrl-Z act as without it. `undefined` where the terminal is not this process's to switch: in the
   * background.
   */
  keys(events: KeyEvents): Promise<(() => void) | undefined>;
  /** A spinner on stderr: real only on a terminal. */
  spinner(text: string): Promise<Spinner>;
}

/** None of them may throw. */
export interface KeyEvents {
  /** One character. */
  key(key: string): void;
  /** Ctrl-Z: the process is about to be stopped. */
  suspend(): Promise<void>;
  /** It goes on. */
  resume(): void;
}

export interface Spinner {
  text(text: string): void;
  stop(): void;
}

/** What stands at a path, links followed. */
export interface PathFacts {
  readonly kind: 'file' | 'folder' | 'other';
  /** The permission bits, `0o600`; of no meaning on Windows. */
  readonly mode: number;
  /** When its content last changed; milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Whether it belongs to another user: then this one cannot change its mode. Never on Windows. */
  readonly isForeign: boolean;
  /** Whether this user may write to it. */
  readonly isWritable: boolean;
}

export interface TemporaryFolder {
  readonly path: string;
  /** With all that is in it. */
  remove(): Promise<void>;
}

export interface Files {
  /**
   * Rejects with the system error (`code: 'ENOENT'`), and with `CliError` `environment` `pipe_unattended` for a named pipe
   * that nobody writes to.
   */
  read(path: string): Promise<Uint8Array>;
  /**
   * Written to a temporary file beside it, synced, and renamed: whole or not at all. What ended processes have left
   * there is removed. A named pipe that nobody reads is `CliError` `environment` `pipe_unattended`.
   */
  writeAtomic(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>, mode?: number): Promise<void>;
  /**
   * Rejects with the system error that `writeAtomic` would meet: no such folder, a folder in its place, no permission; on
   * Windows also a file that another program has open. Leaves nothing behind.
   */
  tryWriting(path: string): Promise<void>;
  /** Puts text behind what a file holds, and creates it when there is none. Rejects with the system error. */
  append(path: string, text: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Which file stands there now (device and inode); `undefined` when there is none. Cheap: may be called often. */
  identity(path: string): Promise<string | undefined>;
  /** Creates the folder and its parents with mode 0700. */
  ensurePrivateFolder(path: string): Promise<void>;
  /** `undefined` when nothing is there. Rejects with the system error when it cannot be inspected. */
  inspect(path: string): Promise<PathFacts | undefined>;
  /** Bytes that this user may still write to the file system of an existing path. */
  freeBytes(path: string): Promise<number>;
  /** A new folder with mode 0700 in the folder `parent`, which exists. Rejects with the system error. */
  temporaryFolder(parent: string): Promise<TemporaryFolder>;
  /** The bytes of a file, or of what else can be read once (a pipe), in order. Rejects as `read`. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** The names of the files in a folder (no folders), sorted; `undefined` when it is not a folder. Rejects with the system error. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** A new file that nobody else can read, in a folder of its own below `folder`. */
  scratch(folder: string): Promise<ScratchFile>;
}

/** A file for the length of a run, written once and read in pieces. Every method rejects with the system error. */
export interface ScratchFile {
  /** Returns where the bytes begin. One at a time: wait for the last before the next. */
  append(bytes: Uint8Array): Promise<number>;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Removes the file and its folder. May be called twice. */
  remove(): Promise<void>;
}

export interface StoredSettings {
  readonly profiles: StoredProfiles;
  /** What was repaired on the way (modes that let others read), worded for the user. */
  readonly repaired: readonly string[];
}

export interface SettingChange {
  readonly profile: string;
  readonly key: SettingKey;
  /** As `parseSettingValue` gives it; `undefined` removes the stored value. */
  readonly value: string | number | undefined;
}

/** `config.json` in the folder of the configuration. */
export interface SettingsFile {
  /** Absolute. */
  readonly path: string;
  /** Throws `CliError` `environment`: `config_corrupt`, `config_unreadable`, `not_a_file`. */
  read(): Promise<StoredSettings>;
  /** All changes or none; safe when several processes write at once. Throws as `read`, and `config_unwritable`. */
  change(changes: readonly SettingChange[]): Promise<StoredSettings>;
}

/** One SQLite database file, already open. Synchronous: `node:sqlite`. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /**
   * Whether the file and its write-ahead log are those that were opened, and no shorter than they were. A database whose
   * files were removed, replaced or cut goes on accepting writes that nobody will ever read. Two calls of the system.
   */
  isInPlace(): boolean;
  /** Closes the file and opens the one that is now at its path. Prepared statements can no longer be used. */
  reopen(): void;
  close(): void;
}

export type SqlValue = null | number | bigint | string | Uint8Array;

/** The values of a statement by name. */
export type NamedValues = Readonly<Record<string, SqlValue>>;

export interface StatementChanges {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

/** Takes its values by position, or one object that names them. */
export interface Statement {
  run(...values: SqlValue[]): StatementChanges;
  run(values: NamedValues): StatementChanges;
  get(...values: SqlValue[]): Record<string, SqlValue> | undefined;
  get(values: NamedValues): Record<string, SqlValue> | undefined;
  all(...values: SqlValue[]): Record<string, SqlValue>[];
  all(values: NamedValues): Record<string, SqlValue>[];
  iterate(...values: SqlValue[]): IterableIterator<Record<string, SqlValue>>;
}

export interface PostgresServer {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Called when the server asks for it. */
  readonly password: () => Promise<string>;
  readonly database: string;
  /** The server has to prove its name. `ca`: certificates in PEM that are trusted; default those of Node.js. */
  readonly tls: { readonly ca?: string | undefined } | undefined;
  /** By which the server lists the connection. */
  readonly name: string;
}

/** What a column holds. Integers of 64 bits are texts, other numbers numbers, bytes a `Buffer`. */
export type PostgresRow = Readonly<Record<string, string | number | boolean | Uint8Array | null>>;

export type PostgresValue =
  | string
  | number
  | boolean
  | Uint8Array
  | null
  | readonly (string | number | boolean | null)[];

/** What a statement gives; `count`: of the rows that it returned or changed. */
export interface PostgresResult {
  readonly rows: readonly PostgresRow[];
  readonly count: number;
}

/** One connection to PostgreSQL. */
export interface PostgresClient {
  /** `false` once it is broken or closed. */
  readonly isOpen: boolean;
  /** One statement, after the one before has ended. Rejects with the error of the server or the connection. */
  query(sql: string, values?: readonly PostgresValue[]): Promise<PostgresResult>;
  /**
   * As {@link query}, for a statement by itself that is sent again and again: the server reads and plans it once. Only where there
   * is one way to execute it, however large the tables have become.
   */
  queryPrepared(sql: string, values: readonly PostgresValue[]): Promise<PostgresResult>;
  /** Calls back for each notification. `isOwn`: it was sent on this connection. */
  onNotification(handler: (isOwn: boolean) => void): void;
  end(): Promise<void>;
  /** At once, whatever it does. */
  destroy(): void;
}

export interface ServeOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The flag that chooses the port, for hints. Default `--port`. */
  readonly portFlag?: string | undefined;
  /** Largest request body in bytes that is read at all; more is answered 413 and the connection closed. */
  readonly maxBodyBytes: number;
  readonly tls?: { readonly cert: Uint8Array; readonly key: Uint8Array };
  /** Called for a request that is rejected for its declared length, which the app never sees. Without its body. Must not throw. */
  readonly onTooLarge?: (request: HttpRequest) => void;
  /** Called for each request and connection that the port rejects itself. Called often under attack. Must not throw. */
  readonly onRejected?: (rejection: PortRejection) => void;
}

/** A request or connection that the app never saw, or saw only the beginning of. */
export interface PortRejection {
  /** `undefined`: the connection was closed without an answer. */
  readonly status: number | undefined;
  /**
   * `incomplete_request`: the sender closed the connection in the middle; `request_timeout`: it was too slow;
   * `too_many_requests`: it did not wait for its answers.
   */
  readonly reason:
    | 'too_many_connections'
    | 'too_many_requests'
    | 'tls_failed'
    | 'headers_too_large'
    | 'malformed_request'
    | 'incomplete_request'
    | 'request_timeout';
  /** For a person. */
  readonly detail: string;
  /** The address of the peer; `undefined` when it is gone. */
  readonly remoteAddress: string | undefined;
}

export interface Server {
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:5000`, without a trailing slash. */
  readonly url: string;
  /** Stops accepting, lets running exchanges end for at most `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

/** What happens on a WebSocket. None of them may throw. */
export interface WebSocketEvents {
  open(): void;
  /** A whole message, text (its UTF-8 bytes) or binary. */
  message(bytes: Uint8Array): void;
  /** A frame of any kind arrived: the link is alive. */
  alive(): void;
  /** Once, and then nothing more. `code` is 1006 when there was no closing frame; `reason` is what went wrong. */
  close(code: number, reason: string): void;
}

export interface WebSocketOptions {
  /** For each step of the way to the open link: the proxy, the connection, the handshake. */
  readonly handshakeTimeoutMs: number;
  /** A larger message costs the link. */
  readonly maxMessageBytes: number;
}

export interface WebSocketLink {
  /** Bytes that have arrived so far, of whole frames and of others; 0 before the link is open. */
  received(): number;
  /** A text message. Dropped when the link is not open. */
  send(text: string): void;
  /** Reads no further frame until `resume`; those that have arrived are still handed over. */
  pause(): void;
  resume(): void;
  /** With a closing frame; what does not close in time is cut. */
  close(code: number, reason: string): void;
  /** At once, without a word. */
  cut(): void;
}

export interface ExecOptions {
  /** What the command reads on its standard input. */
  readonly input: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the command, and what it has started, with SIGTERM. */
  readonly signal?: AbortSignal | undefined;
  /** It may go on when this program has ended. */
  readonly outlives?: boolean;
}

/** How a command ended: with a code, or by a signal. */
export type ExecEnd =
  | { readonly code: number; readonly signal: undefined }
  | { readonly code: undefined; readonly signal: string };

/** The threads that there are; each has an entry of its own beside `cli.ts`. */
export type ThreadName = 'inbox-thread';

/** Files that belong to the program and are no modules: the script of its pages. */
export type AssetName = 'page.js';

/** The near end of a thread. */
export interface ThreadLink {
  /** A structured clone of it arrives. */
  readonly post: (message: unknown) => void;
  /** At once, whatever it does. */
  end(): Promise<void>;
}

export interface ThreadEvents {
  message(message: unknown): void;
  /** It has thrown something, and has ended. */
  failed(error: unknown): void;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

export interface Host {
  readonly version: string;
  readonly nodeVersion: string;
  /** `linux`, `darwin`, `win32`, ... */
  readonly platform: string;
  readonly pid: number;
  readonly cwd: string;
  readonly home: string;
  readonly temporaryFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly files: Files;
  readonly settingsFile: SettingsFile;
  /** A number in [0, 1). */
  random(): number;
  /** Bytes nobody can guess. */
  randomBytes(size: number): Uint8Array;
  /** The network. Late: the HTTP library is imported on first use. */
  http(options?: {
    /** Without any proxy: for requests to this machine. */
    readonly direct?: boolean;
  }): Promise<Http>;
  /** Opens a port and hands each request to `app`. Throws `CliError` `environment` when the port cannot be opened. */
  serve(app: Http, options: ServeOptions): Promise<Server>;
  /** Opens a WebSocket through the proxy of the environment, if there is one. When it fails, `close` is called. */
  connectWebSocket(url: string, events: WebSocketEvents, options: WebSocketOptions): Promise<WebSocketLink>;
  /** Opens (and creates) a database file. Throws the system or SQLite error, `CliError` `environment` `not_a_file`. */
  openDatabase(path: string, options?: { readonly readOnly?: boolean }): Promise<Database>;
  /** Opens one connection to PostgreSQL. Rejects with the error of the system, of TLS or of the server. */
  openPostgres(server: PostgresServer): Promise<PostgresClient>;
  asset(name: AssetName): Promise<Uint8Array>;
  /** Starts a thread of this program. */
  startThread(name: ThreadName, data: unknown, events: ThreadEvents): Promise<ThreadLink>;
  /**
   * Runs a command line through the shell of the platform (`sh`, `cmd.exe`). What it writes goes to our stderr. Rejects
   * with the system error when there is no shell to run it, and with the signal's reason.
   */
  exec(command: string, options: ExecOptions): Promise<ExecEnd>;
  /** Calls back on each SIGINT and SIGTERM until the returned function is called. */
  onStopSignal(handler: (signal: StopSignal) => void): () => void;
}
