/** Everything of the docs that is generated, by path from the root of the project. */
import { readFile } from 'node:fs/promises';
import { format, type FormatOptions } from 'oxfmt';
import { cliPage } from './cli-page.ts';
import { readHelpDocument } from './help-document.ts';
import { jsonPages } from './json-page.ts';
import { libraryPage } from './library-page.ts';
import { manPages } from './man-pages.ts';
import { sandboxPages } from './sandbox-api.ts';
import { topicPages } from './topic-pages.ts';

const ROOT = new URL('../../', import.meta.url);

/** Of a version that CHANGELOG.md gives no date yet: the day on which work on it began. */
const UNRELEASED = '2026-11-23';

/** Contents by path, formatted as the project formats its files. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const help = await readHelpDocument();
  const manual = manPages(help, await releaseDate(help.version));
  const pages = new Map([
    ['docs/reference/cli.md', cliPage(help)],
    ['docs/reference/library.md', await libraryPage()],
    ...jsonPages(),
    ...(await sandboxPages(help.version)),
    ...topicPages(),
    ['package.json', await packageWith(manual.keys())],
  ]);
  const options = JSON.parse(await read('.oxfmtrc.json')) as FormatOptions;
  const formatted = [...pages].map(async ([path, text]) => {
    const { code, errors } = await format(path, text, options);
    if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join(', ')}`);
    return [path, code] as const;
  });
  return new Map([...(await Promise.all(formatted)), ...manual]);
}

/** npm installs the manual pages that the package lists, each by its name. */
async function packageWith(pages: Iterable<string>): Promise<string> {
  const facts = JSON.parse(await read('package.json')) as object;
  return JSON.stringify({ ...facts, man: [...pages].map((page) => `./${page}`).toSorted() }, undefined, 2);
}

async function releaseDate(version: string): Promise<string> {
  const heading = (await read('CHANGELOG.md')).split('\n').find((line) => line.startsWith(`## [${version}]`));
  return /\d{4}-\d\d-\d\d/.exec(heading ?? '')?.[0] ?? UNRELEASED;
}

function read(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}
