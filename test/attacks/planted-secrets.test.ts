/**
 * Keys, secrets and credentials are planted wherever they can be, and every command runs with them, with success and with
 * failure: none of them leaks into a stream, a file, or the environment or arguments of another process.
 */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Webhook } from 'svix';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandbox, type Sandbox } from '../../src/sandbox-entry.ts';
import { inspectorClient, inspectorUrl } from '../support/inspector.ts';
import { deliver, payloadOf, startListener } from '../support/listener.ts';
import { createWorkplace, type RunOptions, type Workplace } from '../support/program.ts';
import { startRelay } from '../support/relay.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { firstLines } from '../support/sandbox.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import type { Readable } from 'node:stream';

const key = (name: string): string => `${name}Key${randomBytes(12).toString('hex')}`;
const secret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** What must not be seen, by the place where it is planted. */
const PLANTED = {
  'key of the profile': key('profile'),
  'key of another profile': key('staging'),
  'key of the environment': key('environment'),
  'key of a file': key('file'),
  'key that is typed': key('typed'),
  'secret of the profile': secret(),
  'second secret of the profile': secret(),
  'secret of another profile': secret(),
  'secret of the environment': secret(),
  'secret of a file': secret(),
  'secret that is typed': secret(),
  'secret that is malformed': `${secret()}!`,
  'Authorization of a delivery': `Bearer ${key('bearer')}`,
  'Cookie of a delivery': `session=${key('cookie')}`,
  'X-Api-Key of a delivery': key('header'),
  'Webhook-Secret of a delivery': key('webhook'),
  'password of a shared state': key('state'),
  /** Created by the listener itself, which stores it in its state. */
  'token of a relay': '',
  /** Whoever learns it from a rejection can send the forgery again. */
  'signature that a forgery lacks': '',
};
type Place = keyof typeof PLANTED;

const ROUTE = {
  site_name: 'Example',
  start_points: 'Start',
  end_points: 'End',
  wave_id: 'wave 1',
  picks: [
    { pick_id: '1', order_id: 'a', list_id: 'x', location_id: 'A01' },
    { pick_id: '2', order_id: 'b', list_id: 'x', location_id: 'B02' },
  ],
};
const CREDENTIALS = {
  authorization: PLANTED['Authorization of a delivery'],
  cookie: PLANTED['Cookie of a delivery'],
  'x-api-key': PLANTED['X-Api-Key of a delivery'],
  'webhook-secret': PLANTED['Webhook-Secret of a delivery'],
};
const IN_ENVIRONMENT = {
  OPTIPICK_API_KEY: PLANTED['key of the environment'],
  OPTIPICK_WEBHOOK_SECRET: PLANTED['secret of the environment'],
};

interface Run extends RunOptions {
  readonly args: readonly string[];
  /** The exit code, so that the run is the one that is meant; left out where it depends on what ran before. */
  readonly code?: number;
}

let workplace: Workplace;
let sandbox: Sandbox;
/** Answers every call with what it was sent, headers and all, as an error. */
let echo: ScriptedServer;
let target: Receiver;
/** Of a route that is done. */
let requestId: string;
/** All that was written to a stream, by the command that wrote it. */
const said: (readonly [command: string, text: string])[] = [];

const at = (name: string): string => join(workplace.folder, name);

beforeAll(async () => {
  workplace = await createWorkplace();
  sandbox = await createSandbox({
    apiKey: PLANTED['key of the profile'],
    secret: PLANTED['secret of the profile'],
    latency: 0,
  });
  echo = await startScriptedServer(({ headers }) => ({ status: 422, body: { detail: JSON.stringify(headers) } }));
  target = await startReceiver();
  mkdirSync(at('config'));
  mkdirSync(at('tmp'));
  writeFileSync(
    at('config/config.json'),
    JSON.stringify({
      profiles: {
        default: {
          'api-key': PLANTED['key of the profile'],
          'webhook-secret': `${PLANTED['secret of the profile']} ${PLANTED['second secret of the profile']}`,
          'base-url': sandbox.url,
          port: 0,
        },
        staging: {
          'api-key': PLANTED['key of another profile'],
          'webhook-secret': PLANTED['secret of another profile'],
          'base-url': 'http://127.0.0.1:1',
        },
      },
    }),
    { mode: 0o600 },
  );
  writeFileSync(at('wave.json'), JSON.stringify(ROUTE));
  writeFileSync(
    at('answer.json'),
    readFileSync(join(import.meta.dirname, '../fixtures/example-cluster-response.json')),
  );
  for (const [name, place] of [
    ['key.secret', 'key of a file'],
    ['webhook.secret', 'secret of a file'],
    ['bad.secret', 'secret that is malformed'],
  ] as const) {
    writeFileSync(at(name), `${PLANTED[place]}\n`);
  }
  const submitted = await workplace.run(['route', 'submit', 'wave.json', '--json'], { env: base() });
  requestId = (JSON.parse(submitted.stdout) as { readonly request_id: string }).request_id;
});
afterAll(async () => {
  await target?.[Symbol.asyncDispose]();
  await echo?.close();
  await sandbox?.stop();
  await workplace?.remove();
});

/** The environment of every command. */
const base = (): Record<string, string> => ({
  TMPDIR: at('tmp'),
  GITHUB_STEP_SUMMARY: at('summary.md'),
  SHELL: '/bin/bash',
});

/** Each leaf of the command tree, with success and with failure. */
/** Nobody listens there. */
function sharedState(): { readonly OPTIPICK_STATE_URL: string } {
  return { OPTIPICK_STATE_URL: `postgres://app:${PLANTED['password of a shared state']}@127.0.0.1:1/optipick` };
}

function runsOf(
  listenerUrl: string,
  [record, forged]: readonly [string, string],
): Readonly<Record<string, readonly Run[]>> {
  const submit = (...args: string[]): string[] => ['wave.json', ...args];
  const keyFile = ['--api-key-file', 'key.secret'];
  const toEcho = [...keyFile, '--base-url', echo.url];
  const staging = ['-p', 'staging'];
  const wrongKey = { code: 4, env: IN_ENVIRONMENT };
  const typedKey = PLANTED['key that is typed'];
  const typedSecret = PLANTED['secret that is typed'];
  let number = 0;
  /** With settings of its own: what is typed is stored there. */
  const changing = (args: string[], code: number, input: string): Run => {
    number += 1;
    cpSync(at('config'), at(`config-${number}`), { recursive: true });
    return { args, code, input, env: { OPTIPICK_CONFIG_DIR: at(`config-${number}`) } };
  };
  return {
    'cluster submit': [
      { args: submit('--wait', '--output', 'cluster.html', '--junit', 'cluster.xml', '--github-summary'), code: 0 },
      { args: submit('--sync', '--format', 'md'), code: 0 },
      { args: submit('--dry-run'), code: 0 },
      { args: submit('--dry-run', '--curl', ...toEcho), code: 0 },
      { args: submit('--sync'), ...wrongKey },
      { args: submit('--sync', ...toEcho), code: 5 },
      { args: submit('--sync', ...staging), code: 6 },
      { args: submit('--api-key-file', 'webhook.secret'), code: 2 },
    ],
    'cluster get': [
      { args: [requestId, '--output', 'got.json'], code: 5 },
      { args: [requestId], ...wrongKey },
    ],
    'route submit': [
      { args: submit('--dry-run', '--curl'), code: 0 },
      { args: submit(), ...wrongKey },
    ],
    'route get': [
      { args: [requestId, '--output', 'got.csv'], code: 0 },
      { args: [requestId], ...wrongKey },
      { args: [requestId, ...staging, '--timeout', '1s'], code: 6 },
    ],
    poll: [
      { args: [requestId, '--kind', 'route'], code: 0 },
      { args: [requestId, '--timeout', '20s'], ...wrongKey },
      { args: ['--pending', '--once'], code: 0 },
    ],
    diff: [
      { args: ['answer.json', 'answer.json'], code: 0 },
      { args: ['answer.json', 'webhook.secret'], code: 2 },
    ],
    listen: [
      { args: ['--port', '0', '--timeout', '1ms'], code: 0 },
      { args: ['--port', '0', '--once', '--timeout', '1ms'], code: 8, env: IN_ENVIRONMENT },
      { args: ['--port', '0', '--secret-file', 'bad.secret'], code: 2 },
      { args: ['--port', '0', '--secret-file', 'webhook.secret', '--timeout', '1ms'], code: 0 },
      { args: ['--port', '0', '--tls-cert', 'webhook.secret', '--tls-key', 'key.secret'], code: 2 },
    ],
    'events list': [
      { args: [], code: 0 },
      { args: [], code: 7, env: sharedState() },
      { args: [], code: 2, env: { OPTIPICK_STATE_URL: `${sharedState().OPTIPICK_STATE_URL}?sslmode=require` } },
    ],
    'state migrate': [
      { args: [], code: 2 },
      { args: [], code: 7, env: sharedState() },
    ],
    'state status': [
      { args: [], code: 0 },
      { args: [], code: 7, env: sharedState() },
    ],
    'state prune': [
      { args: [], code: 0 },
      { args: [], code: 7, env: sharedState() },
    ],
    // Of what was received it holds all: only its failures may be shown to anybody.
    'state export': [{ args: [], code: 7, env: sharedState() }],
    'state import': [
      { args: ['webhook.secret'], code: 2 },
      { args: ['--from-sqlite'], code: 7, env: sharedState() },
    ],
    'events show': [
      { args: ['msg_0'], code: 0 },
      { args: ['msg_0', '--raw'], code: 0 },
      { args: ['msg_unknown'], code: 2 },
    ],
    'events replay': [
      { args: ['msg_0', '--forward-to', target.url], code: 0 },
      { args: ['msg_0', '--forward-to', 'http://127.0.0.1:1/', '--secret-file', 'webhook.secret'], code: 6 },
      { args: ['msg_0'], env: IN_ENVIRONMENT },
    ],
    'events discard': [
      { args: ['msg_0'], code: 0 },
      { args: ['msg_unknown'], code: 2 },
    ],
    // They run until they are stopped: the pages are looked at above.
    'events ui': [
      { args: ['--port', '99999'], code: 2 },
      { args: ['--port', '0'], code: 7, env: sharedState() },
    ],
    dev: [{ args: ['--forward-to', `http://user:${PLANTED['key of the profile']}@127.0.0.1/`], code: 2 }],
    'events sync': [{ args: [] }, { args: ['--base-url', echo.url], env: IN_ENVIRONMENT }],
    trigger: [
      { args: ['cluster.optimized', '--to', listenerUrl], code: 0 },
      { args: ['--to', listenerUrl, '--suite', '--junit', 'suite.xml'], code: 0 },
      { args: ['cluster.optimized', '--to', listenerUrl, '--secret-file', 'webhook.secret'], code: 3 },
      { args: ['--suite', '--to', echo.url, '--verbose'], env: IN_ENVIRONMENT, code: 3 },
      { args: ['cluster.optimized', '--to', 'http://127.0.0.1:1/', '--timeout', '1s'], code: 6 },
      { args: ['--to', listenerUrl, '--secret-file', 'bad.secret'], code: 2 },
      { args: ['--to', listenerUrl, '--replay', record, '--re-sign'], code: 0 },
    ],
    verify: [
      { args: [record], code: 0 },
      { args: [record], env: IN_ENVIRONMENT, code: 9 },
      { args: [forged], code: 9 },
      { args: [record, '--secret-file', 'bad.secret'], code: 9 },
      { args: ['webhook.secret'], code: 2 },
    ],
    demo: [{ args: [], code: 0 }],
    example: [
      { args: ['cluster', '--csv'], code: 0 },
      { args: ['rout'], code: 2 },
    ],
    login: [
      changing([], 0, `${PLANTED['key of the profile']}\n${typedSecret}\n`),
      changing([], 4, `${typedKey}\n${typedSecret}\n`),
      changing(['--base-url', echo.url], 0, `${typedKey}\n${typedSecret}\n`),
      changing(['--base-url', 'http://127.0.0.1:1'], 0, `${typedKey}\n${typedSecret}\n`),
      changing([], 2, `${typedSecret}\n${typedKey}\n`),
      changing([], 2, `${typedKey} ${typedKey}\n`),
    ],
    'config set': [
      changing(['api-key'], 0, `${typedKey}\n`),
      changing(['webhook-secret', '-'], 0, `${typedSecret}\n`),
      changing(['webhook-secret', '-'], 2, `${PLANTED['secret that is malformed']}\n`),
      changing(['api-key', '-'], 2, `${typedSecret}\n`),
      changing(['base-url', '-'], 2, `${typedKey}\n`),
      changing(['api-key', typedKey], 2, ''),
    ],
    'config get': [
      { args: ['api-key'], code: 0 },
      { args: ['webhook-secret'], code: 0 },
      { args: ['webhook-secret', ...staging], code: 0 },
      { args: ['api-key'], env: IN_ENVIRONMENT, code: 0 },
    ],
    'config unset': [changing(['api-key'], 0, '')],
    'config list': [
      { args: [], code: 0 },
      { args: staging, code: 0 },
      { args: [], env: IN_ENVIRONMENT, code: 0 },
    ],
    'config path': [{ args: [], code: 0 }],
    doctor: [
      { args: ['--port', '0'], code: 0 },
      { args: ['--port', '0', '--offline', ...staging], code: 0 },
      { args: ['--port', '0', '--timeout', '20s'], ...wrongKey },
      { args: ['--port', '0', '--timeout', '20s', ...toEcho], code: 0 },
      {
        args: ['--port', '0', '--offline'],
        env: { OPTIPICK_WEBHOOK_SECRET: PLANTED['secret that is malformed'] },
        code: 2,
      },
    ],
    sandbox: [{ args: ['--port', '0', '--secret', PLANTED['secret that is malformed']], code: 2 }],
    completion: [
      { args: ['bash'], code: 0 },
      { args: ['nonsense'], code: 2 },
    ],
    help: [
      { args: ['environment'], code: 0 },
      { args: ['nonsense'], code: 2 },
    ],
  };
}

test('a secret is found in capitals, in base64 and in a URL', () => {
  for (const value of Object.values(PLANTED).filter((one) => one !== '')) {
    const forms = [value, value.toUpperCase(), Buffer.from(value).toString('base64'), encodeURIComponent(value)];
    for (const form of forms) expect(leaksIn(`a${form}z`)).not.toEqual([]);
  }
});

test('listen, with deliveries that carry credentials, forgeries, a command, a record and a relay', async () => {
  const body = payloadOf(requestId);
  await using relay = await startRelay();
  const dump = at('dump.txt');
  // What the command of a user, and every other user of this machine, can see.
  const look = `{ cat; env; for each in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $each; echo; done; } >> ${dump} 2> /dev/null`;
  const flags = [
    '--debug',
    '--verbose',
    '--record',
    'record',
    '--exec',
    look,
    '--forward-to',
    target.url,
    '--relay',
    '--inspect',
    '0',
  ];
  // The secrets of the profile; the API takes its key.
  const env = { ...base(), OPTIPICK_WEBHOOK_SECRET: '', OPTIPICK_RELAY_URL: relay.url };
  await using listener = await startListener(workplace, flags, { env });
  const token = relay.started[0] ?? '';
  PLANTED['token of a relay'] = token;
  const url = `${listener.url}/route`;
  const send = (id: string, place: Place): Promise<number> =>
    deliver(url, { id, body, secret: PLANTED[place], headers: CREDENTIALS });
  expect(await send('msg_0', 'secret of the profile')).toBe(204);
  expect(await send('msg_0', 'second secret of the profile')).toBe(204);
  expect(await send('msg_1', 'second secret of the profile')).toBe(204);
  const seconds = Math.floor(Date.now() / 1000);
  const forged = { id: 'msg_forged', body, secret: PLANTED['secret of the environment'], at: seconds * 1000 };
  const right = new Webhook(PLANTED['secret of the profile']).sign(forged.id, new Date(forged.at), body);
  PLANTED['signature that a forgery lacks'] = right.slice('v1,'.length);
  expect(await deliver(url, { ...forged, headers: CREDENTIALS })).toBe(401);
  const unsigned = await fetch(url, { method: 'POST', headers: CREDENTIALS, body });
  expect(unsigned.status).toBe(400);
  const relayed = await fetch(relay.inbox(token), { method: 'POST', headers: CREDENTIALS, body });
  expect(relayed.status).toBe(400);
  await listener.line(({ type, id }) => type === 'rejected' && id === 'msg_forged');
  expect((await target.next()).headers).toMatchObject(CREDENTIALS);
  await expect.poll(() => readFileSync(dump, 'utf8').match(/^OPTIPICK_STATE_DIR=/gm)?.length).toBe(2);
  const inspector = await inspectorUrl(listener);
  const ask = inspectorClient(inspector);
  const ofOne = ['', '/result', '/report.html', '/curl', '/http', '/json'].map((part) => `/deliveries/1${part}`);
  for (const path of ['/', ...ofOne, '/deliveries/2', '/rejected/1', '/rejected/2', '/page.js', '/nowhere']) {
    const { status, headers, body: page } = await ask(path);
    said.push([`inspector ${path}`, `${status} ${JSON.stringify(headers)} ${page}`]);
  }
  const sent = new URLSearchParams({ place: 'other', url: target.url, body: '{}' }).toString();
  const asked = { method: 'POST', headers: { origin: inspector.origin, accept: 'application/json' }, body: sent };
  said.push(['inspector send', (await ask('/deliveries/1/send', asked)).body]);
  listener.kill('SIGTERM');
  const { code } = await listener.ended;
  expect(code).toBe(143);
  const lines = listener.lines().map((line) => JSON.stringify(line));
  // Its addresses are what the relay is for.
  for (const text of [lines.join('\n'), listener.errors()])
    said.push(['listen', text.replaceAll(/[^\s"]+:\/\/[^\s"]+\/(?:in|view)\/[^\s"]+/g, '')]);
  expect(said.flatMap(([command, text]) => leaksIn(text).map((place) => `${command}: ${place}`))).toEqual([]);
  expect(readdirSync(at('record'))).toHaveLength(6);
});

test(
  'every command of the tree, with success and with failure, for people and for machines',
  { timeout: 300_000 },
  async () => {
    await using listener = await startListener(workplace, ['--no-fetch'], {
      env: { ...base(), OPTIPICK_WEBHOOK_SECRET: '' },
      timeoutMs: 300_000,
    });
    const recordOf = (name: string): string =>
      join('record', readdirSync(at('record')).find((each) => each.includes(name)) ?? '');
    const runs = runsOf(listener.url, [recordOf('-204-msg_0'), recordOf('-401-msg_forged')]);
    expect(Object.keys(runs).toSorted()).toEqual((await leafCommands()).toSorted());
    const queue = Object.entries(runs)
      .flatMap(([command, each]) => each.map((run) => [command, run] as const))
      .values();
    const wrong: string[] = [];
    const worker = async (): Promise<void> => {
      for (const [command, { args, code, env, input }] of queue) {
        for (const flags of [['--debug'], ['--debug', '--json']]) {
          const whole = [...command.split(' '), ...args, ...flags];
          const options = { env: { ...base(), ...env }, ...(input === undefined ? {} : { input }) };
          const result = await workplace.run(whole, options);
          said.push([whole.join(' '), `${result.stdout}${result.stderr}`]);
          if (code !== undefined && result.code !== code) {
            wrong.push(`${whole.join(' ')} ended with ${result.code}, not ${code}: ${result.stderr}`);
          }
        }
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
    expect(wrong).toEqual([]);
    said.push(...(await sandboxSays()));
    const leaks = said.flatMap(([command, text]) => leaksIn(text).map((place) => `${place} in: ${command}`));
    expect(leaks).toEqual([]);
  },
);

test('no file that they left behind holds one, except the settings, the inbox and the files that were given', () => {
  const given = /^(?:\w+\.secret|config(?:-\d+)?)$/;
  const inInbox: ReadonlySet<string> = new Set([...Object.values(CREDENTIALS), PLANTED['token of a relay']]);
  const files = readdirSync(workplace.folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(at(path)).isFile())
    .filter((path) => !given.test(path.split('/')[0] ?? ''));
  expect(files).toEqual(
    expect.arrayContaining(['dump.txt', 'cluster.html', 'cluster.xml', 'state/optipick.db', 'suite.xml']),
  );
  const leaks = files.flatMap((path) => {
    // The inbox stores a delivery as received, to forward it unchanged; no other user may read it.
    const isInbox = path.startsWith('state/');
    if (isInbox) expect([path, statSync(at(path)).mode & 0o77]).toEqual([path, 0]);
    return (
      leaksIn(readFileSync(at(path), 'latin1'))
        .filter((place) => !isInbox || !inInbox.has(PLANTED[place]))
        // To the command of the user a delivery is given whole.
        .map((place) => `${place} in the file ${basename(path)}`)
    );
  });
  expect(leaks).toEqual([]);
});

/** The planted ones that a text holds, also in capitals, in base64 and as part of a URL. */
function leaksIn(text: string): readonly Place[] {
  const lower = text.toLowerCase();
  return (Object.keys(PLANTED) as Place[]).filter((place) => {
    const value = PLANTED[place];
    if (value === '') return false;
    const bare = value.replace(/^(?:whsec_|Bearer |session=|c_)/, '');
    const forms = [bare, Buffer.from(value).toString('base64'), encodeURIComponent(bare)];
    return forms.some((form) => lower.includes(form.toLowerCase()));
  });
}

async function leafCommands(): Promise<readonly string[]> {
  interface Node {
    readonly path: readonly string[];
    readonly subcommands: readonly Node[];
  }
  const leaves = ({ path, subcommands }: Node): readonly string[] =>
    subcommands.length === 0 ? [path.join(' ')] : subcommands.flatMap(leaves);
  return leaves(JSON.parse((await workplace.run(['help', '--json'])).stdout) as Node);
}

/** It runs until it is stopped, and shows the key and the secret that it created itself, not those of the profile. */
function sandboxSays(): Promise<readonly (readonly [string, string])[]> {
  return Promise.all(
    [['--debug'], ['--debug', '--json']].map(async (flags) => {
      const running = workplace.start(['sandbox', '--port', '0', ...flags], { env: { ...base(), ...IN_ENVIRONMENT } });
      await firstLines(running.stdout as Readable, 1);
      running.kill('SIGTERM');
      const { stdout, stderr, exitCode } = await running;
      expect(exitCode).toBe(143);
      return [`sandbox ${flags.join(' ')}`, `${String(stdout)}${String(stderr)}`] as const;
    }),
  );
}
