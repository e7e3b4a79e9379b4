/** WebSockets: the only module that imports ws. Node's own shows no pings, and a silent link looks like a dead one without them. */
import type { connect as connectTcp, Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { WebSocketEvents, WebSocketLink, WebSocketOptions } from '../host.ts';
import { messageOf, systemCodeOf } from '../../errors.ts';
import { MAX_RELAY_UNSENT_BYTES, RELAY_CLOSE_MS } from '../../limits.ts';
import { dial } from './dial.ts';
import { openTunnel, type Tunnel } from './proxy-tunnel.ts';
import { proxyFor } from '../../lib/net/proxy.ts';

/** RFC 6455, 7.4.1: no closing frame was received. */
const ABNORMAL = 1006;

/**
 * Opens `ws:` and `wss:` addresses. `env` may hold `HTTP(S)_PROXY` and `NO_PROXY`, as for HTTP. No frame is read
 * while the other side does not take what is sent to it. The socket is cut one second after a closing frame, sent or
 * received, after an error of the protocol, and after the other side has closed its half.
 */
export function connectWebSocket(
  url: string,
  events: WebSocketEvents,
  { handshakeTimeoutMs, maxMessageBytes }: WebSocketOptions,
  env: Readonly<Record<string, string | undefined>>,
): WebSocketLink {
  const target = new URL(url.replace(/^ws/, 'http'));
  const proxy = proxyFor(target, env);
  let tunnel: Tunnel | undefined;
  const throughProxy = (address: string) => (_options: unknown, handOver: (error: unknown, way?: Socket) => void) => {
    try {
      tunnel = openTunnel(address, target, handshakeTimeoutMs);
      tunnel.socket.then((way) => handOver(null, way.setTimeout(handshakeTimeoutMs)), handOver);
    } catch (error) {
      // A bad proxy variable is reported as any other failure, when the caller can receive it.
      queueMicrotask(() => handOver(error));
    }
  };
  // In ws since 8.19, and not in its types.
  const closing = { closeTimeout: RELAY_CLOSE_MS };
  const socket = new WebSocket(url, {
    ...closing,
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // One message a turn: else hundreds of small ones, which arrived in one chunk, are alive at the same time.
    allowSynchronousEvents: false,
    followRedirects: false,
    // A text that is not UTF-8 would cost the link; who reads it finds out.
    skipUTF8Validation: true,
    createConnection: (proxy === undefined
      ? () => dial(target).setTimeout(handshakeTimeoutMs)
      : throughProxy(proxy)) as unknown as typeof connectTcp,
  });
  let trouble = '';
  let wire: Socket | undefined;
  let isHeld = false;
  const flow = (): void => {
    const isFull = isHeld || (wire?.writableLength ?? 0) > MAX_RELAY_UNSENT_BYTES;
    if (isFull === socket.isPaused) return;
    if (isFull) socket.pause();
    else socket.resume();
  };
  const hold = (held: boolean): void => {
    isHeld = held;
    flow();
  };
  const cut = (): void => {
    tunnel?.cancel();
    socket.terminate();
  };
  socket.once('upgrade', (response) => {
    wire = response.socket;
    wire.on('drain', flow);
    wire.once('end', () => {
      const timer = setTimeout(cut, RELAY_CLOSE_MS);
      socket.once('close', () => clearTimeout(timer));
    });
  });
  socket.on('open', () => {
    events.alive();
    events.open();
  });
  socket.on('message', (data) => {
    events.alive();
    events.message(bytesOf(data));
  });
  socket.on('ping', () => {
    events.alive();
    // It is answered already.
    flow();
  });
  socket.on('pong', () => events.alive());
  // An error is always followed by `close`, which reports it.
  // The one of several addresses tried has no message of its own.
  socket.on('error', (error) => (trouble ||= messageOf(error) || (systemCodeOf(error) ?? '')));
  socket.once('close', (code, reason) => events.close(code === 1005 ? ABNORMAL : code, reason.toString() || trouble));
  return {
    received: () => wire?.bytesRead ?? 0,
    send(text) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(text);
      flow();
    },
    pause: () => hold(true),
    resume: () => hold(false),
    close(code, reason) {
      tunnel?.cancel();
      socket.close(code, reason);
    },
    cut,
  };
}

function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
