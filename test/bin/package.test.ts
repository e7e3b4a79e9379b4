/** The built package as another project sees it: imported by its name, and type-checked with its own declarations. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'optipick-package-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/optipick'), 'junction');
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('both entries run from a project that has only the package, and share their error class', async () => {
  await writeFile(
    join(folder, 'use.js'),
    `import * as api from 'optipick';
import * as local from 'optipick/sandbox';
const sandbox = await local.createSandbox({ latency: 0 });
const client = api.createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
const { requestId } = await client.submit('route', { site_name: 'Example', picks: [{ pick_id: '1', location_id: 'A01' }] });
const { state } = await client.wait('route', requestId, { intervalMs: 10 });
const missing = await client.get('route', '000000000000000000000000');
const foreign = await client.get('route', '').catch((error) => error instanceof local.CliError);
await sandbox.stop();
console.log(JSON.stringify({ api: Object.keys(api), local: Object.keys(local), state, missing, foreign }));
`,
  );
  const { stdout, stderr } = await execa(process.execPath, ['use.js'], { cwd: folder });
  expect({ seen: JSON.parse(stdout) as unknown, stderr }).toEqual({
    seen: {
      api: ['CliError', 'EXIT_CODES', 'createClient', 'verifyDelivery'],
      local: ['CliError', 'EXIT_CODES', 'createSandbox'],
      state: 'done',
      missing: { state: 'missing' },
      foreign: true,
    },
    stderr: '',
  });
});

test('its types stand on their own in a strict project', async () => {
  await writeFile(
    join(folder, 'use.ts'),
    `import { CliError, createClient, verifyDelivery, type Answer, type ClusterRequest } from 'optipick';
import { createSandbox, type SandboxOptions } from 'optipick/sandbox';

const wave: ClusterRequest = { site_name: 'Example', picks: [{ pick_id: '1', location_id: 'A01', order_id: 'A' }] };
const options: SandboxOptions = { faults: { drop: 0.1 }, latency: 20 };

export async function run(headers: Headers, body: Uint8Array): Promise<number> {
  await using sandbox = await createSandbox(options);
  const client = createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const { requestId } = await client.submit('cluster', wave);
  const done: Answer<'cluster'> = await client.wait('cluster', requestId);
  const check = verifyDelivery({ secret: sandbox.secret, headers, body });
  if (!check.ok) throw new CliError('signature', check.detail);
  return done.answer.optimal_clusters?.length ?? 0;
}

// @ts-expect-error a request needs its picks
const faulty: ClusterRequest = { site_name: 'Example' };
// @ts-expect-error there is no such fault
const options2: SandboxOptions = { faults: { flood: 1 } };
export const unused = [faulty, options2];
`,
  );
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'dom'],
    module: 'nodenext',
    types: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  const tsc = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc');
  const { stdout, exitCode } = await execa(process.execPath, [tsc, '-p', folder], { reject: false });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
});
