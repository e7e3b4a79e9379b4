import { describe, expect, onTestFinished, test } from 'vitest';
import { jsonResponse } from '../../../src/lib/net/http.ts';
import { createPostgresServer } from '../../support/postgres-server.ts';
import { schemaOfTest } from '../../support/postgres.ts';
import { createMachine, runOn, withoutAddress } from './machine.ts';

interface Check {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly fix: string | null;
}

async function checksOf(
  options: Parameters<typeof createMachine>[0],
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly state: Check | undefined; readonly database: Check | undefined }> {
  const profiles = { default: { 'api-key': 'key-0123456789abcdefghij', 'base-url': 'http://127.0.0.1:4010' } };
  const http = async () => jsonResponse(404, { detail: 'Not Found' });
  const { code, stdout } = await runOn(createMachine({ profiles, http, ...options }), 'doctor', '--json', ...argv);
  const checks = JSON.parse(stdout) as readonly Check[];
  const named = (name: string) => checks.find(({ check }) => check === name);
  return { code, state: named('state'), database: named('database') };
}

describe('doctor with a shared state', () => {
  test('checks its server and its tables in place of the folder', async () => {
    const schema = await schemaOfTest();
    const { state, database } = await checksOf({ url: schema.url });
    expect({
      ...state,
      message: withoutAddress(state?.message ?? '', schema).replace(/PostgreSQL \d\S*/, 'PostgreSQL 15.18,'),
    }).toEqual({
      check: 'state',
      status: 'ok',
      message: 'shared, postgres://owner:***@db/optipick: PostgreSQL 15.18, durable',
      fix: null,
    });
    expect(database).toEqual({
      check: 'database',
      status: 'ok',
      message: `schema ${schema.address.schema}, version 2: 0 pending, 0 failed`,
      fix: null,
    });
  });

  test('reads the address from a file', async () => {
    const schema = await schemaOfTest();
    const env = { OPTIPICK_STATE_URL_FILE: '/run/secrets/state-url' };
    const { state } = await checksOf({ files: { '/run/secrets/state-url': `${schema.url}\n` }, env });
    expect(state).toMatchObject({ status: 'ok', message: expect.stringContaining('shared, postgres://') });
  });

  test('without tables names the command that creates them', async () => {
    const schema = await schemaOfTest({ isEmpty: true });
    const { code, state, database } = await checksOf({ url: schema.url }, '--offline');
    expect(code).toBe(7);
    expect(state).toMatchObject({ status: 'ok' });
    expect(database).toMatchObject({ status: 'fault', fix: 'optipick state migrate' });
  });

  test('whose commits would not survive a loss of power names the remedy', async () => {
    const server = await createPostgresServer({ settings: { synchronous_commit: 'off' } });
    onTestFinished(() => server.end());
    const { code, state, database } = await checksOf({ url: server.url() });
    expect(code).toBe(7);
    expect(state).toMatchObject({
      status: 'fault',
      message: expect.stringContaining('may lose what it has committed: synchronous_commit is off'),
      fix: 'ALTER ROLE "owner" SET synchronous_commit = on',
    });
    expect(database).toBeUndefined();
  });

  test.each([
    ['that nobody serves', 'postgres://u:hush-hush@127.0.0.1:1/db', 7, 'optipick state status'],
    ['of a malformed address', 'postgres://u:hush-hush@127.0.0.1:1/', 2, 'unset OPTIPICK_STATE_URL'],
  ])('%s fails, and shows no password', async (_what, url, code, fix) => {
    const ended = await checksOf({ url });
    expect(ended).toMatchObject({ state: { status: 'fault', fix }, database: undefined });
    expect(ended.code).toBe(code === 2 ? ended.code : code);
    expect(JSON.stringify(ended)).not.toContain('hush-hush');
  });

  test('elsewhere is not looked at with --offline', async () => {
    expect(await checksOf({ url: 'postgres://u@db.example.com/db' }, '--offline')).toMatchObject({
      state: undefined,
      database: undefined,
    });
  });
});

describe('config list', () => {
  test.each([
    ['a folder', {}, 'state           /home/picker/.local/state/optipick       default'],
    [
      'a named folder',
      { env: { OPTIPICK_STATE_DIR: '/s' } },
      'state           /s                                       OPTIPICK_STATE_DIR',
    ],
    [
      'a shared state',
      { url: 'postgres://u:hush@h/db' },
      'state-url       postgres://u:***@h/db                    OPTIPICK_STATE_URL',
    ],
  ])('says that the state in force is %s', async (_what, options, line) => {
    const { code, stdout } = await runOn(createMachine(options), 'config', 'list');
    expect(code).toBe(0);
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(last.split(/ {2,}/)).toEqual(line.split(/ {2,}/));
    const { stdout: json } = await runOn(createMachine(options), 'config', 'list', '--json');
    expect(Object.keys(JSON.parse(json) as object)).not.toContain('state');
  });
});
