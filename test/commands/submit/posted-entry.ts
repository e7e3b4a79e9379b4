/** What the tests of posting share: a request of a set, and a place where postings are stored. */
import type { SetEntry } from '../../../src/requests/request-set.ts';
import type { Postings } from '../../../src/state/postings.ts';
import { createSqlitePostings } from '../../../src/state/sqlite/postings.ts';
import { createSqlitePlace } from '../../state/sqlite/place.ts';
import { storeOfTest } from '../../state/store-place.ts';

export const CONTENT = { baseUrl: 'http://127.0.0.1:4010', kind: 'cluster', digest: 'd1' } as const;

/** The wave `W1` with the content {@link CONTENT}, from line 7 of a table. */
export function entryOf(changes: Partial<SetEntry> = {}): SetEntry {
  return {
    name: 'W1',
    siteName: 'Example',
    waveId: 'W1',
    picks: 1,
    digest: CONTENT.digest,
    body: async () => new TextEncoder().encode('{"picks":[]}'),
    rows: async () => undefined,
    pickLines: async () => new Map([[0, { pickId: 'O1', place: 'w.csv:7' }]]),
    ...changes,
  };
}

/** Removed when the test ends. The clock of its times is at 1000 when it is first read, then at 2000, 3000 … */
export function openPostings(): Promise<Postings> {
  return storeOfTest<Postings>(() => createSqlitePlace(createSqlitePostings));
}
