/** A relay as the clients of Svix's own expect it, with every fault that it may have. Real WebSockets, real HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

const LISTEN = '/api/v1/listen/';
const INBOX = /^(?:\/api\/v1)?\/in\/([^/]+)\/?$/;
const TOKEN = /^c_[0-9A-Za-z]{10,27}$/;
/** Its very words. */
export const IN_USE = 'This socket is already in use';

/** Headers of an answer that describe another connection, or another body. */
const UNFIT = new Set(['transfer-encoding', 'content-length', 'content-encoding', 'connection']);

export interface RelayFaults {
  /** Time between two pings; 0: none. Default 20 s. */
  pingMs?: number;
  /** Takes connections and says nothing at all, not even a handshake. */
  mute?: boolean;
  /** Opens the link and then neither speaks nor reads. */
  silent?: boolean;
  /** Holds the acknowledgement back so long; `Infinity`: for ever. */
  startDelayMs?: number;
  /** Closes each newcomer with 1008 and this reason. */
  refuse?: string | undefined;
  /** Sends this before the acknowledgement. */
  beforeStart?: readonly (string | Uint8Array)[];
  /** Sends its frames as binary messages. */
  binary?: boolean;
  /** Names in odd case. */
  oddCase?: boolean;
  /** The same id for every event. */
  sameId?: boolean;
  /** 502 for answers with headers that no longer fit, as the real one was seen to give. Default true. */
  strict?: boolean;
  /** How long a sender waits for its answer. Default 30 s, then 504. */
  patienceMs?: number;
}

export interface Exchange {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly binary: boolean;
}

export interface TestRelay extends AsyncDisposable {
  /** For `OPTIPICK_RELAY_URL`. */
  readonly url: string;
  readonly port: number;
  /** Can be changed at any time. */
  readonly faults: RelayFaults;
  /** Tokens of the links that were acknowledged, in order. */
  readonly started: string[];
  /** What the clients answered. */
  readonly answers: Exchange[];
  /** Ways in which clients closed their links. */
  readonly closed: { readonly code: number; readonly reason: string }[];
  inbox(token?: string): string;
  /** Sends bytes or text to the listener as they are. */
  say(frame: string | Uint8Array): void;
  /** Ends all links: with a closing frame, or (1006) without. */
  drop(code: number, reason?: string): void;
  /**
   * All links go dead without a closing: nothing comes and nothing is read any more. The relay itself finds out after
   * `heldMs`, and holds the token until then.
   */
  silence(heldMs: number): void;
  /** Resolves when so many links have been acknowledged in all. */
  connected(count: number): Promise<void>;
  /** Takes no connections at all, as if the machine were not there; `up` brings it back at the same port. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export async function startRelay(faults: RelayFaults = {}): Promise<TestRelay> {
  const links = new Map<string, WebSocket>();
  const waiting = new Map<string, (exchange: Exchange) => void>();
  const sockets = new Set<Socket>();
  /** Links that went dead. */
  const dead = new WeakSet<WebSocket>();
  const started: string[] = [];
  const answers: Exchange[] = [];
  const closed: { code: number; reason: string }[] = [];
  let watchers: (() => void)[] = [];
  let events = 0;

  const send = (link: WebSocket, frame: unknown): void => {
    if (dead.has(link)) return;
    const text = typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame);
    link.send(text, { binary: faults.binary === true || text instanceof Uint8Array });
  };

  const acknowledge = (link: WebSocket, token: string): void => {
    if (link.readyState !== WebSocket.OPEN) return;
    send(link, { type: 'start', version: 1, data: { token } });
    started.push(token);
    for (const watch of watchers) watch();
  };

  const begin = (link: WebSocket, text: string): void => {
    let token: unknown;
    try {
      token = (JSON.parse(text) as { data?: { token?: unknown } }).data?.token;
    } catch {
      link.close(1008, 'Invalid start');
      return;
    }
    if (typeof token !== 'string' || !TOKEN.test(token)) link.close(1008, 'Invalid token');
    else if (faults.refuse !== undefined) link.close(1008, faults.refuse);
    else if (links.has(token)) link.close(1008, IN_USE);
    else {
      const taken = token;
      links.set(taken, link);
      link.on('close', () => {
        if (links.get(taken) === link) links.delete(taken);
      });
      for (const frame of faults.beforeStart ?? []) send(link, frame);
      const delay = faults.startDelayMs ?? 0;
      if (delay === 0) acknowledge(link, taken);
      else if (Number.isFinite(delay)) setTimeout(() => acknowledge(link, taken), delay);
    }
  };

  const settle = (text: string, binary: boolean): void => {
    const { data } = JSON.parse(text) as {
      data: { id: string; status: number; headers: Record<string, string>; body: string };
    };
    const exchange = { ...data, body: Buffer.from(data.body, 'base64').toString(), binary };
    answers.push(exchange);
    waiting.get(data.id)?.(exchange);
    waiting.delete(data.id);
  };

  const wss = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });
  wss.on('connection', (link) => {
    // One for each sender that waits.
    link.setMaxListeners(0);
    if (faults.silent === true) {
      link.pause();
      return;
    }
    let begun = false;
    const ping = faults.pingMs ?? 20_000;
    const pings =
      ping === 0
        ? undefined
        : setInterval(() => {
            if (!dead.has(link)) link.ping();
          }, ping);
    link.on('message', (data, binary) => {
      const text = (data as Buffer).toString();
      if (begun) settle(text, binary);
      else begin(link, text);
      begun = true;
    });
    link.on('close', (code, reason) => {
      clearInterval(pings);
      closed.push({ code, reason: reason.toString() });
    });
    link.on('error', () => undefined);
  });

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = INBOX.exec(request.url ?? '')?.[1];
    const body = Buffer.concat((await request.toArray()) as Uint8Array[]);
    const link = token === undefined ? undefined : links.get(token);
    if (link === undefined) {
      response.writeHead(404).end('no listener');
      return;
    }
    events += 1;
    const id = faults.sameId === true ? 'relay_same' : `relay_${events}`;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        faults.oddCase === true ? name.toUpperCase() : name,
        [value ?? ''].flat().join(', '),
      ]),
    );
    const { promise, resolve } = Promise.withResolvers<Exchange | undefined>();
    waiting.set(id, resolve);
    const timer = setTimeout(() => resolve(undefined), faults.patienceMs ?? 30_000);
    link.once('close', () => resolve(undefined));
    send(link, {
      type: 'event',
      version: 1,
      data: { id, method: request.method, headers, body: body.toString('base64') },
    });
    const answer = await promise;
    clearTimeout(timer);
    if (answer === undefined) {
      response.writeHead(504).end('no answer');
      return;
    }
    if (faults.strict !== false && Object.keys(answer.headers).some((name) => UNFIT.has(name.toLowerCase()))) {
      response.writeHead(502).end('headers that do not fit');
      return;
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };

  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    if (request.url !== LISTEN) socket.destroy();
    else if (faults.mute !== true)
      wss.handleUpgrade(request, socket, head, (link) => wss.emit('connection', link, request));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const down = async (): Promise<void> => {
    if (!server.listening) return;
    const ended = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const link of wss.clients) link.terminate();
    for (const socket of sockets) socket.destroy();
    await ended;
  };
  return {
    url: `ws://127.0.0.1:${port}${LISTEN}`,
    port,
    faults,
    started,
    answers,
    closed,
    inbox: (token = started.at(-1) ?? '') => `http://127.0.0.1:${port}/in/${token}/`,
    say(frame) {
      for (const link of links.values()) link.send(frame, { binary: frame instanceof Uint8Array });
    },
    drop(code, reason = '') {
      for (const link of wss.clients) {
        if (code === 1006) link.terminate();
        else link.close(code, reason);
      }
    },
    silence(heldMs) {
      for (const link of links.values()) {
        dead.add(link);
        link.pause();
        setTimeout(() => link.terminate(), heldMs);
      }
    },
    connected: (count) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (started.length < count) return;
          watchers = watchers.filter((one) => one !== watch);
          resolve();
        };
        watchers.push(watch);
        watch();
      }),
    down,
    up: () => listen(port),
    [Symbol.asyncDispose]: down,
  };
}
