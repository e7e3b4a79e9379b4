import { expect, test } from 'vitest';
import { createSqliteRelayTokens } from '../../../src/state/sqlite/relay-tokens.ts';
import { createTestFolder } from '../../support/folder.ts';
import { describeRelayTokens } from '../relay-tokens-contract.ts';
import { createSqlitePlace, openWithClock } from './place.ts';

describeRelayTokens('in SQLite', () =>
  createSqlitePlace((database, _clock, folder) => createSqliteRelayTokens(database, folder)),
);

test('relay tokens in a database that fails are a failure of the environment, with its place', async () => {
  await using folder = await createTestFolder();
  const { database } = await openWithClock(folder.path);
  const tokens = createSqliteRelayTokens(database, folder.path);
  database.close();
  for (const work of [() => tokens.find('default', 'relay.example'), () => tokens.keep('default', 'r', 'c_1')]) {
    expect(work).toThrowError(
      expect.objectContaining({
        failure: 'environment',
        code: 'state_unavailable',
        message: expect.stringContaining(`${folder.path} cannot be used: `) as string,
      }),
    );
  }
});
