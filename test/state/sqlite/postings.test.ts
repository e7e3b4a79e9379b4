import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/platform/fs/database.ts';
import { openState } from '../../../src/state/sqlite/database.ts';
import { createPostings } from '../../../src/state/sqlite/postings.ts';
import { createTestFolder } from '../../support/folder.ts';

const content = { baseUrl: 'http://127.0.0.1:4010', kind: 'cluster', digest: 'd1' } as const;

/** Postings in a folder, and a clock that counts the times it is looked at. */
async function open(folder: string) {
  const database = await openState(async (path) => openDatabase(path), folder);
  let now = 0;
  return { database, postings: createPostings(database, { now: () => (now += 1000) }, folder) };
}

describe('a posting', () => {
  test('that was begun and never answered is uncertain, also for the next process', async () => {
    await using folder = await createTestFolder();
    const first = await open(folder.path);
    first.postings.begin(content, 'W1');
    first.database.close();
    const second = await open(folder.path);
    expect(second.postings.last(content)).toEqual({ state: 'uncertain', at: 1000 });
    second.database.close();
  });

  test('that was answered is accepted, with the id if there was one', async () => {
    await using folder = await createTestFolder();
    const { database, postings } = await open(folder.path);
    postings.accepted(postings.begin(content, 'W1'), 'id-1');
    expect(postings.last(content)).toEqual({ state: 'accepted', requestId: 'id-1', at: 1000 });
    postings.accepted(postings.begin(content, 'W1'), undefined);
    expect(postings.last(content)).toEqual({ state: 'accepted', requestId: undefined, at: 3000 });
    database.close();
  });

  test('that was withdrawn leaves what was known before it', async () => {
    await using folder = await createTestFolder();
    const { database, postings } = await open(folder.path);
    postings.withdrawn(postings.begin(content, 'W1'));
    expect(postings.last(content)).toBeUndefined();
    postings.accepted(postings.begin(content, 'W1'), 'id-1');
    postings.withdrawn(postings.begin(content, 'W1'));
    expect(postings.last(content)).toMatchObject({ state: 'accepted', requestId: 'id-1' });
    database.close();
  });

  test('is about one content, kind and API', async () => {
    await using folder = await createTestFolder();
    const { database, postings } = await open(folder.path);
    postings.begin(content, 'W1');
    expect(postings.last({ ...content, digest: 'd2' })).toBeUndefined();
    expect(postings.last({ ...content, kind: 'route' })).toBeUndefined();
    expect(postings.last({ ...content, baseUrl: 'http://127.0.0.1:4011' })).toBeUndefined();
    database.close();
  });

  test('says where a state is that cannot be written', async () => {
    await using folder = await createTestFolder();
    const { database, postings } = await open(folder.path);
    database.close();
    expect(() => postings.begin(content, 'W1')).toThrow(
      expect.objectContaining({ failure: 'environment', code: 'state_unavailable' }),
    );
  });
});
