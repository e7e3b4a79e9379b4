/** Senders that are slow, silent, half closed or gone: they neither block the others nor leave anything behind. */
import { connect, type Socket } from 'node:net';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAttackedListener, type AttackedListener } from '../support/attacked-listener.ts';
import { payloadOf, signedHeaders } from '../support/listener.ts';
import { TEST_CERTIFICATE_FILE, TEST_KEY_FILE, testTls } from '../support/tls.ts';
import { framed, talk, written, type HeaderLine } from '../support/wire.ts';

const BODY = payloadOf('67507ad05e593173d0313e0f');
const BYTES = Buffer.from(BODY);

let attacked: AttackedListener;
let served: AttackedListener;

beforeAll(async () => {
  attacked = await startAttackedListener();
  served = await startAttackedListener(['--tls-cert', TEST_CERTIFICATE_FILE, '--tls-key', TEST_KEY_FILE]);
});
afterAll(async () => {
  await attacked?.[Symbol.asyncDispose]();
  await served?.[Symbol.asyncDispose]();
});

function genuine(id: string): Buffer {
  return framed({ headers: Object.entries(signedHeaders({ id, body: BODY })), body: BYTES });
}

/** A genuine head that promises the whole body. */
function head(id: string): Buffer {
  const headers: HeaderLine[] = [['Host', 'localhost'], ...Object.entries(signedHeaders({ id, body: BODY }))];
  return written({ headers: [...headers, ['Content-Length', String(BYTES.length)]] });
}

interface Straggler {
  readonly socket: Socket;
  /** What it was sent until the end of the connection. */
  readonly ended: Promise<string>;
}

/** Connected; `say` writes what there is to be written. */
async function straggle(port: number, say: (socket: Socket) => void): Promise<Straggler> {
  const socket = connect(port, '127.0.0.1');
  let seen = '';
  socket.setEncoding('latin1').on('data', (text: string) => (seen += text));
  socket.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    socket.once('close', () => resolve(seen));
  });
  await new Promise((resolve) => {
    socket.once('connect', resolve).once('close', resolve);
  });
  say(socket);
  return { socket, ended };
}

function many(count: number, start: (number: number) => Promise<Straggler>): Promise<readonly Straggler[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => start(number)));
}

/** A byte now and then, until the listener closes the connection. */
function dribble(socket: Socket, bytes: Uint8Array): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length) socket.write(bytes.subarray(at, (at += 1)));
  }, 400);
  socket.once('close', () => clearInterval(timer));
}

/** Genuine deliveries beside them are accepted; the listener closes every slow connection, and accepts nothing from it. */
async function expectServed(
  slow: readonly Straggler[],
  prefix: string,
  { deliver, accepted }: Pick<AttackedListener, 'deliver' | 'accepted'>,
): Promise<void> {
  const ids = Array.from({ length: 20 }, (_, number) => `${prefix}_genuine_${number}`);
  expect(await Promise.all(ids.map(deliver))).toEqual(ids.map(() => 204));
  const answers = await Promise.all(slow.map(({ ended }) => ended));
  expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 2'))).toEqual([]);
  expect((await accepted()).filter((id) => id.startsWith(prefix))).toEqual(ids.toSorted());
}

// Concurrent: most of the time is spent waiting for the listener's timeouts.
describe.concurrent('genuine deliveries are accepted beside', { timeout: 60_000 }, () => {
  test('400 senders that are slow: a head in single bytes, a body that stops, nothing at all', async () => {
    const { port } = attacked;
    const slow = await Promise.all([
      many(150, (number) => straggle(port, (socket) => dribble(socket, genuine(`slow_head_${number}`)))),
      many(150, (number) =>
        straggle(port, (socket) => {
          socket.write(head(`slow_body_${number}`));
          if (number % 2 === 0) socket.write(BYTES.subarray(0, -1));
          else dribble(socket, BYTES);
        }),
      ),
      many(100, () => straggle(port, () => undefined)),
    ]);
    await expectServed(slow.flat(), 'slow', attacked);
  });

  test('300 TLS handshakes that stall or are none', async () => {
    const { port } = served;
    // A record of 512 bytes, of which a part is there.
    const hello = Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), Buffer.alloc(100, 7)]);
    const slow = await Promise.all([
      many(100, () => straggle(port, () => undefined)),
      many(50, () => straggle(port, (socket) => socket.write(hello))),
      many(50, () => straggle(port, (socket) => dribble(socket, hello))),
      many(50, (number) => straggle(port, (socket) => socket.write(genuine(`tls_plain_${number}`)))),
      many(50, () => straggle(port, (socket) => socket.write(Buffer.alloc(10_000, 255)))),
    ]);
    await expectServed(slow.flat(), 'tls', { ...served, deliver: (id) => deliverSecurely(port, id) });
  });

  test('30 senders that ask and ask, and never read an answer', async () => {
    const forged = framed({ headers: Object.entries({ ...signedHeaders({ id: 'deaf', body: '{}' }) }), body: BYTES });
    const asking = Buffer.from(
      forged.toString('latin1').replace('Connection: close', 'Connection: keep-alive'),
      'latin1',
    );
    const deaf = await many(30, () =>
      straggle(attacked.port, (socket) => {
        socket.pause();
        for (let count = 0; count < 1000; count += 1) socket.write(asking);
      }),
    );
    const ids = Array.from({ length: 20 }, (_, number) => `deaf_genuine_${number}`);
    expect(await Promise.all(ids.map(attacked.deliver))).toEqual(ids.map(() => 204));
    for (const { socket } of deaf) socket.destroy();
    expect(await attacked.health()).toBe(200);
    expect((await attacked.accepted()).filter((id) => id.startsWith('deaf'))).toEqual(ids.toSorted());
  });

  test('50 senders that half-close before the answer: a 204 is true, and they can retry', async () => {
    const ids = Array.from({ length: 50 }, (_, number) => `half_${number}`);
    const answers = await Promise.all(ids.map((id) => talk(attacked.port, genuine(id), { halfClose: true })));
    const acknowledged = ids.filter((_, number) => answers[number]?.some(({ status }) => status === 204));
    const accepted = await attacked.accepted();
    expect(acknowledged.filter((id) => !accepted.includes(id))).toEqual([]);
    expect(answers.flat().filter(({ status }) => status !== 204)).toEqual([]);
    expect(await Promise.all(ids.map(attacked.deliver))).toEqual(ids.map(() => 204));
    expect((await attacked.accepted()).filter((id) => id.startsWith('half'))).toEqual(ids.toSorted());
  });

  test('150 senders that vanish: after the head, in the body, before the answer', async () => {
    const { port } = attacked;
    const ids = Array.from({ length: 150 }, (_, number) => `gone_${number}`);
    const gone = await Promise.all(
      ids.map((id, number) =>
        straggle(port, (socket) => {
          const bytes = genuine(id);
          const vanish = (): void => void socket.resetAndDestroy();
          if (number % 3 === 0) socket.write(head(id), vanish);
          else socket.write(number % 3 === 1 ? bytes.subarray(0, -5) : bytes, vanish);
        }),
      ),
    );
    await Promise.all(gone.map(({ ended }) => ended));
    const accepted = (await attacked.accepted()).filter((id) => id.startsWith('gone'));
    // Only what arrived whole can have been accepted.
    expect(accepted.filter((id) => Number(id.slice('gone_'.length)) % 3 !== 2)).toEqual([]);
    expect(await Promise.all(ids.map(attacked.deliver))).toEqual(ids.map(() => 204));
    expect((await attacked.accepted()).filter((id) => id.startsWith('gone'))).toEqual(ids.toSorted());
  });
});

test('in the end the listeners stop cleanly, without an internal error', async () => {
  for (const { listener } of [attacked, served]) {
    expect(listener.errors()).not.toMatch(/^\s+at /m);
    listener.kill('SIGTERM');
    expect(await listener.ended).toMatchObject({ code: 143 });
  }
});

function deliverSecurely(port: number, id: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...signedHeaders({ id, body: BODY }), 'content-length': BYTES.length };
    const options = { host: '127.0.0.1', port, path: '/webhook', method: 'POST', headers, ca: testTls().cert };
    request(options, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode ?? 0));
    })
      .once('error', reject)
      .end(BODY);
  });
}
