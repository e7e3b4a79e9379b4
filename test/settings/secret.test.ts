import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AutoConfig } from 'svix';
import { createRedaction } from '../../src/settings/redaction.ts';
import { maskSecret, parseApiKey, parseWebhookSecret, parseWebhookSecrets } from '../../src/settings/secret.ts';
import { CliError } from '../../src/errors.ts';
import vectors from '../fixtures/vectors.json' with { type: 'json' };

const BASE64 = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const KEY = new Uint8Array(Buffer.from(BASE64, 'base64'));

/** The error that the work throws. */
function errorOf(work: () => unknown): CliError {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a webhook secret', () => {
  test('is the base64 after whsec_', () => {
    expect(parseWebhookSecret(`whsec_${BASE64}`)).toEqual({ scheme: 'v1', key: KEY, warnings: [] });
  });

  test('may lack whsec_', () => {
    expect(parseWebhookSecret(BASE64)).toEqual({ scheme: 'v1', key: KEY, warnings: [] });
  });

  test.each([' ', '\n', '\r\n', '\t', '\uFEFF'])('may have %j around it', (space) => {
    expect(parseWebhookSecret(`${space}whsec_${BASE64}${space}`)).toEqual({ scheme: 'v1', key: KEY, warnings: [] });
  });

  test('may lack its padding', () => {
    const key = randomBytes(25);
    const parsed = parseWebhookSecret(`whsec_${key.toString('base64').replace(/=+$/, '')}`);
    expect(parsed).toEqual({ scheme: 'v1', key: new Uint8Array(key), warnings: [] });
  });

  test('of every length keeps all its bytes, and an unusual length is only warned about', () => {
    for (let length = 1; length <= 100; length += 1) {
      const bytes = randomBytes(length);
      const usual = length >= 24 && length <= 75;
      const parsed = parseWebhookSecret(`whsec_${bytes.toString('base64')}`);
      expect([parsed.scheme === 'v1' && Buffer.from(parsed.key).equals(bytes), parsed.warnings.length]).toEqual([
        true,
        usual ? 0 : 1,
      ]);
    }
  });

  test('with a public key is asymmetric', () => {
    const publicKey = randomBytes(32);
    expect(parseWebhookSecret(`whpk_${publicKey.toString('base64')}`)).toEqual({
      scheme: 'v1a',
      publicKey: new Uint8Array(publicKey),
      warnings: [],
    });
  });

  test.each([
    ['nothing', '', 'the webhook secret is empty'],
    ['white space', ' \r\n', 'the webhook secret is empty'],
    ['the prefix alone', 'whsec_', 'the webhook secret has nothing after its prefix'],
    ['the public prefix alone', 'whpk_', 'the webhook secret has nothing after its prefix'],
    ['double quotes', `"whsec_${BASE64}"`, 'the webhook secret is wrapped in quotes'],
    ['single quotes', `'whsec_${BASE64}'`, 'the webhook secret is wrapped in quotes'],
    ['half a pair of quotes', `whsec_${BASE64}"`, 'the webhook secret is wrapped in quotes'],
    ['a version', `v1,whsec_${BASE64}`, 'the webhook secret begins with a version ("v1,"), as signatures do'],
    ['a space inside', `whsec_${BASE64.slice(0, 8)} ${BASE64.slice(8)}`, 'the webhook secret has white space in it'],
    [
      'a line end inside',
      `whsec_${BASE64.slice(0, 8)}\n${BASE64.slice(8)}`,
      'the webhook secret has white space in it',
    ],
    ['the prefix twice', `whsec_whsec_${BASE64}`, 'the webhook secret begins with its prefix twice'],
    [
      'a mistyped prefix',
      `hwsec_${BASE64}`,
      'the webhook secret is not base64: it may be an API key, or another value',
    ],
    [
      'an API key',
      'optipick-live_4f9d2c77-7f6e',
      'the webhook secret is not base64: it may be an API key, or another value',
    ],
    [
      'base64url',
      `whsec_${BASE64.slice(0, -2)}-_`,
      'the webhook secret is not base64: it may be an API key, or another value',
    ],
    ['one character too many', `whsec_${BASE64}A`, 'the webhook secret is not whole: its base64 ends in the middle'],
    ['padding that does not fit', `whsec_${BASE64}=`, 'the webhook secret is not whole: its base64 ends in the middle'],
    [
      'padding inside',
      `whsec_${BASE64}==${BASE64}`,
      'the webhook secret is not base64: it may be an API key, or another value',
    ],
    [
      'a public key that is cut',
      `whpk_${Buffer.alloc(31, 7).toString('base64')}`,
      'a public key (whpk_...) is 32 bytes, this one 31: it is not whole',
    ],
    [
      'a signing key',
      `whsk_${Buffer.alloc(64, 7).toString('base64')}`,
      'this is the signing key of the sender (whsk_...), which a receiver must not have',
    ],
    ['an unknown public key', `whpk1_${BASE64}`, 'keys of the form whpk1_... are not supported'],
  ])('with %s is refused, and the message says so', (_, text, message) => {
    const error = errorOf(() => parseWebhookSecret(text));
    expect([error.failure, error.code, error.message]).toEqual(['usage', 'bad_webhook_secret', message]);
  });

  test('is never part of the message that refuses it', () => {
    const secrets = [
      `"${BASE64}"`,
      `v1,whsec_${BASE64}`,
      `whsec_${BASE64}A`,
      `whsk_${BASE64}`,
      `whpk_${BASE64}`,
      `a_${BASE64}`,
    ];
    for (const secret of secrets) {
      const { message, hint, details, cause } = errorOf(() => parseWebhookSecret(secret));
      expect(JSON.stringify({ message, hint, details, cause })).not.toContain(BASE64.slice(0, 4));
    }
  });

  test('of every published case is read as the official libraries read it', () => {
    const read = vectors.official_secret_cases.map(({ secret }) => {
      try {
        const { warnings } = parseWebhookSecret(secret);
        return [secret, warnings.length === 0 ? 'ok' : 'odd length'];
      } catch {
        return [secret, 'refused'];
      }
    });
    expect(read).toEqual([
      ['', 'refused'],
      ['whsec_', 'refused'],
      ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'ok'],
      // Libraries take any length; the server, which makes the secrets, does not.
      ['whsec_C2FVsBQIhrscChlQIM+b5sSYspob', 'odd length'],
      [
        'whsec_V09IYXZUaFJoSnFobnpJQkpPMXdpdGFNWnJsRzAxdXZCeTVndVpwRmxSSXFsc0oyYzBTRWRUekJhYnlaZ0JSRGNPQ3BGZG1xYjFVVmRGQ3UK',
        'odd length',
      ],
      ['whsec_TUdfVE5UMnZlci1TeWxOYXQtX1ZlTW1kLTRtMFdhYmEwanIxdHJvenRCbmlTQ2hFdzBnbHhFbWdFaTJLdzQwSA==', 'ok'],
      ['hwsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'refused'],
      ['whsec_%', 'refused'],
      ['whsec_wronglength', 'odd length'],
    ]);
  });
});

describe('several webhook secrets', () => {
  test('are separated by any white space, whatever is around them', () => {
    const { secrets, texts, warnings } = parseWebhookSecrets(`  whsec_${BASE64}\r\n\twhsec_${BASE64} `);
    expect({ schemes: secrets.map((one) => one.scheme), texts, warnings }).toEqual({
      schemes: ['v1', 'v1'],
      texts: [`whsec_${BASE64}`, `whsec_${BASE64}`],
      warnings: [],
    });
  });

  test('come as a list, too', () => {
    expect(parseWebhookSecrets([`whsec_${BASE64}`, BASE64]).secrets).toHaveLength(2);
  });

  test('of which one has no prefix are taken for one that was broken in two, with a warning', () => {
    const long = randomBytes(48).toString('base64');
    expect(parseWebhookSecrets(`whsec_${long.slice(0, 32)} ${long.slice(32)}`).warnings).toEqual([
      'only some of the webhook secrets begin with whsec_: was one broken in two by a space?',
    ]);
  });

  test('are refused when none is there or one is malformed', () => {
    expect(errorOf(() => parseWebhookSecrets('  ')).message).toBe('the webhook secret is empty');
    expect(errorOf(() => parseWebhookSecrets(`whsec_${BASE64} whsec_`)).message).toBe(
      'the webhook secret has nothing after its prefix',
    );
  });
});

describe('an API key', () => {
  test.each(['abc', 'sk-live_4f9d2c77.7f6e=', 'A'.repeat(4096)])(
    'of any form is taken, without the space around it',
    (key) => {
      expect(parseApiKey(` ${key}\r\n`)).toBe(key);
    },
  );

  test.each([
    ['nothing', ' \n', 'the API key is empty'],
    ['white space inside', 'Bearer abc', 'the API key has white space in it'],
    ['two lines', 'abc\ndef', 'the API key has white space in it'],
    [
      'a control character',
      'abc\u0000def',
      'the API key has characters that no key has (a control character, or not ASCII)',
    ],
    [
      'an escape sequence',
      'abc\u001B[D',
      'the API key has characters that no key has (a control character, or not ASCII)',
    ],
    [
      'dots for a masked key',
      '••••••••',
      'the API key has characters that no key has (a control character, or not ASCII)',
    ],
    ['quotes', '"abc"', 'the API key is wrapped in quotes'],
    ['a webhook secret', `whsec_${BASE64}`, 'this is a webhook secret, not an API key'],
    ['a versioned webhook secret', `v1,whsec_${BASE64}`, 'this is a webhook secret, not an API key'],
  ])('with %s is refused', (_, text, message) => {
    const error = errorOf(() => parseApiKey(text));
    expect([error.failure, error.code, error.message]).toEqual(['usage', 'bad_api_key', message]);
  });
});

describe('a secret that is shown', () => {
  test.each([
    [`whsec_${BASE64}`, 'whsec_Mf…Sw'],
    [BASE64, 'Mf…Sw'],
    [` ${BASE64}\n`, 'Mf…Sw'],
    [`whpk_${BASE64}`, 'whpk_Mf…Sw'],
    ['0123456789abcdef', '01…ef'],
    ['0123456789abcde', '****'],
    ['whsec_short', 'whsec_****'],
    ['', '****'],
    [`a\u001B[31m${BASE64}`, '****'],
    [`two words ${BASE64}`, '****'],
  ])('%j is %j', (secret, shown) => {
    expect(maskSecret(secret)).toBe(shown);
  });
});

describe('W8: what else of Svix is pasted as a webhook secret', () => {
  const esec = `whsec_${BASE64}`;
  /** As the svix library makes and reads them. */
  const token = (version: string, content: object): string =>
    `auto_${version}_${Buffer.from(JSON.stringify(content)).toString('base64')}`;
  const v1 = token('v1', {
    aid: 'app_1',
    eid: 'ep_2',
    surl: 'https://api.example.test',
    esec,
    tok: 'sk_test_xyzxyzxyz',
  });
  const v2 = token('v2', {
    aid: 'app_1',
    sid: 'ac_2',
    surl: 'https://api.example.test',
    esec,
    tok: 'sk_test_xyzxyzxyz',
  });

  test.each([v1, v2, `${v1}\n`])('an AutoConfig token stands for the signing secret in it', (text) => {
    // The library itself accepts it.
    expect(() => new AutoConfig(text.trim(), { url: 'https://example.test' })).not.toThrow();
    const { secrets, texts, warnings } = parseWebhookSecrets(text);
    expect({ secrets, texts, warnings }).toEqual({
      secrets: [expect.objectContaining({ scheme: 'v1', key: new Uint8Array(Buffer.from(BASE64, 'base64')) })],
      texts: [esec],
      warnings: ['the webhook secret is an AutoConfig token of Svix: the signing secret in it is used'],
    });
  });

  test('a token beside a secret is none that was broken in two', () => {
    expect(parseWebhookSecrets(`${v1} ${esec}`)).toMatchObject({ texts: [esec, esec], warnings: [expect.any(String)] });
  });

  test.each([
    ['cut off', v1.slice(0, 40), /^the AutoConfig token \(auto_v\.\.\.\) holds no signing secret/],
    ['without a secret', token('v1', { aid: 'a' }), /^the AutoConfig token \(auto_v\.\.\.\) holds no signing secret/],
    ['with a token in it', token('v1', { esec: v1 }), /^the AutoConfig token \(auto_v\.\.\.\) holds no signing secret/],
    ['a polling key', 'sk_poll_yHiqZ0QyAqCWsR5Bf.us', /^this is the key of a polling endpoint \(sk_poll_\.\.\.\)/],
    ['an API key', 'testsk_yHiqZ0QyAqCWsR5Bf', /^this is an API key of Svix/],
    ['the id of the endpoint', 'ep_1srOrx2ZWZBpBUvZwXKQmoEYga2', /^this is an id of Svix/],
  ])('%s is named, and nothing of it is in the message', (_, text, message) => {
    const error = errorOf(() => parseWebhookSecret(text));
    expect([error.failure, error.code]).toEqual(['usage', 'bad_webhook_secret']);
    expect(error.message).toMatch(message);
    expect(`${error.message} ${String(error.hint)}`).not.toContain(text.slice(10, 20));
  });

  test.each([v1, 'sk_poll_yHiqZ0QyAqCWsR5Bf.us'])('%s is no API key either', (text) => {
    expect(errorOf(() => parseApiKey(text)).message).toBe(
      'this belongs to Svix (auto_v..., sk_poll_...), and is not an API key',
    );
  });

  test('of a token its secret and its API key are struck out of what a server says', () => {
    const redact = createRedaction([v1]);
    expect(redact(`no ${esec}, no sk_test_xyzxyzxyz, no ${v1}`)).toBe('no ***, no ***, no ***');
    expect(maskSecret(v1)).toMatch(/^auto_v1_ey…..$/);
  });
});
