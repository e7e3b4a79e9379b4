/**
 * Builds `dist/`: the program and the libraries it uses as small minified chunks, so that a command
 * loads only what it needs. Measured by `npm run bench`: one big file starts three times slower.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { builtinModulesPlugin } from './builtin-modules.ts';
import { doorChunks } from './door-chunks.ts';
import { rolldown, type OutputChunk } from 'rolldown';

const root = new URL('../', import.meta.url);
const dist = new URL('dist/', root);

await rm(dist, { recursive: true, force: true });

const doors = doorChunks([
  { name: 'base', module: '/src/cli.ts' },
  { name: 'calling', module: '/src/calling.ts' },
  { name: 'http', module: '/src/platform/http.ts' },
]);

const bundle = await rolldown({
  cwd: fileURLToPath(root),
  input: { cli: 'src/cli.ts' },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  plugins: [builtinModulesPlugin(), doors.plugin],
  resolve: { conditionNames: ['node', 'import', 'default'] },
  logLevel: 'warn',
  onLog(level, log, defaultHandler) {
    // undici's agent holds the pool anyway; the import is late for the sake of the proxy agent's module.
    if (log.code === 'INEFFECTIVE_DYNAMIC_IMPORT' && log.message.includes('undici')) return;
    defaultHandler(level, log);
  },
});
const { output } = await bundle.write({
  dir: fileURLToPath(dist),
  format: 'esm',
  minify: true,
  sourcemap: false,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  codeSplitting: { includeDependenciesRecursively: false, groups: [...doors.groups] },
});
await bundle.close();

await writeFile(
  new URL('THIRD-PARTY-LICENSES.txt', dist),
  await licencesOf(output.filter((file) => file.type === 'chunk')),
);

/** The licence texts of every package whose code is in the chunks. */
async function licencesOf(chunks: readonly OutputChunk[]): Promise<string> {
  const folders = new Set<string>();
  for (const chunk of chunks) {
    for (const file of chunk.moduleIds) {
      const folder = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'));
      if (folder?.[1] !== undefined) folders.add(folder[1]);
    }
  }
  const texts: string[] = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as {
      name: string;
      version: string;
      license: string;
    };
    texts.push(`${name} ${version} (${license})\n\n${await licenceText(folder)}`);
  }
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceText(folder: string): Promise<string> {
  for (const name of ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENCE']) {
    const text = await readFile(`${folder}/${name}`, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return 'The package holds no licence file.\n';
}
