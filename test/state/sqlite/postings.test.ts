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
  expect(() => postings.begin({ baseUrl: 'http://127.0.0.1:4010', kind: 'cluster', digest: 'd1' }, 'W1')).toThrow(
    expect.objectContaining({
      failure: 'environment',
      code: 'state_unavailable',
      message: expect.stringContaining(`${folder.path} cannot be used: `) as string,
    }),
  );
});
