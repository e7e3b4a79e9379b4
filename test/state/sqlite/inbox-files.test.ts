/** The files of an inbox that are removed, cut or replaced while it is open: what is acknowledged is what others see. */
import { copyFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

import { describe, expect, onTestFinished, test } from 'vitest';

import { SHOW } from '../../../src/state/delivery-steps.ts';
import type { Inbox } from '../../../src/state/inbox.ts';
import { deliveryOf, NOW } from '../inbox-support.ts';
import { createInboxFolder, openInbox } from './inbox-folder.ts';
import type { InboxFolder } from './inbox-folder.ts';
import { startInboxProcess } from './inbox-process.ts';

function newFolder(): InboxFolder {
  const folder = createInboxFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder;
}

function open(folder: InboxFolder, ...changes: Parameters<InboxFolder['open']>): Inbox {
  const inbox = folder.open(...changes);
  onTestFinished(() => inbox.close());
  return inbox;
}

const accept = (inbox: Inbox, id: string): Promise<'new' | 'duplicate'> => inbox.accept(deliveryOf({ id }), [SHOW]);

/** What a connection sees that is opened now. */
async function seenIn(folder: InboxFolder): Promise<string[]> {
  const inbox = folder.open();
  try {
    return (await inbox.list()).map(({ id }) => id).toReversed();
  } finally {
    await inbox.close();
  }
}

/** Another inbox in the place of the file, as if a backup were played back. */
async function backupBeside(folder: InboxFolder): Promise<string> {
  const path = `${folder.path}-backup`;
  const inbox = openInbox(path);
  await accept(inbox, 'backup');
  await inbox.close();
  return folder.file.replace(folder.path, path);
}

const cutInHalf = (path: string): void => truncateSync(path, Math.floor(statSync(path).size / 2));

/** Catches what is to be done when the inbox is idle, and does it. */
const createIdleness = (): {
  readonly whenIdle: (work: () => void) => void;
  readonly pass: () => Promise<void>;
} => {
  let work: (() => void) | undefined;
  return {
    whenIdle: (given) => void (work = given),
    pass: async () => {
      // What is written calls back after the writer was answered.
      await expect.poll(() => work).toBeDefined();
      work?.();
      work = undefined;
      await setImmediate();
    },
  };
};

interface Harm {
  readonly name: string;
  /** What was acknowledged before and must be there still; the rest is gone with what was removed. */
  readonly keeps: readonly string[];
  readonly harm: (folder: InboxFolder) => void | Promise<void>;
}

const BEFORE = ['before_1', 'before_2'];

const HARMS: readonly Harm[] = [
  { name: 'the -wal file is deleted', keeps: BEFORE, harm: ({ file }) => rmSync(`${file}-wal`) },
  {
    name: 'the -wal and -shm files are deleted',
    keeps: BEFORE,
    harm({ file }) {
      rmSync(`${file}-wal`);
      rmSync(`${file}-shm`);
    },
  },
  { name: 'the -wal file is cut to nothing', keeps: [], harm: ({ file }) => truncateSync(`${file}-wal`) },
  { name: 'the -wal file is cut in half', keeps: [], harm: ({ file }) => cutInHalf(`${file}-wal`) },
  { name: 'the database is cut to nothing', keeps: [], harm: ({ file }) => truncateSync(file) },
  { name: 'the database is deleted', keeps: [], harm: ({ file }) => rmSync(file) },
  { name: 'the folder is deleted', keeps: [], harm: ({ path }) => rmSync(path, { recursive: true }) },
  {
    name: 'another database replaces it',
    // To SQLite the -wal file that is left belongs to it, and covers what it holds.
    keeps: [],
    harm: async (folder) => renameSync(await backupBeside(folder), folder.file),
  },
  {
    name: 'another one replaces it and its -wal',
    keeps: ['backup'],
    async harm(folder) {
      const backup = await backupBeside(folder);
      rmSync(`${folder.file}-wal`);
      renameSync(backup, folder.file);
    },
  },
];

describe('A4: nothing is acknowledged that another process does not see, nor after a kill', () => {
  test.each(HARMS)('when $name', async ({ keeps, harm }) => {
    const folder = newFolder();
    const process = await startInboxProcess(folder.path);
    expect(await process.ask(`accept ${BEFORE.join(' ')}`)).toEqual(['new', 'new']);
    await harm(folder);
    expect(await process.ask('accept after_1')).toEqual(['new']);
    expect(await process.ask('accept after_2 after_3')).toEqual(['new', 'new']);
    const expected = expect.arrayContaining([...keeps, 'after_1', 'after_2', 'after_3']) as unknown;
    expect(await seenIn(folder)).toEqual(expected);
    await process.kill();
    expect(await seenIn(folder)).toEqual(expected);
  });

  test('when the database is overwritten by a smaller one', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await inbox.accept(deliveryOf({ id: 'large', body: new Uint8Array(200_000) }), [SHOW]);
    const database = await folder.database();
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    copyFileSync(await backupBeside(folder), folder.file);
    expect(await accept(inbox, 'after')).toBe('new');
    expect(await seenIn(folder)).toEqual(expect.arrayContaining(['after']));
  });

  test('when the -wal file is deleted and nothing is written after it: looking for work notices', async () => {
    const folder = newFolder();
    const process = await startInboxProcess(folder.path);
    await process.ask('accept a b');
    await process.ask('claim me 2');
    rmSync(`${folder.file}-wal`);
    expect(await process.ask('claim me 2')).toEqual([]);
    await process.kill();
    expect(await seenIn(folder)).toEqual(['a', 'b']);
  });

  test('when the -wal file is deleted between a write and its end', async () => {
    const folder = newFolder();
    let harm = (): void => undefined;
    const inbox = open(folder, { check: () => harm() });
    await accept(inbox, 'before');
    harm = () => {
      rmSync(`${folder.file}-wal`);
      harm = () => undefined;
    };
    await accept(inbox, 'during');
    await accept(inbox, 'after');
    expect(await seenIn(folder)).toEqual(['before', 'during', 'after']);
  });

  test('when the -wal file is deleted again and again: then nothing is acknowledged at all', async () => {
    const folder = newFolder();
    let isHarmed = false;
    const inbox = open(folder, { check: () => (isHarmed ? rmSync(`${folder.file}-wal`) : undefined) });
    await accept(inbox, 'before');
    isHarmed = true;
    await expect(accept(inbox, 'during')).rejects.toMatchObject({
      failure: 'environment',
      code: 'inbox_unavailable',
      message: 'the inbox cannot be written: its files are removed or cut again and again',
    });
    isHarmed = false;
    await accept(inbox, 'after');
    expect(await seenIn(folder)).toEqual(expect.arrayContaining(['before', 'after']));
  });

  test('when another database replaces it, and another listener has written to that before', async () => {
    const folder = newFolder();
    const one = await startInboxProcess(folder.path);
    await one.ask(`accept ${BEFORE.join(' ')}`);
    const backup = await backupBeside(folder);
    renameSync(backup, folder.file);
    const two = await startInboxProcess(folder.path);
    expect(await two.ask('accept theirs')).toEqual(['new']);
    expect(await one.ask('accept ours')).toEqual(['new']);
    expect(await two.ask('accept last')).toEqual(['new']);
    const expected = expect.arrayContaining(['theirs', 'ours', 'last']) as unknown;
    expect(await seenIn(folder)).toEqual(expected);
    await Promise.all([one.kill(), two.kill()]);
    expect(await seenIn(folder)).toEqual(expected);
  });

  test('when a connection that is opened then sees something else: then it is not acknowledged', async () => {
    const folder = newFolder();
    const elsewhere = newFolder();
    let openings = 0;
    let isAstray = true;
    const inbox = open(folder, {
      open: () => {
        openings += 1;
        // The third and the fifth are those that look whether the second and the fourth have written.
        return (isAstray && openings > 1 && openings % 2 === 1 ? elsewhere : folder).database();
      },
    });
    await accept(inbox, 'before');
    rmSync(`${folder.file}-wal`);
    await expect(accept(inbox, 'after')).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect(openings).toBe(5);
    isAstray = false;
    await accept(inbox, 'after');
    expect(await seenIn(folder)).toEqual(['before', 'after']);
  });
});

describe('A4: two listeners on one inbox whose -wal file is deleted', () => {
  const integrityOf = async (folder: InboxFolder): Promise<unknown> => {
    const database = await folder.database();
    const result = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
    database.close();
    return result;
  };
  const idsFrom = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${name}_${index}`);
  const [before, fromOne, fromTwo] = [idsFrom('before', 40), idsFrom('one', 30), idsFrom('two', 30)];

  test.each(['go on', 'are killed', 'stop'])('lose nothing and keep the database intact when they %s', async (how) => {
    const folder = newFolder();
    const [one, two] = await Promise.all([startInboxProcess(folder.path), startInboxProcess(folder.path)]);
    await one.ask(`accept ${before.join(' ')}`);
    await two.ask('claim me 1');
    rmSync(`${folder.file}-wal`);
    // The first one that notices writes a new log; the other one still has the old one open.
    await one.ask(`accept ${fromOne.join(' ')}`);
    if (how === 'are killed') await one.kill();
    if (how === 'stop') await one.stop();
    await two.ask(`accept ${fromTwo.join(' ')}`);
    await (how === 'go on' ? one : two).ask('accept last');
    const all = [...before, ...fromOne, ...fromTwo, 'last'];
    expect(await seenIn(folder)).toEqual(all);
    await Promise.all([one, two].map((each) => (how === 'stop' ? each.stop() : each.kill())));
    expect([await seenIn(folder), await integrityOf(folder)]).toEqual([all, 'ok']);
  });

  test('lose nothing when the one that has not noticed is the last that stops', async () => {
    const folder = newFolder();
    const [one, two] = await Promise.all([startInboxProcess(folder.path), startInboxProcess(folder.path)]);
    await one.ask(`accept ${before.join(' ')}`);
    await two.ask('claim me 1');
    rmSync(`${folder.file}-wal`);
    await one.ask(`accept ${fromOne.join(' ')}`);
    await one.stop();
    await two.stop();
    expect([await seenIn(folder), await integrityOf(folder)]).toEqual([[...before, ...fromOne], 'ok']);
  });

  test('lose nothing when the one that has not noticed becomes idle', async () => {
    const folder = newFolder();
    const { whenIdle, pass } = createIdleness();
    const inbox = open(folder, { whenIdle });
    const one = await startInboxProcess(folder.path);
    await one.ask(`accept ${before.join(' ')}`);
    await accept(inbox, 'beside');
    rmSync(`${folder.file}-wal`);
    await one.ask(`accept ${fromOne.join(' ')}`);
    await pass();
    expect([await seenIn(folder), await integrityOf(folder)]).toEqual([[...before, 'beside', ...fromOne], 'ok']);
  });
});

describe('A4: an inbox that is idle', () => {
  test('copies its -wal file into the database: nothing is lost with it', async () => {
    const folder = newFolder();
    const { whenIdle, pass } = createIdleness();
    const inbox = open(folder, { whenIdle });
    for (const id of BEFORE) await accept(inbox, id);
    await pass();
    truncateSync(`${folder.file}-wal`);
    expect(await accept(inbox, 'after')).toBe('new');
    expect(await seenIn(folder)).toEqual([...BEFORE, 'after']);
  });

  test('still notices with the next write that its -wal file was cut', async () => {
    const folder = newFolder();
    const { whenIdle, pass } = createIdleness();
    const inbox = open(folder, { whenIdle });
    await accept(inbox, 'before');
    truncateSync(`${folder.file}-wal`);
    await pass();
    expect(await accept(inbox, 'after')).toBe('new');
    expect(await seenIn(folder)).toEqual(expect.arrayContaining(['after']));
    expect((await inbox.claim({ owner: 'me', limits: { [SHOW]: 9 }, now: NOW })).map((one) => one.delivery.id)).toEqual(
      ['after'],
    );
  });
});
