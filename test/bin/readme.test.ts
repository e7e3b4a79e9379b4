/** The commands of the README, run word by word: its recipes against a sandbox, its installation into a folder of npm's. */
import { cp, readFile } from 'node:fs/promises';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { createDocsWorkplace } from '../support/docs-workplace.ts';
import { createTestFolder } from '../support/folder.ts';
import { codeBlocksOf, runShellBlock } from '../support/shell-block.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = await readFile(join(ROOT, 'README.md'), 'utf8');

/** Blocks marked `sh` are promised to run. The first two are read by `.ci/run`, too. */
const [DEMO, TESTS, INSTALL, ...RECIPES] = codeBlocksOf(README).filter(({ language }) => language === 'sh');

test('the first block runs the demo, the second the tests, the third installs', () => {
  expect(
    codeBlocksOf(README)
      .slice(0, 2)
      .map(({ text }) => text),
  ).toEqual(['npm ci && npx optipick demo\n', 'npm ci && npm test\n']);
  expect([DEMO, TESTS, INSTALL].map((block) => block?.text)).toEqual([
    'npm ci && npx optipick demo\n',
    'npm ci && npm test\n',
    'npm ci && npm i -g .\n',
  ]);
});

test('the README fits on a few screens', () => {
  expect(README.split('\n').length - 1).toBeLessThanOrEqual(150);
});

test.skipIf(process.platform === 'win32')(
  'every recipe of the README runs, one after the other',
  async () => {
    await using workplace = await createDocsWorkplace();
    const { folder } = workplace;
    await workplace.runPage('README.md', RECIPES);
    const answer = JSON.parse(await readFile(join(folder, 'answer.json'), 'utf8')) as { type: string };
    expect(answer.type).toBe('CLUSTER');
    expect(await readFile(join(folder, 'planned.csv'), 'utf8')).toMatch(/;CLUSTER;SEQUENCE\r?\n/);
  },
  120_000,
);

test.skipIf(process.platform === 'win32')(
  'the installation gives every folder an optipick',
  { tags: ['registry'], timeout: 600_000 },
  async () => {
    await using folder = await createTestFolder();
    const clone = folder.at('clone');
    const left = new Set(['.git', 'node_modules', 'dist', 'coverage', '.stryker-tmp']);
    await cp(ROOT, clone, {
      recursive: true,
      filter: (path) => !left.has(relative(ROOT, path).split(sep)[0] ?? ''),
    });
    const env = {
      PATH: [folder.at('npm/bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: folder.path,
      npm_config_prefix: folder.at('npm'),
      // What `npm ci` has fetched for these tests need not be fetched again.
      npm_config_cache: await npmCache(),
      npm_config_prefer_offline: 'true',
    };
    await runShellBlock(INSTALL?.text ?? '', { folder: clone, env, timeoutMs: 550_000 });
    await runShellBlock('optipick demo > demo.txt', { folder: folder.path, env });
    expect(await readFile(folder.at('demo.txt'), 'utf8')).toMatch(/^Cluster · Example[^]*^Route · Example/m);
  },
);

async function npmCache(): Promise<string> {
  return (await execa('npm', ['config', 'get', 'cache'])).stdout;
}
