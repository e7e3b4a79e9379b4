/** Every link and anchor of the docs leads somewhere. */
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { anchorOf } from '../../scripts/docs/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Paths from the root, with slashes. */
async function pages(): Promise<readonly string[]> {
  const below = (await readdir(join(ROOT, 'docs'), { recursive: true })).map((name) =>
    posix.join('docs', name.replaceAll('\\', '/')),
  );
  return ['README.md', 'CONTRIBUTING.md', 'STYLE.md', 'CHANGELOG.md', ...below.filter((path) => path.endsWith('.md'))];
}

/** Without blocks of code, in which nothing is a link or a heading. */
async function textOf(path: string): Promise<string> {
  return (await readFile(join(ROOT, path), 'utf8')).replaceAll(/^ *(```+|~~~+)[\s\S]*?^ *\1 *$/gm, '');
}

/** A heading that is there twice has a number the second time. */
function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.*?) *#*$/gm)) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let number = 1; anchors.has(unique); number += 1) unique = `${anchor}-${number}`;
    anchors.add(unique);
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** Targets of links and pictures, inline and by reference. */
function targetsIn(text: string): readonly string[] {
  const prose = text.replaceAll(/(`+)(?:(?!\1)[\s\S])*?\1/g, '`');
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]: +<?([^\s>]+)/gm)];
  const tags = [...prose.matchAll(/<(?:img|a) [^>]*(?:src|href)="([^"]+)"/g)];
  return [...inline, ...references, ...tags].map(([, target = '']) => target);
}

/** Why a link of a page leads nowhere; `undefined` when it does lead somewhere. */
async function faultOf(page: string, target: string): Promise<string | undefined> {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file = '', anchor] = target.split('#', 2);
  const path = file === '' ? page : posix.join(dirname(page), decodeURIComponent(file));
  try {
    await access(join(ROOT, path));
  } catch {
    return `${page}: there is no ${path}`;
  }
  if (anchor === undefined || !path.endsWith('.md')) return undefined;
  const anchors = anchorsIn(await textOf(path));
  return anchors.has(decodeURIComponent(anchor)) ? undefined : `${page}: ${path} has no heading #${anchor}`;
}

test.each(await pages())('every link of %s leads to a file and a heading that exist', async (page) => {
  const targets = targetsIn(await textOf(page));
  const faults = await Promise.all(targets.map((target) => faultOf(page, target)));
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test('headings have the anchors that GitHub gives them', () => {
  const text = `# optipick cluster submit
## Exit code 2, usage
## \`npm run docs\` & checks
## What it is
## What it is
## [A link](https://example.com) in it
`;
  expect([...anchorsIn(text)]).toEqual([
    'optipick-cluster-submit',
    'exit-code-2-usage',
    'npm-run-docs--checks',
    'what-it-is',
    'what-it-is-1',
    'a-link-in-it',
  ]);
});

test('a link to a file or a heading that is not there is found', async () => {
  expect(targetsIn('[a](b.md#c) `[no](link)` ![p](d.svg)\n[e]: f.md\n')).toEqual(['b.md#c', 'd.svg', 'f.md']);
  expect(await faultOf('docs/reference/cli.md', '../nothing.md')).toBe(
    'docs/reference/cli.md: there is no docs/nothing.md',
  );
  expect(await faultOf('docs/reference/cli.md', '#nothing')).toBe(
    'docs/reference/cli.md: docs/reference/cli.md has no heading #nothing',
  );
  expect(await faultOf('README.md', 'docs/reference/cli.md#optipick-poll')).toBeUndefined();
});
