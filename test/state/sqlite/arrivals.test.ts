import { expect, onTestFinished, test } from 'vitest';
import { createArrivalClock } from '../../../src/state/arrival-clock.ts';
import { createClock } from '../../../src/platform/clock.ts';
import { createSqliteArrivals } from '../../../src/state/sqlite/arrivals.ts';
import { describeArrivals } from '../arrivals-contract.ts';
import { createInboxFolder, openInbox } from './inbox-folder.ts';
import { createSqlitePlace } from './place.ts';

describeArrivals('in SQLite', () =>
  createSqlitePlace((database, _clock, folder) => {
    const inbox = openInbox(folder);
    onTestFinished(() => inbox.close());
    return { arrivals: createSqliteArrivals(database, createClock()), inbox };
  }),
);

test('a state that cannot be read is one in which nothing arrives: the wait goes on without it', async () => {
  using folder = createInboxFolder();
  const database = await folder.database();
  const arrivals = createSqliteArrivals(database, createClock());
  database.close();
  expect(await arrivals.count('67507ad05e593173d0313e0f')).toBe(0);
  await (await createArrivalClock(createClock(), arrivals, '67507ad05e593173d0313e0f')).sleep(300);
});
