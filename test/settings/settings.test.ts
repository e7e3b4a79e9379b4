import { describe, expect, test } from 'vitest';
import {
  parsePort,
  parseSettingKey,
  parseSettingValue,
  resolveSettings,
  type SettingInputs,
} from '../../src/settings/settings.ts';
import { CliError } from '../../src/errors.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function resolve({ flags = {}, env = {}, profiles = {} }: Partial<SettingInputs> = {}) {
  return resolveSettings({ flags, env, profiles });
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError)
      return { failure: error.failure, code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the settings in force', () => {
  test('are the defaults when nothing is given', () => {
    expect(resolve()).toEqual({
      profile: { value: 'default', source: 'default', from: 'default' },
      profileStored: false,
      apiKey: undefined,
      webhookSecrets: undefined,
      baseUrl: { value: 'https://optipick.api.optioryx.com', source: 'default', from: 'default' },
      port: { value: 5000, source: 'default', from: 'default' },
    });
  });

  const profiles = {
    staging: { 'api-key': 'stored', 'webhook-secret': 'S1 S2', 'base-url': 'https://stored.example', port: 5001 },
  };
  const env = {
    OPTIPICK_PROFILE: 'staging',
    OPTIPICK_API_KEY: 'environment',
    OPTIPICK_WEBHOOK_SECRET: 'E1 E2',
    OPTIPICK_BASE_URL: 'https://environment.example',
  };
  const flags = {
    profile: 'staging',
    apiKey: 'flag',
    webhookSecret: 'F1',
    baseUrl: 'https://flag.example',
    port: 5002,
  };

  test('come from the profile over the defaults', () => {
    const from = { source: 'profile', from: 'profile staging' };
    expect(resolve({ flags: { profile: 'staging' }, profiles })).toEqual({
      profile: { value: 'staging', source: 'flag', from: '--profile' },
      profileStored: true,
      apiKey: { value: 'stored', ...from },
      webhookSecrets: { value: ['S1', 'S2'], ...from },
      baseUrl: { value: 'https://stored.example', ...from },
      port: { value: 5001, ...from },
    });
  });

  test('come from the environment over the profile', () => {
    const from = (name: string) => ({ source: 'environment', from: name });
    expect(resolve({ env, profiles })).toEqual({
      profile: { value: 'staging', ...from('OPTIPICK_PROFILE') },
      profileStored: true,
      apiKey: { value: 'environment', ...from('OPTIPICK_API_KEY') },
      webhookSecrets: { value: ['E1', 'E2'], ...from('OPTIPICK_WEBHOOK_SECRET') },
      baseUrl: { value: 'https://environment.example', ...from('OPTIPICK_BASE_URL') },
      port: { value: 5001, source: 'profile', from: 'profile staging' },
    });
  });

  test('come from the flags over all', () => {
    const from = (name: string) => ({ source: 'flag', from: name });
    expect(resolve({ flags, env, profiles })).toEqual({
      profile: { value: 'staging', ...from('--profile') },
      profileStored: true,
      apiKey: { value: 'flag', ...from('--api-key-file') },
      webhookSecrets: { value: ['F1'], ...from('--secret-file') },
      baseUrl: { value: 'https://flag.example', ...from('--base-url') },
      port: { value: 5002, ...from('--port') },
    });
  });

  test('take an empty or blank environment variable for unset', () => {
    const blank = { OPTIPICK_PROFILE: '', OPTIPICK_API_KEY: '', OPTIPICK_WEBHOOK_SECRET: ' ', OPTIPICK_BASE_URL: '\t' };
    expect(resolve({ env: blank })).toEqual(resolve());
  });

  test('keep an empty flag, for whoever uses it to refuse', () => {
    const { apiKey, baseUrl } = resolve({ flags: { apiKey: '', baseUrl: '' }, env });
    expect([apiKey?.value, baseUrl.value]).toEqual(['', '']);
  });

  test('are without the white space that came with them', () => {
    const { apiKey, webhookSecrets, baseUrl } = resolve({
      env: {
        OPTIPICK_API_KEY: ' key\r',
        OPTIPICK_WEBHOOK_SECRET: '\nA \r\n B\n',
        OPTIPICK_BASE_URL: 'https://a.example\n',
      },
    });
    expect([apiKey?.value, webhookSecrets?.value, baseUrl.value]).toEqual(['key', ['A', 'B'], 'https://a.example']);
  });

  test.each(['4010', '127.0.0.1:4010'])('have the whole address of this machine for %s', (text) => {
    expect(resolve({ flags: { baseUrl: text } }).baseUrl.value).toBe('http://127.0.0.1:4010');
  });

  test('of one profile hold nothing of another', () => {
    expect(resolve({ flags: { profile: 'other' }, profiles })).toEqual({
      ...resolve(),
      profile: { value: 'other', source: 'flag', from: '--profile' },
    });
  });

  test.each(['constructor', '__proto__', 'toString'])('of the profile %s are its own', (name) => {
    const stored = Object.fromEntries([[name, { 'api-key': 'key' }]]);
    expect(resolve({ flags: { profile: name } }).profileStored).toBe(false);
    expect(resolve({ flags: { profile: name }, profiles: stored }).apiKey?.value).toBe('key');
  });

  test.each(['', 'a b', 'a/b', '../x', 'ü', 'x'.repeat(65)])('are refused for the impossible profile %j', (name) => {
    expect(errorOf(() => resolve({ flags: { profile: name } }))).toEqual({
      failure: 'usage',
      code: 'bad_profile',
      message: 'this cannot be the name of a profile',
      hint: 'a name is 1 to 64 letters, digits, ".", "_" and "-": optipick -p staging ...',
    });
  });
});

describe('a setting to be stored', () => {
  test.each([
    ['api-key', ' abc\n', { key: 'api-key', value: 'abc', warnings: [] }],
    ['webhook-secret', ` ${SECRET}\r\n`, { key: 'webhook-secret', value: SECRET, warnings: [] }],
    ['webhook-secret', `${SECRET}\n${SECRET}`, { key: 'webhook-secret', value: `${SECRET} ${SECRET}`, warnings: [] }],
    ['base-url', ' https://a.example/prefix ', { key: 'base-url', value: 'https://a.example/prefix', warnings: [] }],
    ['base-url', 'http://127.0.0.1:4010', { key: 'base-url', value: 'http://127.0.0.1:4010', warnings: [] }],
    ['base-url', '127.0.0.1:4010', { key: 'base-url', value: 'http://127.0.0.1:4010', warnings: [] }],
    ['port', '8080', { key: 'port', value: 8080, warnings: [] }],
    ['port', '0', { key: 'port', value: 0, warnings: [] }],
  ])('%s %j is taken', (key, text, parsed) => {
    expect(parseSettingValue(key, text)).toEqual(parsed);
  });

  test('that is odd is taken with a warning', () => {
    expect(parseSettingValue('webhook-secret', 'whsec_plJ3nmyCDGBKInavdOK15jsl').warnings).toEqual([
      'the webhook secret holds 18 bytes, shorter than the usual 24: is it whole, and a webhook secret?',
    ]);
  });

  test.each([
    ['api-key', '', 'bad_api_key'],
    ['webhook-secret', 'whsec_', 'bad_webhook_secret'],
    ['webhook-secret', `${SECRET} nonsense!`, 'bad_webhook_secret'],
    ['base-url', '', 'bad_base_url'],
    ['base-url', 'a.example:4010', 'bad_base_url'],
    ['base-url', 'ftp://a.example', 'bad_base_url'],
    ['base-url', 'https://user:word@a.example', 'bad_base_url'],
    ['base-url', 'https://a.example/?key=1', 'bad_base_url'],
    ['base-url', 'http://a.example', 'bad_base_url'],
    ['port', '', 'bad_port'],
    ['port', '65536', 'bad_port'],
    ['port', '-1', 'bad_port'],
    ['port', '1e3', 'bad_port'],
    ['port', '5000x', 'bad_port'],
  ])('%s %j is refused', (key, text, code) => {
    expect(errorOf(() => parseSettingValue(key, text))).toMatchObject({ failure: 'usage', code });
  });

  test.each([
    ['api_key', 'did you mean api-key?'],
    ['apiKey', 'did you mean api-key?'],
    ['webhook-secrets', 'did you mean webhook-secret?'],
    ['url', 'the settings are api-key, webhook-secret, base-url, port, state-url'],
    ['toString', 'the settings are api-key, webhook-secret, base-url, port, state-url'],
  ])('of the unknown name %s is refused: %s', (word, hint) => {
    expect(errorOf(() => parseSettingKey(word))).toEqual({
      failure: 'usage',
      code: 'unknown_setting',
      message: `there is no setting "${word}"`,
      hint,
    });
  });

  test('is named without what could move the cursor', () => {
    expect(errorOf(() => parseSettingKey(`a\u001B[31m${'b'.repeat(50)}`))).toMatchObject({
      message: `there is no setting "a[31m${'b'.repeat(35)}..."`,
    });
    expect(errorOf(() => parsePort('9\u0007'))).toMatchObject({
      message: 'a port is a whole number from 0 to 65535, not "9"',
    });
  });
});
