/** WebSockets: the one door to ws. Node's own shows no pings, and without them a silent link cannot be told from a dead one. */
import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { request as httpRequest } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import type { WebSocketEvents, WebSocketLink, WebSocketOptions } from './host.ts';
import { messageOf } from '../errors.ts';
import { proxyFor } from './proxy.ts';

/** How long the other side may take to answer a closing frame. */
const CLOSE_MS = 1000;

/** RFC 6455, 7.4.1: no closing frame was received. */
const ABNORMAL = 1006;

/** Opens `ws:` and `wss:` addresses. `env` is looked up for `HTTP(S)_PROXY` and `NO_PROXY`, as for HTTP. */
export function connectWebSocket(
  url: string,
  events: WebSocketEvents,
  { handshakeTimeoutMs, maxMessageBytes }: WebSocketOptions,
  env: Readonly<Record<string, string | undefined>>,
): WebSocketLink {
  const target = new URL(url.replace(/^ws/, 'http'));
  const proxy = proxyFor(target, env);
  const socket = new WebSocket(url, {
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    followRedirects: false,
    ...(proxy === undefined
      ? {}
      : { createConnection: tunnel(new URL(proxy), target, handshakeTimeoutMs) as unknown as typeof connectTcp }),
  });
  let trouble = '';
  socket.on('open', () => {
    events.alive();
    events.open();
  });
  socket.on('message', (data) => {
    events.alive();
    events.message(bytesOf(data));
  });
  socket.on('ping', () => events.alive());
  socket.on('pong', () => events.alive());
  // An error is always followed by `close`, which is where it is told.
  socket.on('error', (error) => (trouble ||= messageOf(error)));
  socket.once('close', (code, reason) => events.close(code === 1005 ? ABNORMAL : code, reason.toString() || trouble));
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close(code, reason) {
      socket.close(code, reason);
      const cut = setTimeout(() => socket.terminate(), CLOSE_MS);
      socket.once('close', () => clearTimeout(cut));
    },
    cut: () => socket.terminate(),
  };
}

function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** A way through an HTTP proxy (CONNECT), with TLS to the target in it for `wss:`. */
function tunnel(proxy: URL, target: URL, timeoutMs: number) {
  const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
  const authority = `${target.hostname}:${port}`;
  return (_options: unknown, done: (error: Error | null, socket?: Socket) => void): undefined => {
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const proxyPort = proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port);
    const proxyHost = proxy.hostname.replace(/^\[|\]$/g, '');
    const request = httpRequest({
      method: 'CONNECT',
      path: authority,
      host: proxyHost,
      port: proxyPort,
      timeout: timeoutMs,
      headers: {
        host: authority,
        ...(proxy.username === ''
          ? {}
          : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
      createConnection: () =>
        proxy.protocol === 'https:'
          ? connectTls({ host: proxyHost, port: proxyPort, servername: proxyHost })
          : connectTcp({ host: proxyHost, port: proxyPort }),
    });
    request.once('connect', (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        done(new Error(`the proxy ${proxy.host} answered ${response.statusCode}`));
        return;
      }
      done(null, target.protocol === 'https:' ? connectTls({ socket, servername: target.hostname }) : socket);
    });
    request.once('timeout', () => request.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
    request.once('error', (error) => done(new Error(`the proxy ${proxy.host}: ${messageOf(error)}`)));
    request.end();
    return undefined;
  };
}
