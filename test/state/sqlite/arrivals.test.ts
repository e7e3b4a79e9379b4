import { describe, expect, test } from 'vitest';
import { createArrivalClock } from '../../../src/state/arrival-clock.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { createClock } from '../../../src/platform/clock.ts';
import { createArrivals } from '../../../src/state/sqlite/arrivals.ts';
import { createInboxFolder, deliveryOf } from '../inbox-support.ts';

const ID = '67507ad05e593173d0313e0f';

describe('who waits for a result', () => {
  test('is woken when another connection writes an event about it, and by no other', async () => {
    using folder = createInboxFolder();
    const inbox = folder.open();
    await inbox.accept(deliveryOf({ id: 'msg_before' }), [SHOW]);
    const database = await folder.database();
    const clock = createArrivalClock(createClock(), createArrivals(database, createClock()), ID);
    let woken = false;
    // Longer than the test may take.
    const waiting = clock.sleep(600_000).then(() => (woken = true));
    await inbox.accept(deliveryOf({ id: 'msg_other', requestId: 'b'.repeat(24) }), [SHOW]);
    await createClock().sleep(600);
    expect(woken).toBe(false);
    await inbox.accept(deliveryOf({ id: 'msg_mine' }), [SHOW]);
    await waiting;
    database.close();
    await inbox.close();
  });

  test('is woken once for each event, and pauses as usual after it', async () => {
    using folder = createInboxFolder();
    const inbox = folder.open();
    const database = await folder.database();
    const clock = createArrivalClock(createClock(), createArrivals(database, createClock()), ID);
    await inbox.accept(deliveryOf({ id: 'msg_1' }), [SHOW]);
    await clock.sleep(600_000);
    const began = clock.monotonic();
    await clock.sleep(700);
    expect(clock.monotonic() - began).toBeGreaterThan(690);
    database.close();
    await inbox.close();
  });

  test('ends with the reason of its signal', async () => {
    using folder = createInboxFolder();
    const database = await folder.database();
    const clock = createArrivalClock(createClock(), createArrivals(database, createClock()), ID);
    const abort = new AbortController();
    const waiting = clock.sleep(600_000, abort.signal);
    abort.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    database.close();
  });

  test('goes on without when the state cannot be read', async () => {
    using folder = createInboxFolder();
    const database = await folder.database();
    const arrivals = createArrivals(database, createClock());
    database.close();
    expect(arrivals.newest(ID)).toBe(0);
    await createArrivalClock(createClock(), arrivals, ID).sleep(300);
  });
});
