import { describe, expect, onTestFinished, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { createPostgresServer, type PostgresServerOptions } from '../../support/postgres-server.ts';
import { schemaOfTest } from '../../support/postgres.ts';
import { errorOf, type Ended } from '../../support/run.ts';
import { expectScreen, screenOfRuns, WIDTHS } from '../../support/screens.ts';
import { NOW, SCOPE } from '../../state/inbox-support.ts';
import { inboxAt } from '../../state/postgres/place.ts';
import { createMachine, FILE, fillFile, runOn, TOKEN, withoutAddress } from './machine.ts';

async function serverOfTest(options: PostgresServerOptions = {}) {
  const server = await createPostgresServer(options);
  onTestFinished(() => server.end());
  return server;
}

describe('state status of a shared state', () => {
  test('has all that is known as one object', async () => {
    const schema = await schemaOfTest();
    const host = createMachine({ url: schema.url });
    await fillFile(host);
    await runOn(host, 'state', 'import', '--from-sqlite');
    const inbox = inboxAt(schema.url);
    await inbox.claim({ owner: 'alive', limits: { [SHOW]: 9 }, now: Date.now() });
    const { code, stdout, stderr } = await runOn(host, 'state', 'status', '--json');
    await inbox.close();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { bytes, table_bytes: tables, ...facts } = JSON.parse(stdout) as Record<string, unknown>;
    expect(bytes).toEqual(Object.values(tables as Record<string, number>).reduce((sum, each) => sum + each, 0));
    expect(facts).toEqual({
      v: 1,
      engine: 'postgres',
      address: expect.stringContaining(':***@'),
      schema: schema.address.schema,
      host: '127.0.0.1',
      port: schema.address.hosts[0]?.port,
      server_version: expect.stringMatching(/^\d+/),
      tls: false,
      standby: false,
      read_only: false,
      durable: true,
      settings: { fsync: 'on', synchronous_commit: 'on', synchronous_standby_names: '' },
      role: schema.address.user,
      rights: { creates_tables: true, missing: [] },
      notifications: true,
      schema_version: 2,
      readable_by: 1,
      deliveries: { pending: 3, done: 2, failed: 1 },
      oldest_pending_at: new Date(NOW).toISOString(),
      owners: [{ owner: 'alive', steps: 1 }],
      problem: null,
    });
    expect(Object.keys(tables as object)).toEqual([
      'deliveries',
      'steps',
      'step_answers',
      'submissions',
      'postings',
      'relay_tokens',
    ]);
  });

  test('without tables shows the server, and fails', async () => {
    const schema = await schemaOfTest({ isEmpty: true });
    const { code, stdout, stderr } = await runOn(createMachine({ url: schema.url }), 'state', 'status', '--json');
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      durable: true,
      schema_version: null,
      deliveries: null,
      bytes: null,
      problem: { code: 'state_not_migrated', hint: 'create them once, by a role that may: optipick state migrate' },
    });
    expect(errorOf(stderr)).toMatchObject({ code: 'state_not_migrated' });
  });

  test('that is not durable names the setting, and fails', async () => {
    const server = await serverOfTest({ settings: { synchronous_commit: 'off' } });
    const { code, stdout } = await runOn(createMachine({ url: server.url() }), 'state', 'status', '--json');
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      durable: false,
      settings: { synchronous_commit: 'off' },
      problem: { code: 'state_not_durable', hint: 'ALTER ROLE "owner" SET synchronous_commit = on' },
    });
  });

  test('on a standby shows what it holds, and fails; with both hosts it finds the primary', async () => {
    const primary = await serverOfTest();
    expect(await runOn(createMachine({ url: primary.url() }), 'state', 'migrate')).toMatchObject({ code: 0 });
    const standby = await serverOfTest({ standbyOf: primary });
    const { code, stdout } = await runOn(createMachine({ url: standby.url() }), 'state', 'status', '--json');
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      standby: true,
      read_only: true,
      notifications: null,
      deliveries: { pending: 0, done: 0, failed: 0 },
      problem: { message: expect.stringContaining('is a standby') },
    });
    const both = standby.url().replace(/@.*\//, `@127.0.0.1:${standby.port},127.0.0.1:${primary.port}/`);
    const found = await runOn(createMachine({ url: both }), 'state', 'status', '--json');
    expect(found.code).toBe(0);
    expect(JSON.parse(found.stdout)).toMatchObject({ port: primary.port, standby: false, problem: null });
  });

  test('that nobody serves shows the address without its password, and fails', async () => {
    const url = 'postgres://u:secret-of-mine@127.0.0.1:1/db';
    const { code, stdout, stderr } = await runOn(createMachine({ url }), 'state', 'status', '--json');
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      address: 'postgres://u:***@127.0.0.1:1/db',
      server_version: null,
      problem: { code: 'state_unavailable', hint: 'check that the server runs and that its address is right' },
    });
    expect(stdout + stderr).not.toContain('secret-of-mine');
  });

  test('that is paused in the middle of an answer is given up in seconds', async () => {
    const server = await serverOfTest();
    const url = server.url();
    expect(await runOn(createMachine({ url }), 'state', 'migrate')).toMatchObject({ code: 0 });
    server.pause();
    try {
      const host = createMachine({ url });
      const ended = runOn(host, 'state', 'status', '--json');
      expect(await ended).toMatchObject({ code: 7 });
      expect(JSON.parse(host.stdoutText)).toMatchObject({ problem: { code: 'state_unavailable' } });
    } finally {
      server.resume();
    }
  });

  test.each(WIDTHS)('fits a terminal of %d columns', async (columns) => {
    const schema = await schemaOfTest();
    const empty = await schemaOfTest({ isEmpty: true });
    const terminal = { stdout: true, stderr: true };
    const host = createMachine({ url: schema.url, columns, terminal });
    await fillFile(host);
    const screens: Ended[] = [];
    const show = async (machine: typeof host, line: string, of = schema): Promise<void> => {
      const ended = await runOn(machine, ...line.split(' '));
      const stdout = withoutAddress(ended.stdout, of)
        .replaceAll(/PostgreSQL \d+\.\d+/g, 'PostgreSQL 15.18')
        // It differs between versions of the server.
        .replace(/^size .*/ms, 'size            (of each table)\n');
      const stderr = `$ optipick ${line}\n${withoutAddress(ended.stderr, of)}`;
      screens.push({ ...ended, stdout, stderr });
    };
    await show(host, 'state import --from-sqlite');
    await show(host, 'state import --from-sqlite');
    await show(host, 'state status');
    await show(createMachine({ url: `${schema.url}&listen=off`, columns, terminal }), 'state status');
    await show(createMachine({ url: empty.url, columns, terminal }), 'state status', empty);
    await expectScreen(`state/shared-${columns}`, screenOfRuns(screens, columns));
  });
});

describe('state status of a file', () => {
  test('has all that is known as one object', async () => {
    const host = createMachine();
    await fillFile(host);
    const { code, stdout, stderr } = await runOn(host, 'state', 'status', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      v: 1,
      engine: 'sqlite',
      folder: '/home/picker/.local/state/optipick',
      file: FILE,
      schema_version: 8,
      bytes: expect.any(Number),
      deliveries: { pending: 3, done: 2, failed: 1 },
      oldest_pending_at: new Date(NOW).toISOString(),
      owners: [],
      rejected: 0,
      problem: null,
    });
    expect(stdout).not.toContain(TOKEN);
  });

  test('that is not there creates none', async () => {
    const host = createMachine({ files: {} });
    expect(await runOn(host, 'state', 'status', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(host.stdoutText)).toMatchObject({ bytes: null, deliveries: null, problem: null });
    expect(host.files.paths()).toEqual([]);
  });

  test('of a newer program, or that cannot be opened, fails', async () => {
    const host = createMachine();
    (await host.openDatabase(FILE)).exec('PRAGMA user_version = 99');
    const { code, stderr } = await runOn(host, 'state', 'status', '--json');
    expect(code).toBe(7);
    expect(errorOf(stderr)).toMatchObject({ code: 'state_too_new' });
    const broken = createMachine({ databaseError: Object.assign(new Error('disk I/O error'), { errcode: 10 }) });
    const ended = await runOn(broken, 'state', 'status', '--json');
    expect(ended.code).toBe(7);
    expect(JSON.parse(ended.stdout)).toMatchObject({ file: FILE, problem: { code: 'state_unavailable' } });
  });

  test.each(WIDTHS)('fits a terminal of %d columns', async (columns) => {
    const terminal = { stdout: true, stderr: true };
    const host = createMachine({ columns, terminal });
    const screens: Ended[] = [];
    for (const [machine, line] of [
      [createMachine({ columns, terminal, files: {} }), 'state status'],
      [host, 'state status'],
      [host, 'state prune'],
      [host, 'state import'],
      [host, 'state import --from-sqlite'],
      [host, 'state export state.ndjson'],
      [host, 'state export nowhere/state.ndjson'],
    ] as const) {
      if (machine === host && screens.length === 1) await fillFile(host);
      const ended = await runOn(machine, ...line.split(' '));
      screens.push({ ...ended, stderr: `$ optipick ${line}\n${ended.stderr}` });
    }
    await expectScreen(`state/file-${columns}`, screenOfRuns(screens, columns).replaceAll(/\d+ KB/g, '96 KB'));
  });
});

test('state prune deletes what is old and owes nothing, from either engine', async () => {
  const schema = await schemaOfTest();
  for (const url of [undefined, schema.url]) {
    const host = createMachine({ url });
    await fillFile(host);
    if (url !== undefined) await runOn(host, 'state', 'import', '--from-sqlite');
    // The clock is trusted when deliveries arrived in the last day, and in the week before.
    const day = 86_400_000;
    const recent = url === undefined ? host.clock.now() : Date.now();
    const old = `received_at = ${recent - 31 * day} WHERE id IN ('msg_done', 'msg_bytes') AND scope = '${SCOPE}'`;
    const changes = [
      `UPDATE @deliveries SET received_at = ${recent - 2 * day} WHERE id = 'msg_failed'`,
      `UPDATE @deliveries SET received_at = ${recent - day / 2} WHERE id = 'msg_pending'`,
      `UPDATE @deliveries SET ${old}`,
      `UPDATE @steps SET settled_at = ${recent - 31 * day}`,
    ];
    if (url === undefined) {
      const database = await host.openDatabase(FILE);
      for (const sql of changes) database.exec(sql.replaceAll('@', ''));
    } else {
      const client = await schema.connect();
      for (const sql of changes) await client.query(sql.replaceAll('@', `"${schema.address.schema}".`));
      await client.end();
    }
    expect(await runOn(host, 'state', 'prune', '--json')).toEqual({
      code: 0,
      stdout: '{"v":1,"deleted":2}\n',
      stderr: '',
    });
    expect(await runOn(host, 'state', 'prune')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing to delete: what owes nothing is stored for 30 days, longer while nothing arrives\n',
    });
  }
});
