/** Reads a file named on the command line, or stdin. */
import { basename, dirname, join } from 'node:path';
import { nearestWord } from '../lib/text/did-you-mean.ts';
import { readBytes } from '../lib/net/http.ts';
import { SECRET_FILE_BYTES } from '../limits.ts';
import { decodeText } from '../requests/utf16.ts';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';
import type { Host } from '../platform/host.ts';

/** Where files and stdin are read, and the signal that ends a wait for stdin. */
export interface InputSource {
  readonly host: Pick<Host, 'files' | 'stdin' | 'stderr'>;
  readonly stop: AbortSignal;
}

export interface InputFile {
  /** As errors name it: `picks.json`, `<stdin>`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Throws `usage` when it cannot be read or has more than `limit` bytes, and the reason of `stop` when it is aborted. */
export async function readInput(source: InputSource, path: string, limit?: number): Promise<InputFile> {
  const { files, stdin, stderr } = source.host;
  if (path === '-' && stdin.isTTY) await stderr.write('reading stdin, end it with Ctrl-D\n');
  const name = path === '-' ? '<stdin>' : path;
  const read = (): Promise<Uint8Array> => {
    if (path === '-') return readBytes(stdin.bytes(), limit);
    return limit === undefined ? files.read(path) : readBytes(files.stream(path), limit);
  };
  try {
    return { name, bytes: await untilStopped(source, read) };
  } catch (cause) {
    if (limit !== undefined && cause instanceof RangeError) throw tooLong(name, cause);
    throw unreadable(name, cause, await nearestFile(files, path, cause));
  }
}

/** The text of a file that holds a key or secrets. Throws as {@link readInput}. */
export async function readSecretFile(source: InputSource, path: string): Promise<string> {
  const { bytes } = await readInput(source, path, SECRET_FILE_BYTES);
  return decodeText(bytes);
}

/** The error for a file that cannot be read, and the one that was `meant`; a `CliError` is returned as it is. */
export function unreadable(path: string, cause: unknown, meant?: string): CliError {
  if (cause instanceof CliError) return cause;
  // The shells of Windows expand no pattern, and others leave it where nothing matches.
  const isPattern = /[*?]/.test(path);
  const reason: Record<string, string> = {
    ENOENT: isPattern ? 'the shell did not expand the pattern' : 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
    ENXIO: 'it is a socket',
  };
  return new CliError('usage', `cannot read ${path}: ${reason[systemCodeOf(cause) ?? ''] ?? messageOf(cause)}`, {
    code: 'input_not_readable',
    cause,
    hint: isPattern
      ? 'name each file; submit also takes the folder that holds them'
      : meant === undefined
        ? 'give the path of a file, or - to read stdin'
        : `did you mean ${meant}?`,
  });
}

/** The file with nearly that name in the same folder. */
async function nearestFile(files: Host['files'], path: string, cause: unknown): Promise<string | undefined> {
  if (systemCodeOf(cause) !== 'ENOENT') return undefined;
  try {
    const nearest = nearestWord(basename(path), (await files.list(dirname(path))) ?? []);
    return nearest && join(dirname(path), nearest);
  } catch (error) {
    // There may be no such folder either, or it cannot be listed: then there is nothing to suggest.
    if (systemCodeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** A value that is piped in, such as a secret. Throws `usage` when it is longer than any value. */
export async function readPipedValue(source: InputSource): Promise<string> {
  try {
    const read = (): Promise<Uint8Array> => readBytes(source.host.stdin.bytes(), SECRET_FILE_BYTES);
    return decodeText(await untilStopped(source, read));
  } catch (cause) {
    throw cause instanceof RangeError ? tooLong('what is piped in', cause) : cause;
  }
}

function tooLong(what: string, cause: RangeError): CliError {
  return new CliError('usage', `${what} is far too long for a value`, { code: 'input_too_long', cause });
}

/** A file, or stdin (`-`), piece by piece: for what may be too large to hold in memory. */
export interface InputChunks {
  /** As errors name it: `picks.json`, `<stdin>`. */
  readonly name: string;
  /** Read once. Throws `usage` when the file cannot be read, and the reason of `stop`. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export function openInput(source: InputSource, path: string): InputChunks {
  if (path === '-') return { name: '<stdin>', chunks: openStdin(source) };
  return { name: path, chunks: openFile(source, path) };
}

async function* openFile(source: InputSource, path: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* whileWanted(source, source.host.files.stream(path));
  } catch (cause) {
    if (systemCodeOf(cause) === undefined) throw cause;
    throw unreadable(path, cause, await nearestFile(source.host.files, path, cause));
  }
}

/** On a terminal a line says how to end the input. */
async function* openStdin(source: InputSource): AsyncGenerator<Uint8Array, void> {
  const { host } = source;
  if (host.stdin.isTTY) await host.stderr.write('reading stdin, end it with Ctrl-D\n');
  yield* whileWanted(source, host.stdin.bytes());
}

/** The same chunks until `stop` is aborted: a pipe may never end, and a signal must not wait for it. */
async function* whileWanted(source: InputSource, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilStopped(source, () => iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    if (!source.stop.aborted) await iterator.return?.();
  }
}

/** The result of `work`, or the reason of `stop` if that comes first. */
async function untilStopped<T>({ stop }: InputSource, work: () => Promise<T>): Promise<T> {
  stop.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const onStop = (): void => stopped.reject(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([work(), stopped.promise]);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
