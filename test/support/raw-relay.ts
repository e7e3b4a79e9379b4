/** A relay on bare TCP: it speaks WebSocket by hand (RFC 6455), so that a test decides on every byte and every silence. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { send } from './raw-socket.ts';

export interface RawLink {
  readonly socket: Socket;
  /** What the client has said after its `start`, parsed, in order. */
  readonly answers: readonly { readonly data: { readonly id: string; readonly status: number } }[];
  /** Writes all of it, as fast as the client takes it; `false` once the link is gone. */
  readonly write: (bytes: Uint8Array) => Promise<boolean>;
}

export interface RawRelay extends AsyncDisposable {
  /** For `OPTIPICK_RELAY_URL`. */
  readonly url: string;
  /** Links whose `start` has come, in order. */
  readonly links: readonly RawLink[];
}

/** On a free port of 127.0.0.1. `onStart` is called for each link, when it is acknowledged. */
export async function startRawRelay(
  onStart: (link: RawLink, number: number) => void | Promise<void>,
): Promise<RawRelay> {
  const sockets = new Set<Socket>();
  const links: RawLink[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    // One for each write that waits.
    socket.setMaxListeners(0);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    let came = Buffer.alloc(0);
    let link: (RawLink & { answers: unknown[] }) | undefined;
    let isOpen = false;
    socket.on('data', (chunk: Buffer) => {
      came = Buffer.concat([came, chunk]);
      if (!isOpen) {
        const end = came.indexOf('\r\n\r\n');
        if (end === -1) return;
        const key = /sec-websocket-key: (\S+)/i.exec(came.toString('latin1'))?.[1] ?? '';
        const accepted = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
        );
        came = came.subarray(end + 4);
        isOpen = true;
      }
      for (;;) {
        const read = readFrame(came);
        if (read === undefined) return;
        came = came.subarray(read.size);
        // A message in one frame: the client of optipick sends no other kind.
        if (read.opcode !== 1) continue;
        const said = JSON.parse(read.payload.toString()) as { readonly data: { readonly token: string } };
        if (link !== undefined) {
          link.answers.push(said);
          continue;
        }
        link = { socket, answers: [], write: (bytes) => send(socket, bytes) };
        links.push(link);
        socket.write(textFrame(JSON.stringify({ type: 'start', version: 1, data: { token: said.data.token } })));
        void onStart(link, links.length);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/listen/`,
    links,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A whole text message, as a server sends it. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.of(0x81, payload.length), payload]);
  const head = Buffer.alloc(10);
  head.writeUInt8(0x81);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

/** A closing frame with a code and a reason. */
export function closeFrame(code: number, reason: string): Buffer {
  const payload = Buffer.from(`  ${reason}`);
  payload.writeUInt16BE(code);
  return Buffer.concat([Buffer.of(0x88, payload.length), payload]);
}

/** The first frame of a client, unmasked; `undefined` when it is not there whole. */
function readFrame(
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < at) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const size = at + 4 + length;
  if (bytes.length < size) return undefined;
  const payload = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index += 1) {
    payload[index] = (bytes[at + 4 + index] ?? 0) ^ (bytes[at + (index % 4)] ?? 0);
  }
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload, size };
}
