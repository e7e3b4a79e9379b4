/** The layout of `src`, as `oxlint.config.ts` and docs/architecture.md describe it. */
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { createTestFolder } from '../support/folder.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Path from the root, with slashes -> text. */
async function sources(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(join(ROOT, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const read = names.map(async (name) => {
    const path = posix.join('src', name.replaceAll('\\', '/'));
    return [path, await readFile(join(ROOT, path), 'utf8')] as const;
  });
  return new Map(await Promise.all(read));
}

/** Tests, scripts and benches. */
async function outside(): Promise<readonly string[]> {
  const lists = ['test', 'scripts', 'bench'].map(async (folder) =>
    (await readdir(join(ROOT, folder), { recursive: true })).map((name) =>
      posix.join(folder, name.replaceAll('\\', '/')),
    ),
  );
  return (await Promise.all(lists)).flat();
}

/** What each file imports: values and types, at once and late. */
function importsIn(files: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...files].map(([path, text]) => [
      path,
      [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+\.ts)'/g)].map(([, specifier = '']) =>
        posix.join(posix.dirname(path), specifier),
      ),
    ]),
  );
}

/** The files of one circle of imports, the first again at its end; `undefined` when there is none. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, above: readonly string[]): readonly string[] | undefined => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of imports.get(path) ?? []) {
      const circle = visit(next, [...above, path]);
      if (circle !== undefined) return circle;
    }
    done.add(path);
    return undefined;
  };
  return [...imports.keys()].map((path) => visit(path, [])).find((circle) => circle !== undefined);
}

test('no file imports itself by way of others, with types and late imports', async () => {
  expect(circleIn(importsIn(await sources()))).toBeUndefined();
});

test('a circle by way of a type and a late import is found', () => {
  const files = new Map([
    ['src/a.ts', `import { b } from './b/c.ts';`],
    ['src/b/c.ts', `import type { D } from './d.ts';`],
    ['src/b/d.ts', `await import('../a.ts');`],
  ]);
  expect(circleIn(importsIn(files))).toEqual(['src/a.ts', 'src/b/c.ts', 'src/b/d.ts', 'src/a.ts']);
});

test('no folder holds more than 20 files', async () => {
  const folders = Map.groupBy((await sources()).keys(), (path) => posix.dirname(path));
  const large = [...folders].filter(([, files]) => files.length > 20).map(([folder]) => folder);
  expect(large).toEqual([]);
});

test('an exported type has a name of its own', async () => {
  const exported = [...(await sources())].flatMap(([path, text]) =>
    [...text.matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(([, name = '']) => ({ name, path })),
  );
  const twice = [...Map.groupBy(exported, ({ name }) => name)].filter(([, places]) => places.length > 1);
  expect(twice.map(([name, places]) => `${name}: ${places.map(({ path }) => path).join(', ')}`)).toEqual([]);
});

describe('the linter', () => {
  const forbidden: readonly (readonly [file: string, line: string])[] = [
    ['lib/json/type.ts', `import type { A } from '../../errors.ts';\nexport type B = A;`],
    ['lib/late.ts', `export const a = await import('../platform/host.ts');`],
    ['errors.ts', `export { a } from './lib/a.ts';`],
    ['kinds.ts', `export { a } from './errors.ts';`],
    ['settings/up.ts', `export { a } from '../platform/a.ts';`],
    ['platform/http/up.ts', `export { a } from '../../api/client.ts';`],
    ['site/up.ts', `export { a } from '../sandbox/app.ts';`],
    ['requests/csv/rows/up.ts', `export { a } from '../../../answers/a.ts';`],
    ['state/sqlite/up.ts', `export { a } from '../../webhooks/delivery.ts';`],
    ['answers/audit/up.ts', `export { a } from '../../output/a.ts';`],
    ['api/up.ts', `export { a } from '../state/inbox.ts';`],
    ['webhooks/inbox/up.ts', `export { a } from '../../sandbox/app.ts';`],
    ['sandbox/jobs/up.ts', `export { a } from '../../api/client.ts';`],
    ['output/html/up.ts', `export { a } from '../../commands/get.ts';`],
    ['library/up.ts', `export { a } from '../output/a.ts';`],
    ['context/up.ts', `export { a } from '../commands/get.ts';`],
    ['commands/poll/up.ts', `export { a } from '../../app/program.ts';`],
    ['commands/poll/other.ts', `export { a } from '../submit/run.ts';`],
    ['commands/poll/single.ts', `export { a } from '../get.ts';`],
    ['commands/shared/other.ts', `export { a } from '../poll/run.ts';`],
    ['commands/login.ts', `export { a } from './config.ts';`],
    ['app/main.ts', `export { a } from '../webhooks/signature.ts';`],
    ['cli.ts', `export { a } from './commands/get.ts';`],
    ['index.ts', `export { a } from './api/client.ts';`],
    ['inbox-thread.ts', `export { a } from './webhooks/delivery.ts';`],
    ['commands/poll/files.ts', `export { readFile } from 'node:fs/promises';`],
    ['webhooks/undici.ts', `export { request } from 'undici';`],
    ['platform/ora.ts', `export { default as ora } from 'ora';`],
    ['output/commander.ts', `export { Command } from 'commander';`],
    ['state/clock.ts', `export const now = Date.now();`],
    ['sandbox/timer.ts', `setTimeout(() => undefined, 1);`],
    ['requests/random.ts', `export const a = Math.random();`],
    ['api/process.ts', `export const a = process.argv;`],
    ['output/console.ts', `console.log('a');`],
  ];
  const allowed: readonly (readonly [file: string, line: string])[] = [
    ['lib/json/good.ts', `export { a } from '../async/a.ts';`],
    ['output/html/good.ts', `export { a } from '../answers/a.ts';\nexport { b } from '../../answers/b.ts';`],
    ['requests/csv/rows/good.ts', `export { a } from '../../../lib/a.ts';\nexport { b } from '../header/b.ts';`],
    ['commands/poll/good.ts', `export { a } from '../shared/a.ts';\nexport { b } from './b.ts';`],
    ['commands/get.ts', `export { a } from './shared/a.ts';\nexport { Command } from 'commander';`],
    ['platform/http/good.ts', `export { request } from 'undici';\nexport { readFile } from 'node:fs/promises';`],
    ['platform/clock.ts', `export const now = Date.now();`],
  ];

  test('reports each import that the table forbids, and no other', { timeout: 120_000 }, async () => {
    await using folder = await createTestFolder();
    for (const name of ['oxlint.config.ts', 'tsconfig.json']) await copyFile(join(ROOT, name), folder.at(name));
    await symlink(join(ROOT, 'node_modules'), folder.at('node_modules'), 'junction');
    for (const [name, text] of [...forbidden, ...allowed]) {
      await mkdir(dirname(folder.at(join('src', name))), { recursive: true });
      await writeFile(folder.at(join('src', name)), `${text}\n`);
    }
    const { stdout } = await execa(
      process.execPath,
      [folder.at('node_modules/oxlint/bin/oxlint'), '-f', 'json', 'src'],
      {
        cwd: folder.path,
        reject: false,
      },
    );
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] };
    const layout = /no-restricted|no-console/;
    const reported = diagnostics.filter(({ code }) => layout.test(code)).map(({ filename }) => filename);
    const named = (name: string): string => `src/${name}`;
    expect([...new Set(reported.map((name) => name.replaceAll('\\', '/')))].toSorted()).toEqual(
      forbidden.map(([name]) => named(name)).toSorted(),
    );
  });
});

test.each(['docs/architecture.md', 'CONTRIBUTING.md'])('%s names files that exist', async (page) => {
  const text = await readFile(join(ROOT, page), 'utf8');
  const named = [...text.matchAll(/`((?:[\w-]+\/)+[\w-]+\.ts)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(3);
  const known = [...(await sources()).keys(), ...(await outside())];
  expect(named.filter((path) => !known.some((file) => file === path || file.endsWith(`/${path}`)))).toEqual([]);
});
