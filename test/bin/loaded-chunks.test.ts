/** Which files of the built program a command loads. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { schemaOfTest } from '../support/postgres.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';

const DIST = new URL('../../dist/', import.meta.url).href;

/** What only the client of PostgreSQL and the state in it contain. */
const POSTGRES = /SCRAM-SHA-256|pg_is_in_recovery|pg_advisory_xact_lock|pg_notify|nextval\(/;

async function newWorkplace(): Promise<Workplace> {
  const workplace = await createWorkplace();
  onTestFinished(() => workplace.remove());
  return workplace;
}

/** Paths of the files of `dist` that were run, those of threads included. */
async function loadedBy(
  workplace: Workplace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  // Node writes there which scripts were run, at the end of each thread.
  const folder = await mkdtemp(join(workplace.folder, 'coverage-'));
  await workplace.run(args, { env: { ...env, NODE_V8_COVERAGE: folder } });
  const loaded = new Set<string>();
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as { result: readonly { url: string }[] };
    for (const { url } of result) if (url.startsWith(DIST)) loaded.add(fileURLToPath(url));
  }
  return [...loaded];
}

async function ofPostgres(files: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  return texts.filter(([, text]) => POSTGRES.test(text)).map(([file]) => file);
}

test.each([
  [['help']],
  [['help', 'state']],
  [['config', 'list']],
  [['events', 'list']],
  [['state', 'status']],
  [['state', 'prune']],
  [['state', 'export']],
  [['doctor', '--offline', '--port', '0']],
  [['cluster', 'get', '67507ad05e593173d0313e0f', '--base-url', 'http://127.0.0.1:1']],
  [['listen', '--port', '0', '--no-verify-signature', '--timeout', '200ms']],
])('without the address of a shared state, %j reads nothing of PostgreSQL', async (args) => {
  const workplace = await newWorkplace();
  const loaded = await loadedBy(workplace, args, { OPTIPICK_API_KEY: 'key-0123456789abcdefghij' });
  expect(loaded.length).toBeGreaterThan(0);
  expect(await ofPostgres(loaded)).toEqual([]);
});

test('with it, a command that needs the state does', async () => {
  const { url } = await schemaOfTest();
  const workplace = await newWorkplace();
  const env = { OPTIPICK_STATE_URL: url };
  expect(await ofPostgres(await loadedBy(workplace, ['config', 'list'], env))).toEqual([]);
  expect(await ofPostgres(await loadedBy(workplace, ['events', 'list'], env))).not.toEqual([]);
});
