import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/platform/fs/database.ts';
import { openState } from '../../../src/state/sqlite/database.ts';
import { createSubmissions } from '../../../src/state/sqlite/submissions.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { createTestFolder } from '../../support/folder.ts';

const API = 'https://optipick.api.optioryx.com';
const SANDBOX = 'http://127.0.0.1:4010';

/** Submissions in a folder, and a clock that counts the times it is looked at. */
async function open(folder: string) {
  const database = await openState(async (path) => openDatabase(path), folder);
  let now = 0;
  return { database, submissions: createSubmissions(database, { now: () => (now += 1000) }, folder) };
}

const route = { requestId: 'a', kind: 'route', baseUrl: API, profile: 'default' } as const;
const cluster = { requestId: 'b', kind: 'cluster', baseUrl: API, profile: 'default' } as const;

describe('a submission', () => {
  test('is remembered beyond the end of the process', async () => {
    await using folder = await createTestFolder();
    const first = await open(folder.path);
    first.submissions.remember({ ...route, siteName: 'Example', waveId: 'W1' });
    first.database.close();
    const second = await open(folder.path);
    const found = second.submissions.find('a');
    second.database.close();
    expect(found).toEqual({
      ...route,
      siteName: 'Example',
      waveId: 'W1',
      submittedAt: 1000,
      state: 'pending',
      settledAt: undefined,
    });
  });

  test('needs neither site nor wave', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    submissions.remember({ ...route, siteName: undefined });
    expect(submissions.find('a')).toMatchObject({ siteName: undefined, waveId: undefined });
    database.close();
  });

  test('tells the kind of its id, and of no other', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    submissions.remember(route);
    submissions.remember(cluster);
    const kinds = [
      submissions.kindOf('a'),
      submissions.kindOf('b', API),
      submissions.kindOf('c'),
      submissions.kindOf('A'),
    ];
    database.close();
    expect(kinds).toEqual(['route', 'cluster', undefined, undefined]);
  });

  test('belongs to one API: the same id elsewhere is another one', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    submissions.remember(route);
    submissions.remember({ ...cluster, requestId: 'a', baseUrl: SANDBOX });
    submissions.settle('a', SANDBOX, 'done');
    const facts = {
      kinds: [submissions.kindOf('a', API), submissions.kindOf('a', SANDBOX), submissions.kindOf('a', 'https://other')],
      newest: submissions.kindOf('a'),
      pending: [submissions.pending(API).length, submissions.pending(SANDBOX).length],
    };
    database.close();
    expect(facts).toEqual({ kinds: ['route', 'cluster', undefined], newest: 'cluster', pending: [1, 0] });
  });

  test('that is remembered twice is one, keeps its end, and loses nothing it told', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    submissions.remember({ ...route, siteName: 'Example' });
    submissions.settle('a', API, 'done', 5);
    submissions.remember({ ...route, waveId: 'W2', profile: 'other' });
    const all = submissions.list();
    database.close();
    expect(all).toEqual([
      {
        ...route,
        profile: 'other',
        siteName: 'Example',
        waveId: 'W2',
        submittedAt: 1000,
        state: 'done',
        settledAt: 5,
      },
    ]);
  });

  test('may hold any text', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    const odd = `'; DROP TABLE submissions; -- äöü 🙂`;
    submissions.remember({ ...route, requestId: odd, siteName: odd });
    expect(submissions.find(odd)).toMatchObject({ requestId: odd, siteName: odd });
    database.close();
  });
});

describe('the submissions whose end was not seen', () => {
  test('come oldest first, and as many as are asked for', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    for (const requestId of ['c', 'a', 'b']) submissions.remember({ ...route, requestId });
    const ids = (limit?: number) => submissions.pending(API, limit).map(({ requestId }) => requestId);
    const seen = [ids(), ids(2), ids(0)];
    database.close();
    expect(seen).toEqual([['c', 'a', 'b'], ['c', 'a'], []]);
  });

  test.each(['done', 'failed', 'gone'] as const)('are one fewer when one is %s', async (state) => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    submissions.remember(route);
    submissions.remember(cluster);
    const noted = submissions.settle('a', API, state, 77);
    const facts = [noted, submissions.pending(API).map(({ requestId }) => requestId), submissions.find('a')];
    database.close();
    expect(facts).toEqual([true, ['b'], expect.objectContaining({ state, settledAt: 77 })]);
  });

  test('are not touched by an id that is not known', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    submissions.remember(route);
    const noted = [submissions.settle('b', API, 'done'), submissions.settle('a', SANDBOX, 'done')];
    expect([noted, submissions.pending(API).length]).toEqual([[false, false], 1]);
    database.close();
  });
});

describe('the end of a job', () => {
  test('stays as it was first seen, except that one that was gone may come back', async () => {
    await using folder = await createTestFolder();
    const { database, submissions } = await open(folder.path);
    submissions.remember(route);
    const noted = (['gone', 'done', 'gone', 'failed'] as const).map((state) => submissions.settle('a', API, state));
    expect([noted, submissions.find('a')?.state]).toEqual([[true, true, false, false], 'done']);
    database.close();
  });
});

test('the list is newest first, and can be narrowed', async () => {
  await using folder = await createTestFolder();
  const { database, submissions } = await open(folder.path);
  submissions.remember(route);
  submissions.remember(cluster);
  submissions.remember({ ...route, requestId: 'c', baseUrl: SANDBOX });
  submissions.settle('b', API, 'failed');
  const ids = (options?: Parameters<typeof submissions.list>[0]) =>
    submissions.list(options).map(({ requestId }) => requestId);
  const seen = [ids(), ids({ baseUrl: API }), ids({ state: 'failed' }), ids({ state: 'pending', limit: 1 })];
  database.close();
  expect(seen).toEqual([['c', 'b', 'a'], ['b', 'a'], ['b'], ['c']]);
});

test('a database that fails is a failure of the environment, with its place', async () => {
  await using folder = await createTestFolder();
  const { database, submissions } = await open(folder.path);
  submissions.remember(route);
  database.close();
  for (const work of [
    () => submissions.remember(cluster),
    () => submissions.kindOf('a'),
    () => submissions.pending(API),
    () => submissions.settle('a', API, 'done'),
    () => submissions.list(),
  ]) {
    expect(work).toThrowError(
      expect.objectContaining({
        failure: 'environment',
        code: 'state_unavailable',
        message: expect.stringContaining(`${folder.path} cannot be used: `) as string,
      }),
    );
  }
});

test('eight processes that submit and settle at once lose nothing', async () => {
  await using folder = await createTestFolder();
  const code = `
    import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/fs/database.ts'))};
    import { openState } from ${JSON.stringify(sourceUrl('src/state/sqlite/database.ts'))};
    import { createSubmissions } from ${JSON.stringify(sourceUrl('src/state/sqlite/submissions.ts'))};
    const [folder, name] = process.argv.slice(1);
    const submissions = createSubmissions(await openState(async (path) => openDatabase(path), folder), { now: () => 1 });
    for (let number = 0; number < 20; number += 1) {
      const requestId = name + '-' + number;
      submissions.remember({ requestId, kind: 'route', baseUrl: '${API}', profile: 'default' });
      if (number % 2 === 0) submissions.settle(requestId, '${API}', 'done');
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
  const pending = submissions.pending(API).map(({ requestId }) => requestId);
  const done = submissions.list({ state: 'done', limit: 1000 }).map(({ requestId }) => requestId);
  database.close();
  expect([pending.sort(), done.sort()]).toEqual([ids(true).sort(), ids(false).sort()]);
});
