/**
 * The files of the state are removed, cut, replaced or locked under a running listener: what it acknowledges is there.
 *
 * @module-tag killing
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/gate.ts';
import {
  deliver,
  OTHER_SECRET,
  payloadOf,
  SECRET,
  startListener,
  type Line,
  type Listener,
} from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { canMount } from '../support/small-disk.ts';
import { lockState } from '../support/state-lock.ts';
import { createSvixSender, type SvixSender } from '../support/svix-sender.ts';

const PAYLOAD = payloadOf('67507ad05e593173d0313e0f');

let workplace: Workplace;
let state: string;
let file: string;
beforeEach(async () => {
  workplace = await createWorkplace();
  state = workplace.env['OPTIPICK_STATE_DIR'] ?? '';
  file = join(state, 'optipick.db');
});
afterEach(() => workplace.remove());

const listen = (): Promise<Listener> => startListener(workplace, ['--no-fetch'], { timeoutMs: 120_000 });

const senderTo = (listener: Listener, attempts: number): SvixSender =>
  createSvixSender({ url: () => listener.url, random: () => 0.5, drops: 0, pauseMs: 100, attempts });

async function health({ url }: Listener): Promise<Line> {
  return (await (await fetch(new URL('/healthz', url))).json()) as Line;
}

/** The ids in the inbox, once nothing in it is pending. */
async function idsWorkedOff(listener: Listener): Promise<readonly string[]> {
  await until('nothing is pending', async () => (await health(listener))['pending'] === 0);
  const { stdout } = await workplace.run(['events', 'list', '--status', 'done', '--json', '--limit', '100000']);
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => String((JSON.parse(line) as Line)['id']));
}

interface Arrivals {
  /** Acknowledged before. */
  readonly before: readonly string[];
  /** Sent after it and acknowledged. */
  readonly after: readonly string[];
}

/** Four senders send all the time, and an accident happens meanwhile. */
async function sendDuring(listener: Listener, accident: () => void): Promise<Arrivals> {
  using sender = senderTo(listener, 200);
  let before: readonly string[] | undefined;
  const after: string[] = [];
  let number = 0;
  const send = async (): Promise<void> => {
    while (after.length < 40) {
      number += 1;
      const id = `msg_${number}`;
      const isAfter = before !== undefined;
      await sender.send(id, PAYLOAD);
      if (isAfter) after.push(id);
    }
  };
  const happen = async (): Promise<void> => {
    await until('some are acknowledged', () => sender.acknowledged.size >= 50);
    const acknowledged = [...sender.acknowledged];
    accident();
    before = acknowledged;
  };
  await Promise.all([happen(), send(), send(), send(), send()]);
  return { before: before ?? [], after };
}

const cutInHalf = (path: string): void => truncateSync(path, Math.floor(statSync(path).size / 2));

const ACCIDENTS: readonly { readonly name: string; readonly keepsBefore: boolean; readonly happen: () => void }[] = [
  { name: 'its -wal is deleted', keepsBefore: true, happen: () => rmSync(`${file}-wal`) },
  { name: 'its -wal is cut to nothing', keepsBefore: false, happen: () => truncateSync(`${file}-wal`) },
  { name: 'its -wal is cut in half', keepsBefore: false, happen: () => cutInHalf(`${file}-wal`) },
  { name: 'its database is cut to nothing', keepsBefore: false, happen: () => truncateSync(file) },
  {
    name: 'its folder is replaced',
    keepsBefore: false,
    happen() {
      renameSync(state, `${state}-old`);
      mkdirSync(state);
    },
  },
];

describe('A4: what a listener acknowledges is there after a SIGKILL, and gets done,', () => {
  test.each(ACCIDENTS)('when $name while it accepts', async ({ keepsBefore, happen }) => {
    await using listener = await listen();
    const { before, after } = await sendDuring(listener, happen);
    listener.kill('SIGKILL');
    await listener.ended;
    await using next = await listen();
    const expected = [...(keepsBefore ? before : []), ...after];
    expect(await idsWorkedOff(next)).toEqual(expect.arrayContaining(expected));
    next.kill('SIGTERM');
    expect(await next.ended).toMatchObject({ code: 143 });
  });
});

test('A4: a lock of another process holds up no rejection and no health check; a delivery is for later', async () => {
  await using listener = await listen();
  await using lock = await lockState(workplace);
  const order: string[] = [];
  const answered = async (what: string, answer: Promise<number>): Promise<void> => {
    const status = await answer;
    order.push(`${what} ${status}`);
  };
  const genuine = { id: 'msg_1', body: PAYLOAD };
  const later = answered('genuine', deliver(listener.url, genuine));
  await answered('forged', deliver(listener.url, { id: 'msg_2', body: PAYLOAD, secret: OTHER_SECRET }));
  await answered(
    'unsigned',
    fetch(listener.url, { method: 'POST', body: PAYLOAD }).then(({ status }) => status),
  );
  await answered(
    'healthz',
    fetch(new URL('/healthz', listener.url)).then(({ status }) => status),
  );
  await later;
  expect(order).toEqual(['forged 401', 'unsigned 400', 'healthz 200', 'genuine 503']);
  await lock.release();
  expect(await deliver(listener.url, genuine)).toBe(204);
  await listener.line(({ type, id }) => type === 'event' && id === 'msg_1');
});

// The index is memory that processes share: what is read of it behind its end is a signal that no program can answer.
test.runIf(process.platform === 'linux')(
  'A19: a -shm that is cut stops a listener; the next one has all that was acknowledged',
  async () => {
    await using listener = await listen();
    using sender = senderTo(listener, 1);
    for (let number = 1; number <= 20; number += 1) await sender.send(`msg_${number}`, PAYLOAD);
    truncateSync(`${file}-shm`);
    await sender.send('msg_21', PAYLOAD).catch(() => undefined);
    expect(await listener.ended).toMatchObject({ signal: 'SIGBUS' });
    await using next = await listen();
    expect(sender.acknowledged.size).toBeGreaterThanOrEqual(20);
    expect(await idsWorkedOff(next)).toEqual(expect.arrayContaining([...sender.acknowledged]));
  },
);

// Rights do not bind root, a mount does.
test.runIf(canMount())(
  'A19: a state that can only be read, with the -wal of a crash, is exit 7 at the start',
  async () => {
    await using listener = await listen();
    await deliver(listener.url, { id: 'msg_1', body: PAYLOAD });
    listener.kill('SIGKILL');
    await listener.ended;
    expect(readdirSync(state)).toContain('optipick.db-wal');
    execFileSync('mount', ['--bind', state, state]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', state]);
      const { code, stdout, stderr } = await workplace.run(['listen', '--no-fetch', '--port', '0'], {
        env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
      });
      expect([code, stdout]).toEqual([7, '']);
      expect(stderr).toMatch(/^error: .*readonly database\nhint: .*OPTIPICK_STATE_DIR.*\n$/);
    } finally {
      execFileSync('umount', ['-l', state]);
    }
  },
);
