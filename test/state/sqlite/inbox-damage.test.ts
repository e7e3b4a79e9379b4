/** An inbox whose files are cut at the worst moment, or lose more than can be replaced. */
import { cpSync, renameSync, statSync, truncateSync } from 'node:fs';
import { expect, test } from 'vitest';

import type { Inbox } from '../../../src/state/inbox.ts';
import { deliveryOf } from '../inbox-support.ts';
import { createInboxFolder, openInbox, type InboxFolder } from './inbox-folder.ts';

const body = new Uint8Array(9000);
const accept = (inbox: Inbox, ids: readonly string[]) =>
  Promise.all(ids.map((id) => inbox.accept(deliveryOf({ id, body }), ['show'])));
const numbered = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => `${name}_${number}`);

async function idsIn({ path }: Pick<InboxFolder, 'path'>): Promise<readonly string[]> {
  const inbox = openInbox(path);
  const found = await inbox.list();
  await inbox.close();
  return found.map(({ id }) => id);
}

test('A4: what is written while the -wal file is cut is there after a crash', async () => {
  using folder = createInboxFolder();
  const log = `${folder.file}-wal`;
  let happen = (): void => undefined;
  const inbox = folder.open({ check: () => happen() });
  for (const id of numbered('before', 20)) await accept(inbox, [id]);
  happen = () => {
    truncateSync(log, Math.floor(statSync(log).size / 3));
    happen = () => undefined;
  };
  const ids = numbered('after', 5);
  await accept(inbox, ids.slice(0, 1));
  await accept(inbox, ids.slice(1));
  using copy = createInboxFolder();
  cpSync(folder.path, copy.path, { recursive: true });
  expect(await idsIn(copy)).toEqual(expect.arrayContaining([...ids]));
  await inbox.close();
});

test('A4: a database that has lost its end accepts nothing more, says so, and is replaced once it is moved away', async () => {
  using folder = createInboxFolder();
  const { file } = folder;
  const before = folder.open();
  await accept(before, numbered('before', 50));
  await before.close();
  const inbox = folder.open();
  await accept(inbox, ['just']);
  // What is written from now on does not need what is missing.
  truncateSync(file, statSync(file).size - 3 * 4096);
  await expect(accept(inbox, ['during'])).rejects.toMatchObject({
    failure: 'environment',
    code: 'state_corrupt',
    message: 'the inbox is damaged: parts of its database are missing',
    hint: 'optipick doctor shows how to move it away; a new one is then created',
  });
  renameSync(file, `${file}.damaged`);
  expect(await accept(inbox, ['during', 'after'])).toEqual(['new', 'new']);
  await inbox.close();
  expect((await idsIn(folder)).toSorted()).toEqual(['after', 'during']);
});
