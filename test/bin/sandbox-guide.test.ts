/** The examples of docs/guides/sandbox-in-tests.md, run word by word in a project of their own, and its table of calls. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

import { createRoutes } from '../../src/sandbox/http/routes.ts';
import { installProgram } from '../support/docs-workplace.ts';
import { createTestFolder } from '../support/folder.ts';
import { codeBlocksOf } from '../support/shell-block.ts';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = await readFile(join(ROOT, 'docs/guides/sandbox-in-tests.md'), 'utf8');

function example(language: string): string {
  return codeBlocksOf(GUIDE).find((block) => block.language === language)?.text ?? '';
}

test('the example for vitest passes in a project that has the package', async () => {
  await using folder = await createTestFolder();
  await mkdir(folder.at('node_modules'));
  await symlink(ROOT, folder.at('node_modules/optipick'), 'junction');
  await symlink(join(ROOT, 'node_modules/vitest'), folder.at('node_modules/vitest'), 'junction');
  await writeFile(folder.at('package.json'), '{"type":"module"}');
  await writeFile(folder.at('wave.test.ts'), example('ts'));
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [vitest, 'run', '--testTimeout=40000', '--reporter=json', '--outputFile=result.json'],
    {
      cwd: folder.path,
      reject: false,
      env: { VITEST: '', VITEST_WORKER_ID: '', VITEST_POOL_ID: '', NODE_OPTIONS: '' },
    },
  );
  expect({ exitCode, stderr, output: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, stderr: '', output: '' });
  expect(JSON.parse(await readFile(folder.at('result.json'), 'utf8'))).toMatchObject({
    numPassedTests: 2,
    numTotalTests: 2,
    success: true,
  });
});

const pytest = await execa('python3', ['-m', 'pytest', '--version'], { reject: false });

test.skipIf(pytest.exitCode !== 0 || process.platform === 'win32')(
  'the example for pytest passes (skipped where there is no pytest)',
  async () => {
    await using folder = await createTestFolder();
    const path = await installProgram({ folder: folder.path });
    await writeFile(folder.at('test_wave.py'), example('python'));
    const { exitCode, stdout } = await execa('python3', ['-m', 'pytest', '-q', '-p', 'no:cacheprovider'], {
      cwd: folder.path,
      env: {
        PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}`,
        NO_PROXY: '127.0.0.1',
        OPTIPICK_CONFIG_DIR: folder.at('config'),
        OPTIPICK_STATE_DIR: folder.at('state'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
      reject: false,
      timeout: 50_000,
    });
    expect({ exitCode, output: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, output: '' });
  },
);

test('every call of the control API is in the guide, and no other', () => {
  const named = [...GUIDE.matchAll(/\b(GET|POST) (\/_sandbox\/[^\s`|]+)/g)].map(([, method, path]) => {
    return `${method ?? ''} ${(path ?? '').replaceAll(/\{\w+\}/g, '{}')}`;
  });
  const unused = undefined as never;
  const routes = createRoutes({ api: unused, control: unused, page: unused });
  const served = routes
    .filter(({ path }) => path.startsWith('/_sandbox/'))
    .map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(named)].sort()).toEqual(served.sort());
});
