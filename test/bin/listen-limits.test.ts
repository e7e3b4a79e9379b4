/** What somebody outside can send to a built listener, and what he cannot make it do, hold or print. */
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deliver, payloadOf, signedHeaders, startListener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startService } from '../support/webhook-service.ts';
import { framed, written } from '../support/wire.ts';

const BODY = payloadOf('67507ad05e593173d0313e0f');
const MB = 1024 * 1024;

let workplace: Workplace;
const sockets: Socket[] = [];
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await workplace.remove();
});

/** Sends bytes on a connection of its own and resolves with the status of the answer. */
function send(port: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = opened(port);
    socket.once('data', (chunk: Buffer) => resolve(Number(chunk.toString('latin1').split(' ', 2)[1])));
    socket.once('error', reject);
    socket.write(bytes);
  });
}

function opened(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

const health = async (url: string): Promise<Readonly<Record<string, unknown>>> =>
  (await (await fetch(new URL('/healthz', url))).json()) as Readonly<Record<string, unknown>>;

test('A13: neither a web page nor an unsigned request ends --once; a forged one does, with exit 9', async () => {
  await using listener = await startListener(workplace, ['--no-fetch', '--once']);
  const page = framed({
    headers: [
      ['Content-Type', 'text/plain'],
      ['Origin', 'https://evil.example'],
    ],
    body: Buffer.from(BODY),
  });
  expect(await send(listener.port, page)).toBe(403);
  expect(await send(listener.port, framed({ headers: [['Sec-Fetch-Site', 'cross-site']] }))).toBe(403);
  const unsigned = framed({ headers: [['Content-Type', 'application/json']], body: Buffer.from(BODY) });
  expect(await send(listener.port, unsigned)).toBe(400);
  await listener.line(({ reason }) => reason === 'missing_header');
  expect(await deliver(listener.url, { id: 'msg_forged', body: BODY, headers: { 'svix-signature': 'v1,AAAA' } })).toBe(
    401,
  );
  expect((await listener.ended).code).toBe(9);
});

test('A13: with --no-verify-signature a web page still runs no command', async () => {
  const done = join(workplace.folder, 'done');
  await using listener = await startListener(workplace, [
    '--no-fetch',
    '--no-verify-signature',
    '--exec',
    `cat >> ${done}`,
  ]);
  const page = { headers: [['Origin', 'null']] as const, body: Buffer.from('{"request_id":"from-a-page"}') };
  expect(await send(listener.port, framed(page))).toBe(403);
  const sender = { headers: [['Content-Type', 'application/json']] as const, body: Buffer.from(BODY) };
  expect(await send(listener.port, framed(sender))).toBe(204);
  await expect.poll(() => readFile(done, 'utf8').catch(() => '')).toContain('67507ad05e593173d0313e0f');
  expect(await readFile(done, 'utf8')).not.toContain('from-a-page');
});

test('A14: the token of a forward target is sent to the target, and neither shown nor stored', async () => {
  await using target = await startService(({ path }, response) => {
    response.writeHead(path.includes('token=planted') && target.seen.length > 1 ? 204 : 500).end();
  });
  const url = `${target.url}?token=planted-token#planted-fragment`;
  const running = workplace.start(['listen', '--no-fetch', '--port', '0', '--forward-to', url, '--count', '1', '-v'], {
    env: { OPTIPICK_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  });
  let stderr = '';
  const at = await new Promise<string>((resolve) => {
    running.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      const found = /listening on (\S+)/.exec(stderr)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  expect(await deliver(at, { id: 'msg_1', body: BODY })).toBe(204);
  const ended = await running;
  expect(target.seen[0]?.path).toBe('/hooks?token=planted-token');
  const shown = await workplace.run(['events', 'show', 'msg_1']);
  const listed = await workplace.run(['events', 'list', '--json']);
  const failed = `forward ${target.url}: pending after 1 attempt`;
  expect(shown.stdout).toContain(failed);
  const states = await readdir(join(workplace.folder, 'state'));
  const stored = await Promise.all(states.map((name) => readFile(join(workplace.folder, 'state', name), 'latin1')));
  for (const text of [String(ended.stdout), stderr, shown.stdout, listed.stdout, ...stored]) {
    expect(text).not.toContain('planted');
  }
});

test('A2: bytes in flight are bounded: what comes beyond is answered 503, reported once and counted', async () => {
  await using listener = await startListener(workplace, ['--no-fetch', '--max-body', '8mb']);
  const large = (id: string): Buffer => {
    const headers = Object.entries({ ...signedHeaders({ id, body: '' }), 'content-length': String(8 * MB) });
    return written({ headers: [['Host', 'localhost'], ...headers], body: Buffer.alloc(8 * MB - 1) });
  };
  // Eight times 8 MB are all of it. Each stalls before its last byte.
  for (let number = 0; number < 8; number += 1) opened(listener.port).write(large(`msg_stalled_${number}`));
  let probes = 0;
  await expect
    .poll(() => send(listener.port, large(`msg_probe_${(probes += 1)}`)), { timeout: 20_000, interval: 200 })
    .toBe(503);
  // A short body comes with its head, and a forged one is judged by its headers: neither needs any of it.
  expect(await deliver(listener.url, { id: 'msg_small', body: BODY })).toBe(204);
  const old = { id: 'msg_old', body: BODY, at: Date.now() - 3_600_000 };
  expect(await deliver(listener.url, old)).toBe(401);
  const { limits_reached: limits } = (await health(listener.url)) as { limits_reached: { overloaded: number } };
  expect(limits.overloaded).toBeGreaterThan(0);
  expect(listener.errors().match(/too many bytes are being received/g)).toHaveLength(1);
});

test('A3: what is answered is recorded, also when it is stopped in the middle; rejected ones within a limit', async () => {
  const records = join(workplace.folder, 'records');
  await using listener = await startListener(workplace, ['--no-fetch', '--record', records, '--record-limit', '20kb']);
  const forged = framed({
    headers: [
      ['Content-Type', 'application/json'],
      ['svix-id', 'msg_forged'],
    ],
    body: Buffer.alloc(1024, 'x'),
  });
  for (let number = 0; number < 25; number += 1) expect(await send(listener.port, forged)).toBe(400);
  const answered: string[] = [];
  const sending = Array.from({ length: 8 }, async (_, worker) => {
    for (let number = 0; number < 100; number += 1) {
      const id = `msg_${worker}_${number}`;
      const status = await deliver(listener.url, { id, body: BODY }).catch(() => 0);
      if (status !== 204) return;
      answered.push(id);
    }
  });
  await expect.poll(() => answered.length).toBeGreaterThan(20);
  listener.kill('SIGTERM');
  await Promise.all(sending);
  expect((await listener.ended).code).toBe(143);
  const names = await readdir(records);
  expect(answered.filter((id) => !names.some((name) => name.includes(`-204-${id}.http`)))).toEqual([]);
  expect(names.filter((name) => name.includes('-400-'))).toHaveLength(20);
  expect(listener.lines().at(-1)).toMatchObject({ type: 'closed', not_recorded: 5 });
  expect(listener.errors().match(/records of rejected requests have reached their limit/g)).toHaveLength(1);
});

test('A10: lines that nobody reads are counted, not kept, and the count is printed when they are read', async () => {
  const running = workplace.start(['listen', '--json', '--no-fetch', '--port', '0'], {
    env: { OPTIPICK_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  });
  const { stdout } = running;
  let text = '';
  const first = await new Promise<string>((resolve) => {
    stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      resolve(text.split('\n')[0] ?? '');
    });
  });
  stdout?.pause();
  const { port } = JSON.parse(first) as { port: number };
  const forged = written({
    headers: [
      ['Host', 'localhost'],
      ['Content-Type', 'application/json'],
      ['svix-id', `msg_${'x'.repeat(200)}`],
      ['Content-Length', '0'],
    ],
  });
  const most = 6000;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const socket = opened(port);
      for (let number = 0; number < most / 8; number += 1) {
        const answer = new Promise((resolve) => {
          socket.once('data', resolve);
        });
        socket.write(forged);
        await answer;
      }
    }),
  );
  stdout?.resume();
  const linesOf = (type: string): readonly { readonly count?: number }[] =>
    text
      .split('\n')
      .filter((line) => line.includes(`"type":"${type}"`))
      .map((line) => JSON.parse(line) as { readonly count?: number });
  await expect.poll(() => linesOf('more').length, { timeout: 15_000 }).toBeGreaterThan(0);
  const left = linesOf('more').reduce((sum, { count = 0 }) => sum + count, 0);
  expect(linesOf('rejected').length + left).toBe(most);
  running.kill('SIGTERM');
  await running;
  expect(linesOf('closed')).toMatchObject([{ rejected: most }]);
});
