/** `optipick doctor` as a user runs it: on a machine in order, and on one with a single fault at a time. */
import { chmod, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createPatient,
  freePort,
  quietPorts,
  serve,
  serveTunnel,
  type Diagnosis,
  type Patient,
} from '../support/doctor.ts';
import { firstLines } from '../support/sandbox.ts';
import { TEST_CERTIFICATE_FILE } from '../support/tls.ts';
import { startTlsFront, startTunnelProxy } from '../support/tunnels.ts';
import type { Readable } from 'node:stream';

const CHECKS = [
  'runtime',
  'config',
  'state',
  'database',
  'api-key',
  'base-url',
  'proxy',
  'network',
  'clock',
  'key-accepted',
  'webhook-secret',
  'port',
  'delivery',
];
const posix = process.platform !== 'win32';

let patient: Patient;
let healthy: Readonly<Record<string, string | number>>;
let config: string;
let state: string;
beforeAll(async () => {
  patient = await createPatient();
  const { apiKey: key, secret, url } = patient.sandbox;
  healthy = { 'api-key': key, 'webhook-secret': secret, 'base-url': url, port: 0 };
  config = join(patient.workplace.folder, 'config');
  state = join(patient.workplace.folder, 'state');
});
beforeEach(() => patient.store(healthy));
afterAll(() => patient[Symbol.asyncDispose]());

/** Check, status and command of what is not ok. */
const named = ({ code, troubles }: Diagnosis) => ({
  code,
  troubles: troubles.map(({ check, status, fix }) => [check, status, fix]),
});
const allOk = { code: 0, troubles: [] };
/** An API to which the way leads through a proxy; nobody has the name. */
const ELSEWHERE = { OPTIPICK_BASE_URL: 'https://optipick.test' };

describe('on a machine in order', () => {
  test('every check is ok, in one order, and nothing is left behind', async () => {
    const { code, findings, stderr } = await patient.examine();
    expect(findings.map(({ check, status, fix }) => [check, status, fix])).toEqual(
      CHECKS.map((check) => [check, 'ok', null]),
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(await readdir(join(patient.workplace.folder, 'tmp'))).toEqual([]);
    await expect(stat(state)).rejects.toThrow('ENOENT');
  });

  test('says the same to people, a line a check', async () => {
    const { code, stdout, stderr } = await patient.workplace.run(['doctor']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/).slice(0, 2))).toEqual(CHECKS.map((check) => ['ok', check]));
    expect([code, stderr]).toEqual([0, '']);
  });

  test('tells neither key nor secret nor home folder, whatever is wrong', async () => {
    const { apiKey: key, secret } = patient.sandbox;
    const env = {
      http_proxy: 'http://somebody:hunter2@127.0.0.1:9',
      OPTIPICK_STATE_DIR: join(config, 'config.json'),
      OPTIPICK_WEBHOOK_SECRET: `v1,${secret}`,
    };
    const args = ['--public-url', 'http://127.0.0.1:9/webhook?token=hunter2'];
    const told = [
      await patient.workplace.run(['doctor', ...args], { env }),
      await patient.workplace.run(['doctor', '--json', ...args], { env }),
    ].map(({ stdout, stderr }) => stdout + stderr);
    for (const text of told) {
      for (const hidden of [key, secret, secret.slice(6), 'hunter2', 'somebody', patient.workplace.folder]) {
        expect(text).not.toContain(hidden);
      }
      expect(text).toContain('127.0.0.1:9');
      expect(text).toContain('~/config/config.json');
    }
  });

  test('the webhook may come through a tunnel; without a path it goes to that of the listener', async () => {
    const port = await freePort();
    await using tunnel = await serveTunnel(port);
    const through = await patient.examine(['--port', String(port), '--public-url', tunnel.url]);
    expect(named(through)).toEqual(allOk);
    expect(through.findings.at(-1)?.message).toContain(`${tunnel.url}/webhook arrived, verified and was stored`);
    const elsewhere = ['--path', '/hooks/optipick', '--public-url', `${tunnel.url}/hooks/optipick`];
    expect(named(await patient.examine(['--port', String(port), ...elsewhere]))).toEqual(allOk);
  });

  test('a proxy that works is ok', async () => {
    await using front = await startTlsFront(patient.sandbox.port);
    await using proxy = await startTunnelProxy();
    const { findings, ...rest } = await patient.examine([], {
      OPTIPICK_BASE_URL: `https://optipick.test:${front.port}`,
      NODE_EXTRA_CA_CERTS: TEST_CERTIFICATE_FILE,
      https_proxy: `http://127.0.0.1:${proxy.port}`,
    });
    expect(named({ findings, ...rest })).toEqual(allOk);
    expect(findings.find(({ check }) => check === 'proxy')?.message).toBe(
      `127.0.0.1:${proxy.port} (https_proxy) works`,
    );
  });

  test('--offline leaves the API alone', async () => {
    const { code, findings } = await patient.examine(['--offline'], { OPTIPICK_BASE_URL: 'https://optipick.invalid' });
    const left = new Set(['proxy', 'network', 'clock', 'key-accepted']);
    expect([code, findings.map(({ check }) => check)]).toEqual([0, CHECKS.filter((check) => !left.has(check))]);
  });

  test('a state that is in use is whole', async () => {
    const home = await createPatient();
    try {
      const wave = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
      expect((await home.workplace.run(['cluster', 'submit', wave])).code).toBe(0);
      const { code, findings } = await home.examine();
      expect([code, findings.find(({ check }) => check === 'database')?.message]).toEqual([0, 'optipick.db is whole']);
    } finally {
      await home[Symbol.asyncDispose]();
    }
  });
});

describe('with one fault, exactly that one is named, and its command mends it:', () => {
  const bothAnswers = (): string => `${String(healthy['api-key'])}\n${String(healthy['webhook-secret'])}\n`;

  test.runIf(posix)('settings that others may read', async () => {
    await chmod(join(config, 'config.json'), 0o644);
    const found = await patient.examine();
    const fix = 'chmod 600 ~/config/config.json';
    expect(named(found)).toEqual({ code: 0, troubles: [['config', 'warning', fix]] });
    expect(found.troubles[0]?.message).toBe('~/config/config.json could be read by others (mode 0644): it is 0600 now');
    expect(named(await patient.mend(fix))).toEqual(allOk);
  });

  test.runIf(posix)('corrupt settings', async () => {
    await writeFile(join(config, 'config.json'), '{"profiles":', { mode: 0o600 });
    const fix = 'mv ~/config/config.json ~/config/config.json.damaged && optipick login';
    const environment = { OPTIPICK_BASE_URL: patient.sandbox.url };
    expect(named(await patient.examine())).toEqual({ code: 7, troubles: [['config', 'fault', fix]] });
    // The port was lost with the rest, and that of the default may be taken on this machine.
    const line = `${fix} && optipick config set port 0`;
    expect(named(await patient.mend(line, environment, bothAnswers()))).toEqual(allOk);
  });

  test.runIf(posix)('a file where the folder of the settings should be', async () => {
    const aside = join(patient.workplace.folder, 'config.whole');
    await rename(config, aside);
    await writeFile(config, 'a file');
    const found = await patient.examine();
    const fix = 'mv ~/config ~/config.moved';
    expect(named(found)).toEqual({ code: 7, troubles: [['config', 'fault', fix]] });
    const after = await patient.mend(`${fix} && mv ~/config.whole ~/config`);
    expect(named(after)).toEqual(allOk);
  });

  test.runIf(posix)('a file where the folder of the state should be', async () => {
    await writeFile(state, 'a file');
    const fix = 'mv ~/state ~/state.moved';
    expect(named(await patient.examine())).toEqual({ code: 7, troubles: [['state', 'fault', fix]] });
    expect(named(await patient.mend(fix))).toEqual(allOk);
  });

  test.runIf(process.platform === 'linux')('a state folder in which nothing can be made', async () => {
    const fix = 'unset OPTIPICK_STATE_DIR';
    const env = { OPTIPICK_STATE_DIR: '/proc/optipick' };
    expect(named(await patient.examine([], env))).toEqual({ code: 7, troubles: [['state', 'fault', fix]] });
    expect(named(await patient.mend(fix, env))).toEqual(allOk);
  });

  test.runIf(posix)('a state that others may read', async () => {
    const folder = join(patient.workplace.folder, 'open state');
    await mkdir(folder, { mode: 0o755 });
    await chmod(folder, 0o755);
    const env = { OPTIPICK_STATE_DIR: folder };
    const fix = `chmod 700 ~/'open state'`;
    expect(named(await patient.examine([], env))).toEqual({ code: 0, troubles: [['state', 'warning', fix]] });
    expect(named(await patient.mend(fix, env))).toEqual(allOk);
  });

  test.runIf(posix)('a damaged state file', async () => {
    const folder = join(patient.workplace.folder, 'damaged-state');
    const file = join(folder, 'optipick.db');
    const env = { OPTIPICK_STATE_DIR: folder };
    const wave = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
    expect((await patient.workplace.run(['cluster', 'submit', wave], { env })).code).toBe(0);
    const bytes = await readFile(file);
    // The header stays: SQLite opens it, and only looking closer finds out.
    bytes.fill(0x5a, 4096, 4096 * 3);
    await writeFile(file, bytes);
    const found = await patient.examine([], env);
    expect(named({ ...found, troubles: [] }).code).toBe(7);
    expect(found.troubles.map(({ check, status }) => [check, status])).toEqual([['database', 'fault']]);
    const fix = found.troubles[0]?.fix ?? '';
    expect(fix).toMatch(
      /^mkdir ~\/damaged-state\/damaged-\w+ && mv ~\/damaged-state\/optipick\.db\* ~\/damaged-state\/damaged-\w+$/,
    );
    expect(named(await patient.mend(fix, env))).toEqual(allOk);
  });

  test('a state file of a newer program', async () => {
    const folder = join(patient.workplace.folder, 'newer-state');
    await mkdir(folder, { mode: 0o700 });
    const database = new DatabaseSync(join(folder, 'optipick.db'));
    database.exec('PRAGMA user_version = 9999');
    database.close();
    await chmod(join(folder, 'optipick.db'), 0o600);
    expect(named(await patient.examine([], { OPTIPICK_STATE_DIR: folder }))).toEqual({
      code: 7,
      troubles: [['database', 'fault', 'npm install --global optipick@latest']],
    });
  });

  test.runIf(posix)('no key', async () => {
    const { 'api-key': _none, ...rest } = healthy;
    await patient.store(rest);
    expect(named(await patient.examine())).toEqual({ code: 4, troubles: [['api-key', 'fault', 'optipick login']] });
    expect(named(await patient.mend('optipick login', {}, bothAnswers()))).toEqual(allOk);
  });

  test.runIf(posix)('a key that is not accepted', async () => {
    await patient.store({ ...healthy, 'api-key': 'key-of-somebody-else-0123' });
    expect(named(await patient.examine())).toEqual({
      code: 4,
      troubles: [['key-accepted', 'fault', 'optipick login']],
    });
    expect(named(await patient.mend('optipick login', {}, bothAnswers()))).toEqual(allOk);
  });

  test.runIf(posix)('a key of the environment that is not accepted', async () => {
    const env = { OPTIPICK_API_KEY: 'key-of-somebody-else-0123' };
    const fix = 'unset OPTIPICK_API_KEY && optipick login';
    expect(named(await patient.examine([], env))).toEqual({ code: 4, troubles: [['key-accepted', 'fault', fix]] });
    expect(named(await patient.mend(fix, env, bothAnswers()))).toEqual(allOk);
  });

  test('a key that is soon a year old', async () => {
    const then = Date.now() / 1000 - 350 * 24 * 60 * 60;
    await utimes(join(config, 'config.json'), then, then);
    const found = await patient.examine();
    expect(named(found)).toEqual({ code: 0, troubles: [['api-key', 'warning', 'optipick login']] });
    expect(found.troubles[0]?.message).toContain('stored 350 days ago or earlier');
  });

  test.runIf(posix)('plain http to another machine', async () => {
    await patient.store({ ...healthy, 'base-url': 'http://optipick.invalid' });
    const fix = 'optipick config set base-url https://optipick.invalid';
    expect(named(await patient.examine())).toEqual({ code: 2, troubles: [['base-url', 'fault', fix]] });
    // No such machine, and so the next fault; the address itself is in order.
    const after = await patient.mend(fix);
    expect(after.findings.find(({ check }) => check === 'base-url')?.status).toBe('ok');
  });

  test.runIf(posix)('a name that is not known', async () => {
    const env = { OPTIPICK_BASE_URL: 'https://optipick.invalid' };
    const fix = 'unset OPTIPICK_BASE_URL';
    expect(named(await patient.examine([], env))).toEqual({ code: 6, troubles: [['network', 'fault', fix]] });
    expect(named(await patient.mend(fix, env))).toEqual(allOk);
  });

  test('an API that does not run', async () => {
    const port = await freePort();
    await patient.store({ ...healthy, 'base-url': `http://127.0.0.1:${port}` });
    expect(named(await patient.examine())).toEqual({
      code: 6,
      troubles: [['network', 'fault', `optipick sandbox --port ${port}`]],
    });
  });

  test('an API that does not answer in time', async () => {
    await using silent = await serve(() => undefined);
    await patient.store({ ...healthy, 'base-url': silent.url });
    expect(named(await patient.examine(['--timeout', '3s']))).toEqual({
      code: 6,
      troubles: [['network', 'fault', 'optipick doctor --timeout 60s']],
    });
  });

  test('an API that is broken', async () => {
    await using broken = await serve((_request, response) => response.writeHead(503).end());
    await patient.store({ ...healthy, 'base-url': broken.url });
    expect(named(await patient.examine())).toEqual({ code: 6, troubles: [['network', 'fault', 'optipick doctor']] });
  });

  test.runIf(posix)('an API that redirects', async () => {
    await using moved = await serve((request, response) =>
      response.writeHead(301, { location: `https://optipick.invalid${request.url}` }).end(),
    );
    const fix = 'export OPTIPICK_BASE_URL=https://optipick.invalid';
    const found = await patient.examine([], { OPTIPICK_BASE_URL: moved.url });
    expect(named(found)).toEqual({ code: 5, troubles: [['network', 'fault', fix]] });
    // A page to log in at is no API: it must not get the key.
    await using guarded = await serve((_request, response) =>
      response.writeHead(302, { location: 'https://login.invalid/?next=optipick' }).end(),
    );
    const page = await patient.examine([], { OPTIPICK_BASE_URL: guarded.url });
    expect(named(page)).toEqual({ code: 5, troubles: [['network', 'fault', 'unset OPTIPICK_BASE_URL']] });
  });

  test.each([
    ['an hour behind the API', -3600, 'fault', 7],
    ['an hour ahead of the API', 3600, 'fault', 7],
    ['two minutes ahead of the API', 120, 'warning', 0],
  ])('a clock that is %s', async (_name, ahead, status, code) => {
    await using api = await serve((_request, response) => {
      const date = new Date(Date.now() - ahead * 1000).toUTCString();
      response.writeHead(404, { date, 'content-type': 'application/json' }).end('{"detail":"Not Found"}');
    });
    await patient.store({ ...healthy, 'base-url': api.url });
    const found = await patient.examine();
    expect(named({ ...found, troubles: [] }).code).toBe(code);
    expect(found.troubles).toMatchObject([{ check: 'clock', status }]);
    expect(found.troubles[0]?.message).toMatch(ahead < 0 ? /behind the API's/ : /ahead of the API's/);
    if (process.platform === 'linux') expect(found.troubles[0]?.fix).toBe('sudo timedatectl set-ntp true');
  });

  test.runIf(posix)('a dead proxy', async () => {
    const env = { ...ELSEWHERE, https_proxy: `http://somebody:hunter2@127.0.0.1:${await freePort()}` };
    const found = await patient.examine([], env);
    expect(named(found)).toEqual({ code: 6, troubles: [['proxy', 'fault', 'unset https_proxy']] });
    // Without the proxy it shows that nobody has the name.
    const mended = await patient.mend('unset https_proxy', env);
    expect(mended.troubles.map(({ check }) => check)).toEqual(['network']);
  });

  test('a proxy that wants a password', async () => {
    await using proxy = await serve((_request, response) => response.writeHead(407).end());
    expect(named(await patient.examine([], { ...ELSEWHERE, HTTPS_PROXY: proxy.url }))).toEqual({
      code: 6,
      troubles: [['proxy', 'fault', 'unset HTTPS_PROXY']],
    });
  });

  test('N6: a proxy is no trouble where the API runs on this machine, which is asked without it', async () => {
    expect(named(await patient.examine([], { HTTP_PROXY: `http://127.0.0.1:${await freePort()}` }))).toEqual(allOk);
  });

  test.runIf(posix)('no webhook secret', async () => {
    const { 'webhook-secret': _none, ...rest } = healthy;
    await patient.store(rest);
    expect(named(await patient.examine())).toEqual({
      code: 0,
      troubles: [['webhook-secret', 'warning', 'optipick login']],
    });
    expect(named(await patient.mend('optipick login', {}, bothAnswers()))).toEqual(allOk);
  });

  test.runIf(posix)('a malformed webhook secret', async () => {
    await patient.store({ ...healthy, 'webhook-secret': `"${String(healthy['webhook-secret'])}"` });
    const fix = 'optipick config set webhook-secret';
    expect(named(await patient.examine())).toEqual({ code: 2, troubles: [['webhook-secret', 'fault', fix]] });
    expect(named(await patient.mend(fix, {}, String(healthy['webhook-secret'])))).toEqual(allOk);
  });

  test('the API key for a webhook secret', async () => {
    await patient.store({ ...healthy, 'webhook-secret': String(healthy['api-key']) });
    const found = await patient.examine();
    expect(named(found)).toEqual({
      code: 2,
      troubles: [['webhook-secret', 'fault', 'optipick config set webhook-secret']],
    });
    expect(found.troubles[0]?.message).toBe('the webhook secret is the API key (from profile default)');
  });

  test.runIf(posix)('a port that is taken', async () => {
    await using other = await serve((_request, response) => response.end('hello'), quietPorts());
    await patient.store({ ...healthy, port: other.port });
    const found = await patient.examine();
    expect(found.troubles).toMatchObject([{ check: 'port', status: 'fault' }]);
    const fix = found.troubles[0]?.fix ?? '';
    expect([found.code, fix]).toEqual([7, expect.stringMatching(/^optipick config set port \d+$/)]);
    expect(named(await patient.mend(fix))).toEqual(allOk);

    const flag = await patient.examine(['--port', String(other.port)]);
    const retry = flag.troubles[0]?.fix ?? '';
    expect(retry).toMatch(/^optipick doctor --port \d+$/);
    expect(named(await patient.mend(retry))).toEqual(allOk);
  });

  test('a port that a listener of optipick has is only remarked on', async () => {
    const listener = patient.workplace.start(['listen', '--json', '--port', '0', '--no-fetch'], {
      env: { OPTIPICK_STATE_DIR: join(patient.workplace.folder, 'listener-state') },
    });
    try {
      const [line = ''] = await firstLines(listener.stdout as Readable, 1);
      const { port } = JSON.parse(line) as { port: number };
      const found = await patient.examine(['--port', String(port)]);
      expect(found.troubles).toMatchObject([{ check: 'port', status: 'warning' }]);
      expect([found.code, found.findings.at(-1)?.check]).toEqual([0, 'delivery']);
      expect(found.troubles[0]?.message).toContain('an optipick listener is running');
    } finally {
      listener.kill('SIGTERM');
      await listener;
    }
  });
});

describe('a webhook that gets lost or changed on the way', () => {
  const elsewhere = 'optipick listen --relay';

  test('to an address that leads elsewhere', async () => {
    await using other = await serve((_request, response) => response.writeHead(404).end('nothing here'));
    const found = await patient.examine(['--public-url', other.url, '--timeout', '3s']);
    expect(named(found)).toEqual({ code: 6, troubles: [['delivery', 'fault', elsewhere]] });
    expect(found.troubles[0]?.message).toMatch(
      /\/webhook answered HTTP 404 .* nothing arrived at port \d+, so it leads elsewhere/,
    );
  });

  test('to somebody who says 200 and is not the listener', async () => {
    await using other = await serve((request, response) => request.resume().once('end', () => response.end('thanks')));
    const found = await patient.examine(['--public-url', `${other.url}/hook`, '--timeout', '2s']);
    expect(named(found)).toEqual({ code: 6, troubles: [['delivery', 'fault', elsewhere]] });
  });

  test('to nobody', async () => {
    const found = await patient.examine(['--public-url', `http://127.0.0.1:${await freePort()}`]);
    expect(named(found)).toEqual({ code: 6, troubles: [['delivery', 'fault', elsewhere]] });
    expect(found.troubles[0]?.message).toContain('connection refused');
  });

  test('to another path of the listener', async () => {
    const port = await freePort();
    await using tunnel = await serveTunnel(port, (passage) => ({ ...passage, path: `/prefix${passage.path}` }));
    const found = await patient.examine(['--port', String(port), '--public-url', tunnel.url]);
    expect(named(found)).toEqual({
      code: 6,
      troubles: [['delivery', 'fault', 'optipick listen --path /prefix/webhook']],
    });
  });

  test('to an address that redirects', async () => {
    await using other = await serve((_request, response) =>
      response.writeHead(308, { location: 'https://hooks.invalid/webhook' }).end(),
    );
    expect(named(await patient.examine(['--public-url', other.url]))).toEqual({
      code: 6,
      troubles: [['delivery', 'fault', 'optipick doctor --public-url https://hooks.invalid/webhook']],
    });
  });

  test.each([
    [
      'its body written anew',
      (body: string) => JSON.stringify(JSON.parse(body)),
      undefined,
      /did not verify because the body was re-serialized \(compacted, \d+ bytes sent, \d+ received, first difference at byte 1\)/,
    ],
    ['its signature cut', undefined, 'svix-signature', /the header svix-signature was removed/],
  ])('with %s', async (_name, rewrite, cut, words) => {
    const port = await freePort();
    await using tunnel = await serveTunnel(port, ({ path, headers, body }) => ({
      path,
      headers: cut === undefined ? headers : { ...headers, [cut]: undefined },
      body: rewrite === undefined ? body : rewrite(body),
    }));
    const found = await patient.examine(['--port', String(port), '--public-url', tunnel.url]);
    expect(named(found)).toEqual({
      code: 9,
      troubles: [['delivery', 'fault', 'optipick listen --record deliveries']],
    });
    expect(found.troubles[0]?.message).toMatch(words);
  });
});

describe('several faults', () => {
  test('the worst decides how it ends, and each is named', async () => {
    await using other = await serve((_request, response) => response.end());
    const { code, stdout, stderr } = await patient.workplace.run(['doctor', '--port', String(other.port)], {
      env: { OPTIPICK_WEBHOOK_SECRET: 'whsec_', OPTIPICK_API_KEY: 'key-of-somebody-else-0123' },
    });
    const failed = stdout.split('\n').filter((line) => line.startsWith('error'));
    expect(failed.map((line) => line.split(/ +/)[1])).toEqual(['key-accepted', 'webhook-secret', 'port']);
    expect([code, stderr]).toEqual([
      7,
      'not checked: delivery (the port cannot be opened)\n' +
        'error: 3 checks failed: key-accepted, webhook-secret, port\n',
    ]);
  });

  test('with --json the failure is an object, too', async () => {
    const { code, stderr } = await patient.examine([], { OPTIPICK_WEBHOOK_SECRET: 'whsec_' });
    expect([code, JSON.parse(stderr)]).toEqual([
      2,
      {
        error: {
          code: 'faults_found',
          message: 'a check failed: webhook-secret',
          exitCode: 2,
          retryable: false,
        },
      },
    ]);
  });
});
