/** The standard streams. */
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { ClosedPipeError, type InputStream, type OutputStream } from '../host.ts';

/** The errors of a write whose reader is gone: a pipe, the same on Windows, a terminal that was closed. */
const CLOSED = new Set(['EPIPE', 'EOF', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/**
 * Standard output or error. `write` resolves when the system has taken all of the chunk, so nothing is lost however the
 * process ends. The stream is opened on first use. Rejects with `ClosedPipeError`, or with `CliError` `environment`
 * when, say, the disk is full.
 */
export function createOutputStream(name: 'stdout' | 'stderr', open: () => NodeJS.WriteStream): OutputStream {
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => {
    if (opened === undefined) {
      opened = open();
      // A failed write rejects for its caller; without a listener it would end the process as well.
      opened.on('error', () => undefined);
    }
    return opened;
  };
  return {
    get isTTY() {
      // Node leaves it undefined when the stream is no terminal.
      return stream().isTTY ?? false;
    },
    get columns() {
      const { isTTY, columns } = stream();
      // A terminal that does not know its size reports 0.
      return isTTY && columns > 0 ? columns : undefined;
    },
    get rows() {
      const { isTTY, rows } = stream();
      return isTTY && rows > 0 ? rows : undefined;
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        const settle = (error?: Error | null): void => (error ? reject(outputError(name, error)) : resolve());
        try {
          stream().write(chunk, settle);
        } catch (error) {
          // A file is written at once, and older versions of Node throw then.
          reject(outputError(name, error));
        }
      }),
  };
}

function outputError(name: string, error: unknown): Error {
  const code = systemCodeOf(error);
  if (code !== undefined && CLOSED.has(code))
    return new ClosedPipeError(`the reader of ${name} is gone`, { cause: error });
  return new CliError('environment', `${name} cannot be written: ${messageOf(error)}`, {
    code: 'output_failed',
    cause: error,
    ...(code === 'ENOSPC' ? { hint: 'the disk is full' } : {}),
  });
}

/** Standard input, opened on first use. A second reading throws: there would be nothing left. */
export function createInputStream(open: () => NodeJS.ReadStream): InputStream {
  let taken = false;
  return {
    get isTTY() {
      return open().isTTY ?? false;
    },
    async *bytes() {
      if (taken) {
        throw new CliError('usage', 'stdin is named twice, and can be read only once', {
          code: 'stdin_taken',
          hint: 'give one of the two as a file',
        });
      }
      taken = true;
      try {
        for await (const chunk of open() as AsyncIterable<Uint8Array>) yield chunk;
      } catch (error) {
        throw new CliError('usage', `stdin cannot be read: ${messageOf(error)}`, {
          code: 'stdin_unreadable',
          cause: error,
        });
      }
    },
  };
}
