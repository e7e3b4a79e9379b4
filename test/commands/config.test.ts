import { describe, expect, test } from 'vitest';
import { errorOf, run } from '../support/run.ts';
import { expectScreen, screenOfRuns, WIDTHS } from '../support/screens.ts';

const KEY = 'key-0123456789abcdefghij';
const MASKED_KEY = 'ke…ij';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MASKED_SECRET = 'whsec_Mf…Sw';
const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

describe('config set', () => {
  test('does not repeat a key that is piped into the place of another setting', async () => {
    const { code, stderr } = await run(['config', 'set', 'port', '-'], { stdin: 'a-key-in-the-wrong-place\n' });
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'error: a port is a whole number from 0 to 65535, not "***"']);
  });

  test.each([
    ['with -', ['config', 'set', 'api-key', '-']],
    ['without a value', ['config', 'set', 'api-key']],
  ])('takes a secret from a pipe, %s', async (_name, argv) => {
    const { ended, host } = await run(argv, { stdin: `${KEY}\n` });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: 'stored api-key in profile "default"\n' });
    expect(host.profiles).toEqual({ default: { 'api-key': KEY } });
  });

  test('asks for a secret on a terminal, and shows stars', async () => {
    const { ended, host } = await run(['config', 'set', 'webhook-secret'], {
      terminal: { stdin: true, stderr: true },
      env: { NO_COLOR: '1' },
      answers: [SECRET],
    });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr: `webhook-secret: ${'*'.repeat(SECRET.length)}\nstored webhook-secret in profile "default"\n`,
    });
    expect(host.asked).toEqual([{ question: 'webhook-secret: ', hidden: true }]);
    expect(host.profiles).toEqual({ default: { 'webhook-secret': SECRET } });
  });

  test('asks nothing where it must not', async () => {
    const { ended, host } = await run(['config', 'set', 'api-key', '--no-input'], {
      terminal: { stdin: true, stderr: true },
      env: { NO_COLOR: '1' },
    });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: there is no value for api-key\nhint: pipe it in: ... | optipick config set api-key -\n',
    });
    expect(host.asked).toEqual([]);
  });

  test.each(['api-key', 'webhook-secret'])('refuses %s on the command line, and does not repeat it', async (key) => {
    const { ended, host } = await run(['config', 'set', key, SECRET, '--json']);
    expect({ ...ended, stderr: errorOf(ended.stderr) }).toEqual({
      code: 2,
      stdout: '',
      stderr: {
        code: 'secret_in_arguments',
        message: `${key} is a secret and is not taken from the command line, where others can read it`,
        exitCode: 2,
        retryable: false,
        hint: `type it in: optipick config set ${key}; or pipe it in: ... | optipick config set ${key} -`,
      },
    });
    expect(host.profiles).toEqual({});
  });

  test('writes into the profile that is named, and into no other', async () => {
    const before = { default: { 'api-key': KEY }, staging: { port: 7000 } };
    const { ended, host } = await run(['config', 'set', 'base-url', 'http://127.0.0.1:4010', '-p', 'staging'], {
      profiles: before,
    });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: 'stored base-url in profile "staging"\n' });
    expect(host.profiles).toEqual({
      default: { 'api-key': KEY },
      staging: { port: 7000, 'base-url': 'http://127.0.0.1:4010' },
    });
  });

  test('keeps two webhook secrets while one is rotated, and says what is odd about a short one', async () => {
    const short = 'whsec_c2hvcnQ=';
    const { ended, host } = await run(['config', 'set', 'webhook-secret', '-'], { stdin: `${SECRET} ${short}\n` });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'warning: the webhook secret holds 5 bytes, shorter than the usual 24: is it whole, and a webhook secret?\n' +
        'stored webhook-secret in profile "default"\n',
    });
    expect(host.profiles).toEqual({ default: { 'webhook-secret': `${SECRET} ${short}` } });
  });

  test('tells when the environment wins over what was stored', async () => {
    const { ended } = await run(['config', 'set', 'api-key', '-'], {
      stdin: KEY,
      env: { OPTIPICK_API_KEY: 'another-key-0123456789' },
    });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr: 'stored api-key in profile "default"\nwarning: OPTIPICK_API_KEY is set and wins over the stored value\n',
    });
  });

  const malformed: readonly (readonly [string, string, string, string])[] = [
    ['a webhook secret that is cut off', 'webhook-secret', 'whsec_c2VjcmV0LXRoa', 'bad_webhook_secret'],
    ['a webhook secret in quotes', 'webhook-secret', `"${SECRET}"`, 'bad_webhook_secret'],
    ['a webhook secret that is a signature', 'webhook-secret', 'v1,c2VjcmV0LXRoaXMtaXM=', 'bad_webhook_secret'],
    ['an API key that is a webhook secret', 'api-key', SECRET, 'bad_api_key'],
    ['an API key of two words', 'api-key', 'Bearer c2VjcmV0LXRoaXN', 'bad_api_key'],
    ['an API key with a control character', 'api-key', 'c2VjcmV0\u001b[2JLXRoaXN', 'bad_api_key'],
    ['an API key that is empty', 'api-key', '\n', 'bad_api_key'],
  ];
  test.each(malformed)('refuses %s, and shows nothing of it', async (_name, key, text, code) => {
    const { ended, host } = await run(['config', 'set', key, '-', '--json'], { stdin: text });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
    expect(errorOf(ended.stderr)).toMatchObject({ code, exitCode: 2 });
    expect(ended.stderr).not.toMatch(/c2Vj|LXRoaX|MfKQ9r8/);
    expect(host.profiles).toEqual({});
  });

  test('does not repeat a key in the advice for the setting that it was piped into', async () => {
    const { code, stderr } = await run(['config', 'set', 'base-url', '-'], { stdin: 'a-key-in-the-wrong-place\n' });
    expect([code, stderr]).toEqual([2, 'error: the base URL is not an http or https URL\nhint: try https://***\n']);
  });

  test.each([[['list']], [['get', 'base-url']]])('%j warns of a profile that is nearly a stored one', async (argv) => {
    const profiles = { sandbox: { 'base-url': 'http://127.0.0.1:4010' } };
    const { code, stderr } = await run(['config', ...argv, '-p', 'sandbx'], { profiles });
    expect([code, stderr]).toEqual([0, 'warning: there is no profile "sandbx", did you mean "sandbox"?\n']);
  });

  test('stores the whole address of this machine', async () => {
    const { ended, host } = await run(['config', 'set', 'base-url', '127.0.0.1:4010', '-p', 'sandbox']);
    expect(ended).toEqual({ code: 0, stdout: '', stderr: 'stored base-url in profile "sandbox"\n' });
    expect(host.profiles).toEqual({ sandbox: { 'base-url': 'http://127.0.0.1:4010' } });
  });

  test('refuses a whole file piped in by mistake', async () => {
    const { ended } = await run(['config', 'set', 'api-key'], { stdin: 'k'.repeat(100_000) });
    expect(ended).toEqual({ code: 2, stdout: '', stderr: 'error: what is piped in is far too long for a value\n' });
  });

  test.each([
    ['port', '70000', 'a port is a whole number from 0 to 65535, not "70000"', '0 picks a free one'],
    [
      'base-url',
      'http://optipick.example',
      'plain http to optipick.example would show the API key to everyone on the way',
      'use https://optipick.example; plain http is for this machine only',
    ],
    ['base-url', 'optipick.example', 'the base URL is not an http or https URL', 'try https://optipick.example'],
  ])('refuses the %s %s', async (key, value, message, hint) => {
    const { ended, host } = await run(['config', 'set', key, value]);
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\nhint: ${hint}\n` });
    expect(host.profiles).toEqual({});
  });

  test.each(['set', 'get', 'unset'])('%s names the nearest setting for an unknown one', async (verb) => {
    const { ended } = await run(['config', verb, 'apikey', ...(verb === 'set' ? ['-'] : [])]);
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: there is no setting "apikey"\nhint: did you mean api-key?\n',
    });
  });

  test('refuses a profile name that cannot be one', async () => {
    const { ended } = await run(['config', 'set', 'port', '1', '-p', '../x']);
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: this cannot be the name of a profile\n' +
        'hint: a name is 1 to 64 letters, digits, ".", "_" and "-": optipick -p staging ...\n',
    });
  });
});

describe('config unset', () => {
  test('forgets one setting of one profile, and a profile that holds nothing more', async () => {
    const profiles = { default: { 'api-key': KEY, port: 1 }, staging: { 'api-key': KEY } };
    const first = await run(['config', 'unset', 'api-key'], { profiles });
    expect(first.ended).toEqual({
      code: 0,
      stdout: '',
      stderr: 'api-key is no longer stored in profile "default"\n',
    });
    expect(first.host.profiles).toEqual({ default: { port: 1 }, staging: { 'api-key': KEY } });
    const second = await run(['config', 'unset', 'api-key', '-p', 'staging', '-q'], { profiles });
    expect(second.ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(second.host.profiles).toEqual({ default: { 'api-key': KEY, port: 1 } });
  });
});

describe('config get and list', () => {
  const profiles = {
    default: { 'api-key': KEY, 'webhook-secret': `${SECRET} ${OTHER_SECRET}` },
    staging: { 'base-url': 'https://staging.example.com', port: 7000 },
  };

  test('show secrets masked, and where each value comes from', async () => {
    const { ended } = await run(['config', 'list'], { profiles });
    expect(ended).toEqual({
      code: 0,
      stdout: `SETTING         VALUE                               FROM
profile         default                             default
api-key         ${MASKED_KEY}                               profile default
webhook-secret  ${MASKED_SECRET} whsec_C2…oD             profile default
base-url        https://optipick.api.optioryx.com   default
port            5000                                default
state-url       (not set)
state           /home/picker/.local/state/optipick  default
`,
      stderr: '',
    });
  });

  test('know the four sources: flag, environment, profile, default', async () => {
    const { ended } = await run(['--base-url', 'http://127.0.0.1:1', 'config', 'list', '--json', '-p', 'staging'], {
      profiles,
      env: { OPTIPICK_WEBHOOK_SECRET: SECRET, OPTIPICK_BASE_URL: 'http://127.0.0.1:2', OPTIPICK_PROFILE: 'default' },
    });
    expect({ ...ended, stdout: JSON.parse(ended.stdout) as unknown }).toEqual({
      code: 0,
      stdout: {
        profile: { value: 'staging', source: 'flag', from: '--profile' },
        'webhook-secret': { value: MASKED_SECRET, source: 'environment', from: 'OPTIPICK_WEBHOOK_SECRET' },
        'base-url': { value: 'http://127.0.0.1:1', source: 'flag', from: '--base-url' },
        port: { value: 7000, source: 'profile', from: 'profile staging' },
      },
      stderr: '',
    });
  });

  test('count an empty variable as unset', async () => {
    const { ended } = await run(['config', 'list', '--json'], {
      profiles,
      env: { OPTIPICK_API_KEY: '', OPTIPICK_BASE_URL: ' ', OPTIPICK_PROFILE: '', OPTIPICK_WEBHOOK_SECRET: '' },
    });
    expect(JSON.parse(ended.stdout)).toEqual({
      profile: { value: 'default', source: 'default', from: 'default' },
      'api-key': { value: MASKED_KEY, source: 'profile', from: 'profile default' },
      'webhook-secret': { value: `${MASKED_SECRET} whsec_C2…oD`, source: 'profile', from: 'profile default' },
      'base-url': { value: 'https://optipick.api.optioryx.com', source: 'default', from: 'default' },
      port: { value: 5000, source: 'default', from: 'default' },
    });
  });

  test('get prints one value, masked when it is a secret', async () => {
    const plain = await run(['config', 'get', 'api-key'], { profiles });
    expect(plain.ended).toEqual({ code: 0, stdout: `${MASKED_KEY}\n`, stderr: '' });
    const json = await run(['config', 'get', 'api-key', '--json'], { profiles });
    expect(json.ended).toEqual({
      code: 0,
      stdout: `{"key":"api-key","value":"${MASKED_KEY}","source":"profile","from":"profile default"}\n`,
      stderr: '',
    });
    const port = await run(['config', 'get', 'port', '-p', 'staging'], { profiles });
    expect(port.ended).toEqual({ code: 0, stdout: '7000\n', stderr: '' });
  });

  test.each([
    ['api-key', ['-p', 'staging'], ' -p staging'],
    ['webhook-secret', ['-p', 'staging'], ' -p staging'],
    ['api-key', [], ''],
  ])('get of a %s that is not set is exit 4, with the way to set it (%j)', async (key, flags, target) => {
    const { staging } = profiles;
    const { ended } = await run(['config', 'get', key, ...flags], { profiles: { staging } });
    expect(ended).toEqual({
      code: 4,
      stdout: '',
      stderr: `error: ${key} is not set\nhint: store it with: optipick config set ${key}${target}\n`,
    });
  });

  test.each([
    ['base-url', [], {}, 'https://optipick.api.optioryx.com'],
    ['port', [], {}, '5000'],
    [
      'base-url',
      ['--base-url', 'http://127.0.0.1:1'],
      { OPTIPICK_BASE_URL: 'http://127.0.0.1:2' },
      'http://127.0.0.1:1',
    ],
    ['base-url', [], { OPTIPICK_BASE_URL: 'http://127.0.0.1:2' }, 'http://127.0.0.1:2'],
  ])('get of %s is the value in force, be it the default (%j, %j)', async (key, flags, env, value) => {
    const { ended } = await run(['config', 'get', key, ...flags], { env, profiles: {} });
    expect(ended).toEqual({ code: 0, stdout: `${value}\n`, stderr: '' });
  });

  test('a key file wins over the environment, from a path and from stdin', async () => {
    const env = { OPTIPICK_API_KEY: 'another-key-0123456789' };
    const path = await run(['config', 'get', 'api-key', '--json', '--api-key-file', 'key.txt'], {
      env,
      profiles,
      files: { 'key.txt': 'file-key-0123456789\r\n' },
    });
    expect(path.stdout).toBe('{"key":"api-key","value":"fi…89","source":"flag","from":"--api-key-file"}\n');
    const stdin = await run(['--api-key-file', '-', 'config', 'get', 'api-key'], {
      env,
      profiles,
      stdin: 'pipe-key-0123456789\n',
    });
    expect(stdin.ended).toEqual({ code: 0, stdout: 'pi…89\n', stderr: '' });
    const absent = await run(['config', 'get', 'api-key', '--api-key-file', 'absent.txt'], { env, profiles });
    expect(absent.ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: cannot read absent.txt: there is no such file\nhint: give the path of a file, or - to read stdin\n',
    });
  });
});

test('config path names the file, which need not be there', async () => {
  const env = { OPTIPICK_CONFIG_DIR: '/elsewhere' };
  expect((await run(['config', 'path'], { env })).ended).toEqual({
    code: 0,
    stdout: '/elsewhere/config.json\n',
    stderr: '',
  });
  expect((await run(['config', 'path', '--json'], { env })).stdout).toBe('{"path":"/elsewhere/config.json"}\n');
});

for (const columns of WIDTHS) {
  test(`config is shown as in its file on ${columns} columns`, async () => {
    const options = {
      env: { NO_COLOR: '1' },
      columns,
      terminal: { stdin: true, stdout: true, stderr: true },
      profiles: {
        default: { 'api-key': 'key-0123456789abcdefghij', 'webhook-secret': SECRET },
        sandbox: { 'base-url': 'http://127.0.0.1:4010' },
      },
    };
    const screens = [];
    for (const argv of [
      'list',
      'list -p sandbox',
      'list -p sandbx',
      'get api-key',
      'get base-url -p sandbox',
      'get api-key -p sandbox',
      'get api-kee',
      'set base-url 127.0.0.1:4010 -p sandbox',
      'set port 99999',
      'set base-url http://staging.example.com',
      'set api-key key-0123456789abcdefghij',
      'set api-key --no-input',
    ]) {
      const ended = await run(['config', ...argv.split(' ')], options);
      screens.push({ ...ended, stderr: `$ optipick config ${argv}\n${ended.stderr}` });
    }
    const asked = await run(['config', 'set', 'api-key'], { ...options, answers: ['key-0123456789abcdefghij'] });
    screens.push({ ...asked, stderr: `$ optipick config set api-key\n${asked.stderr}` });
    await expectScreen(`config-${columns}`, screenOfRuns(screens, columns));
  });
}
