import { expect, test } from 'vitest';
import { createSqliteRelayTokens } from '../../../src/state/sqlite/relay-tokens.ts';
import { createWriteQueue } from '../../../src/state/sqlite/write-queue.ts';
import { createTestFolder } from '../../support/folder.ts';
import { describeRelayTokens } from '../relay-tokens-contract.ts';
import { createSqlitePlace, openWithClock } from './place.ts';

describeRelayTokens('in SQLite', () =>
  createSqlitePlace((database, _clock, folder) =>
    createSqliteRelayTokens(createWriteQueue({ open: async () => database }), folder),
  ),
);

test('relay tokens in a database that fails are a failure of the environment, with its place', async () => {
  await using folder = await createTestFolder();
  const { database } = await openWithClock(folder.path);
  database.exec('DROP TABLE relay_tokens');
  database.close();
  const queue = createWriteQueue({ open: async () => (await openWithClock(folder.path)).database });
  const tokens = createSqliteRelayTokens(queue, folder.path);
  for (const work of [() => tokens.find('default', 'relay.example'), () => tokens.keep('default', 'r', 'c_1')]) {
    await expect(work()).rejects.toMatchObject({
      failure: 'environment',
      code: 'state_unavailable',
      message: expect.stringContaining(`${folder.path} cannot be used: `) as string,
    });
  }
  await queue.close();
});
