/** Submitting where a shell, a kill and a signal matter. */
import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/gate.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startScriptedServer, type Scripted } from '../support/scripted-server.ts';

const KEY = 'key-of-the-tests';
const ID = '67507ad05e593173d0313e0f';
const REQUEST = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
const ANSWER = readFileSync(join(import.meta.dirname, '../fixtures/example-cluster-response.json'), 'utf8');

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = (url: string) => ({ OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: url });
const HAS_CURL = spawnSync('curl', ['--version']).status === 0;

describe('the curl command of --dry-run --curl', () => {
  const quotes = `{"site_name":"it's \\"$HOME\\" \`id\` %PATH% \\\\ !","extra":{"n":"é😀"},"picks":[{"pick_id":"p'1","location_id":"A01"}]}`;
  const long = JSON.stringify({
    site_name: 'E',
    picks: Array.from({ length: 4000 }, (_, at) => ({ pick_id: `pick'${at}`, location_id: `A${at}` })),
  });
  const bodies: readonly (readonly [string, string, readonly string[]])[] = [
    ['of the example', readFileSync(REQUEST, 'utf8'), []],
    ['with every kind of quote', quotes, []],
    ['longer than one argument may be', long, []],
    ['of a synchronous call', quotes, ['--sync']],
  ];
  test.runIf(HAS_CURL).each(bodies)('sends the same request: %s', async (_name, content, flags) => {
    await using server = await startScriptedServer([{ body: { request_id: ID } }]);
    await writeFile(join(workplace.folder, 'wave.json'), content);
    const submit = ['cluster', 'submit', 'wave.json', '-q', ...flags];
    const printed = await workplace.run([...submit, '--dry-run', '--curl'], { env: env(server.url) });
    expect({ code: printed.code, stderr: printed.stderr }).toEqual({ code: 0, stderr: '' });
    expect(printed.stdout).not.toContain(KEY);
    const shell = await execa('sh', ['-e'], {
      input: printed.stdout,
      env: { PATH: workplace.env['PATH'], HOME: workplace.folder, OPTIPICK_API_KEY: KEY },
      extendEnv: false,
    });
    expect(shell.stdout).toBe(`{"request_id":"${ID}"}`);
    await workplace.run(submit, { env: env(server.url) });
    const [byCurl, byUs] = server.seen.map(({ method, url, headers, body }) => ({
      method,
      url,
      key: headers['x-api-key'],
      type: headers['content-type'],
      body,
    }));
    expect(byCurl?.body.length).toBeGreaterThan(50);
    expect(byCurl).toEqual(byUs);
    expect(byCurl?.key).toBe(KEY);
  });
});

describe('the file of -o', () => {
  test('is not there after a kill -9 while the answer arrives, and whole after the next run', async () => {
    const half: Scripted = {
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) },
      body: ANSWER.slice(0, 2000),
      ending: 'hang',
    };
    const whole: Scripted = { body: ANSWER, headers: { 'content-type': 'application/json' } };
    let gets = 0;
    await using server = await startScriptedServer(({ method }) => {
      if (method === 'POST') return { body: { request_id: ID } };
      gets += 1;
      return gets === 1 ? half : whole;
    });
    const running = workplace.start(['cluster', 'submit', REQUEST, '--wait', '-o', 'answer.json'], {
      env: env(server.url),
    });
    const parts = async (): Promise<readonly string[]> =>
      (await readdir(workplace.folder)).filter((name) => name.includes('.tmp') || name === 'answer.json');
    await until('a part of the answer is on disk', async () => (await parts()).length > 0);
    running.kill('SIGKILL');
    expect((await running).signal).toBe('SIGKILL');
    expect(await readdir(workplace.folder)).not.toContain('answer.json');
    const polled = await workplace.run(['poll', ID, '-o', 'answer.json', '-q'], { env: env(server.url) });
    expect(polled).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(workplace.folder, 'answer.json'), 'utf8')).toBe(ANSWER);
  });

  test('keeps its old content when the answer is cut off', async () => {
    const file = join(workplace.folder, 'answer.json');
    await writeFile(file, 'of yesterday');
    await using server = await startScriptedServer([
      {
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) },
        body: ANSWER.slice(0, 2000),
        ending: 'cut',
      },
    ]);
    const got = await workplace.run(['cluster', 'get', ID, '-o', 'answer.json'], { env: env(server.url) });
    expect({ code: got.code, stdout: got.stdout }).toEqual({ code: 6, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe('of yesterday');
    expect((await readdir(workplace.folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('signals', () => {
  const pending: Scripted = { status: 202, body: {} };
  const api = ({ method }: { readonly method: string }): Scripted =>
    method === 'POST' ? { body: { request_id: ID } } : pending;

  test('SIGINT during --wait is exit 130, and names the id and the command to resume with', async () => {
    await using server = await startScriptedServer(api);
    const running = workplace.start(['cluster', 'submit', REQUEST, '--wait', '-q'], { env: env(server.url) });
    await until('it polls', () => server.seen.length > 1);
    running.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 130,
      stdout: '',
      stderr: `still running; resume with: optipick poll ${ID}\n`,
    });
  });

  test('SIGTERM during poll is exit 143', async () => {
    await using server = await startScriptedServer(api);
    const running = workplace.start(['poll', ID, '--kind', 'cluster', '-q'], { env: env(server.url) });
    await until('it polls', () => server.seen.length > 0);
    running.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 143,
      stdout: '',
      stderr: `still running; resume with: optipick poll ${ID}\n`,
    });
  });
});
