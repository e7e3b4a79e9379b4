/** The manifests of docs/guides/kubernetes, held against the types of the API of Kubernetes, against each other and against the program. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseStateUrl } from '../../src/settings/state-url.ts';
import { createTestFolder } from '../support/folder.ts';
import { run } from '../support/run.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/guides/kubernetes');
const TYPES = dirname(createRequire(import.meta.url).resolve('kubernetes-types/package.json'));

/** What a program that is told to stop has before it ends by itself: `TIDY_UP_MS` of `app/main.ts`. */
const TIDY_UP_SECONDS = 3;

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly livenessProbe?: { readonly tcpSocket: { readonly port: string } };
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly terminationGracePeriodSeconds?: number;
    readonly containers: readonly [Container];
    readonly volumes: readonly { readonly name: string; readonly secret: { readonly secretName: string } }[];
  };
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly selector: unknown;
    readonly template: PodTemplate;
    readonly ports: readonly { readonly targetPort: string }[];
  };
}

/** Read as Kubernetes reads them: YAML 1.1. */
async function manifests(): Promise<readonly Manifest[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml'));
  const texts = await Promise.all(names.map((name) => readFile(join(FOLDER, name), 'utf8')));
  return texts.flatMap((text) =>
    parseAllDocuments(text, { version: '1.1', strict: true }).map((document) => {
      expect([...document.errors, ...document.warnings]).toEqual([]);
      return document.toJS() as Manifest;
    }),
  );
}

async function manifestOf(kind: string): Promise<Manifest> {
  const found = (await manifests()).find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
}

/** What the compiler says of these values as literals of the types of Kubernetes: unknown and missing fields, wrong types. */
async function faultsOf(values: readonly object[]): Promise<string> {
  await using folder = await createTestFolder();
  const lines = values.map((value, index) => {
    const { apiVersion, kind } = value as Manifest;
    const module = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
    return `export const manifest${index}: import('kubernetes-types/${module}').${kind} = ${JSON.stringify(value)};`;
  });
  await writeFile(folder.at('manifests.ts'), lines.join('\n'));
  const paths = { 'kubernetes-types/*': [`${TYPES.replaceAll('\\', '/')}/*`] };
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, types: [], module: 'preserve', paths };
  await writeFile(folder.at('tsconfig.json'), JSON.stringify({ compilerOptions, files: ['manifests.ts'] }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await execa(process.execPath, [tsc, '-p', folder.path], { reject: false });
  return stdout;
}

test('Kubernetes knows every field of the manifests, and misses none', async () => {
  const all = await manifests();
  expect(all.map(({ kind }) => kind).toSorted()).toEqual([
    'Deployment',
    'Job',
    'PodDisruptionBudget',
    'Secret',
    'Secret',
    'Secret',
    'Service',
  ]);
  expect(await faultsOf(all)).toBe('');
});

test('the check of the manifests finds a misspelled field, a missing one and a wrong type', async () => {
  const spec = { replicas: '3', selector: {}, template: { spec: { containers: [{ imagePullPolice: 'Always' }] } } };
  const faults = await faultsOf([
    { apiVersion: 'apps/v1', kind: 'Deployment', spec },
    { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 3 } },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spek: {} },
  ]);
  expect(faults).toContain("Type 'string' is not assignable to type 'number'");
  expect(faults).toMatch(/imagePullPolice\W+ does not exist/);
  expect(faults).toContain('missing the following properties');
  expect(faults).toMatch(/spek\W+ does not exist/);
});

test('service and budget select the listeners, and probes ask a port that they have', async () => {
  const { spec } = await manifestOf('Deployment');
  const { labels } = spec.template.metadata;
  const [{ ports = [], readinessProbe, livenessProbe, args }] = spec.template.spec.containers;
  const [port] = ports;
  expect(spec.selector).toEqual({ matchLabels: labels });
  expect((await manifestOf('PodDisruptionBudget')).spec.selector).toEqual({ matchLabels: labels });
  const service = await manifestOf('Service');
  expect(service.spec.selector).toEqual(labels);
  expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual([port?.name]);
  expect(readinessProbe?.httpGet).toEqual({ path: '/healthz', port: port?.name });
  expect(livenessProbe?.tcpSocket).toEqual({ port: port?.name });
  expect(args.slice(args.indexOf('--port'), args.indexOf('--port') + 2)).toEqual(['--port', `${port?.containerPort}`]);
  // The migration is no listener.
  expect((await manifestOf('Job')).spec.template.metadata.labels).not.toMatchObject(labels);
});

test('a listener has the time to stop by itself', async () => {
  const { terminationGracePeriodSeconds = 30, containers } = (await manifestOf('Deployment')).spec.template.spec;
  const asleep = containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
  expect(terminationGracePeriodSeconds).toBeGreaterThan(2 * (asleep + TIDY_UP_SECONDS));
});

test('the secrets that are named exist, and hold addresses that are accepted without a warning', async () => {
  const secrets = new Map(
    (await manifests())
      .filter(({ kind }) => kind === 'Secret')
      .map(({ metadata, stringData = {} }) => [metadata.name, stringData]),
  );
  for (const kind of ['Deployment', 'Job']) {
    const { containers, volumes } = (await manifestOf(kind)).spec.template.spec;
    const [{ env, volumeMounts, image }] = containers;
    expect(image).toBe('${OPTIPICK_IMAGE}');
    for (const { valueFrom } of env) {
      if (valueFrom !== undefined) {
        expect(secrets.get(valueFrom.secretKeyRef.name)).toHaveProperty(valueFrom.secretKeyRef.key);
      }
    }
    const [mount] = volumeMounts;
    const volume = volumes.find(({ name }) => name === mount?.name);
    const { url = '', ...files } = secrets.get(volume?.secret.secretName ?? '') ?? {};
    expect(env).toContainEqual({ name: 'OPTIPICK_STATE_URL_FILE', value: `${mount?.mountPath}/url` });
    const { warnings, isVerified, rootCertificates } = parseStateUrl(url);
    expect({ warnings, isVerified, rootCertificates }).toEqual({
      warnings: [],
      isVerified: true,
      rootCertificates: `${mount?.mountPath}/${Object.keys(files)[0]}`,
    });
  }
});

test('the program knows every command and flag of the manifests', async () => {
  for (const kind of ['Deployment', 'Job']) {
    const [{ args }] = (await manifestOf(kind)).spec.template.spec.containers;
    const words = args.slice(
      0,
      args.findIndex((arg) => arg.startsWith('--')),
    );
    const help = await run([...words, '--help']);
    expect(help.ended).toMatchObject({ code: 0, stderr: '' });
    for (const flag of args.filter((arg) => arg.startsWith('--')))
      expect(help.stdout).toMatch(new RegExp(`${flag}\\b`));
  }
});
