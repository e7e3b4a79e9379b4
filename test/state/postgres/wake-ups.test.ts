/** Notifications between machines: from what one stores to what another does. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../../src/platform/clock.ts';
import type { Clock } from '../../../src/platform/host.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { deliveryOf, SCOPE } from '../inbox-support.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { acceptInto, inboxIn, migrateAt, openStateAt } from './shared.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await createPostgresServer();
  await migrateAt(server.url());
});
afterAll(() => server.end());

test('a delivery that another machine stores wakes, and one that it knows already does not', async () => {
  const listening = await openStateAt(server.url());
  let heard = 0;
  onTestFinished(listening.wakeUps.listen(() => (heard += 1)));
  expect(await listening.wakeUps.test()).toBe(true);
  const inbox = await inboxIn(server.url());
  expect(await acceptInto(inbox, 'wakes')).toBe('new');
  await expect.poll(() => heard).toBe(1);
  expect(await acceptInto(inbox, 'wakes')).toBe('duplicate');
  // Notifications come in the order in which they were sent.
  expect(await acceptInto(inbox, 'wakes, too')).toBe('new');
  await expect.poll(() => heard).toBe(2);
});

test('what a machine stores itself does not wake it over the network', async () => {
  const state = await openStateAt(server.url());
  let heard = 0;
  onTestFinished(state.wakeUps.listen(() => (heard += 1)));
  expect(await acceptInto(state.inbox(SCOPE), 'my own')).toBe('new');
  expect(await state.wakeUps.test()).toBe(true);
  expect(heard).toBe(0);
});

test('a burst wakes others a few times rather than once for each delivery', async () => {
  const listening = await openStateAt(server.url());
  let heard = 0;
  onTestFinished(listening.wakeUps.listen(() => (heard += 1)));
  await listening.wakeUps.test();
  const sending = await openStateAt(server.url());
  const inbox = sending.inbox(SCOPE);
  for (let number = 0; number < 100; number += 1) await acceptInto(inbox, `burst ${number}`);
  await sending.close();
  await expect.poll(() => heard).toBeGreaterThan(0);
  expect(heard).toBeLessThan(100);
});

test('a connection that is lost listens again once there is a new one', async () => {
  const proxy = await startTcpProxy(server.port);
  onTestFinished(() => proxy.end());
  const listening = await openStateAt(server.url('', undefined, `127.0.0.1:${proxy.port}`));
  let heard = 0;
  onTestFinished(listening.wakeUps.listen(() => (heard += 1)));
  expect(await listening.wakeUps.test()).toBe(true);
  proxy.cut();
  // As a listener asks each second what is due.
  await expect
    .poll(() =>
      listening
        .inbox(SCOPE)
        .counts()
        .then(
          () => 'connected',
          () => 'lost',
        ),
    )
    .toBe('connected');
  const inbox = await inboxIn(server.url());
  let sent = 0;
  await expect.poll(async () => (await acceptInto(inbox, `again ${(sent += 1)}`)) && heard > 0).toBe(true);
});

test('who waits for a result is woken by a delivery that another machine stores, without a pause of its own', async () => {
  const clock = createClock();
  // Its pauses never end by themselves.
  const patient: Clock = {
    ...clock,
    sleep: (ms, signal) => clock.sleep(ms === 1000 ? 2 ** 30 : ms, signal),
  };
  const waiting = await openStateAt(server.url(), patient);
  const arrived = Promise.withResolvers<number>();
  onTestFinished(waiting.arrivals.watch('awaited', 0, arrived.resolve));
  await waiting.wakeUps.test();
  const inbox = await inboxIn(server.url());
  await inbox.accept(deliveryOf({ id: 'of the awaited', requestId: 'awaited' }), [SHOW]);
  expect(await arrived.promise).toBe(1);
});

test('a state that is closed while it notifies connects no more', async () => {
  const state = await openStateAt(server.url());
  const inbox = state.inbox(SCOPE);
  const accepting = ['a', 'b', 'c', 'd'].map((name) => acceptInto(inbox, `at the end ${name}`));
  await accepting[0];
  void acceptInto(inbox, 'at the very end');
  await state.close();
  await Promise.all(accepting);
  const connections = async (): Promise<number> =>
    (await server.query(`SELECT FROM pg_stat_activity WHERE application_name = 'test' AND state = 'idle'`)).length;
  await expect.poll(connections).toBe(0);
});

test('where nobody shall be notified nobody listens', async () => {
  const state = await openStateAt(server.url('?listen=off'));
  expect(await state.wakeUps.test()).toBe(false);
});
