/** Statements that a server keeps by a name, and connections on which names do not last. */
import { expect, test } from 'vitest';
import type { PostgresClient } from '../../../src/platform/host.ts';
import { schemaOfTest } from '../../support/postgres.ts';

const SUM = 'SELECT $1::int + $2::int AS sum';

async function withConnection(work: (client: PostgresClient, other: PostgresClient) => Promise<void>): Promise<void> {
  const schema = await schemaOfTest({ isEmpty: true });
  const [client, other] = [await schema.connect(), await schema.connect()];
  try {
    await work(client, other);
  } finally {
    await client.end();
    await other.end();
  }
}

const sumOn = async (client: PostgresClient, left: number, right: number): Promise<unknown> =>
  (await client.queryPrepared(SUM, [left, right])).rows[0]?.['sum'];

const preparedOn = async (client: PostgresClient): Promise<unknown[]> =>
  (await client.query(`SELECT name, statement FROM pg_prepared_statements WHERE statement LIKE '%AS sum'`)).rows.map(
    ({ name }) => name,
  );

test('a prepared statement is read once, under the same name for all', () =>
  withConnection(async (client, other) => {
    expect([await sumOn(client, 1, 2), await sumOn(client, 3, 4), await sumOn(other, 5, 6)]).toEqual([3, 7, 11]);
    const names = await preparedOn(client);
    expect(names).toEqual([expect.stringMatching(/^optipick_[\da-f]{32}$/)]);
    expect(await preparedOn(other)).toEqual(names);
    await client.query(SUM, [1, 2]);
    expect(await preparedOn(client)).toEqual(names);
  }));

test('a name that the connection does not have any more is not used again', () =>
  withConnection(async (client) => {
    expect(await sumOn(client, 1, 2)).toBe(3);
    await client.query('DEALLOCATE ALL');
    expect([await sumOn(client, 3, 4), await sumOn(client, 5, 6)]).toEqual([7, 11]);
    expect(await preparedOn(client)).toEqual([]);
  }));

test('a name that the connection has of another client is not used again', () =>
  withConnection(async (client, other) => {
    await sumOn(other, 1, 2);
    const [name] = await preparedOn(other);
    await client.query(`PREPARE ${String(name)} (int, int) AS SELECT 0 AS lent`);
    expect([await sumOn(client, 3, 4), await sumOn(client, 5, 6)]).toEqual([7, 11]);
  }));

test('what fails for another reason is not sent twice', () =>
  withConnection(async (client) => {
    await client.query('CREATE TEMPORARY SEQUENCE tries');
    const failing = client.queryPrepared(`SELECT $1::int / (nextval('tries') - nextval('tries') + 1)`, [1]);
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    const { rows } = await client.query('SELECT last_value::int AS last FROM tries');
    expect(rows).toEqual([{ last: 2 }]);
  }));
