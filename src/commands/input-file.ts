/** Reads a file named on the command line, or stdin. */
import type { Context } from '../context.ts';
import { readBytes } from '../domain/http.ts';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';

export interface InputFile {
  /** As errors name it: `picks.json`, `<stdin>`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Throws `usage` when it cannot be read. */
export async function readInput(context: Context, path: string): Promise<InputFile> {
  const { host } = context;
  if (path === '-') {
    if (host.stdin.isTTY) await host.stderr.write('reading stdin, end it with Ctrl-D\n');
    return { name: '<stdin>', bytes: await readStdin(context) };
  }
  try {
    return { name: path, bytes: await host.files.read(path) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** A file that cannot be read, in words. */
export function unreadable(path: string, cause: unknown): CliError {
  const reason: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
  };
  return new CliError('usage', `cannot read ${path}: ${reason[systemCodeOf(cause) ?? ''] ?? messageOf(cause)}`, {
    code: 'input_not_readable',
    cause,
    hint: 'give the path of a file, or - to read stdin',
  });
}

/** Far more than any key or secret has; in bytes. */
const VALUE_LIMIT = 65_536;

/** A value that is piped in, such as a secret. Throws `usage` for one that is no value but a whole file. */
export async function readPipedValue(context: Context): Promise<string> {
  try {
    return new TextDecoder().decode(await readStdin(context, VALUE_LIMIT));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError('usage', 'what is piped in is far too long for a value', { code: 'input_too_long', cause });
  }
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

/** All of stdin; a signal ends the waiting for it with the signal's failure. */
async function readStdin(context: Context, limit?: number): Promise<Uint8Array> {
  return untilStopped(context, () => readBytes(context.host.stdin.bytes(), limit));
}

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
