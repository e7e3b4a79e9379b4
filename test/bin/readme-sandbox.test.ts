/** The README's example of a test against the sandbox, run as it stands there, in a project that has the package. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

import { createRoutes } from '../../src/sandbox/http/routes.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = await readFile(join(ROOT, 'README.md'), 'utf8');
const SECTION = /^## The sandbox\n([\s\S]*?)^## /m.exec(README)?.[1] ?? '';

test('the example test passes', async () => {
  const example = /^```ts\n([\s\S]*?)^```$/m.exec(SECTION)?.[1] ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'optipick-readme-'));
  try {
    await mkdir(join(folder, 'node_modules'));
    await symlink(ROOT, join(folder, 'node_modules/optipick'), 'junction');
    await symlink(join(ROOT, 'node_modules/vitest'), join(folder, 'node_modules/vitest'), 'junction');
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'wave.test.ts'), example);
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [vitest, 'run', '--reporter=json', '--outputFile=result.json'],
      {
        cwd: folder,
        reject: false,
        env: { VITEST: '', VITEST_WORKER_ID: '', VITEST_POOL_ID: '', NODE_OPTIONS: '' },
      },
    );
    expect({ exitCode, stderr, output: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, stderr: '', output: '' });
    expect(JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'))).toMatchObject({
      numPassedTests: 2,
      numTotalTests: 2,
      success: true,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('every call of the control API is named, and no other', () => {
  const named = [...SECTION.matchAll(/\b(GET|POST) (\/_sandbox\/[^\s`|]+)/g)].map(([, method, path]) => {
    return `${method ?? ''} ${(path ?? '').replaceAll(/\{\w+\}/g, '{}')}`;
  });
  const unused = undefined as never;
  const routes = createRoutes({ api: unused, control: unused, page: unused, createNonce: unused });
  const served = routes
    .filter(({ path }) => path.startsWith('/_sandbox/'))
    .map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(named)].sort()).toEqual(served.sort());
});
