/**
 * Type declarations for the package's two entries: what `tsc` makes of them and of what they reach. The rest, and the
 * libraries behind it, are nobody's business.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path, { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const RELATIVE_IMPORT = /(\bfrom |\bimport\()(['"])(\.[^'"]+)\.ts\2/g;

const FOREIGN_IMPORT = /^(?:(?:import|export)\b.*|\}) from ['"](?!\.|node:)([^'"]+)['"]/m;

export interface DeclarationsFacts {
  /** Root folder of the project. */
  readonly root: string;
  /** Relative to the root, inside `src`. */
  readonly entries: readonly string[];
}

/** An absolute pattern for `tsc`, which matches nothing by one with backslashes. */
export function globBelow(root: string, pattern: string, on = path): string {
  return on.join(root, pattern).replaceAll(on.sep, '/');
}

/**
 * The declarations by file name, relative to `src`. Throws when the sources do not type-check, or when a declaration
 * imports a package: users do not have it.
 */
export async function declarationsOf({ root, entries }: DeclarationsFacts): Promise<ReadonlyMap<string, string>> {
  const declarations = new Map<string, string>();
  const work = await mkdtemp(join(tmpdir(), 'optipick-declarations-'));
  try {
    const config = join(work, 'tsconfig.json');
    await writeFile(
      config,
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: {
          noEmit: false,
          declaration: true,
          emitDeclarationOnly: true,
          outDir: 'out',
          rootDir: join(root, 'src'),
          typeRoots: [join(root, 'node_modules', '@types')],
        },
        // Declarations of untyped modules, which nothing imports.
        include: [globBelow(root, 'src/**/*.d.ts')],
        files: entries.map((entry) => join(root, entry)),
      }),
    );
    const tsc = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin', 'tsc');
    const [code] = await once(spawn(process.execPath, [tsc, '-p', config], { stdio: 'inherit' }), 'close');
    if (code !== 0) throw new Error('the sources do not type-check');
    const out = join(work, 'out');
    const queue = entries.map((entry) => relative('src', entry).replace(/\.ts$/, '.d.ts'));
    const seen = new Set<string>(queue);
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      const text = await readFile(join(out, file), 'utf8');
      for (const [, , , named = ''] of text.matchAll(RELATIVE_IMPORT)) {
        const next = join(dirname(file), `${named}.d.ts`);
        if (!seen.has(next)) queue.push(next);
        seen.add(next);
      }
      const written = text.replaceAll(RELATIVE_IMPORT, '$1$2$3.js$2');
      const foreign = FOREIGN_IMPORT.exec(written);
      if (foreign !== null) throw new Error(`${file} imports types of "${foreign[1]}", which users do not have`);
      declarations.set(file.replaceAll('\\', '/'), written);
    }
    return declarations;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
