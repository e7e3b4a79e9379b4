/**
 * A server or a listener that ends without a word.
 * @module-tag killing
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { LEASE_MS, type Inbox } from '../../../src/state/inbox.ts';
import { schemaOfTest } from '../../support/postgres.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { startInboxChild } from '../inbox-process.ts';
import { acceptAllInto, acceptInto, failureOf, inboxIn, migrateAt } from './shared.ts';
import { NOW, deliveryOf } from '../inbox-support.ts';

describe('a server that is killed', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await createPostgresServer();
    await migrateAt(server.url());
  });
  afterAll(() => server.end());

  test('is reported to each sender, and used again when it is back', async () => {
    const inbox = await inboxIn(server.url());
    expect(await acceptInto(inbox, 'before')).toBe('new');
    for (const round of ['first', 'second', 'third']) {
      await server.kill();
      const ids = Array.from({ length: 20 }, (_, index) => `${round}-${index}`);
      expect(new Set(await acceptAllInto(inbox, ids))).toEqual(new Set(['state_unavailable']));
      const failure = await failureOf(inbox.accept(deliveryOf({ id: 'refused' }), [SHOW]));
      expect(failure.message).toMatch(/^postgres:\/\/owner:\*\*\*@127\.0\.0\.1:\d+\/postgres cannot be used: \w/);
      expect(failure).toMatchObject({ retryable: true, hint: expect.stringContaining('optipick state status') });
      await server.start();
      await expect.poll(() => acceptInto(inbox, `${round}-after`)).toMatch(/new|duplicate/);
      expect(new Set(await acceptAllInto(inbox, ids))).toEqual(new Set(['new']));
    }
    expect(await inbox.counts()).toMatchObject({ pending: 64 });
  });

  test('loses nothing that was acknowledged while it was killed, and stores nothing twice', async () => {
    const over = new AbortController();
    const acknowledged = new Set<string>();
    const fresh: string[] = [];
    const deliver = async (inbox: Inbox, id: string): Promise<void> => {
      while (!over.signal.aborted && !acknowledged.has(id)) {
        const answer = await acceptInto(inbox, id);
        if (answer === 'new') fresh.push(id);
        if (/new|duplicate/.test(answer)) acknowledged.add(id);
        // As a sender of webhooks does: the same one until it is taken.
        else await new Promise((resolve) => void setTimeout(resolve, 5));
      }
    };
    // Each delivery through two listeners at the same time.
    const inboxes = await Promise.all([inboxIn(server.url()), inboxIn(server.url())]);
    const send = async (sender: number): Promise<void> => {
      for (let number = 0; !over.signal.aborted; number += 1) {
        await Promise.all(inboxes.map((inbox) => deliver(inbox, `load-${sender}-${number}`)));
      }
    };
    const senders = Array.from({ length: 8 }, (_, sender) => send(sender));
    for (let round = 0; round < 4; round += 1) {
      const enough = acknowledged.size + 50;
      await expect.poll(() => acknowledged.size).toBeGreaterThan(enough);
      await server.kill();
      await server.start();
    }
    over.abort();
    await Promise.all(senders);
    const stored = await server.query(`SELECT id FROM optipick.deliveries WHERE id LIKE 'load-%'`);
    const ids = stored.map(({ id }) => String(id));
    expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(fresh).size).toBe(fresh.length);
  });
});

describe('a listener that is killed with what it works on', () => {
  test('leaves it to another as soon as its lease has ended', async () => {
    const schema = await schemaOfTest();
    const { url, address } = schema;
    const child = await startInboxChild(new URL('state-child.ts', import.meta.url), url);
    await child.ask('accept one two three');
    expect(await child.ask('claim child 2')).toEqual(['one', 'two']);
    await child.kill();

    const inbox = await inboxIn(url);
    // Settled, so that a lease of its own ends for none of them.
    const claim = async (): Promise<string[]> => {
      const claims = await inbox.claim({ owner: 'heir', limits: { [SHOW]: 5 }, now: NOW });
      for (const { delivery, step } of claims) {
        const { sequence, id } = delivery;
        await inbox.settle({ sequence, id, step }, 'heir', { status: 'done', at: NOW });
      }
      return claims.map(({ delivery, attempts }) => `${delivery.id}, attempt ${attempts}`);
    };
    expect(await claim()).toEqual(['three, attempt 1']);
    const client = await schema.connect();
    const { rows } = await client.query(
      `SELECT max(lease_until - extract(epoch FROM clock_timestamp()) * 1000)::int AS rest
       FROM "${address.schema}".steps WHERE owner = 'child'`,
    );
    await client.end();
    expect(Number(rows[0]?.['rest'])).toBeLessThanOrEqual(LEASE_MS);
    await expect.poll(claim).toEqual(['one, attempt 2', 'two, attempt 2']);
  });
});
