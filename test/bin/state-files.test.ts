/** Exports and imports of the built program: real files, pipes and signals. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/platform/fs/database.ts';
import { openState } from '../../src/state/sqlite/database.ts';
import { MIGRATIONS } from '../../src/state/sqlite/migrations.ts';
import { portableHead, portableLine } from '../../src/state/portable.ts';
import { schemaOfTest } from '../support/postgres.ts';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';

async function newWorkplace(): Promise<Workplace> {
  const workplace = await createWorkplace();
  onTestFinished(() => workplace.remove());
  return workplace;
}

function exportOf(deliveries: number): string {
  const lines = Array.from({ length: deliveries }, (_, index) =>
    portableLine({
      type: 'delivery',
      id: `msg_${index}`,
      scope: 'https://optipick.api.optioryx.com',
      received_at: 1_767_225_600_000 + index,
      verified: true,
      kind: null,
      event: null,
      request_id: `request-${index}`,
      headers: Buffer.from('[]'),
      body: Buffer.alloc(2000, index),
      steps: [
        {
          step: 'show',
          state: 'done',
          attempts: 1,
          next_attempt_at: 1,
          settled_at: 1,
          owner: null,
          lease_until: 0,
          last_error: null,
          history: null,
          result: null,
          answer: null,
        },
      ],
    }),
  );
  return [portableHead(false), ...lines, ''].join('\n');
}

test('an export goes through either engine without a change, into files for their owner alone', async () => {
  const { url } = await schemaOfTest();
  const workplace = await newWorkplace();
  const text = exportOf(3000);
  const file = join(workplace.folder, 'state.ndjson');
  await writeFile(file, text);
  const shared = { OPTIPICK_STATE_URL: url };
  expect(await workplace.run(['state', 'import', '-q', '-'], { input: text, env: shared })).toMatchObject({ code: 0 });
  expect(await workplace.run(['state', 'import', '-q', file])).toMatchObject({ code: 0 });
  for (const env of [shared, {}]) {
    const copy = join(workplace.folder, 'copy.ndjson');
    expect(await workplace.run(['state', 'export', copy], { env })).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(copy, 'utf8')).toBe(text);
    if (process.platform !== 'win32') expect((await stat(copy)).mode % 0o1000).toBe(0o600);
  }
  expect((await readdir(workplace.folder)).sort()).toEqual(['copy.ndjson', 'state', 'state.ndjson']);
  const moved = await workplace.run(['state', 'import', '--from-sqlite', '--json'], { env: shared });
  expect(JSON.parse(moved.stdout)).toMatchObject({ deliveries: { new: 0, already_there: 3000 } });
});

test.skipIf(process.platform === 'win32')('an export into a pipe that is closed early ends in silence', async () => {
  const { url } = await schemaOfTest();
  const workplace = await newWorkplace();
  const env = { ...workplace.env, OPTIPICK_STATE_URL: url };
  await workplace.run(['state', 'import', '-q', '-'], { input: exportOf(3000), env });
  const program = `'${process.execPath}' '${PROGRAM}' state export -q; echo "exit $?" >&2`;
  const { stdout, stderr } = await execa('sh', ['-c', `(${program}) | head -n 1`], { env, extendEnv: false });
  expect(stdout).toBe(portableHead(false));
  expect(stderr).toBe('exit 0');
});

test('the file of an older optipick is migrated and imported', async () => {
  const { url } = await schemaOfTest();
  const workplace = await newWorkplace();
  const folder = join(workplace.folder, 'old');
  const database = await openState(async (path) => openDatabase(path), folder, MIGRATIONS.slice(0, 4));
  database.exec(`INSERT INTO deliveries (id, scope, received_at, verified, next_attempt_at, headers, body, status, attempts)
    VALUES ('msg_1', 'https://optipick.api.optioryx.com', 5, 1, 7, CAST('[]' AS BLOB), x'00ff', 'pending', 3);
    INSERT INTO submissions (base_url, request_id, kind, profile, submitted_at, state)
    VALUES ('https://optipick.api.optioryx.com', 'one', 'route', 'default', 1, 'gone')`);
  database.close();
  const env = { OPTIPICK_STATE_URL: url };
  const { stdout } = await workplace.run(['state', 'import', '--from-sqlite', folder, '--json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({ deliveries: { new: 1 }, submissions: { new: 1 } });
  const exported = await workplace.run(['state', 'export', '-q'], { env });
  const rows = exported.stdout.trimEnd().split('\n').slice(1);
  expect(rows.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { id: 'msg_1', body: 'AP8=', steps: [{ step: '*', state: 'pending', attempts: 3, next_attempt_at: 7 }] },
    { request_id: 'one', state: 'pending' },
  ]);
});

test.skipIf(process.platform === 'win32')(
  'an import that is killed again and again ends as one that was not',
  async () => {
    const { url } = await schemaOfTest();
    const workplace = await newWorkplace();
    const text = exportOf(3000);
    const file = join(workplace.folder, 'state.ndjson');
    await writeFile(file, text);
    const env = { OPTIPICK_STATE_URL: url };
    for (const afterMs of [350, 450, 550, 650]) {
      const running = workplace.start(['state', 'import', '-q', file], { env });
      setTimeout(() => running.kill('SIGKILL'), afterMs);
      await running;
    }
    const { stdout } = await workplace.run(['state', 'import', '--json', file], { env });
    const { deliveries } = JSON.parse(stdout) as { deliveries: { new: number; already_there: number } };
    expect(deliveries.new + deliveries.already_there).toBe(3000);
    expect((await workplace.run(['state', 'export', '-q'], { env })).stdout).toBe(text);
  },
);
