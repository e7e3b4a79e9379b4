/**
 * Listeners whose wall clock jumps, while that of the machine stays.
 *
 * @module-tag killing
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakedClock, NO_FAKED_CLOCK, type ClockOffset, type FakedClock } from '../support/faked-clock.ts';
import { until } from '../support/gate.ts';
import { deliver, payloadOf, startListener, type Line, type Listener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startService, type WebhookService } from '../support/webhook-service.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ID = '67507ad05e593173d0313e0f';
const THREE = ['msg_1', 'msg_2', 'msg_3'];

let workplace: Workplace;
let clock: FakedClock;
beforeEach(async () => {
  workplace = await createWorkplace();
  clock = createFakedClock(workplace.folder);
});
afterEach(async () => {
  if (NO_FAKED_CLOCK === undefined) clock.forget();
  await workplace.remove();
});

const listen = (...args: readonly string[]): Promise<Listener> =>
  startListener(workplace, ['--no-fetch', ...args], { env: clock.env, timeoutMs: 120_000 });

async function end(listener: Listener, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  listener.kill(signal);
  await listener.ended;
}

/** Signed by a sender whose clock is ahead by as much. */
async function deliverAll({ url }: Listener, ids: readonly string[], aheadMs = 0): Promise<readonly number[]> {
  const at = Date.now() + aheadMs;
  return await Promise.all(ids.map((id) => deliver(url, { id, body: payloadOf(ID), at })));
}

async function listed(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await workplace.run(['events', 'list', '--json', ...args], { env: clock.env });
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => String((JSON.parse(line) as Line)['id'])).toSorted();
}

/** Does not answer, or answers 500, until it is `well`. */
async function startSickTarget(sick: 'hangs' | 'fails') {
  const state = { isWell: false };
  const service: WebhookService = await startService((_request, response) => {
    if (state.isWell) response.writeHead(204).end();
    else if (sick === 'fails') response.writeHead(500).end();
  });
  return Object.assign(service, { recover: () => (state.isWell = true) });
}

describe.skipIf(NO_FAKED_CLOCK !== undefined)(`A5: a clock that jumps (${NO_FAKED_CLOCK ?? 'libfaketime'})`, () => {
  const jumps: readonly (readonly [string, ClockOffset, number])[] = [
    ['a day ahead', '+1d', DAY_MS],
    ['40 days ahead', '+40d', 40 * DAY_MS],
    ['an hour back', '-1h', -HOUR_MS],
  ];
  test.each(jumps)('%s at a crash, and right again: the work goes on at once', async (_what, offset, aheadMs) => {
    await using target = await startSickTarget('hangs');
    clock.set(offset);
    await using crashing = await listen('-f', target.url);
    expect(await deliverAll(crashing, THREE, aheadMs)).toEqual([204, 204, 204]);
    await until('all are being forwarded', () => target.seen.length === 3);
    await end(crashing, 'SIGKILL');
    clock.set('+0');
    target.recover();
    await using next = await listen('-f', target.url);
    await until('all are forwarded', async () => (await listed('--status', 'done')).length === 3);
    expect(target.seen.length).toBe(6);
    await end(next, 'SIGTERM');
  });

  test.each(jumps)('%s while a retry waits: it is made', async (_what, offset) => {
    await using target = await startSickTarget('fails');
    await using listener = await listen('-f', target.url);
    await deliverAll(listener, THREE);
    await until('all wait for a retry', () => THREE.every((id) => listener.errors().includes(`${id}: forward `)));
    clock.set(offset);
    target.recover();
    await until('all are forwarded', async () => (await listed('--status', 'done')).length === 3);
    await end(listener, 'SIGTERM');
  });

  test('40 days ahead: the inbox keeps its deliveries, and the same ids are duplicates', async () => {
    await using before = await listen();
    await deliverAll(before, THREE);
    await until('all are done', async () => (await listed('--status', 'done')).length === 3);
    await end(before, 'SIGTERM');

    clock.set('+40d');
    const ahead = 40 * DAY_MS;
    for (const news of ['msg_4', 'msg_5']) {
      // What arrives under this clock is no witness for it at the next start, when the inbox is tidied.
      await using listener = await listen();
      expect(await deliverAll(listener, [...THREE, news], ahead)).toEqual([204, 204, 204, 204]);
      await listener.line(({ type, id }) => type === 'event' && id === news);
      await end(listener, 'SIGTERM');
      expect(listener.lines().at(-1)).toMatchObject({ type: 'closed', accepted: 1, duplicates: 3, pending: 0 });
    }
    expect(await listed()).toEqual([...THREE, 'msg_4', 'msg_5']);

    clock.set('+0');
    await using after = await listen();
    expect(await deliverAll(after, [...THREE, 'msg_4'])).toEqual([204, 204, 204, 204]);
    await end(after, 'SIGTERM');
    expect(after.lines().at(-1)).toMatchObject({ type: 'closed', accepted: 0, duplicates: 4, pending: 0 });
  });
});
