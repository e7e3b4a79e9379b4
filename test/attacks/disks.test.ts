/**
 * The disk under the inbox: full, read-only, shared with another listener. What cannot be stored is answered 503, and
 * what was answered 2xx is stored, whatever else happens. The file systems are small ones in memory, which only root can mount.
 *
 * @module-tag killing
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { deliver, payloadOf, SECRET, startListener, type Listener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { canMount } from '../support/small-disk.ts';
import { createSvixSender } from '../support/svix-sender.ts';

const ID = '67507ad05e593173d0313e0f';
/** Large ones fill a disk sooner. */
const LARGE = JSON.stringify({ request_id: ID, padding: 'x'.repeat(20_000) });
const LIFE_MS = 120_000;

let workplace: Workplace;
let state: string;
beforeEach(async () => {
  workplace = await createWorkplace();
  state = workplace.env['OPTIPICK_STATE_DIR'] ?? '';
  mkdirSync(state);
});
afterEach(async () => {
  await workplace.remove();
});

function start(args: readonly string[] = []): Promise<Listener> {
  return startListener(workplace, ['--no-fetch', ...args], { timeoutMs: LIFE_MS });
}

async function idsInInbox(): Promise<readonly string[]> {
  const { stdout } = await workplace.run(['events', 'list', '--json', '--limit', '10000']);
  const ids = stdout.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { id: string }).id]));
  return ids.toSorted();
}

/** Mounted for as long as `work` lasts. */
async function onDisk(folder: string, options: string, work: () => Promise<void>): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  try {
    await work();
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
}

describe.skipIf(!canMount())('a separate disk (skipped without permission to mount one)', () => {
  test('that fills up under load: nothing answered 2xx is lost, and the rest is accepted once there is space', async () => {
    // Room for the write-ahead log, which SQLite may let grow to 16 MB.
    await onDisk(state, 'size=48m', async () => {
      await using listener = await start();
      const ballast = join(state, 'ballast');
      // A disk that others fill.
      writeFileSync(ballast, Buffer.alloc(46_000_000));
      const ids = Array.from({ length: 150 }, (_, number) => `msg_${number}`);
      // Each twice at once: the second may share the failure of the first, or its success.
      const queue = ids.values();
      const answers: (readonly [string, number])[] = [];
      const sender = async (): Promise<void> => {
        for (const id of queue) {
          const twice = [id, id].map(() => deliver(listener.url, { id, body: LARGE }));
          for (const status of await Promise.all(twice)) answers.push([id, status]);
        }
      };
      await Promise.all(Array.from({ length: 8 }, sender));
      expect(new Set(answers.map(([, status]) => status))).toEqual(new Set([204, 503]));
      const acknowledged = new Set(answers.filter(([, status]) => status === 204).map(([id]) => id));
      const rejected = ids.filter((id) => !acknowledged.has(id));
      expect(rejected.length).toBeGreaterThan(0);
      rmSync(ballast);
      for (const id of rejected) await expect.poll(() => deliver(listener.url, { id, body: LARGE })).toBe(204);
      listener.kill('SIGKILL');
      await listener.ended;
      expect(await idsInInbox()).toEqual(ids.toSorted());
    });
  });

  test('that is full already: the listener does not start, and says so', async () => {
    await onDisk(state, 'size=4m', async () => {
      expect(() => writeFileSync(join(state, 'ballast'), Buffer.alloc(5_000_000))).toThrow('ENOSPC');
      const { code, stdout, stderr } = await workplace.run(['listen', '--json', '--port', '0', '--no-fetch'], {
        env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
      });
      expect([code, stdout]).toEqual([7, '']);
      expect(JSON.parse(stderr)).toMatchObject({ error: { exitCode: 7 } });
    });
  });

  test('that is read-only: the listener does not start, and says why', async () => {
    await onDisk(state, 'ro', async () => {
      const { code, stdout, stderr } = await workplace.run(['listen', '--json', '--port', '0', '--no-fetch'], {
        env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
      });
      expect([code, stdout]).toEqual([7, '']);
      expect(JSON.parse(stderr)).toMatchObject({
        error: { code: 'state_unavailable', message: expect.stringContaining(state) as string },
      });
    });
  });

  test('that becomes read-only for a while: 503 until it is writable again, without a restart', async () => {
    await using listener = await start();
    expect(await deliver(listener.url, { id: 'msg_before', body: payloadOf(ID) })).toBe(204);
    const ids = Array.from({ length: 20 }, (_, number) => `msg_${number}`);
    const statusOf = (id: string): Promise<number> => deliver(listener.url, { id, body: payloadOf(ID) });
    await onDisk(state, 'ro', async () => {
      expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 503));
    });
    for (const id of ids) await expect.poll(() => statusOf(id)).toBe(204);
    expect(await idsInInbox()).toEqual([...ids, 'msg_before'].toSorted());
  });
});

test('two equal listeners on one state that get every delivery twice: each is accepted, shown and forwarded once', async () => {
  const forwarded = new Map<string, number>();
  const target = createServer((request, response) => {
    const id = String(request.headers['svix-id']);
    forwarded.set(id, (forwarded.get(id) ?? 0) + 1);
    request.resume().once('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => {
    target.listen(0, '127.0.0.1', resolve);
  });
  const forwardTo = ['--forward-to', `http://127.0.0.1:${(target.address() as AddressInfo).port}/`];
  await using one = await start(forwardTo);
  await using two = await start(forwardTo);
  const random = createRandom(1);
  const senders = [one, two].map((listener) =>
    createSvixSender({ url: () => listener.url, random: () => random.next(), drops: 0.05, pauseMs: 20, attempts: 100 }),
  );
  try {
    const ids = Array.from({ length: 400 }, (_, number) => `msg_${number}`);
    const queue = ids.values();
    const worker = async (): Promise<void> => {
      for (const id of queue) {
        await Promise.all([...senders, ...senders].map((sender) => sender.send(id, payloadOf(ID))));
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    await expect.poll(() => forwarded.size).toBe(ids.length);
    const statusOf = async (): Promise<string> =>
      (await workplace.run(['events', 'list', '--json', '--status', 'pending'])).stdout;
    await expect.poll(statusOf).toBe('');
    expect([...forwarded.values()].filter((count) => count !== 1)).toEqual([]);
    expect(await idsInInbox()).toEqual(ids.toSorted());
    const shown = [one, two].flatMap((listener) => listener.lines().filter(({ type }) => type === 'event'));
    expect(shown.map(({ id }) => String(id)).toSorted()).toEqual(ids.toSorted());
  } finally {
    for (const sender of senders) sender.close();
    target.close();
    target.closeAllConnections();
  }
});
