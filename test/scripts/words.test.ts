/** The words of STYLE.md, looked for in everything that people read. */
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Nowhere: not in a message, not in a help text, not in a comment. */
const PHRASES = [
  /\bmend(?:s|ed|ing)?\b/,
  /\bdear\b/,
  /for want of/,
  /told of/,
  /taken in\b/,
  /\btake in\b/,
  /stands? up to/,
  /did not end well/,
  /given up/,
  /gave up/,
  /\bin doubt\b/,
  /nobody knows/,
  /wrong on purpose/,
  /not there yet/,
  /try anew/,
  /brought by/,
  /as it stands/,
  /deadline passed/,
];

/** Neither in code and its comments. */
const ODD_NAMES = /\b(?:wish(?:es)?|strangers?|strands?|dice)\b/;

/** American is the variety of the API, of the flags and of the field. */
const BRITISH =
  /\b\w*(?:ptimis(?:e|ed|er|ation|ing)|(?:col|hon)our|erialis|ehaviour|ecognis|rganis|ormalis|entre[sd]?)\b|\blicence/;

/** Paths from the root, with slashes. */
async function files(): Promise<readonly string[]> {
  const lists = ['src', 'bin', 'docs', 'test/screens'].map(async (folder) =>
    (await readdir(join(ROOT, folder), { recursive: true })).map((name) =>
      posix.join(folder, name.replaceAll('\\', '/')),
    ),
  );
  const text = (await Promise.all(lists)).flat().filter((path) => /\.(?:ts|js|md|txt)$/.test(path));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...text];
}

/** The lines of all these files in which a pattern is found: `path:line: text`. */
async function found(patterns: readonly RegExp[], paths: readonly string[]): Promise<readonly string[]> {
  const insensitive = patterns.map(({ source }) => new RegExp(source, 'i'));
  const hits = paths.map(async (path) => {
    const lines = (await readFile(join(ROOT, path), 'utf8')).split('\n');
    return lines.flatMap((line, index) =>
      insensitive.some((pattern) => pattern.test(line)) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
    );
  });
  return (await Promise.all(hits)).flat();
}

test('no phrase that STYLE.md replaces is left in a message, a help text, a screen, a comment or the docs', async () => {
  const paths = await files();
  expect(paths.length).toBeGreaterThan(400);
  expect(await found(PHRASES, paths)).toEqual([]);
});

test('code and comments say directive, client and thread, not wish, stranger and strand', async () => {
  const code = (await files()).filter((path) => path.startsWith('src/'));
  expect(await found([ODD_NAMES], code)).toEqual([]);
});

test('everything is spelled in one variety, American', async () => {
  expect(await found([BRITISH], await files())).toEqual([]);
});

test('the looking itself finds what is planted', async () => {
  const here = posix.join('test/scripts', 'words.test.ts');
  const hits = await found([/stands? up to/, /wrong on purpose/], [here]);
  expect(hits.length).toBeGreaterThanOrEqual(2);
});
