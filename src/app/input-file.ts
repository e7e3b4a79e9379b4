/** Reads a file named on the command line, or stdin. */
import type { Context } from './context.ts';
import { readBytes } from '../lib/net/http.ts';
import { SECRET_FILE_BYTES } from '../limits.ts';
import { decodeText } from '../requests/utf16.ts';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';

export interface InputFile {
  /** As errors name it: `picks.json`, `<stdin>`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Throws `usage` when it cannot be read or has more than `limit` bytes, and the failure of a signal that came. */
export async function readInput(context: Context, path: string, limit?: number): Promise<InputFile> {
  const { files, stdin, stderr } = context.host;
  if (path === '-' && stdin.isTTY) await stderr.write('reading stdin, end it with Ctrl-D\n');
  const name = path === '-' ? '<stdin>' : path;
  const read = (): Promise<Uint8Array> => {
    if (path === '-') return readBytes(stdin.bytes(), limit);
    return limit === undefined ? files.read(path) : readBytes(files.stream(path), limit);
  };
  try {
    return { name, bytes: await untilStopped(context, read) };
  } catch (cause) {
    throw limit !== undefined && cause instanceof RangeError ? tooLong(name, cause) : unreadable(name, cause);
  }
}

/** The text of a file that holds a key or secrets. Throws as {@link readInput}. */
export async function readSecretFile(context: Context, path: string): Promise<string> {
  const { bytes } = await readInput(context, path, SECRET_FILE_BYTES);
  return decodeText(bytes);
}

/** A file that cannot be read, in words; a failure that has its own words keeps them. */
export function unreadable(path: string, cause: unknown): CliError {
  if (cause instanceof CliError) return cause;
  // The shells of Windows expand none, and others leave it as it is where nothing matches.
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
      : 'give the path of a file, or - to read stdin',
  });
}

/** A value that is piped in, such as a secret. Throws `usage` for one that is no value but a whole file. */
export async function readPipedValue(context: Context): Promise<string> {
  try {
    const read = (): Promise<Uint8Array> => readBytes(context.host.stdin.bytes(), SECRET_FILE_BYTES);
    return decodeText(await untilStopped(context, read));
  } catch (cause) {
    throw cause instanceof RangeError ? tooLong('what is piped in', cause) : cause;
  }
}

function tooLong(what: string, cause: RangeError): CliError {
  return new CliError('usage', `${what} is far too long for a value`, { code: 'input_too_long', cause });
}

/** The bytes of stdin as they come; who types them is told how to end. A signal ends the waiting with its failure. */
export async function* openStdin(context: Context): AsyncGenerator<Uint8Array, void> {
  const { host } = context;
  if (host.stdin.isTTY) await host.stderr.write('reading stdin, end it with Ctrl-D\n');
  yield* whileWanted(context, host.stdin.bytes());
}

/** The same chunks; a pipe may never end, and a signal must not wait for it. */
export async function* whileWanted(
  context: Context,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilStopped(context, () => iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    if (!context.stop.aborted) await iterator.return?.();
  }
}

/** A signal ends the waiting with its failure. */
async function untilStopped<T>({ stop }: Context, work: () => Promise<T>): Promise<T> {
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
