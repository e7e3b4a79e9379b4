/**
 * Named pipes, opened without waiting: an `open` or `read` that waits holds a thread of the pool, and the process cannot
 * end before it, whatever signal comes.
 */
import type { Socket } from 'node:net';

import { CliError, systemCodeOf } from '../../errors.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

/** How often a missing reader is checked for, in milliseconds. */
const LOOK_MS = 20;

/** A named pipe, or one that the shell names (`<(command)`, `/dev/stdin`). Never on Windows. */
export function isPipe(path: string): boolean {
  try {
    return process.getBuiltinModule('node:fs').statSync(path).isFIFO();
  } catch {
    // Opening it reports what is wrong.
    return false;
  }
}

/**
 * What is written to the pipe until all its writers have closed it. Rejects with `CliError` `environment` when after
 * `waitMs` nobody has opened it for writing; a writer may take its time.
 */
export async function* readPipe(path: string, waitMs: number): AsyncGenerator<Uint8Array, void> {
  const { constants, openSync } = process.getBuiltinModule('node:fs');
  const { Socket } = process.getBuiltinModule('node:net');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  const timer = setTimeout(() => {
    if (!hasWriter(fd, socket)) socket.destroy(unattended(path, 'writes to', waitMs));
  }, waitMs);
  try {
    for await (const chunk of socket as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/**
 * Writes all of `content`, as fast as it is read. Rejects with the system error (`EPIPE` when the reader is gone) and with
 * `CliError` `environment` when after `waitMs` nobody has opened it for reading.
 */
export async function writePipe(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  waitMs: number,
): Promise<void> {
  const { Socket } = process.getBuiltinModule('node:net');
  const { pipeline } = process.getBuiltinModule('node:stream/promises');
  const socket = new Socket({ fd: await openForWriting(path, waitMs), readable: false, writable: true });
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  await pipeline(pieces, socket);
}

async function openForWriting(path: string, waitMs: number): Promise<number> {
  const { constants, openSync } = process.getBuiltinModule('node:fs');
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENXIO') throw error;
      if (waited >= waitMs) throw unattended(path, 'reads from', waitMs);
      await new Promise((done) => {
        setTimeout(done, LOOK_MS);
      });
    }
  }
}

/** Without a writer there is nothing and never will be; one that has written nothing yet makes the system say EAGAIN. */
function hasWriter(fd: number, socket: Socket): boolean {
  const byte = Buffer.alloc(1);
  try {
    if (process.getBuiltinModule('node:fs').readSync(fd, byte) === 0) return false;
    // It arrived at this very moment.
    socket.unshift(byte);
  } catch {
    // Nothing yet.
  }
  return true;
}

function unattended(path: string, verb: string, waitMs: number): CliError {
  return new CliError('environment', `nobody ${verb} the named pipe ${path} (waited ${formatDuration(waitMs)})`, {
    code: 'pipe_unattended',
    retryable: true,
    hint: 'start the program at its other end first, or name a regular file',
  });
}
