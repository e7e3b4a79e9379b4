/** TCP connections that send what a test wants, byte for byte. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Port {
  readonly port: number;
}

export async function dial({ port }: Port): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // A reset is an end like any other.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes until the other side closes. */
export async function rest(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

/** Sends bytes as they are and reads until the server closes. */
export async function raw(port: Port, bytes: string): Promise<string> {
  const socket = await dial(port);
  socket.write(bytes, 'latin1');
  return rest(socket);
}

/** Writes all of it, as fast as it is taken; `false` once the connection is gone. */
export function send(socket: Socket, bytes: Uint8Array): Promise<boolean> {
  if (socket.destroyed) return Promise.resolve(false);
  if (socket.write(bytes)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle).off('close', settle);
      resolve(!socket.destroyed);
    };
    socket.on('drain', settle).on('close', settle);
  });
}

/** Reads until what came matches, and returns it. Fails when the connection closes first. */
export function reading(socket: Socket): (pattern: RegExp) => Promise<string> {
  let came = '';
  let closed = false;
  let look = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    came += chunk.toString();
    look();
  });
  socket.on('close', () => {
    closed = true;
    look();
  });
  return (pattern) =>
    new Promise((resolve, reject) => {
      look = () => {
        const found = pattern.exec(came);
        if (found !== null) {
          const end = found.index + found[0].length;
          resolve(came.slice(0, end));
          came = came.slice(end);
        } else if (closed) reject(new Error(`closed after ${JSON.stringify(came)}`));
      };
      look();
    });
}
