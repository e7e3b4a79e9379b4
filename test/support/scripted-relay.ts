/** A relay that does what a test tells it to, down to the bytes on the wire; `relay.ts` is the one that behaves. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface ScriptedLink {
  readonly link: WebSocket;
  /** What the link runs on. */
  readonly socket: Socket;
  /** The first message of the client, parsed. */
  readonly start: { readonly type: string; readonly data: { readonly token: string } };
}

export interface ScriptedRelay extends AsyncDisposable {
  readonly url: string;
  /** The tokens that clients came with, in order. */
  readonly tokens: readonly string[];
  /** What clients said after that, parsed, in order. */
  readonly answers: readonly { readonly data: { readonly id: string; readonly status: number } }[];
}

export interface ScriptedRelayOptions {
  /** Called for each link, when its `start` has come. */
  readonly onStart?: (link: ScriptedLink) => void;
  /** Takes the place of the handshake. */
  readonly onUpgrade?: (socket: Socket, request: IncomingMessage) => void;
}

/** On a free port of 127.0.0.1. */
export async function startScriptedRelay({ onStart, onUpgrade }: ScriptedRelayOptions): Promise<ScriptedRelay> {
  const tokens: string[] = [];
  const answers: ScriptedRelay['answers'][number][] = [];
  const sockets = new Set<Socket>();
  const links = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on('upgrade', (request, stream, head) => {
    const socket = request.socket;
    if (onUpgrade !== undefined) {
      onUpgrade(socket, request);
      return;
    }
    links.handleUpgrade(request, stream, head, (link) => {
      link.on('error', () => undefined);
      link.on('message', (data) => {
        const message = JSON.parse((data as Buffer).toString()) as ScriptedLink['start'] &
          ScriptedRelay['answers'][number];
        if (message.type !== 'start') {
          answers.push(message);
          return;
        }
        tokens.push(message.data.token);
        onStart?.({ link, socket, start: message });
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/listen/`,
    tokens,
    answers,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** The relay's acknowledgement. */
export function acknowledgement(token: unknown): string {
  return JSON.stringify({ type: 'start', version: 1, data: { token } });
}

/** A request that came to the inbox, as the relay hands it on. */
export function relayedEvent(id: string, body = ''): string {
  const data = { id, method: 'POST', headers: {}, body: Buffer.from(body).toString('base64') };
  return JSON.stringify({ type: 'event', version: 1, data });
}
