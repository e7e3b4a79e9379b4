import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSpool, digestOf, type Spool, type SpoolEntry } from '../../src/requests/spool.ts';
import type { ScratchFile } from '../../src/platform/host.ts';
import { createFakeFiles, systemError } from '../support/fake-files.ts';
import { caughtLater, textOf } from './errors.ts';

const files = createFakeFiles('/');

async function read(spool: Spool, entry: SpoolEntry): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of spool.read(entry)) pieces.push(piece);
  return textOf(Buffer.concat(pieces));
}

test.each([
  ['in memory', 1_000_000, 0],
  ['on disk', 1, 1],
  ['partly on disk', 1000, 1],
])('entries that were written in turns are read one by one: %s', async (_, limit, scratches) => {
  const spool = createSpool(() => files.scratch('/tmp'), limit);
  const hashed = spool.entry(createHash('sha256').update('head'));
  const entries = [hashed, spool.entry(), spool.entry()];
  const expected = ['', '', ''];
  for (let turn = 0; turn < 300; turn += 1) {
    const at = (turn % 7) % 3;
    const text = `${turn} äöü€ 🛒;`;
    expected[at] += text;
    spool.add(entries[at] ?? hashed, turn % 2 === 0 ? text : new TextEncoder().encode(text));
    await spool.relieve();
  }
  expect(await Promise.all(entries.map((entry) => read(spool, entry)))).toEqual(expected);
  expect(digestOf(hashed, 'end')).toBe(createHash('sha256').update(`head${expected[0]}end`).digest('hex'));
  expect(files.scratches).toBe(scratches);
  await spool.close();
  await spool.close();
  expect(files.scratches).toBe(0);
});

test('a full disk is reported', async () => {
  const scratch: ScratchFile = {
    ...(await files.scratch('/tmp')),
    append: async () => {
      throw systemError('ENOSPC', 'no space left on device, write');
    },
  };
  const spool = createSpool(async () => scratch, 1);
  spool.add(spool.entry(), 'text');
  expect(await caughtLater(spool.relieve())).toEqual({
    failure: 'environment',
    code: 'temporary_file_failed',
    message: 'the temporary file of the input cannot be written: ENOSPC: no space left on device, write',
    hint: 'the disk of the temporary folder is full: make room, or set TMPDIR to another one',
    details: [],
  });
  await scratch.remove();
});

test('what is on disk cannot be read when the spool is closed', async () => {
  const spool = createSpool(() => files.scratch('/tmp'), 1);
  const entry = spool.entry();
  spool.add(entry, 'text');
  await spool.relieve();
  await spool.close();
  expect(await caughtLater(read(spool, entry))).toMatchObject({
    code: 'temporary_file_failed',
    message: 'the temporary file of the input cannot be read: it is closed',
  });
});
