import { describe, expect, test } from 'vitest';
import type { Http } from '../../../src/lib/net/http.ts';
import { SECRET } from '../../support/listener.ts';
import { errorOf, run } from '../../support/run.ts';

const TO = ['--to', 'http://127.0.0.1:3000/hooks'];
const http: Http = async () => ({ status: 204, headers: {}, body: null });
const options = { env: { OPTIPICK_WEBHOOK_SECRET: SECRET }, http, files: { body: '{}', secret: SECRET } };

describe('flags that contradict each other are 2, and nothing is sent', () => {
  const CONTRADICTIONS: readonly (readonly [args: string, message: string])[] = [
    ['e --stale --future', '--stale excludes --future'],
    ['e --bad-signature --no-signature', '--bad-signature excludes --no-signature'],
    ['e --bad-signature --altered-body', '--bad-signature excludes --altered-body'],
    ['e --bad-signature --two-signatures', '--bad-signature excludes --two-signatures'],
    ['e --altered-body --no-signature', '--altered-body excludes --no-signature'],
    ['e --no-signature --two-signatures', '--no-signature excludes --two-signatures'],
    ['e --data {} --request-id r1', '--data excludes --request-id'],
    ['e --data @- --secret-file -', '--secret-file and --data cannot both be read from stdin'],
    ['e --concurrency 2', '--concurrency belongs to --repeat'],
    ['e --junit r.xml', '--junit belongs to --suite'],
    ['e --verbose', '--verbose belongs to --suite'],
    ['e --format md', '--format md belongs to --suite'],
    ['e --re-sign', '--re-sign belongs to --replay'],
    ['e --skip stale', '--skip belongs to --suite'],
    ['e --only stale', '--only belongs to --suite'],
    ['--suite --skip stale --only valid', '--skip excludes --only'],
    ['--suite --expect 204', '--suite excludes --expect'],
    ['e --replay kept', '--replay excludes an event: the records tell it'],
    ['--replay kept --stale', '--replay excludes --stale'],
    ['--replay kept --data {}', '--replay excludes --data'],
    ['--replay kept --repeat 2', '--replay excludes --repeat'],
    ['--replay kept --request-id r1', '--replay excludes --request-id'],
    [
      '--replay kept --secret-file secret',
      '--secret-file belongs to --re-sign: a replay sends the signature that was recorded',
    ],
    ['--suite --replay kept', '--suite excludes --replay'],
    ['--suite --format md --json', '--json excludes --format md'],
    ['--suite --data {}', '--suite excludes --data'],
    ['--suite --stale', '--suite excludes --stale'],
    ['--suite --no-signature', '--suite excludes --no-signature'],
    ['--suite --repeat 2', '--suite excludes --repeat'],
    ['--suite --duplicate', '--suite excludes --duplicate'],
  ];
  for (const [args, message] of CONTRADICTIONS) {
    test(args, async () => {
      const { code, stdout, stderr, host } = await run(['trigger', ...args.split(' '), ...TO, '--json'], options);
      expect({ code, stdout, requests: host.requests }).toEqual({ code: 2, stdout: '', requests: [] });
      expect(errorOf(stderr)).toMatchObject({ code: 'conflicting_options', message });
    });
  }
});

describe('what is missing or malformed is 2', () => {
  const FAULTS: readonly (readonly [args: readonly string[], code: string])[] = [
    [['trigger', ...TO], 'missing_argument'],
    [['trigger', 'e'], 'missing_mandatory_option_value'],
    [['trigger', ' e', ...TO], 'bad_event'],
    [['trigger', 'e\u001b[2J', ...TO], 'bad_event'],
    [['trigger', 'route.optimised', ...TO], 'bad_event'],
    [['trigger', 'e', '--to', 'a.example:3000'], 'bad_target_url'],
    [['trigger', 'e', '--to', 'ftp://127.0.0.1/'], 'bad_target_url'],
    [['trigger', 'e', '--to', 'http://a%b:c@127.0.0.1/'], 'bad_target_url'],
    [['trigger', 'e', '--to', 'http://127.0.0.1.example.org/'], 'remote_target'],
    [['trigger', 'e', '--to', 'http://10.0.0.1/'], 'remote_target'],
    [['trigger', 'e', '--repeat', '0', ...TO], 'bad_count'],
    [['trigger', 'e', '--repeat', '2', '--concurrency', 'x', ...TO], 'bad_count'],
    [['trigger', 'e', '--timeout', 'soon', ...TO], 'invalid_duration'],
    [['trigger', 'e', '--data', '', ...TO], 'bad_data'],
    [['trigger', 'e', '--format', 'xml', ...TO], 'invalid_argument'],
    [['trigger', 'e', '--expect', 'ok', ...TO], 'bad_status'],
    [['trigger', 'e', '--expect', '999', ...TO], 'bad_status'],
    [['trigger', '--suite', '--only', ',', ...TO], 'nothing_to_check'],
  ];
  for (const [args, code] of FAULTS) {
    test(args.slice(1).join(' '), async () => {
      const ended = await run([...args, '--json'], options);
      expect({ code: ended.code, requests: ended.host.requests }).toEqual({ code: 2, requests: [] });
      expect(errorOf(ended.stderr)).toMatchObject({ code });
    });
  }
});

test('the secret of the profile signs', async () => {
  const profiles = { default: { 'webhook-secret': SECRET } };
  const { code, host } = await run(['trigger', 'e', ...TO], { http, profiles });
  expect(code).toBe(0);
  expect(host.requests[0]?.headers['svix-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
});

test('--yes lets webhooks leave this machine', async () => {
  const to = 'http://user:hush@hooks.example/x#part';
  const { code, stdout, stderr, host } = await run(['trigger', 'e', '--yes', '--json', '--to', to], options);
  expect(code).toBe(0);
  expect(host.requests.map(({ url }) => url)).toEqual(['http://hooks.example/x']);
  expect(stdout + stderr).not.toContain('hush');
});

test('names of this machine need no --yes', async () => {
  for (const to of ['http://localhost:3000/', 'http://[::1]:3000/', 'https://hooks.localhost/', 'http://127.8.8.8/']) {
    expect((await run(['trigger', 'e', '--to', to], options)).code).toBe(0);
  }
});

test('--quiet says nothing on stderr', async () => {
  const { code, stderr } = await run(['trigger', 'e', '--repeat', '3', '-q', ...TO], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

describe('a check that does not exist', () => {
  test.each([
    ['--skip', 'webhook-header', 'there is no check "webhook-header", did you mean "webhook-headers"?'],
    ['--only', 'valid,dupliacte', 'there is no check "dupliacte", did you mean "duplicate"?'],
    ['--only', 'nonsense', 'there is no check "nonsense"'],
  ])('%s %s is 2, with the nearest and all names', async (flag, names, message) => {
    const { code, stderr, host } = await run(['trigger', '--suite', flag, names, ...TO, '--json'], options);
    expect({ code, requests: host.requests }).toEqual({ code: 2, requests: [] });
    expect(errorOf(stderr)).toMatchObject({ code: 'unknown_check', message, hint: expect.stringContaining('in-time') });
  });
});
