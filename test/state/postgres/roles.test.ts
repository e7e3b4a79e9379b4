/** Roles, schemas and servers that a state can or cannot be used with, and what is said where it cannot. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClock } from '../../../src/platform/clock.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { parseStateUrl } from '../../../src/settings/state-url.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { createDoor } from '../../../src/state/postgres/door.ts';
import { grantSql, migrate, migrationSql, SCHEMA_VERSION } from '../../../src/state/postgres/migrations.ts';
import { connectTo } from '../../support/postgres.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { deliveryOf, keyOf, NOW, SCOPE } from '../inbox-support.ts';
import { acceptInto, doorTo, failureOf, inboxIn, migrateAt, openStateAt } from './shared.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await createPostgresServer({ settings: { max_connections: '30' } });
});
afterAll(() => server.end());

let roles = 0;

/** A new role, and the address by which it connects. */
async function createRole(schema: string): Promise<{ readonly role: string; readonly url: string }> {
  const role = `app ${(roles += 1)}`;
  await server.query(`CREATE ROLE "${role}" LOGIN PASSWORD 'of a test'`);
  return { role, url: server.url(`?schema=${schema}`, encodeURIComponent(role)) };
}

/** What keeps an address from being used. */
async function refusalOf(url: string): Promise<{ code: string; message: string; hint: string | undefined }> {
  const { code, message, hint } = await failureOf((await openStateAt(url)).submissions.find('any'));
  return { code, message: message.replaceAll(/:\d{4,5}\b/g, ':PORT'), hint };
}

describe('a role that may not create anything', () => {
  test('does everything a listener and a command do, and can change no table', async () => {
    await migrateAt(server.url('?schema=granted'));
    const { role, url } = await createRole('granted');
    for (const sql of grantSql('granted', role)) await server.query(sql);
    const state = await openStateAt(url);
    const inbox = state.inbox(SCOPE);
    let heard = 0;
    const stop = state.wakeUps.listen(() => (heard += 1));
    expect(await state.wakeUps.test()).toBe(true);
    const other = await inboxIn(url);
    expect(await acceptInto(other, 'one')).toBe('new');
    await expect.poll(() => heard).toBe(1);
    stop();
    expect(await inbox.claim({ owner: 'me', limits: { [SHOW]: 5 }, now: NOW })).toHaveLength(1);
    const answer = { status: 200, headers: [], body: new Uint8Array(3), isCut: false };
    const outcome = { status: 'done', at: NOW, kind: 'route', answer } as const;
    expect(await inbox.settle(await keyOf(inbox, 'one', SHOW), 'me', outcome)).toBe(true);
    await inbox.reopen([(await keyOf(inbox, 'one', SHOW)).sequence], NOW);
    await inbox.prune(NOW);
    await state.submissions.remember({ requestId: 'r', kind: 'route', baseUrl: SCOPE, profile: 'default' });
    const number = await state.postings.begin({ baseUrl: SCOPE, kind: 'route', digest: 'd' }, 'wave.csv');
    await state.postings.withdrawn(number);
    await state.relayTokens.keep('default', 'relay', 'token');
    const client = await connectTo(parseStateUrl(url));
    for (const sql of ['CREATE TABLE granted.more ()', 'DROP TABLE granted.steps', 'TRUNCATE granted.deliveries']) {
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
    await client.end();
  });

  test('without its rights is told how to get them', async () => {
    await migrateAt(server.url('?schema=forbidden'));
    const { url, role } = await createRole('forbidden');
    expect(await refusalOf(url)).toMatchInlineSnapshot(`
      {
        "code": "state_unavailable",
        "hint": "let their owner grant it its rights: optipick state migrate --grant-to <role>",
        "message": "postgres://app%202:***@127.0.0.1:PORT/postgres?schema=forbidden: this role may not read the tables in schema forbidden",
      }
    `);
    await server.query(`GRANT USAGE ON SCHEMA forbidden TO "${role}"`);
    expect(await refusalOf(url)).toMatchInlineSnapshot(`
      {
        "code": "state_unavailable",
        "hint": "let their owner grant it its rights: optipick state migrate --grant-to <role>",
        "message": "postgres://app%202:***@127.0.0.1:PORT/postgres?schema=forbidden: this role may not read the tables in schema forbidden",
      }
    `);
    expect(await refusalOf(`${url}&migrate=auto`)).toMatchInlineSnapshot(`
      {
        "code": "state_unavailable",
        "hint": "let their owner grant it its rights: optipick state migrate --grant-to <role>",
        "message": "postgres://app%202:***@127.0.0.1:PORT/postgres?schema=forbidden: this role may not read the tables in schema forbidden",
      }
    `);
  });
});

describe('a schema', () => {
  test('that is empty is not migrated by itself', async () => {
    expect(await refusalOf(server.url('?schema=nobody'))).toMatchInlineSnapshot(`
      {
        "code": "state_not_migrated",
        "hint": "create them once, by a role that may: optipick state migrate",
        "message": "postgres://owner:***@127.0.0.1:PORT/postgres?schema=nobody has no tables of optipick yet",
      }
    `);
  });

  test('is created once where eight programs do so at the same instant', async () => {
    const create = async (): Promise<number> => {
      const client = await connectTo(parseStateUrl(server.url()));
      try {
        return (await migrate(client, 'at_once', 'test')).length;
      } finally {
        await client.end();
      }
    };
    const created = await Promise.all(Array.from({ length: 8 }, create));
    expect(created.filter((versions) => versions > 0)).toEqual([SCHEMA_VERSION]);
    expect(await acceptInto(await inboxIn(server.url('?schema=at_once')), 'one')).toBe('new');
  });

  test('is created by those who connect where that is wanted', async () => {
    const url = server.url('?schema=wanted&migrate=auto');
    const inboxes = await Promise.all(Array.from({ length: 4 }, () => inboxIn(url)));
    const answers = await Promise.all(inboxes.map((inbox) => acceptInto(inbox, 'one')));
    expect(answers.toSorted()).toEqual(['duplicate', 'duplicate', 'duplicate', 'new']);
  });

  test('that an administrator creates from the SQL that is printed can be used', async () => {
    await server.query(migrationSql('printed', 0, 'test'));
    expect(await acceptInto(await inboxIn(server.url('?schema=printed')), 'one')).toBe('new');
  });

  test('of a newer program is used where that allows it, and rejected where it does not', async () => {
    const url = server.url('?schema=newer');
    await migrateAt(url);
    const next = (readableBy: number): Promise<unknown> =>
      server.query(
        'INSERT INTO newer.schema_version (version, readable_by, applied_by) VALUES ($1, $2, $3)',
        `${SCHEMA_VERSION + readableBy}`,
        `${readableBy}`,
        'a newer one',
      );
    await next(SCHEMA_VERSION);
    expect(await acceptInto(await inboxIn(url), 'one')).toBe('new');
    await next(SCHEMA_VERSION + 1);
    expect(await refusalOf(url)).toMatchInlineSnapshot(`
      {
        "code": "state_too_new",
        "hint": "update optipick",
        "message": "postgres://owner:***@127.0.0.1:PORT/postgres?schema=newer was migrated by a newer optipick",
      }
    `);
  });

  test('that is dropped under a listener is missed by name', async () => {
    const url = server.url('?schema=dropped');
    await migrateAt(url);
    const inbox = await inboxIn(url);
    expect(await acceptInto(inbox, 'one')).toBe('new');
    await server.query('DROP SCHEMA dropped CASCADE');
    expect(await acceptInto(inbox, 'two')).toBe('state_not_migrated');
    await expect
      .poll(() => failureOf(inbox.accept(deliveryOf({ id: 'three' }), [SHOW])))
      .toMatchObject({
        message: expect.stringContaining('has no tables of optipick yet'),
      });
    await migrateAt(url);
    await expect.poll(() => acceptInto(inbox, 'two')).toBe('new');
  });
});

describe('a server', () => {
  test('that does not flush for a role is rejected with the remedy, which cures it', async () => {
    const url = server.url('?schema=lasting');
    await migrateAt(url);
    const { url: byRole, role } = await createRole('lasting');
    for (const sql of grantSql('lasting', role)) await server.query(sql);
    await server.query(`ALTER ROLE "${role}" SET synchronous_commit = off`);
    const refusal = await refusalOf(byRole);
    expect(refusal).toMatchInlineSnapshot(`
      {
        "code": "state_not_durable",
        "hint": "ALTER ROLE "app 3" SET synchronous_commit = on",
        "message": "postgres://app%203:***@127.0.0.1:PORT/postgres?schema=lasting may lose what it has committed: synchronous_commit is off",
      }
    `);
    // A role may do so for itself.
    const client = await connectTo(parseStateUrl(byRole));
    await client.query(refusal.hint ?? '');
    await client.end();
    expect(await acceptInto(await inboxIn(byRole), 'one')).toBe('new');
    await server.query(`ALTER ROLE "${role}" SET synchronous_commit = local`);
    expect(await acceptInto(await inboxIn(byRole), 'two')).toBe('new');
  });

  test('that accepts no writes for a role is rejected', async () => {
    const url = server.url('?schema=reading');
    await migrateAt(url);
    const { url: byRole, role } = await createRole('reading');
    for (const sql of grantSql('reading', role)) await server.query(sql);
    await server.query(`ALTER ROLE "${role}" SET default_transaction_read_only = on`);
    expect(await refusalOf(byRole)).toMatchInlineSnapshot(`
      {
        "code": "state_unavailable",
        "hint": "set default_transaction_read_only = off",
        "message": "postgres://app%204:***@127.0.0.1:PORT/postgres?schema=reading accepts no writes",
      }
    `);
  });

  test('that stores not all characters is rejected', async () => {
    await server.query(`CREATE DATABASE western ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    expect(await refusalOf(server.url().replace('/postgres', '/western'))).toMatchInlineSnapshot(`
      {
        "code": "state_unavailable",
        "hint": "create a database with ENCODING 'UTF8'",
        "message": "postgres://owner:***@127.0.0.1:PORT/western stores texts as LATIN1",
      }
    `);
  });

  test('that has no connection left says so, and is used when there is one again', async () => {
    const url = server.url('?schema=crowded');
    await migrateAt(url);
    const { url: byRole, role } = await createRole('crowded');
    for (const sql of grantSql('crowded', role)) await server.query(sql);
    const crowd = await Promise.all(
      Array.from({ length: 27 }, () => connectTo(parseStateUrl(byRole)).catch(() => undefined)),
    );
    const inbox = await inboxIn(byRole);
    expect(await refusalOf(byRole)).toMatchObject({
      code: 'state_unavailable',
      hint: 'the server has no connection left: raise max_connections, or put a pooler in front of it',
    });
    expect(await acceptInto(inbox, 'one')).toBe('state_unavailable');
    for (const client of crowd) await client?.end();
    await expect.poll(() => acceptInto(inbox, 'one')).toBe('new');
  });

  test('that may lose its files is rejected', async () => {
    const careless = await createPostgresServer({ settings: { fsync: 'off' } });
    try {
      await migrateAt(careless.url());
      expect(await refusalOf(careless.url())).toMatchInlineSnapshot(`
        {
          "code": "state_not_durable",
          "hint": "set fsync = on in postgresql.conf",
          "message": "postgres://owner:***@127.0.0.1:PORT/postgres may lose what it has committed: fsync is off",
        }
      `);
    } finally {
      await careless.end();
    }
  });

  test('takes none of what the environment of psql says', async () => {
    await migrateAt(server.url());
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('PGOPTIONS', '-c synchronous_commit=off');
    vi.stubEnv('PGSSLNEGOTIATION', 'direct');
    vi.stubEnv('PGSSLMODE', 'require');
    expect(await acceptInto(await inboxIn(server.url()), 'one')).toBe('new');
  });

  test('is asked by one of many at a time while it cannot be used', async () => {
    const address = parseStateUrl(server.url('?schema=nobody'));
    const clock = createClock();
    let attempts = 0;
    let time = 0;
    const door = createDoor({
      ...(await doorTo(server.url('?schema=nobody'))),
      address,
      clock: { ...clock, monotonic: () => time },
      openPostgres: (options) => openPostgres({ ...options, port: ((attempts += 1), options.port) }),
    });
    const tryTimes = (times: number): Promise<unknown> =>
      Promise.all(Array.from({ length: times }, () => failureOf(door.connect())));
    await tryTimes(1);
    await tryTimes(10);
    expect(attempts).toBe(1);
    for (const pauseMs of [100, 200, 400, 800, 1000, 1000]) {
      time += pauseMs - 1;
      await tryTimes(3);
      time += 1;
      attempts = 0;
      await tryTimes(10);
      expect(attempts).toBe(1);
    }
  });
});
