/** What the tests of posting share: a request of a set, who posts it, and a place where postings are stored. */
import type { OptipickClient } from '../../../src/api/model.ts';
import { createIdempotentPost } from '../../../src/commands/submit/idempotent-post.ts';
import type { IdempotentPost, PostParts } from '../../../src/commands/submit/idempotent-post.ts';
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

/** Posts with `--continue`, unless the changes say otherwise, through a client that answers as given. */
export function postingTo(
  client: Partial<Pick<OptipickClient, 'submit' | 'submitAndAwait'>>,
  postings: Postings | undefined,
  changes: Partial<Pick<PostParts, 'enabled' | 'resubmit'>> = {},
): { readonly post: IdempotentPost; readonly remembered: unknown[] } {
  const remembered: unknown[] = [];
  const post = createIdempotentPost({
    kind: CONTENT.kind,
    client: { baseUrl: CONTENT.baseUrl, ...client } as OptipickClient,
    postings,
    history: {
      remember: async (...call) => void remembered.push(call),
      kindOf: async () => undefined,
      pending: async () => [],
      settle: async () => undefined,
    },
    enabled: true,
    resubmit: new Set(),
    ...changes,
  });
  return { post, remembered };
}
