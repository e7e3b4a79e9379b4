/**
 * The built program behind a relay that fails it again and again: what was answered 2xx is in its inbox, and once.
 *
 * @module-tag killing
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { payloadOf, startListener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { IN_USE, startRelay } from '../support/relay.ts';
import { createSvixSender } from '../support/svix-sender.ts';

const DELIVERIES = 150;
const AT_ONCE = 10;
const TROUBLES = 4;
/** A sender of Svix waits no longer. */
const PATIENCE_MS = 15_000;

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

test('150 deliveries while the relay cuts, refuses and goes away: each is kept once, and each drop told once', async () => {
  const random = createRandom(20261125);
  const clock = createClock();
  await using relay = await startRelay({ patienceMs: PATIENCE_MS });
  await using listener = await startListener(workplace, ['--no-fetch', '--relay'], {
    env: { OPTIPICK_RELAY_URL: relay.url },
  });
  const token = relay.started[0] ?? '';
  const sender = createSvixSender({
    url: () => relay.inbox(token),
    random: () => random.next(),
    drops: 0.05,
    pauseMs: 30,
    attempts: 1000,
  });
  const trouble = async (): Promise<void> => {
    const troubles = [
      async () => relay.drop([1001, 1006, 1011][random.below(3)] ?? 1006),
      async () => {
        relay.faults.refuse = IN_USE;
        relay.drop(1006);
        await clock.sleep(random.below(1000));
        delete relay.faults.refuse;
      },
      async () => {
        await relay.down();
        await clock.sleep(random.below(1000));
        await relay.up();
      },
    ];
    for (let number = 1; number <= TROUBLES; number += 1) {
      await clock.sleep(random.below(300));
      const links = relay.started.length;
      await troubles[number % troubles.length]?.();
      await relay.connected(links + 1);
    }
  };
  let slowest = 0;
  const numbers = Array.from({ length: DELIVERIES }, (_, number) => number).values();
  const work = async (): Promise<void> => {
    for (const number of numbers) {
      const begun = clock.monotonic();
      const attempts = await sender.send(`msg_${number}`, payloadOf(number.toString(16).padStart(24, '0')));
      slowest = Math.max(slowest, (clock.monotonic() - begun) / attempts);
      // A hurried sender would be done before the trouble begins.
      await clock.sleep(random.below(300));
    }
  };
  try {
    await Promise.all([trouble(), ...Array.from({ length: AT_ONCE }, work)]);
  } finally {
    sender.close();
  }
  listener.kill('SIGTERM');
  expect(await listener.ended).toMatchObject({ code: 143 });

  expect(sender.acknowledged.size).toBe(DELIVERIES);
  expect(slowest).toBeLessThan(PATIENCE_MS);
  const database = new DatabaseSync(join(workplace.env['OPTIPICK_STATE_DIR'] ?? '', 'optipick.db'));
  const kept = database.prepare('SELECT id FROM deliveries').all();
  database.close();
  expect(kept.map(({ id }) => String(id)).toSorted()).toEqual([...sender.acknowledged].toSorted());
  const told = (type: string): number => listener.lines().filter((line) => line['type'] === type).length;
  expect([told('ready'), told('reconnecting'), told('connected')]).toEqual([1, TROUBLES, TROUBLES]);
  expect(new Set(relay.started)).toEqual(new Set([token]));
}, 90_000);
