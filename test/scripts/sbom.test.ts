/** The bill of materials of the built package, as a scanner reads it. */
import { Buffer } from 'node:buffer';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { bundledPackages, type BundledPackage } from '../../scripts/bundled-packages.ts';
import { renderSbom } from '../../scripts/sbom.ts';
import { createTestFolder } from '../support/folder.ts';

const ROOT = join(import.meta.dirname, '../..');

/** By hand, so that nothing gets into the bundle that nobody has looked at. */
const BUNDLED = [
  '@stablelib/base64',
  'ajv',
  'ajv-formats',
  'ansi-regex',
  'atomically',
  'chalk',
  // ora has one of its own.
  'chalk',
  'cli-cursor',
  'cli-spinners',
  'commander',
  'conf',
  'debounce-fn',
  'dot-prop',
  'env-paths',
  'fast-deep-equal',
  'fast-sha256',
  'fast-uri',
  'get-east-asian-width',
  'is-interactive',
  'is-safe-filename',
  'is-unicode-supported',
  'json-schema-traverse',
  'log-symbols',
  'mimic-function',
  'onetime',
  'ora',
  'pg',
  'pg-cloudflare',
  'pg-connection-string',
  'pg-int8',
  'pg-protocol',
  'pg-types',
  'pgpass',
  'postgres-array',
  'postgres-bytea',
  'postgres-date',
  'postgres-interval',
  'restore-cursor',
  'semver',
  'signal-exit',
  'split2',
  'standardwebhooks',
  'stdin-discarder',
  'string-width',
  'strip-ansi',
  'stubborn-fs',
  'stubborn-utils',
  'svix',
  'uint8array-extras',
  'undici',
  'valibot',
  'when-exit',
  'ws',
  'xtend',
  'yoctocolors',
];

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly ({ readonly license: { readonly id: string } } | { readonly expression: string })[];
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
}

interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

const nameOf = ({ group, name }: Component): string => (group === undefined ? name : `${group}/${name}`);

async function readSbom(): Promise<{ readonly text: string; readonly sbom: Sbom }> {
  const text = await readFile(join(ROOT, 'dist/sbom.cdx.json'), 'utf8');
  return { text, sbom: JSON.parse(text) as Sbom };
}

test('A20: it lists exactly the packages that are in the bundle', async () => {
  const { sbom } = await readSbom();
  expect(sbom.components.map(nameOf).sort()).toEqual(BUNDLED);
  // The texts of the licenses are of the same packages.
  const licenses = await readFile(join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  const headings = licenses.split(/^-{80}\n\n/m).map((text) => text.slice(0, text.indexOf(' (')));
  expect(sbom.components.map((one) => `${nameOf(one)} ${one.version}`).sort()).toEqual(headings.sort());
});

test('A20: each has the version and the hash of the lock file, and its license', async () => {
  const { sbom } = await readSbom();
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string; license?: string }>;
  };
  for (const component of sbom.components) {
    const { version, hashes, licenses } = component;
    const name = nameOf(component);
    const [, one] =
      Object.entries(lock.packages).find(
        ([path, locked]) => path.endsWith(`node_modules/${name}`) && locked.version === version,
      ) ?? [];
    const [hash] = hashes;
    expect({
      name,
      hashes: [{ alg: hash?.alg, content: `sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}` }],
      licenses,
    }).toEqual({
      name,
      hashes: [{ alg: 'SHA-512', content: one?.integrity }],
      licenses: [{ license: { id: one?.license } }],
    });
  }
});

// https://cyclonedx.org/schema/bom-1.6.schema.json: required fields, closed objects, enumerations and patterns.
test('A20: it has the shape of CycloneDX 1.6', async () => {
  const { sbom } = await readSbom();
  expect(Object.keys(sbom)).toEqual(['bomFormat', 'specVersion', 'version', 'metadata', 'components']);
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  expect(sbom.metadata).toMatchObject({
    lifecycles: [{ phase: 'build' }],
    component: {
      type: 'application',
      name: packageJson.name,
      version: packageJson.version,
      purl: `pkg:npm/${packageJson.name}@${packageJson.version}`,
      licenses: [{ license: { id: packageJson.license } }],
    },
  });
  const known = new Set([
    'bom-ref',
    'description',
    'group',
    'hashes',
    'licenses',
    'name',
    'purl',
    'scope',
    'type',
    'version',
  ]);
  for (const component of [sbom.metadata.component, ...sbom.components]) {
    expect(Object.keys(component).filter((key) => !known.has(key))).toEqual([]);
    expect(component['bom-ref']).toBe(component.purl);
    expect(component.purl).toBe(`pkg:npm/${nameOf(component).replace('@', '%40')}@${component.version}`);
    expect(component.purl).toMatch(/^pkg:npm\/(%40[a-z0-9.-]+\/)?[a-z0-9.-]+@\d+\.\d+\.\d+$/);
  }
  for (const { type, hashes } of sbom.components) {
    expect({ type, hashes }).toEqual({
      type: 'library',
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) as string }],
    });
  }
  const references = [sbom.metadata.component, ...sbom.components].map((one) => one['bom-ref']);
  expect(new Set(references).size).toBe(references.length);
});

test('A20: it says nothing of when and where it was made', async () => {
  const { text } = await readSbom();
  expect(text).not.toMatch(/timestamp|serialNumber|https?:|node_modules|\.(?:com|org|net|io)\b/);
  expect(text).not.toContain(ROOT);
});

test('A20: it is in the package', async () => {
  const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
  const packed = JSON.parse(stdout) as readonly { readonly files: readonly { readonly path: string }[] }[];
  const paths = packed.flatMap(({ files }) => files.map(({ path }) => path));
  expect(paths).toContain('dist/sbom.cdx.json');
});

test('A20: a package in two places is one component, and an expression of licenses stays one', () => {
  const one: BundledPackage = {
    name: '@scope/a',
    version: '1.0.0',
    license: '(MIT OR Apache-2.0)',
    integrity: `sha512-${Buffer.alloc(64, 1).toString('base64')}`,
    folder: '/p/node_modules/@scope/a',
  };
  const nested = { ...one, folder: '/p/node_modules/b/node_modules/@scope/a' };
  const product = { name: 'p', version: '2.0.0', description: 'd', license: 'MIT' };
  const { components } = JSON.parse(renderSbom(product, [one, nested])) as Sbom;
  expect(components).toEqual([
    {
      type: 'library',
      'bom-ref': 'pkg:npm/%40scope/a@1.0.0',
      group: '@scope',
      name: 'a',
      version: '1.0.0',
      purl: 'pkg:npm/%40scope/a@1.0.0',
      licenses: [{ expression: '(MIT OR Apache-2.0)' }],
      scope: 'required',
      hashes: [{ alg: 'SHA-512', content: '01'.repeat(64) }],
    },
  ]);
});

test('A20: what is installed and what is locked must agree', async () => {
  const found = await bundledPackages(ROOT, [
    join(ROOT, 'node_modules/@stablelib/base64/lib/base64.js'),
    join(ROOT, 'node_modules/ora/node_modules/chalk/source/index.js'),
    join(ROOT, 'node_modules/ora/index.js'),
    join(ROOT, 'src/cli.ts'),
    '\0builtin:node:fs',
  ]);
  expect(found.map(({ name, folder }) => [name, folder])).toEqual([
    ['@stablelib/base64', join(ROOT, 'node_modules/@stablelib/base64')],
    ['ora', join(ROOT, 'node_modules/ora')],
    ['chalk', join(ROOT, 'node_modules/ora/node_modules/chalk')],
  ]);
  await using folder = await createTestFolder();
  await mkdir(folder.at('node_modules/a'), { recursive: true });
  await writeFile(folder.at('node_modules/a/package.json'), '{"name":"a","version":"1.0.1","license":"MIT"}');
  const locked = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-' } };
  await writeFile(folder.at('package-lock.json'), JSON.stringify({ packages: locked }));
  await expect(bundledPackages(folder.path, [folder.at('node_modules/a/index.js')])).rejects.toThrow(
    'node_modules/a is 1.0.1, and package-lock.json has 1.0.0: run npm ci',
  );
});
