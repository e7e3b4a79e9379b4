/** A server of bare sockets on 127.0.0.1, for answers that no HTTP library would send. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The heads of the requests, in order. */
  readonly heads: readonly string[];
}

/** Bytes to be sent, after which the connection is closed; or what is done with the connection. */
export type RawAnswer = string | Uint8Array | ((socket: Socket) => void);

/** Gives the same answer to each request, as soon as its head is there; the connection takes one. */
export async function startRawServer(answer: RawAnswer): Promise<RawServer> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let seen = '';
    let answered = false;
    socket.on('data', (chunk) => {
      if (answered) return;
      seen += chunk.toString('latin1');
      if (!seen.includes('\r\n\r\n')) return;
      answered = true;
      heads.push(seen.slice(0, seen.indexOf('\r\n\r\n')));
      if (typeof answer === 'function') answer(socket);
      else socket.end(answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    heads,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** The head of an answer; its body ends with the connection unless `headers` say otherwise. */
export function headOf(status: string, ...headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, 'content-type: application/json', ...headers, '', ''].join('\r\n');
}

/** A whole answer with its length. */
export function answerOf(body: string, status = '200 OK'): string {
  return `${headOf(status, `content-length: ${Buffer.byteLength(body)}`)}${body}`;
}

/** Sends `start`, and then `piece` as often and as fast as it is taken. */
export function endless(start: string, piece: string): RawAnswer {
  const block = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
  return (socket) => {
    socket.write(start);
    const go = (): void => {
      while (!socket.destroyed && socket.write(block));
      if (!socket.destroyed) socket.once('drain', go);
    };
    go();
  };
}

/** Sends `start`, and then `piece` each 20 ms. */
export function trickle(start: string | Uint8Array, piece: string | Uint8Array): RawAnswer {
  return (socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(piece), 20);
    socket.on('close', () => clearInterval(timer));
  };
}

/** An answer of a few hundred kilobytes that is 8 MB for each of `times` when it is inflated: `start`, then `piece` again and again. */
export function bomb(start: string, piece: string, times: number): Uint8Array {
  // A gzip stream may have several members (RFC 1952, 2.2); so the test itself needs no such memory.
  const member = gzipSync(Buffer.alloc(8 * 1024 * 1024, piece));
  const body = Buffer.concat([gzipSync(start), ...Array.from({ length: times }, () => member)]);
  const head = headOf('200 OK', 'content-encoding: gzip', `content-length: ${body.length}`);
  return Buffer.concat([Buffer.from(head), body]);
}
