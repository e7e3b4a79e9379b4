/**
 * Builds `dist/`: the program and the libraries it uses as small minified chunks, so that a command
 * loads only what it needs. Measured by `npm run bench`: one big file starts three times slower.
 * Beside it the package's functions (`index.js`, `sandbox.js`) with their types, and for the libraries
 * their licenses and a bill of materials.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundledPackages, type BundledPackage } from './bundled-packages.ts';
import { builtinModulesPlugin } from './builtin-modules.ts';
import { doorChunks } from './door-chunks.ts';
import { declarationsOf } from './declarations.ts';
import { setup as checkPinnedNode } from './pinned-node.ts';
import { renderSbom, type Product } from './sbom.ts';
import { rolldown, type OutputChunk, type OutputOptions, type Plugin } from 'rolldown';

const root = new URL('../', import.meta.url);
const dist = new URL('dist/', root);
/** Made beside it and put in its place at the end: a build that fails leaves the last good one. */
const next = new URL('.dist-next/', root);

await checkPinnedNode();

const doors = doorChunks([
  { name: 'base', module: '/src/cli.ts' },
  { name: 'api-services', module: '/src/context/api-services.ts' },
  { name: 'http', module: '/src/platform/http/http.ts' },
]);

const chunks = [
  ...(await bundle({ cli: 'src/cli.ts' }, 'chunks', {
    plugins: [doors.plugin],
    codeSplitting: { includeDependenciesRecursively: false, groups: [...doors.groups] },
  })),
  // In chunks of their own: the program's would run the program.
  ...(await bundle({ 'inbox-thread': 'src/inbox-thread.ts' }, 'thread', {})),
  ...(await bundle({ index: 'src/index.ts', sandbox: 'src/sandbox-entry.ts' }, 'library', {
    // What late chunks share with an entry is no export of the package.
    preserveEntrySignatures: 'strict',
  })),
  // The script of pages, for browsers.
  ...(await bundle({ page: 'src/pages/browser/page.ts' }, 'pages', {})),
];
const declarations = await declarationsOf({
  root: fileURLToPath(root),
  entries: ['src/index.ts', 'src/sandbox-entry.ts'],
});
const packages = await bundledPackages(
  fileURLToPath(root),
  chunks.flatMap(({ moduleIds }) => moduleIds),
);
const product = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as Product;
const files = new Map<string, string>([
  ...chunks.map(({ fileName, code }): [string, string] => [fileName, code]),
  ...[...declarations].map(([name, text]): [string, string] => [`types/${name}`, text]),
  ['THIRD-PARTY-LICENSES.txt', await licensesOf(packages)],
  ['sbom.cdx.json', renderSbom(product, packages)],
]);

await rm(next, { recursive: true, force: true });
for (const [name, content] of files) {
  const file = new URL(name, next);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, content);
}
await rm(dist, { recursive: true, force: true });
await rename(next, dist);

interface BundleOptions {
  readonly plugins?: readonly Plugin[];
  readonly codeSplitting?: OutputOptions['codeSplitting'];
  readonly preserveEntrySignatures?: 'strict' | 'allow-extension';
}

/** Entries, and what they share or load late in a folder below them. */
async function bundle(
  input: Record<string, string>,
  folder: string,
  { plugins = [], codeSplitting, preserveEntrySignatures = 'allow-extension' }: BundleOptions,
): Promise<OutputChunk[]> {
  const made = await rolldown({
    cwd: fileURLToPath(root),
    input,
    platform: 'node',
    preserveEntrySignatures,
    plugins: [builtinModulesPlugin(), ...plugins],
    resolve: { conditionNames: ['node', 'import', 'default'] },
    logLevel: 'warn',
    onLog(level, log, defaultHandler) {
      // undici's agent holds the pool anyway; the import is late for the sake of the proxy agent's module.
      if (log.code === 'INEFFECTIVE_DYNAMIC_IMPORT' && log.message.includes('undici')) return;
      defaultHandler(level, log);
    },
  });
  const { output } = await made.generate({
    format: 'esm',
    minify: true,
    sourcemap: false,
    entryFileNames: '[name].js',
    chunkFileNames: `${folder}/[name]-[hash].js`,
    ...(codeSplitting === undefined ? {} : { codeSplitting }),
  });
  await made.close();
  return output.filter((file) => file.type === 'chunk');
}

/** The license texts of every package whose code is in the chunks. */
async function licensesOf(packages: readonly BundledPackage[]): Promise<string> {
  const texts: string[] = [];
  for (const { name, version, license, folder } of packages) {
    texts.push(`${name} ${version} (${license})\n\n${await licenseText(folder)}`);
  }
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenseText(folder: string): Promise<string> {
  for (const name of ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENCE']) {
    const text = await readFile(`${folder}/${name}`, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return 'The package holds no license file.\n';
}
