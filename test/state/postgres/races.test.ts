/** Several listeners at the same moment, and deliveries that a database does not like. */
import { expect, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { schemaOfTest } from '../../support/postgres.ts';
import { deliveryOf, keyOf, NOW } from '../inbox-support.ts';
import { acceptAllInto, acceptInto, inboxIn, openStateAt } from './shared.ts';

test('listeners that get the same deliveries in another order never wait for each other', async () => {
  const { url } = await schemaOfTest();
  const [one, two] = await Promise.all([inboxIn(url), inboxIn(url)]);
  for (let round = 0; round < 60; round += 1) {
    const ids = Array.from({ length: 40 }, (_, index) => `round-${round}-${index}`);
    const [first, second] = await Promise.all([acceptAllInto(one, ids), acceptAllInto(two, ids.toReversed())]);
    const answers = first.map((answer, index) => new Set([answer, second.at(-1 - index)]));
    expect(answers).toEqual(ids.map(() => new Set(['new', 'duplicate'])));
  }
  expect(await one.counts()).toMatchObject({ pending: 2400 });
});

test('listeners that claim, settle, expedite and replay at the same time do not fail each other', async () => {
  const { url } = await schemaOfTest();
  const inboxes = await Promise.all([inboxIn(url), inboxIn(url), inboxIn(url)]);
  const ids = Array.from({ length: 200 }, (_, index) => `msg_${index}`);
  const [first, second, third] = inboxes;
  await acceptAllInto(first, ids);
  const all = (await first.list()).map(({ sequence }) => sequence);
  const work = async (inbox: typeof first, owner: string): Promise<void> => {
    for (let round = 0; round < 20; round += 1) {
      const claims = await inbox.claim({ owner, limits: { [SHOW]: 16 }, now: NOW });
      const keys = claims.map(({ delivery: { sequence, id }, step }) => ({ sequence, id, step }));
      await inbox.renew(keys, owner, NOW);
      const outcome = { status: 'done', at: NOW, kind: 'route' } as const;
      await Promise.all(keys.toReversed().map((key) => inbox.settle(key, owner, outcome)));
    }
  };
  const disturb = async (): Promise<void> => {
    for (let round = 0; round < 20; round += 1) {
      await third.expedite([SHOW], NOW);
      await third.reopen(round % 2 === 0 ? all : all.toReversed(), NOW);
    }
  };
  await Promise.all([work(first, 'one'), work(second, 'two'), disturb()]);
  expect(await first.list()).toHaveLength(200);
});

test('what a database cannot store as it is costs neither its neighbors nor itself', async () => {
  const { url } = await schemaOfTest();
  const inbox = await inboxIn(url);
  const odd = [
    deliveryOf({ id: 'zero', event: 'route\u0000finished', requestId: '67507ad0\u0000' }),
    deliveryOf({ id: 'half a pair', event: '\uD800' }),
    deliveryOf({
      id: 'headers',
      headers: [
        ['x-zero', '\u0000'],
        ['x-latin', '\u00FF'],
      ],
    }),
    deliveryOf({ id: 'empty', body: new Uint8Array(0), headers: [] }),
    deliveryOf({ id: 'bytes', body: Uint8Array.from({ length: 256 }, (_, byte) => byte) }),
  ];
  const plain = Array.from({ length: 20 }, (_, index) => deliveryOf({ id: `plain ${index}` }));
  const answers = await Promise.all([...odd, ...plain].map((delivery) => inbox.accept(delivery, [SHOW])));
  expect(new Set(answers)).toEqual(new Set(['new']));
  const [zero] = await inbox.find('zero');
  expect(zero).toMatchObject({ event: 'route\uFFFDfinished', requestId: '67507ad0\uFFFD' });
  expect((await inbox.find('headers'))[0]?.headers).toEqual(odd[2]?.headers);
  expect((await inbox.find('bytes'))[0]?.body).toEqual(odd[4]?.body);

  await inbox.claim({ owner: 'me', limits: { [SHOW]: 100 }, now: NOW });
  const ends = ['zero', 'plain 1', 'plain 2'].map(async (id) =>
    inbox.settle(await keyOf(inbox, id, SHOW), 'me', { status: 'failed', at: NOW, error: 'it said \u0000' }),
  );
  expect(await Promise.all(ends)).toEqual([true, true, true]);
  expect((await inbox.find('zero'))[0]?.steps[0]?.lastError).toBe('it said \uFFFD');
});

test('a delivery that a database cannot store at all is rejected alone', async () => {
  const schema = await schemaOfTest();
  const { url, address } = schema;
  const inbox = await inboxIn(url);
  // No index takes it: it cannot be made shorter by compressing it.
  const endless = Array.from({ length: 12_000 }, () => Math.random().toString(36).slice(2, 3)).join('');
  const ids = ['one', `endless ${endless}`, 'two'];
  expect(await acceptAllInto(inbox, ids)).toEqual(['new', 'state_value_rejected', 'new']);

  // While it is on its way others arrive, and wait for their turn.
  const other = await schema.connect();
  await other.query('BEGIN');
  await other.query(`LOCK TABLE "${address.schema}".deliveries IN EXCLUSIVE MODE`);
  const alone = acceptInto(inbox, ids[1] ?? '');
  const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = '"${address.schema}".deliveries'::regclass`;
  await expect.poll(async () => (await other.query(waiting)).count).toBe(1);
  const others = acceptAllInto(inbox, ['three', 'four']);
  await other.query('ROLLBACK');
  await other.end();
  expect(await alone).toBe('state_value_rejected');
  expect(await others).toEqual(['new', 'new']);
});

test('a request that many machines post at the same moment is posted by one', async () => {
  const { url } = await schemaOfTest();
  const states = await Promise.all(Array.from({ length: 4 }, () => openStateAt(url)));
  for (let round = 0; round < 50; round += 1) {
    const content = { baseUrl: 'https://example.com', kind: 'cluster', digest: `wave ${round}` } as const;
    const begun = await Promise.all(states.map(({ postings }) => postings.beginFirst(content, 'wave.csv')));
    expect(begun.filter((each) => typeof each === 'number')).toHaveLength(1);
  }
});
