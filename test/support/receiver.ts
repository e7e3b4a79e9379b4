/** A webhook receiver on 127.0.0.1 that takes everything in, and hands out what came, one by one. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Receiver {
  readonly url: string;
  /** The next delivery, waited for. */
  next(): Promise<Received>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `statuses`: how the first deliveries are answered; those after them with 204. */
export async function startReceiver(statuses: readonly number[] = []): Promise<Receiver> {
  const ready: Received[] = [];
  const waiting: ((received: Received) => void)[] = [];
  let count = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const received = { headers: request.headers, body: await bodyOf(request) };
      response.writeHead(statuses[count] ?? 204).end();
      count += 1;
      const wake = waiting.shift();
      if (wake === undefined) ready.push(received);
      else wake(received);
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    next() {
      const received = ready.shift();
      return received === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(received);
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
