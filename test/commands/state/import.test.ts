import { describe, expect, test } from 'vitest';
import { openPostgresState } from '../../../src/state/postgres/state.ts';
import { createClock } from '../../../src/platform/clock.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { schemaOfTest, type PostgresSchema } from '../../support/postgres.ts';
import type { FakeHost } from '../../support/fake-host.ts';
import { errorOf } from '../../support/run.ts';
import { deliveryOf, SCOPE } from '../../state/inbox-support.ts';
import { createMachine, FILE, fillFile, FORWARD, runOn, TOKEN } from './machine.ts';

/** Every table without its numbers, as SQL says it of either engine: an inbox knows nothing of this query. */
const TABLES: Readonly<Record<string, string>> = {
  deliveries: `SELECT id, scope, received_at, verified, kind, event, request_id, headers, body FROM @deliveries ORDER BY sequence`,
  steps: `SELECT d.id, d.scope, s.step, s.scope AS of, s.state, s.attempts, s.next_attempt_at, s.settled_at, s.owner,
    s.lease_until, s.last_error, s.history, s.result FROM @steps s JOIN @deliveries d ON d.sequence = s.delivery ORDER BY d.sequence, s.step`,
  step_answers: `SELECT d.id, d.scope, a.step, a.at, a.status, a.is_cut, a.headers, a.body
    FROM @step_answers a JOIN @deliveries d ON d.sequence = a.delivery ORDER BY d.sequence, a.step`,
  submissions: `SELECT base_url, request_id, kind, site_name, wave_id, profile, submitted_at, state, settled_at
    FROM @submissions ORDER BY number`,
  postings: `SELECT base_url, kind, digest, name, started_at, answered_at, request_id FROM @postings ORDER BY number`,
  relay_tokens: `SELECT profile, relay, token FROM @relay_tokens ORDER BY profile, relay`,
};

type Rows = readonly Readonly<Record<string, unknown>>[];

async function rowsOfFile(host: FakeHost): Promise<Record<string, Rows>> {
  const database = await host.openDatabase(FILE);
  return Object.fromEntries(
    Object.entries(TABLES).map(([name, sql]) => [
      name,
      database
        .prepare(sql.replaceAll('@', ''))
        .all()
        .map((row) => plain(row)),
    ]),
  );
}

async function rowsOfSchema(schema: PostgresSchema): Promise<Record<string, Rows>> {
  const { address } = schema;
  const client = await schema.connect();
  const tables: Record<string, Rows> = {};
  for (const [name, sql] of Object.entries(TABLES)) {
    const { rows } = await client.query(
      sql.replaceAll('@', `"${address.schema}".`).replace(', s.step', ', s.step COLLATE "C"'),
    );
    tables[name] = rows.map((row) => plain(row));
  }
  await client.end();
  return tables;
}

/** Booleans, integers of 64 bits, bytes and characters that an engine does not have. */
function plain(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const one = (name: string, value: unknown): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (name === 'verified' || name === 'is_cut') return Boolean(value);
    if (/_at$|^at$|_until$|status|attempts/.test(name) && value !== null) return Number(value);
    return typeof value === 'string' ? value.replaceAll('\u0000', '\uFFFD') : value;
  };
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, one(name, value)]));
}

const NEW = {
  deliveries: { new: 5, already_there: 0 },
  submissions: { new: 2, already_there: 0 },
  postings: { new: 3, already_there: 0 },
  relay_tokens: { new: 1, already_there: 0 },
};
const KNOWN = Object.fromEntries(
  Object.entries(NEW).map(([name, counts]) => [name, { new: 0, already_there: counts.new }]),
);

describe('state import --from-sqlite', () => {
  test('moves all that a file holds into PostgreSQL, row by row, and once', async () => {
    const schema = await schemaOfTest();
    const host = createMachine({ url: schema.url });
    await fillFile(host);
    const before = await rowsOfFile(host);
    expect(before['deliveries']).toHaveLength(5);
    const first = await runOn(host, 'state', 'import', '--from-sqlite', '--json');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toEqual({ v: 1, state: expect.stringContaining('***'), ...NEW });
    const after = await rowsOfSchema(schema);
    expect(after).toEqual(before);
    const second = await runOn(host, 'state', 'import', '--from-sqlite', '--json');
    expect(JSON.parse(second.stdout)).toMatchObject(KNOWN);
    expect(await rowsOfSchema(schema)).toEqual(after);
    expect(await rowsOfFile(host)).toEqual(before);
  });

  test('leaves what a listener has done since as it is', async () => {
    const schema = await schemaOfTest();
    const host = createMachine({ url: schema.url });
    await fillFile(host);
    await runOn(host, 'state', 'import', '--from-sqlite');
    const client = await schema.connect();
    await client.query(`UPDATE "${schema.address.schema}".steps SET state = 'done'`);
    await client.query(`DELETE FROM "${schema.address.schema}".steps WHERE step = 'exec'`);
    await client.end();
    const before = await rowsOfSchema(schema);
    await runOn(host, 'state', 'import', '--from-sqlite');
    expect(await rowsOfSchema(schema)).toEqual(before);
  });

  test('two at the same time import each row once', async () => {
    const schema = await schemaOfTest();
    const hosts = [createMachine({ url: schema.url }), createMachine({ url: schema.url })] as const;
    for (const host of hosts) await fillFile(host);
    const ended = await Promise.all(hosts.map((host) => runOn(host, 'state', 'import', '--from-sqlite', '--json')));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const counted = ended.map(({ stdout }) => JSON.parse(stdout) as typeof NEW);
    for (const name of Object.keys(NEW) as (keyof typeof NEW)[]) {
      expect(counted.reduce((sum, each) => sum + each[name].new, 0)).toBe(NEW[name].new);
    }
    expect(await rowsOfSchema(schema)).toEqual(await rowsOfFile(hosts[0]));
  });

  test('what is imported is worked on, and no content is posted again', async () => {
    const schema = await schemaOfTest();
    const host = createMachine({ url: schema.url });
    await fillFile(host);
    await runOn(host, 'state', 'import', '--from-sqlite');
    const state = openPostgresState({
      address: schema.address,
      openPostgres,
      password: async () => schema.address.password ?? '',
      rootCertificates: undefined,
      clock: createClock(),
      name: 'test',
    });
    try {
      const inbox = state.inbox(SCOPE);
      const claims = await inbox.claim({ owner: 'new', limits: { [SHOW]: 9, [FORWARD]: 9 }, now: Date.now() });
      expect(claims.map(({ delivery, step, attempts }) => `${delivery.id} ${step} ${attempts}`).toSorted()).toEqual([
        `msg_failed ${FORWARD} 2`,
        `msg_pending ${FORWARD} 2`,
        `msg_pending ${SHOW} 2`,
      ]);
      expect(await inbox.accept(deliveryOf({ id: 'msg_done' }), [SHOW])).toBe('duplicate');
      const content = { baseUrl: SCOPE, kind: 'route' } as const;
      expect(await state.postings.beginFirst({ ...content, digest: 'aa' }, 'again')).toMatchObject({
        state: 'uncertain',
      });
      expect(await state.postings.beginFirst({ ...content, digest: 'bb' }, 'again')).toMatchObject({
        state: 'uncertain',
      });
      expect(await state.postings.beginFirst({ ...content, digest: 'cc' }, 'new')).toEqual(expect.any(Number));
      await inbox.close();
    } finally {
      await state.close();
    }
    const client = await schema.connect();
    const { rows } = await client.query(
      `SELECT digest, first FROM "${schema.address.schema}".postings ORDER BY number`,
    );
    await client.end();
    expect(rows.map(({ digest, first }) => [digest, first])).toEqual([
      ['aa', true],
      ['aa', false],
      ['bb', true],
      ['cc', true],
    ]);
  });

  test('is rejected while a listener works on the file, and nothing is imported', async () => {
    const schema = await schemaOfTest();
    const host = createMachine({ url: schema.url });
    await fillFile(host);
    (await host.openDatabase(FILE)).exec(
      `UPDATE steps SET owner = 'alive', lease_until = ${host.clock.now() + 3000} WHERE state = 'pending' AND step = 'show'`,
    );
    const { code, stderr } = await runOn(host, 'state', 'import', '--from-sqlite', '--json');
    expect(code).toBe(7);
    expect(errorOf(stderr)).toMatchObject({
      code: 'state_in_use',
      message: `a listener is at work on 1 step in ${FILE}`,
      retryable: true,
    });
    expect((await rowsOfSchema(schema))['deliveries']).toEqual([]);
  });

  test('of an export is rejected at a step on which a listener is at work', async () => {
    const schema = await schemaOfTest();
    const file = createMachine();
    await fillFile(file);
    const exported = (await runOn(file, 'state', 'export', '-q')).stdout;
    const alive = exported.replace('"lease_until":1,', `"lease_until":${file.clock.now() + 3000},`);
    const host = createMachine({ url: schema.url, files: { 'state.ndjson': alive } });
    const { code, stderr } = await runOn(host, 'state', 'import', 'state.ndjson', '--json');
    expect(code).toBe(7);
    expect(errorOf(stderr)).toMatchObject({ code: 'state_in_use' });
  });

  test.each([
    ['nothing', [], {}, 'missing_argument'],
    ['a file and a folder', ['x.ndjson', '--from-sqlite'], {}, 'conflicting_options'],
    ['the state in force', ['--from-sqlite'], { url: undefined }, 'conflicting_options'],
    ['a folder without a state', ['--from-sqlite', '/nowhere'], {}, 'input_not_readable'],
  ])('of %s is wrong usage', async (_what, argv, options, code) => {
    const host = createMachine({ url: 'postgres://u@127.0.0.1:1/db', ...options });
    const ended = await runOn(host, 'state', 'import', ...argv, '--json');
    expect(ended.code).toBe(2);
    expect(errorOf(ended.stderr)).toMatchObject({ code });
  });
});

describe('state export', () => {
  test('of a file, of the schema it is imported into, and of the next schema are the same bytes', async () => {
    const [one, other] = [await schemaOfTest(), await schemaOfTest()];
    const file = createMachine();
    await fillFile(file);
    // PostgreSQL stores no zero character.
    const exported = (await runOn(file, 'state', 'export', '--with-secrets')).stdout.replaceAll(
      String.raw`\u0000`,
      '\uFFFD',
    );
    const first = createMachine({ url: one.url, stdin: exported });
    expect(JSON.parse((await runOn(first, 'state', 'import', '-', '--json')).stdout)).toMatchObject(NEW);
    const again = (await runOn(first, 'state', 'export', '--with-secrets')).stdout;
    expect(again).toBe(exported);
    const second = createMachine({ url: other.url, files: { 'state.ndjson': again } });
    expect(JSON.parse((await runOn(second, 'state', 'import', 'state.ndjson', '--json')).stdout)).toMatchObject(NEW);
    expect((await runOn(second, 'state', 'export', '--with-secrets')).stdout).toBe(exported);
    const back = createMachine({ files: { 'state.ndjson': again } });
    expect(JSON.parse((await runOn(back, 'state', 'import', 'state.ndjson', '--json')).stdout)).toMatchObject(NEW);
    expect(JSON.parse((await runOn(back, 'state', 'import', 'state.ndjson', '--json')).stdout)).toMatchObject(KNOWN);
    expect(await rowsOfSchema(other)).toEqual(await rowsOfSchema(one));
  });

  test('of an optipick that stored no results and past attempts can be imported', async () => {
    const file = createMachine();
    await fillFile(file);
    const exported = (await runOn(file, 'state', 'export', '-q')).stdout;
    const old = exported.replaceAll(/"history":(?:null|\[\[.*?\]\]),"result":(?:null|\{.*?\}),/g, '');
    expect(old).not.toMatch(/"history"|"result"|"siteName"/);
    const host = createMachine({ files: { [FILE]: '', 'state.ndjson': old } });
    expect(await runOn(host, 'state', 'import', 'state.ndjson')).toMatchObject({ code: 0 });
    expect((await runOn(host, 'state', 'export', '-q')).stdout).toBe(
      exported.replaceAll(/"history":.*?,"result":(?:null|\{.*?\}),/g, '"history":null,"result":null,'),
    );
  });

  test('leaves out relay tokens, and says what it contains', async () => {
    const schema = await schemaOfTest();
    const host = createMachine({ url: schema.url });
    await fillFile(host);
    await runOn(host, 'state', 'import', '--from-sqlite');
    expect(await runOn(host, 'state', 'export', 'state.ndjson')).toEqual({
      code: 0,
      stdout: '',
      stderr: `exported 5 deliveries, 2 submissions, 3 postings
warning: the export contains customers' orders: store it as safely as the state itself
`,
    });
    const text = host.files.text('state.ndjson') ?? '';
    expect(text).not.toContain(TOKEN);
    expect(text.split('\n')[0]).toBe('{"v":1,"type":"optipick-state","secrets":false}');
    const withSecrets = await runOn(host, 'state', 'export', '--with-secrets', '-q');
    expect(withSecrets).toMatchObject({ code: 0, stderr: '' });
    expect(withSecrets.stdout).toContain(TOKEN);
  });

  test('of a machine that has stored nothing is a head, and creates nothing', async () => {
    const host = createMachine({ files: {} });
    expect(await runOn(host, 'state', 'export', '-q')).toEqual({
      code: 0,
      stdout: '{"v":1,"type":"optipick-state","secrets":false}\n',
      stderr: '',
    });
  });

  test('to a folder that is not there fails before anything is read', async () => {
    const host = createMachine({ url: 'postgres://u@127.0.0.1:1/db' });
    expect(await runOn(host, 'state', 'export', 'no/state.ndjson')).toMatchObject({ code: 7, stdout: '' });
  });
});

const HEAD = '{"v":1,"type":"optipick-state","secrets":false}\n';

describe('state import of a file that is no export', () => {
  test.each([
    ['empty', '', 'x.ndjson is empty'],
    ['of something else', '{"picks":[]}\n', 'x.ndjson was not written by optipick state export'],
    ['of a newer version', HEAD.replace('1', '2'), 'x.ndjson was not written by optipick state export'],
    ['cut off', `${HEAD}{"type":"submi`, 'x.ndjson:2: it is no line of an export'],
    ['with a row of another kind', `${HEAD}{"type":"secret"}\n`, 'x.ndjson:2: type is not as it is exported'],
    [
      'with bytes that are not base64',
      `${HEAD}{"type":"delivery","id":"a","scope":"b","received_at":1,"verified":true,"kind":null,"event":null,"request_id":null,"headers":"*","body":"","steps":[]}\n`,
      'x.ndjson:2: headers is not as it is exported',
    ],
  ])('%s', async (_what, text, message) => {
    const schema = await schemaOfTest();
    const host = createMachine({ url: schema.url, files: { 'x.ndjson': text } });
    const { code, stderr } = await runOn(host, 'state', 'import', 'x.ndjson', '--json');
    expect(code).toBe(2);
    expect(errorOf(stderr)).toMatchObject({ code: 'not_an_export', message });
  });
});
