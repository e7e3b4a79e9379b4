/** Every `sh` block of the guides and concepts, run in the order of its page against a sandbox. */
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { createDocsWorkplace } from '../support/docs-workplace.ts';
import { codeBlocksOf } from '../support/shell-block.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Run against a database of its own: `shared-state-guide.test.ts`. */
const ELSEWHERE = 'docs/guides/shared-state.md';

const PAGES = await pagesIn(['docs', 'docs/guides', 'docs/concepts']);

async function pagesIn(folders: readonly string[]): Promise<readonly { path: string; text: string }[]> {
  const lists = folders.map(async (folder) =>
    (await readdir(join(ROOT, folder))).filter((name) => name.endsWith('.md')).map((name) => posix.join(folder, name)),
  );
  const paths = (await Promise.all(lists)).flat();
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(ROOT, path), 'utf8') })));
}

/** The pages with something to run, and their blocks. */
const RUNNABLE = PAGES.filter(({ path }) => path !== ELSEWHERE)
  .map(({ path, text }) => ({ path, blocks: codeBlocksOf(text).filter(({ language }) => language === 'sh') }))
  .filter(({ blocks }) => blocks.length > 0);

test('there are guides to run', () => {
  expect(RUNNABLE.length).toBeGreaterThan(10);
});

test.skipIf(process.platform === 'win32').each(RUNNABLE)(
  'every sh block of $path runs, one after the other',
  async ({ path, blocks }) => {
    await using workplace = await createDocsWorkplace();
    await workplace.runPage(path, blocks);
  },
  120_000,
);

test('every error code that troubleshooting explains is one of the program', async () => {
  const text = PAGES.find(({ path }) => path.endsWith('/troubleshooting.md'))?.text ?? '';
  const codes = [...text.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code = '']) => code);
  const sources = await readdir(join(ROOT, 'src'), { recursive: true });
  const code = await Promise.all(
    sources.filter((name) => name.endsWith('.ts')).map((name) => readFile(join(ROOT, 'src', name), 'utf8')),
  );
  expect(codes.length).toBeGreaterThan(15);
  // Fields of a request are written in the same way.
  const unknown = codes.filter((word) => !code.some((source) => new RegExp(`\\b${word}\\b`).test(source)));
  expect(unknown).toEqual([]);
});
