/**
 * Writes what is generated of the docs: the reference of commands, manual pages. With `--check` it writes nothing, and
 * fails with the names of the files that are not as they would be written.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { generatedFiles } from './docs/generated.ts';

const root = new URL('../', import.meta.url);

const files = await generatedFiles();
const stale: string[] = [];
for (const [path, text] of files) {
  if ((await readFile(new URL(path, root), 'utf8').catch(() => undefined)) !== text) stale.push(path);
}
// Pages of commands and schemas of lines that are no more.
const names = await Promise.all(
  ['man/', 'docs/reference/schemas/'].map(async (folder) => {
    const found = await readdir(new URL(folder, root)).catch(() => []);
    return found.map((name) => folder + name);
  }),
);
const old = names.flat().filter((path) => !files.has(path));

if (process.argv.includes('--check')) {
  for (const path of [...stale, ...old]) console.error(`${path} is stale`);
  if (stale.length + old.length > 0) {
    console.error('Run "npm run docs", and commit what it writes.');
    process.exitCode = 1;
  }
} else {
  for (const path of stale) {
    await mkdir(new URL('.', new URL(path, root)), { recursive: true });
    await writeFile(new URL(path, root), files.get(path) ?? '');
  }
  for (const path of old) await rm(new URL(path, root));
}
