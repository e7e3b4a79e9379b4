import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PostgresClient } from '../../../src/platform/host.ts';
import { schemaOfTest, type PostgresSchema } from '../../support/postgres.ts';
import { expectScreen, screenOfRuns, WIDTHS } from '../../support/screens.ts';
import { errorOf } from '../../support/run.ts';
import { createMachine, fillFile, runOn, withoutAddress } from './machine.ts';

/** A role of the server with a password, and the address of the schema by it. */
async function roleFor(schema: PostgresSchema): Promise<{ readonly role: string; readonly url: string }> {
  const role = `app_${randomBytes(4).toString('hex')}`;
  const client = await schema.connect();
  await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'of-the-app'`);
  await client.end();
  onTestFinished(async () => {
    const owner = await schema.connect();
    await owner.query(`DROP OWNED BY ${role}`);
    await owner.query(`DROP ROLE ${role}`);
    await owner.end();
  });
  return { role, url: schema.url.replace(/\/\/[^@]+@/, `//${role}:of-the-app@`) };
}

async function inSchemaOf<T>(schema: PostgresSchema, work: (client: PostgresClient) => Promise<T>): Promise<T> {
  const client = await schema.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('state migrate', () => {
  test('creates the tables, and then finds them', async () => {
    const schema = await schemaOfTest({ isEmpty: true });
    const host = createMachine({ url: schema.url });
    const first = await runOn(host, 'state', 'migrate', '--json');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const facts = { v: 1, address: expect.stringContaining(':***@'), schema: schema.address.schema, version: 2 };
    expect(JSON.parse(first.stdout)).toEqual({ ...facts, created: [1, 2], granted_to: null });
    expect(JSON.parse((await runOn(host, 'state', 'migrate', '--json')).stdout)).toEqual({
      ...facts,
      created: [],
      granted_to: null,
    });
    expect(await runOn(host, 'state', 'status')).toMatchObject({ code: 0 });
  });

  test('at the same time creates them once', async () => {
    const schema = await schemaOfTest({ isEmpty: true });
    const ended = await Promise.all(
      Array.from({ length: 8 }, () => runOn(createMachine({ url: schema.url }), 'state', 'migrate', '--json')),
    );
    expect(ended.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 0));
    const created = ended.flatMap(({ stdout }) => (JSON.parse(stdout) as { created: number[] }).created);
    expect(created).toEqual([1, 2]);
  });

  test('grants a role what it needs and no more, when the tables are there, too', async () => {
    const schema = await schemaOfTest();
    const { role, url } = await roleFor(schema);
    const owner = createMachine({ url: schema.url });
    const app = createMachine({ url });
    const before = await runOn(app, 'state', 'status', '--json');
    expect(before.code).toBe(7);
    expect(JSON.parse(before.stdout)).toMatchObject({
      role,
      rights: { creates_tables: false, missing: expect.arrayContaining([`USAGE on schema ${schema.address.schema}`]) },
      deliveries: null,
      problem: { code: 'state_unavailable' },
    });
    expect(await runOn(owner, 'state', 'migrate', '--grant-to', role)).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^up to date: version 2 .*\ngranted app_\S+ what listeners and commands need\n$/s),
    });
    const after = await runOn(app, 'state', 'status', '--json');
    expect(after.code).toBe(0);
    expect(JSON.parse(after.stdout)).toMatchObject({ rights: { creates_tables: false, missing: [] }, problem: null });
    await fillFile(app);
    for (const argv of [
      'state import --from-sqlite',
      'state export',
      'state prune',
      'events list',
      'events replay --pending',
    ]) {
      expect(await runOn(app, ...argv.split(' '))).toMatchObject({ code: 0 });
    }
    // It finds them up to date, and can grant nothing.
    expect(await runOn(app, 'state', 'migrate')).toMatchObject({ code: 0 });
    const granted = await runOn(app, 'state', 'migrate', '--grant-to', 'pg_monitor', '--json');
    expect(granted.code).toBe(7);
    expect(errorOf(granted.stderr)).toMatchObject({ message: expect.stringContaining('may not grant rights') });
    await inSchemaOf(schema, async (client) => {
      await client.query(`SET ROLE ${role}`);
      await expect(client.query(`DROP TABLE "${schema.address.schema}".postings`)).rejects.toThrow(/owner/);
      await expect(client.query(`TRUNCATE "${schema.address.schema}".postings`)).rejects.toThrow(/denied/);
    });
  });

  test('by a role that may create nothing says who can', async () => {
    const schema = await schemaOfTest({ isEmpty: true });
    const { url } = await roleFor(schema);
    const { code, stderr } = await runOn(createMachine({ url }), 'state', 'migrate', '--json');
    expect(code).toBe(7);
    expect(errorOf(stderr)).toMatchObject({
      code: 'state_not_migrated',
      hint: 'run it as a role that may, or give an administrator the SQL: optipick state migrate --print',
    });
  });

  test('prints SQL that creates the same tables and grants the same rights', async () => {
    const [printed, migrated] = [await schemaOfTest({ isEmpty: true }), await schemaOfTest()];
    const { role, url } = await roleFor(printed);
    // Nothing listens there: it does not connect.
    const offline = printed.url.replace(/:\d+\//, ':1/');
    const { stdout, stderr } = await runOn(
      createMachine({ url: offline }),
      'state',
      'migrate',
      '--print',
      '--grant-to',
      role,
    );
    expect(stderr).toBe('');
    await inSchemaOf(printed, (client) => client.query(stdout));
    const columns = (schema: PostgresSchema) =>
      inSchemaOf(schema, async (client) => {
        const { rows } = await client.query(
          `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
           WHERE table_schema = $1 ORDER BY 1, 2`,
          [schema.address.schema],
        );
        return rows;
      });
    expect(await columns(printed)).toEqual(await columns(migrated));
    expect(await runOn(createMachine({ url }), 'state', 'status')).toMatchObject({ code: 0 });
    const rest = await runOn(createMachine({ url: offline }), 'state', 'migrate', '--print', '--from', '2');
    expect(rest).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test.each([
    ['without an address', {}, [], 2, 'no_state_url'],
    ['with --from alone', { url: 'postgres://u@127.0.0.1:1/db' }, ['--from', '1'], 2, 'conflicting_options'],
    ['with --from of the future', { url: 'postgres://u@127.0.0.1:1/db' }, ['--print', '--from', '9'], 2, 'bad_version'],
    ['with nobody there', { url: 'postgres://u:x@127.0.0.1:1/db' }, [], 7, 'state_unavailable'],
    ['with a malformed address', { url: 'postgres://127.0.0.1/db' }, [], 2, 'bad_state_url'],
  ])('%s fails', async (_what, options, argv, code, word) => {
    const ended = await runOn(createMachine(options), 'state', 'migrate', ...argv, '--json');
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(errorOf(ended.stderr)).toMatchObject({ code: word });
  });

  test('to a role that is not there is wrong usage', async () => {
    const schema = await schemaOfTest();
    const { code, stderr } = await runOn(
      createMachine({ url: schema.url }),
      'state',
      'migrate',
      '--grant-to',
      'nobody-"x',
      '--json',
    );
    expect(code).toBe(2);
    expect(errorOf(stderr)).toMatchObject({ code: 'unknown_role' });
  });

  test('of tables of a newer program is rejected', async () => {
    const schema = await schemaOfTest();
    await inSchemaOf(schema, (client) =>
      client.query(
        `INSERT INTO "${schema.address.schema}".schema_version (version, readable_by, applied_by) VALUES (9, 8, 'test')`,
      ),
    );
    for (const command of ['migrate', 'status']) {
      const { code, stderr } = await runOn(createMachine({ url: schema.url }), 'state', command, '--json');
      expect(code).toBe(7);
      expect(errorOf(stderr)).toMatchObject({ code: 'state_too_new' });
    }
  });

  test.each(WIDTHS)('fits a terminal of %d columns', async (columns) => {
    const schema = await schemaOfTest({ isEmpty: true });
    const terminal = { stdout: true, stderr: true };
    const screens = [];
    for (const [options, ...argv] of [
      [{ url: schema.url }, 'migrate'],
      [{ url: schema.url }, 'migrate'],
      [{ url: schema.url }, 'migrate', '--grant-to', 'pg_monitor'],
      [{ url: schema.url }, 'migrate', '--grant-to', 'nobody'],
      [{}, 'migrate'],
    ] as const) {
      const ended = await runOn(createMachine({ ...options, columns, terminal }), 'state', ...argv);
      screens.push({ ...ended, stderr: `$ optipick state ${argv.join(' ')}\n${withoutAddress(ended.stderr, schema)}` });
    }
    await inSchemaOf(schema, (client) => client.query('DROP OWNED BY pg_monitor').catch(() => undefined));
    await expectScreen(`state/migrate-${columns}`, screenOfRuns(screens, columns));
  });
});
