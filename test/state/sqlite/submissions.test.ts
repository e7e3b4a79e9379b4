import { expect, test } from 'vitest';
import { createSqliteSubmissions } from '../../../src/state/sqlite/submissions.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { createTestFolder } from '../../support/folder.ts';
import { describeSubmissions } from '../submissions-contract.ts';
import { createSqlitePlace, openWithClock } from './place.ts';

const API = 'https://optipick.api.optioryx.com';
const route = { requestId: 'a', kind: 'route', baseUrl: API, profile: 'default' } as const;

async function open(folder: string) {
  const { database, clock } = await openWithClock(folder);
  return { database, submissions: createSqliteSubmissions(database, clock, folder) };
}

describeSubmissions('in SQLite', () => createSqlitePlace(createSqliteSubmissions));

test('a submission that an old optipick noted as gone is not pending, and can still be settled once', async () => {
  await using folder = await createTestFolder();
  const { database, submissions } = await open(folder.path);
  await submissions.remember(route);
  database.exec(`UPDATE submissions SET state = 'gone', settled_at = 5`);
  expect([await submissions.pending(API), await submissions.kindOf('a')]).toEqual([[], 'route']);
  const settled = [await submissions.settle('a', API, 'done', 77), await submissions.settle('a', API, 'failed', 77)];
  expect([settled, await submissions.find('a')]).toEqual([
    [true, false],
    expect.objectContaining({ state: 'done', settledAt: 77 }),
  ]);
  database.close();
});

test('a submission in a database that fails is a failure of the environment, with its place', async () => {
  await using folder = await createTestFolder();
  const { database, submissions } = await open(folder.path);
  await submissions.remember(route);
  database.close();
  for (const work of [
    () => submissions.remember({ ...route, requestId: 'b' }),
    () => submissions.kindOf('a'),
    () => submissions.pending(API),
    () => submissions.settle('a', API, 'done'),
    () => submissions.find('a'),
  ]) {
    await expect(work()).rejects.toMatchObject({
      failure: 'environment',
      code: 'state_unavailable',
      message: expect.stringContaining(`${folder.path} cannot be used: `) as string,
    });
  }
});

test('eight processes that submit and settle at once lose nothing', async () => {
  await using folder = await createTestFolder();
  const code = `
    import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/fs/database.ts'))};
    import { openState } from ${JSON.stringify(sourceUrl('src/state/sqlite/database.ts'))};
    import { createSqliteSubmissions } from ${JSON.stringify(sourceUrl('src/state/sqlite/submissions.ts'))};
    const [folder, name] = process.argv.slice(1);
    const submissions = createSqliteSubmissions(await openState(async (path) => openDatabase(path), folder), { now: () => 1 });
    for (let number = 0; number < 20; number += 1) {
      const requestId = name + '-' + number;
      await submissions.remember({ requestId, kind: 'route', baseUrl: '${API}', profile: 'default' });
      if (number % 2 === 0) await submissions.settle(requestId, '${API}', 'done');
    }
  `;
  const names = Array.from({ length: 8 }, (_, number) => `process${number}`);
  const ends = await Promise.all(names.map((name) => startChild(code, folder.path, name).ended));
  expect(ends.map(({ code: exit, stderr }) => ({ exit, stderr }))).toEqual(names.map(() => ({ exit: 0, stderr: '' })));
  const { database, submissions } = await open(folder.path);
  const ids = (odd: boolean) =>
    names.flatMap((name) =>
      Array.from({ length: 20 }, (_, number) => number)
        .filter((number) => (number % 2 === 1) === odd)
        .map((number) => `${name}-${number}`),
    );
  const pending = (await submissions.pending(API)).map(({ requestId }) => requestId);
  const done = database
    .prepare(`SELECT request_id FROM submissions WHERE state = 'done'`)
    .all()
    .map((row) => String(row['request_id']));
  database.close();
  expect([pending.sort(), done.sort()]).toEqual([ids(true).sort(), ids(false).sort()]);
});
