import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { Webhook as StandardWebhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';

import { parseWebhookSecret } from '../../src/settings/secret.ts';
import { CliError } from '../../src/errors.ts';
import { createMatcher, createVerifier, signDelivery } from '../../src/webhooks/signature.ts';
import type { SignatureCheck } from '../../src/webhooks/signature.ts';

interface OfficialVector {
  readonly name: string;
  readonly secret?: string;
  readonly public_key?: string;
  readonly secret_key?: string;
  readonly id: string;
  readonly timestamp: number;
  readonly payload?: string;
  readonly payload_repeat?: { readonly char: string; readonly count: number };
  readonly signature: string;
}

interface Vectors {
  readonly tolerance_seconds: number;
  readonly official: readonly OfficialVector[];
  readonly official_negative: readonly { readonly name: string; readonly signature: string }[];
  readonly official_multi_signature: readonly {
    readonly name: string;
    readonly template: string;
    readonly expect: string;
  }[];
  readonly official_timestamp_cases: readonly {
    readonly header?: string;
    readonly offset_seconds?: number;
    readonly expect: string;
  }[];
  readonly official_secret_cases: readonly { readonly secret: string; readonly expect: string }[];
  readonly parsing_example: { readonly header: string };
  readonly spec_example_unverifiable: { readonly id: string; readonly timestamp: number; readonly header: string };
}

const vectors = JSON.parse(readFileSync(new URL('../fixtures/vectors.json', import.meta.url), 'utf8')) as Vectors;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const TIMESTAMP = 1_614_265_330;
const BODY = bytes('{"test": 2432232314}');
const VALID = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

/** The official example delivery, altered as given, against the given secrets. */
function check(
  delivery: { id?: string; timestamp?: string; signature?: string; body?: Uint8Array; nowMs?: number } = {},
  secrets: readonly string[] = [SECRET],
  toleranceMs?: number,
): SignatureCheck {
  return createVerifier(secrets.map(parseWebhookSecret), { toleranceMs }).verify({
    id: ID,
    timestamp: String(TIMESTAMP),
    signature: VALID,
    body: BODY,
    nowMs: TIMESTAMP * 1000,
    ...delivery,
  });
}

const reasonOf = (result: SignatureCheck): string => (result.ok ? 'ok' : result.reason);

function payloadOf(vector: OfficialVector): Uint8Array {
  const { payload, payload_repeat: repeat } = vector;
  return bytes(payload ?? repeat?.char.repeat(repeat.count) ?? '');
}

describe('the published vectors', () => {
  test('include at least three symmetric ones', () => {
    expect(vectors.official.filter(({ secret }) => secret !== undefined).length).toBeGreaterThanOrEqual(3);
  });

  test.each(vectors.official)('are accepted: $name', (vector) => {
    const result = check(
      {
        id: vector.id,
        timestamp: String(vector.timestamp),
        signature: vector.signature,
        body: payloadOf(vector),
        nowMs: vector.timestamp * 1000,
      },
      [vector.secret ?? vector.public_key ?? ''],
    );
    expect(result).toEqual({ ok: true, secretIndex: 0, scheme: vector.secret === undefined ? 'v1a' : 'v1' });
  });

  test.each(vectors.official.filter((vector) => vector.secret !== undefined))('are made: $name', (vector) => {
    const made = signDelivery(parseWebhookSecret(vector.secret ?? ''), {
      id: vector.id,
      timestamp: vector.timestamp,
      body: payloadOf(vector),
    });
    expect(made).toBe(vector.signature);
  });

  test.each(vectors.official_negative)('are refused: $name', ({ signature }) => {
    const expected = signature.startsWith('v2,') ? 'unsupported_scheme' : 'no_match';
    expect(reasonOf(check({ signature }))).toBe(expected);
  });

  test.each(vectors.official_multi_signature)('with several signatures: $name', ({ template, expect: expected }) => {
    const result = check({ signature: template.replace('{VALID}', VALID) });
    expect(reasonOf(result)).toBe(expected === 'match' ? 'ok' : 'no_match');
  });

  test.each(vectors.official_timestamp_cases)('with a timestamp of $header$offset_seconds', (vector) => {
    if (vector.header !== undefined) {
      expect(reasonOf(check({ timestamp: vector.header }))).toBe('malformed_timestamp');
    } else if (vector.offset_seconds !== undefined) {
      // The sender's clock is off by that much, the signature is right.
      const nowMs = (TIMESTAMP - vector.offset_seconds) * 1000;
      expect(reasonOf(check({ nowMs }))).toBe(vector.offset_seconds < 0 ? 'too_old' : 'too_new');
    } else {
      expect(vector.expect).toContain('no match');
      expect(reasonOf(check({ timestamp: String(TIMESTAMP + 1) }))).toBe('no_match');
    }
  });

  test('as parsing examples: the signature is found among other versions', () => {
    expect(reasonOf(check({ signature: vectors.parsing_example.header }))).toBe('ok');
  });

  test('as the example of the specification: nothing known has signed it', () => {
    const { id, timestamp, header } = vectors.spec_example_unverifiable;
    const delivery = { id, timestamp: String(timestamp), signature: header, nowMs: timestamp * 1000 };
    expect(reasonOf(check(delivery))).toBe('no_match');
  });

  test.each(vectors.official_secret_cases.filter((vector) => vector.expect.startsWith('error')))(
    'an unusable secret is refused: "$secret"',
    ({ secret }) => {
      expect(() => check({}, [secret])).toThrow(CliError);
    },
  );

  test('a secret without its prefix is the same secret', () => {
    expect(reasonOf(check({}, [SECRET.replace('whsec_', '')]))).toBe('ok');
  });
});

describe('secrets', () => {
  test('the one that matches is named by its place', () => {
    expect(check({}, [OTHER_SECRET, SECRET])).toEqual({ ok: true, secretIndex: 1, scheme: 'v1' });
  });

  test('symmetric and asymmetric ones work side by side', () => {
    const v1a = vectors.official.find((vector) => vector.public_key !== undefined);
    const secrets = [OTHER_SECRET, v1a?.public_key ?? ''];
    expect(check({ signature: `v1,AAAA ${v1a?.signature}` }, secrets)).toEqual({
      ok: true,
      secretIndex: 1,
      scheme: 'v1a',
    });
    expect(reasonOf(check({ signature: `${VALID} ${v1a?.signature}`, body: bytes('{}') }, secrets))).toBe('no_match');
  });

  test('a header with asymmetric signatures only says so to a symmetric secret, and the other way round', () => {
    const v1a = vectors.official.find((vector) => vector.public_key !== undefined);
    expect(check({ signature: v1a?.signature ?? '' })).toEqual({
      ok: false,
      reason: 'unsupported_scheme',
      detail: 'only signed with an asymmetric key (v1a), which a whpk_... secret checks',
    });
    expect(check({}, [v1a?.public_key ?? ''])).toEqual({
      ok: false,
      reason: 'unsupported_scheme',
      detail: 'only signed with a symmetric key (v1), which a whsec_... secret checks',
    });
  });

  test('a fresh asymmetric key pair verifies over bytes that are no text', () => {
    const vector = vectors.official.find(({ secret_key: key }) => key !== undefined);
    const seed = Buffer.from(vector?.secret_key?.slice('whsk_'.length) ?? '', 'base64').subarray(0, 32);
    // PKCS #8 wrapping of an Ed25519 seed (RFC 8410).
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const body = randomBytes(300);
    const content = Buffer.concat([Buffer.from(`${ID}.${TIMESTAMP}.`), body]);
    const signature = `v1a,${sign(null, content, key).toString('base64')}`;
    expect(reasonOf(check({ signature, body }, [vector?.public_key ?? '']))).toBe('ok');
    expect(reasonOf(check({ signature, body: randomBytes(300) }, [vector?.public_key ?? '']))).toBe('no_match');
  });

  test('none at all is a missing login, and an empty key is refused', () => {
    expect(() => createVerifier([])).toThrow(expect.objectContaining({ failure: 'auth', code: 'no_webhook_secret' }));
    expect(() => createVerifier([{ scheme: 'v1', key: new Uint8Array(0) }])).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'bad_webhook_secret' }),
    );
  });

  test('a public key cannot sign', () => {
    const publicKey = parseWebhookSecret(vectors.official.find((vector) => vector.public_key)?.public_key ?? '');
    expect(() => signDelivery(publicKey, { id: ID, timestamp: TIMESTAMP, body: BODY })).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'cannot_sign' }) as Error,
    );
  });
});

describe('asymmetric signatures', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const secret = `whpk_${Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')}`;
  const text = sign(null, Buffer.concat([Buffer.from(`${ID}.${TIMESTAMP}.`), BODY]), privateKey).toString('base64');
  const other = `v1a,${Buffer.alloc(64).toString('base64')}`;
  /** The letter after the last one: a decoder that ignores the unused bits reads the same bytes. */
  const lastLetter = text.charAt(85);
  const twin = `${text.slice(0, 85)}${String.fromCharCode(lastLetter.charCodeAt(0) + 1)}==`;

  test.each([
    ['as they are made', `v1a,${text}`, 'ok'],
    ['behind others', `${other} ${other} v1a,${text}`, 'ok'],
    ['before others', `v1a,${text} ${other}`, 'ok'],
    ['of another key', other, 'no_match'],
    ['under the version of symmetric ones', `v1,${text}`, 'unsupported_scheme'],
    ['under an unknown version', `v2,${text}`, 'unsupported_scheme'],
    ['with something before them', `v1a,AAAA${text}`, 'unsupported_scheme'],
    ['with something behind them', `v1a,${text}AAAA`, 'unsupported_scheme'],
    ['without padding', `v1a,${text.replace('==', '')}`, 'unsupported_scheme'],
    ['in a second spelling of the same bytes', `v1a,${twin}`, 'unsupported_scheme'],
    ['as the 16th of a header', `${`${other} `.repeat(15)}v1a,${text}`, 'ok'],
    ['as the 17th of a header, which is not checked', `${`${other} `.repeat(16)}v1a,${text}`, 'no_match'],
  ])('%s', (_how, signature, expected) => {
    expect(Buffer.from(twin, 'base64')).toEqual(Buffer.from(text, 'base64'));
    expect(reasonOf(check({ signature }, [secret]))).toBe(expected);
  });
});

describe('a matcher, which finds out why a delivery does not verify', () => {
  const headers = { id: ID, timestamp: String(TIMESTAMP), signature: VALID };
  const v1a = vectors.official.find((vector) => vector.public_key !== undefined)?.public_key ?? '';
  const matcherOf = (...secrets: string[]) => createMatcher(secrets.map(parseWebhookSecret));

  test('names the secret that matches, however old the delivery is', () => {
    expect(matcherOf(OTHER_SECRET, SECRET).match(headers, BODY)).toBe(1);
    expect(matcherOf(OTHER_SECRET).match(headers, BODY)).toBeUndefined();
    expect(matcherOf().match(headers, BODY)).toBeUndefined();
  });

  test('computes what each symmetric secret would have signed', () => {
    const [, own] = VALID.split(',');
    expect(matcherOf(v1a, SECRET).expected(headers, BODY)).toEqual([own]);
    const [other] = matcherOf(OTHER_SECRET).expected(headers, BODY);
    expect(matcherOf(SECRET, OTHER_SECRET).expected(headers, BODY)).toEqual([own, other]);
    expect(matcherOf(v1a).expected(headers, BODY)).toEqual([]);
  });
});

describe('the traps of other implementations', () => {
  test.each([
    ['letters after the number', `${TIMESTAMP}abc`],
    ['a leading space', ` ${TIMESTAMP}`],
    ['a plus sign', `+${TIMESTAMP}`],
    ['an exponent', '1e10'],
    ['a fraction', `${TIMESTAMP}.0`],
    ['milliseconds', String(TIMESTAMP * 1000)],
    ['digits of another script', '١٦١٤٢٦٥٣٣٠'],
    ['a line break at the end', `${TIMESTAMP}\n`],
  ])('a timestamp with %s is malformed, though its signature would match', (_name, timestamp) => {
    expect(reasonOf(check({ timestamp }))).toBe('malformed_timestamp');
  });

  test.each(['id', 'timestamp', 'signature'] as const)('an empty %s header is missing', (name) => {
    expect(check({ [name]: '' })).toEqual({
      ok: false,
      reason: 'missing_header',
      detail: `missing header svix-${name}`,
    });
  });

  test.each(['id', 'timestamp', 'signature'] as const)('a %s header that is absent is missing', (name) => {
    const delivery = { id: ID, timestamp: String(TIMESTAMP), signature: VALID, body: BODY, nowMs: TIMESTAMP * 1000 };
    const verifier = createVerifier([parseWebhookSecret(SECRET)]);
    expect(verifier.verify({ ...delivery, [name]: undefined })).toMatchObject({ reason: 'missing_header' });
  });

  test('no signature of a known version is reported as that', () => {
    expect(check({ signature: 'v2,AAAA' })).toMatchObject({
      detail: 'the signature header holds no signature of a known scheme (v1, v1a)',
    });
  });

  test.each(['msg.1', 'msg 1', 'msg_é', 'msg\u0001', `m${'s'.repeat(256)}g`])('the id %j is malformed', (id) => {
    expect(reasonOf(check({ id }))).toBe('malformed_header');
  });

  test('where id ends and timestamp begins cannot be shifted', () => {
    const body = bytes('1700000000.{}');
    const signature = signDelivery(parseWebhookSecret(SECRET), { id: 'msg', timestamp: TIMESTAMP, body });
    const shifted = { id: `msg.${TIMESTAMP}`, timestamp: '1700000000', body: bytes('{}'), nowMs: 1_700_000_000_000 };
    expect(reasonOf(check({ id: 'msg', signature, body }))).toBe('ok');
    expect(reasonOf(check({ ...shifted, signature }))).toBe('malformed_header');
  });

  test('a body that is not UTF-8 is signed and judged byte for byte', () => {
    const body = new Uint8Array([0x7b, 0xff, 0xfe, 0x00, 0x7d]);
    const signature = signDelivery(parseWebhookSecret(SECRET), { id: ID, timestamp: TIMESTAMP, body });
    expect(reasonOf(check({ signature, body }))).toBe('ok');
    // What a reader of text makes of the same bytes.
    const damaged = bytes(new TextDecoder().decode(body));
    expect(reasonOf(check({ signature, body: damaged }))).toBe('no_match');
  });

  test.each([
    ['empty', ''],
    ['not JSON', 'ok'],
    ['behind a byte order mark', '\uFEFF{"request_id":"1"}'],
  ])('a body that is %s verifies all the same', (_name, text) => {
    const signature = signDelivery(parseWebhookSecret(SECRET), {
      id: ID,
      timestamp: TIMESTAMP,
      body: bytes(text),
    });
    expect(reasonOf(check({ signature, body: bytes(text) }))).toBe('ok');
  });

  test.each([
    ['two spaces between entries', `v1,AAAA  ${VALID}`, 'ok'],
    ['a header joined with a comma by a server', `v1,AAAA, ${VALID}`, 'ok'],
    ['something after a second comma', `${VALID},x`, 'ok'],
    ['a tab between entries', `v1,AAAA\t${VALID}`, 'no_match'],
    ['no padding', VALID.replace('=', ''), 'no_match'],
    ['base64url', VALID.replaceAll('+', '-').replaceAll('/', '_'), 'no_match'],
    ['another case of the version', VALID.replace('v1', 'V1'), 'unsupported_scheme'],
    ['no version', VALID.slice(3), 'unsupported_scheme'],
    ['a version alone', 'v1', 'no_match'],
  ])('a signature header with %s', (_name, signature, expected) => {
    expect(reasonOf(check({ signature }))).toBe(expected);
  });
});

describe('the tolerance', () => {
  test('of 300 s is inclusive both ways', () => {
    expect(reasonOf(check({ nowMs: (TIMESTAMP + 300) * 1000 + 999 }))).toBe('ok');
    expect(reasonOf(check({ nowMs: (TIMESTAMP - 300) * 1000 }))).toBe('ok');
    expect(check({ nowMs: (TIMESTAMP + 301) * 1000 })).toEqual({
      ok: false,
      reason: 'too_old',
      detail: 'sent 5 min 1 s ago: an old delivery, or a clock is off',
      skewSeconds: -301,
    });
    expect(check({ nowMs: (TIMESTAMP - 301) * 1000 })).toEqual({
      ok: false,
      reason: 'too_new',
      detail: 'sent 5 min 1 s in the future: a clock is off',
      skewSeconds: 301,
    });
  });

  test('is what was asked for, without an upper bound', () => {
    expect(reasonOf(check({ nowMs: (TIMESTAMP + 11) * 1000 }, [SECRET], 10_000))).toBe('too_old');
    expect(reasonOf(check({ nowMs: 4e12 }, [SECRET], Number.POSITIVE_INFINITY))).toBe('ok');
    expect(reasonOf(check({ nowMs: (TIMESTAMP + 1) * 1000 }, [SECRET], 0))).toBe('too_old');
  });
});

describe('agreement with others on random deliveries', () => {
  const cases = Array.from({ length: 25 }, (_, index) => ({
    key: randomBytes(18 + (index % 50)),
    id: `msg_${randomBytes(12).toString('hex')}`,
    timestamp: TIMESTAMP + index,
    text: randomBytes(index * 40).toString('latin1'),
    binary: randomBytes(1 + index * 40),
  }));

  test('the standardwebhooks package accepts what is signed here, and the other way round', () => {
    for (const { key, id, text } of cases) {
      const timestamp = Math.floor(Date.now() / 1000);
      const secret = `whsec_${key.toString('base64')}`;
      const standard = new StandardWebhook(secret);
      const signature = signDelivery(parseWebhookSecret(secret), { id, timestamp, body: bytes(text) });
      expect(signature).toBe(standard.sign(id, new Date(timestamp * 1000), text));
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
      expect(() => standard.verify(text, headers, { jsonParse: false })).not.toThrow();
      const delivery = { id, timestamp: String(timestamp), signature, body: bytes(text), nowMs: timestamp * 1000 };
      expect(reasonOf(check(delivery, [secret]))).toBe('ok');
    }
  });

  const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

  test.skipIf(!hasOpenssl)('openssl computes the same over binary bodies (skipped without openssl)', () => {
    for (const { key, id, timestamp, binary } of cases.slice(0, 8)) {
      const input = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), binary]);
      const digest = execFileSync(
        'openssl',
        ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${key.toString('hex')}`, '-binary'],
        { input },
      );
      const signature = `v1,${digest.toString('base64')}`;
      const secret = parseWebhookSecret(key.toString('base64'));
      expect(signDelivery(secret, { id, timestamp, body: binary })).toBe(signature);
      const verifier = createVerifier([secret]);
      const nowMs = timestamp * 1000;
      expect(verifier.verify({ id, timestamp: String(timestamp), signature, body: binary, nowMs }).ok).toBe(true);
      const altered = Uint8Array.from(binary);
      altered[0] = (altered[0] ?? 0) ^ 1;
      expect(verifier.verify({ id, timestamp: String(timestamp), signature, body: altered, nowMs }).ok).toBe(false);
    }
  });
});
