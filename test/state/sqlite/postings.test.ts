import { expect, test } from 'vitest';
import { createSqlitePostings } from '../../../src/state/sqlite/postings.ts';
import { createTestFolder } from '../../support/folder.ts';
import { describePostings } from '../postings-contract.ts';
import { createSqlitePlace, openWithClock } from './place.ts';

describePostings('in SQLite', () => createSqlitePlace(createSqlitePostings));

test('a posting in a database that fails is a failure of the environment, with its place', async () => {
  await using folder = await createTestFolder();
  const { database, clock } = await openWithClock(folder.path);
  const postings = createSqlitePostings(database, clock, folder.path);
  database.close();
  const content = { baseUrl: 'http://127.0.0.1:4010', kind: 'cluster', digest: 'd1' } as const;
  for (const work of [
    () => postings.begin(content, 'W1'),
    () => postings.beginFirst(content, 'W1'),
    () => postings.accepted(1, 'id-1'),
    () => postings.withdrawn(1),
    () => postings.last(content),
  ]) {
    await expect(work()).rejects.toMatchObject({
      failure: 'environment',
      code: 'state_unavailable',
      message: expect.stringContaining(`${folder.path} cannot be used: `) as string,
    });
  }
});
