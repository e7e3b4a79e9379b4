/** What every store of arrivals promises, whatever deliveries are stored in. */
import { describe, expect, test } from 'vitest';
import { createArrivalClock } from '../../src/state/arrival-clock.ts';
import type { Arrivals } from '../../src/state/arrivals.ts';
import { SHOW } from '../../src/state/delivery-steps.ts';
import { createClock } from '../../src/platform/clock.ts';
import type { Inbox } from '../../src/state/inbox.ts';
import { deliveryOf } from './inbox-support.ts';
import { storeOfTest, type CreatePlace } from './store-place.ts';

const ID = '67507ad05e593173d0313e0f';

/** Arrivals, and the inbox of a listener beside them. */
export interface ArrivalsBesideInbox {
  readonly arrivals: Arrivals;
  readonly inbox: Inbox;
}

/** Runs the promises as tests. `createPlace` makes an empty place for each test. */
export function describeArrivals(name: string, createPlace: CreatePlace<ArrivalsBesideInbox>): void {
  describe(`${name}: how many deliveries about a request have arrived`, () => {
    test('is 0 for none, and one more for each', async () => {
      const { arrivals, inbox } = await storeOfTest(createPlace);
      const counts = [await arrivals.count(ID)];
      for (const id of ['msg_1', 'msg_1', 'msg_2']) {
        await inbox.accept(deliveryOf({ id }), [SHOW]);
        counts.push(await arrivals.count(ID));
      }
      await inbox.accept(deliveryOf({ id: 'msg_other', requestId: 'b'.repeat(24) }), [SHOW]);
      counts.push(await arrivals.count(ID));
      expect(counts).toEqual([0, 1, 1, 2, 2]);
    });
  });

  describe(`${name}: a wait for a result`, () => {
    test('is woken when another connection writes an event about it, and by no other', async () => {
      const { arrivals, inbox } = await storeOfTest(createPlace);
      await inbox.accept(deliveryOf({ id: 'msg_before' }), [SHOW]);
      const clock = await createArrivalClock(createClock(), arrivals, ID);
      let woken = false;
      // Longer than the test may take.
      const waiting = clock.sleep(600_000).then(() => (woken = true));
      await inbox.accept(deliveryOf({ id: 'msg_other', requestId: 'b'.repeat(24) }), [SHOW]);
      await createClock().sleep(600);
      expect(woken).toBe(false);
      await inbox.accept(deliveryOf({ id: 'msg_mine' }), [SHOW]);
      await waiting;
    });

    test('is woken once for each event, and pauses as usual after it', async () => {
      const { arrivals, inbox } = await storeOfTest(createPlace);
      const clock = await createArrivalClock(createClock(), arrivals, ID);
      await inbox.accept(deliveryOf({ id: 'msg_1' }), [SHOW]);
      await clock.sleep(600_000);
      const began = clock.monotonic();
      await clock.sleep(700);
      expect(clock.monotonic() - began).toBeGreaterThan(690);
    });

    test('ends with the reason of its signal', async () => {
      const { arrivals } = await storeOfTest(createPlace);
      const clock = await createArrivalClock(createClock(), arrivals, ID);
      const abort = new AbortController();
      const waiting = clock.sleep(600_000, abort.signal);
      abort.abort(new Error('stopped'));
      await expect(waiting).rejects.toThrow('stopped');
    });
  });
}
