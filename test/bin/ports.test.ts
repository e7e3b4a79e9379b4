/** The ports of `listen` and `sandbox` against senders that stall, flood and ask without a key. Raw sockets. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { deliver, payloadOf, startListener } from '../support/listener.ts';
import { HEADROOM, peakMemory, TELLS_PEAK } from '../support/memory.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { dial, raw, reading, rest, send } from '../support/raw-socket.ts';
import { startSandbox } from '../support/sandbox.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const MEGABYTE = 1024 * 1024;

/** Heads and bodies that stop somewhere. */
const STALLED = [
  '',
  'POST /webhook HT',
  'POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nx',
  'POST /optimize/route HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na',
];

/** The connections, and what came on each before it was closed. */
async function stall(port: number, heads: readonly string[]): Promise<readonly Promise<string>[]> {
  const ends: Promise<string>[] = [];
  for (const bytes of heads) {
    const socket = await dial({ port });
    ends.push(rest(socket));
    socket.write(bytes);
  }
  return ends;
}

describe('A2: with connections that stall', () => {
  test('listen ends within its grace: none of them lasts until its own time is over', async () => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    const ends = await stall(listener.port, STALLED);
    expect(await deliver(listener.url, { id: 'msg_1', body: payloadOf('67507ad05e593173d0313e0f') })).toBe(204);
    listener.kill('SIGTERM');
    expect((await listener.ended).code).toBe(143);
    expect((await Promise.all(ends)).join('')).not.toMatch(/408/);
  });

  test('sandbox ends at once', async () => {
    await using sandbox = await startSandbox(workplace);
    const ends = await stall(sandbox.ready.port, STALLED);
    expect((await sandbox.call('GET', '/_sandbox/messages')).status).toBe(200);
    expect(await sandbox.stop('SIGTERM')).toMatchObject({ code: 143 });
    expect((await Promise.all(ends)).join('')).not.toMatch(/408/);
  });

  test.skipIf(!TELLS_PEAK)(
    'in 15 KB of headers each, listen takes little memory, and is there for others',
    async () => {
      await using listener = await startListener(workplace, ['--no-fetch']);
      const idle = peakMemory(listener.pid);
      const head = `POST /webhook HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(15_000)}`;
      const ends = await stall(
        listener.port,
        Array.from({ length: 1000 }, () => head),
      );
      expect(await deliver(listener.url, { id: 'msg_1', body: payloadOf('67507ad05e593173d0313e0f') })).toBe(204);
      const answers = await Promise.all(ends);
      expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 408 '))).toHaveLength(1000);
      expect(peakMemory(listener.pid) - idle).toBeLessThan(HEADROOM);
    },
  );
});

describe('A2: NODE_OPTIONS', () => {
  test('makes the port neither lenient nor generous', async () => {
    const env = { NODE_OPTIONS: '--insecure-http-parser --max-http-header-size=1000000' };
    await using listener = await startListener(workplace, ['--no-fetch'], { env });
    const post = 'POST /webhook HTTP/1.1\r\nHost: h\r\n';
    const smuggling = await raw(listener, `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`);
    expect(smuggling).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(listener, `${post}X: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('A16: a sandbox without the key', () => {
  /** Sends all of a body of 64 MB, or as much of it as is taken, and returns the first line of the answer. */
  async function upload(port: number, head: string): Promise<string> {
    const socket = await dial({ port });
    const until = reading(socket);
    socket.write(head);
    const piece = Buffer.alloc(MEGABYTE, 'x');
    for (let sent = 0; sent < 64 && (await send(socket, piece)); sent += 1);
    const answer = await until(/^HTTP\/1\.1 \d+/);
    socket.destroy();
    return answer;
  }

  test.skipIf(!TELLS_PEAK)('bodies of 64 MB take little memory', async () => {
    await using sandbox = await startSandbox(workplace);
    const pid = sandbox.process.pid ?? 0;
    const idle = peakMemory(pid);
    const known = `Host: 127.0.0.1\r\nContent-Length: ${64 * MEGABYTE}\r\n\r\n`;
    const endless = `Host: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n${(64 * MEGABYTE).toString(16)}\r\n`;
    const requests = ['GET /', 'POST /optimize/route', 'POST /_sandbox/endpoints', 'PUT /nothing'].flatMap((line) =>
      [known, endless].map((rest) => `${line} HTTP/1.1\r\n${rest}`),
    );
    const answers = await Promise.all([...requests, ...requests].map((head) => upload(sandbox.ready.port, head)));
    const expected = ['200', '200', '403', '403', '403', '403', '404', '404'].map((status) => `HTTP/1.1 ${status}`);
    expect(answers).toEqual([...expected, ...expected]);
    expect(peakMemory(pid) - idle).toBeLessThan(HEADROOM);
  });
});
