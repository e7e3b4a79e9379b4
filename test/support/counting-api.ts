/** Batches for an API that counts what it is sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A table of waves W1, W2, … with a column that is not sent. */
export function wavesCsv(count: number, rows = 3): string {
  const lines = ['wave_id,order_id,list_id,asis_sequence,location_id,Remark'];
  for (let wave = 1; wave <= count; wave += 1) {
    for (let row = 1; row <= rows; row += 1) {
      lines.push(`W${wave},SO-${wave}-${row},L1,${row},${'ABCD'[(wave + row) % 4]}0${1 + (row % 9)},"r, ${row}"`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What the requests of {@link wavesCsv} need beside it. */
export const WAVE_FLAGS = ['--site', 'Example', '--start', 'Start', '--end', 'End'];

/** An API that counts what arrives, by wave, and takes its time to answer. */
export async function startCounting(pauseMs: () => number) {
  const arrived = new Map<string, number>();
  let onArrival = (_count: number): void => undefined;
  let total = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat((await request.toArray()) as Uint8Array[]);
    const { wave_id: wave } = JSON.parse(body.toString()) as { wave_id: string };
    arrived.set(wave, (arrived.get(wave) ?? 0) + 1);
    total += 1;
    onArrival(total);
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ request_id: wave.slice(1).padStart(24, '0') }));
    }, pauseMs());
  };
  // A client that is killed in the middle of its request is no failure of the server.
  const server = createServer((request, response) => void answer(request, response).catch(() => undefined));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    /** Resolves when that many more have arrived. */
    more: (count: number): Promise<void> => {
      const until = total + count;
      return new Promise((resolve) => {
        onArrival = (now) => {
          if (now >= until) resolve();
        };
      });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
