/** HTTP as bytes on a socket: requests that no client library would write, and every answer to them. */
import { connect, type Socket } from 'node:net';

export type HeaderLine = readonly [name: string, value: string];

/** Written as it is: nothing is added, corrected or checked. Texts are bytes, a character each (latin1). */
export interface RawRequest {
  /** Default `POST /webhook HTTP/1.1`. */
  readonly line?: string;
  readonly headers: readonly HeaderLine[];
  readonly body?: Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The bytes of a request. */
export function written({ line = 'POST /webhook HTTP/1.1', headers, body = new Uint8Array(0) }: RawRequest): Buffer {
  const head = [line, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** A whole request on a connection of its own, framed by its length. The last header asks for the end of the connection. */
export function framed({ headers, body = new Uint8Array(0), ...request }: RawRequest): Buffer {
  const framing: HeaderLine[] = [
    ['Content-Length', String(body.byteLength)],
    ['Connection', 'close'],
  ];
  return written({ ...request, headers: [['Host', 'localhost'], ...headers, ...framing], body });
}

export interface TalkOptions {
  /** Closes the sending side after the bytes. */
  readonly halfClose?: boolean;
  /** Gives up on a server that says nothing for so long, in milliseconds. Default: waits until it ends the connection. */
  readonly patienceMs?: number;
}

/** Sends bytes on a connection of their own; all answers until it ends, without interim ones. */
export function talk(port: number, bytes: Uint8Array, options: TalkOptions = {}): Promise<readonly RawAnswer[]> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('data', (chunk: Buffer) => (seen = Buffer.concat([seen, chunk])));
    socket.on('end', () => socket.end());
    // A reset after an answer takes nothing from it.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answersIn(seen)));
    if (options.patienceMs !== undefined) socket.setTimeout(options.patienceMs, () => socket.destroy());
    if (options.halfClose === true) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** A sender that reuses its connection as long as the server does. */
export interface Wire extends Disposable {
  /** One request that is whole; its answer, `undefined` when the connection ended without one. */
  exchange(bytes: Uint8Array, isHead?: boolean): Promise<RawAnswer | undefined>;
}

export function createWire(port: number): Wire {
  let socket: Socket | undefined;
  return {
    exchange(bytes, isHead = false) {
      const current = socket ?? connect(port, '127.0.0.1');
      socket = current;
      return new Promise((resolve) => {
        let seen = Buffer.alloc(0);
        const settle = (answer: RawAnswer | undefined, isOver: boolean): void => {
          current.off('data', onData).off('close', onClose);
          if (isOver) {
            current.destroy();
            socket = undefined;
          }
          resolve(answer);
        };
        const onData = (chunk: Buffer): void => {
          seen = Buffer.concat([seen, chunk]);
          const answer = firstAnswer(seen, isHead);
          if (answer !== undefined) settle(answer, answer.headers.get('connection') === 'close');
        };
        const onClose = (): void => settle(answersIn(seen)[0], true);
        current.on('data', onData).on('close', onClose);
        if (current.listenerCount('error') === 0) current.on('error', () => undefined);
        current.write(bytes);
      });
    },
    [Symbol.dispose]: () => void socket?.destroy(),
  };
}

/** All answers in the bytes of a whole connection; one without a declared length takes the rest. */
function answersIn(seen: Buffer): readonly RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = seen;
  for (;;) {
    const found = readHead(rest);
    if (found === undefined) return answers;
    const { status, headers, end } = found;
    const length = bodyLength(status, headers) ?? rest.length - end;
    if (status >= 200) answers.push({ status, headers, body: rest.subarray(end, end + length).toString() });
    rest = rest.subarray(end + length);
  }
}

/** The first answer that is whole without the end of the connection. */
function firstAnswer(seen: Buffer, isHead: boolean): RawAnswer | undefined {
  const found = readHead(seen);
  if (found === undefined) return undefined;
  const { status, headers, end } = found;
  if (status < 200) return firstAnswer(seen.subarray(end), isHead);
  const length = isHead ? 0 : bodyLength(status, headers);
  if (length === undefined || seen.length < end + length) return undefined;
  return { status, headers, body: seen.subarray(end, end + length).toString() };
}

function readHead(seen: Buffer) {
  const at = seen.indexOf('\r\n\r\n');
  if (at < 0) return undefined;
  const [first = '', ...lines] = seen.subarray(0, at).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`not an answer: ${first}`);
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status, headers, end: at + 4 };
}

function bodyLength(status: number, headers: ReadonlyMap<string, string>): number | undefined {
  if (status < 200 || status === 204 || status === 304) return 0;
  const declared = headers.get('content-length');
  return declared === undefined ? undefined : Number(declared);
}
