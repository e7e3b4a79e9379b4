/** The largest things that come. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { MAX_DECODED_BODY_BYTES } from '../../../src/limits.ts';
import type { Claim } from '../../../src/state/inbox.ts';
import { schemaOfTest } from '../../support/postgres.ts';
import { deliveryOf, NOW } from '../inbox-support.ts';
import { acceptAllInto, codeOf, inboxIn } from './shared.ts';

test.each([1024 * 1024, MAX_DECODED_BODY_BYTES])('a body of %i bytes comes back as it arrived', async (size) => {
  const { url } = await schemaOfTest();
  const inbox = await inboxIn(url);
  const body = new Uint8Array(randomBytes(size));
  const delivery = deliveryOf({ body });
  // A busy machine may need more than one deadline for the largest.
  await expect.poll(() => inbox.accept(delivery, [SHOW]).catch(codeOf)).toMatch(/new|duplicate/);
  const claim = async (): Promise<Uint8Array | undefined> =>
    (await inbox.claim({ owner: 'me', limits: { [SHOW]: 1 }, now: NOW }).catch(() => []))[0]?.delivery.body;
  await expect.poll(async () => Buffer.compare((await claim()) ?? new Uint8Array(0), body)).toBe(0);
});

test('a burst of large and small deliveries is stored in their order', async () => {
  const { url } = await schemaOfTest();
  const inbox = await inboxIn(url);
  const bodies = Array.from(
    { length: 24 },
    (_, index) => new Uint8Array(randomBytes(index % 3 === 0 ? 1024 * 1024 : 100)),
  );
  const answers = bodies.map((body, index) => inbox.accept(deliveryOf({ id: `msg_${index}`, body }), [SHOW]));
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['new']));
  // One answer has few of the large ones: the others are there for whoever is next.
  const claims: Claim[] = [];
  const claimAll = async (): Promise<number> => {
    const claimed = await inbox.claim({ owner: 'me', limits: { [SHOW]: 24 }, now: NOW });
    expect(claimed.filter(({ delivery }) => delivery.body.byteLength > 100).length).toBeLessThan(6);
    return claims.push(...claimed);
  };
  await expect.poll(claimAll).toBe(bodies.length);
  expect(claims.map(({ delivery }) => delivery.id)).toEqual(bodies.map((_, index) => `msg_${index}`));
  const differ = claims.filter(({ delivery }, at) => Buffer.compare(delivery.body, bodies[at] ?? delivery.body) !== 0);
  expect(differ).toEqual([]);
});

test('more deliveries at once than one statement takes are all stored', async () => {
  const { url } = await schemaOfTest();
  const inbox = await inboxIn(url);
  const ids = Array.from({ length: 1200 }, (_, index) => `msg_${index}`);
  expect(new Set(await acceptAllInto(inbox, [...ids, ...ids.slice(0, 100)]))).toEqual(new Set(['new', 'duplicate']));
  expect((await inbox.list()).map(({ id }) => id).toReversed()).toEqual(ids);
});
