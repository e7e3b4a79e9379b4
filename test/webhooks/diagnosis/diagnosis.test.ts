/** Each cause is made as it happens, with the senders' own libraries, and must be seen and named. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { differenceOf } from './difference-of.ts';
import { createRandom } from '../../../src/lib/seeded-random.ts';
import type { Cause, DiagnosisInput, VerificationResult } from '../../../src/webhooks/diagnosis/model.ts';
import { diagnose } from '../../../src/webhooks/diagnosis/diagnosis.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
const SENT = 1_764_054_000;
const BODY = '{"request_id":"67507ad05e593173d0313e0f","site":"Zürich/Nord","count":2}';

interface Options extends Partial<Omit<DiagnosisInput, 'body' | 'secrets'>> {
  readonly body?: string | Uint8Array;
  readonly secrets?: readonly string[];
}

function look(options: Options): VerificationResult {
  const { body = BODY, secrets = [SECRET], ...rest } = options;
  return diagnose({
    headers: signed(),
    referenceTime: SENT * 1000,
    toleranceMs: 300_000,
    otherSecrets: [],
    apiKeys: [],
    otherMessages: [],
    ...rest,
    body: typeof body === 'string' ? Buffer.from(body) : body,
    secrets: secrets.map((text) => ({ text, from: 'the test' })),
  });
}

function signed(body = BODY, { secret = SECRET, id = ID, sent = SENT } = {}): Record<string, string> {
  return {
    'svix-id': id,
    'svix-timestamp': String(sent),
    'svix-signature': new Webhook(secret).sign(id, new Date(sent * 1000), body),
  };
}

const causeOf = (result: VerificationResult): Cause | 'verified' => (result.verified ? 'verified' : result.cause);

const form = (result: VerificationResult): unknown => (result.verified ? undefined : result.evidence['signed_form']);

describe('a delivery that is as it was sent', () => {
  test('verifies', () => {
    expect(look({})).toEqual({ verified: true, id: ID, timestamp: String(SENT), secretFrom: 'the test' });
  });

  test('verifies when another library signed it', () => {
    const signature = new StandardWebhook(SECRET).sign(ID, new Date(SENT * 1000), BODY);
    const headers = { 'webhook-id': ID, 'webhook-timestamp': String(SENT), 'webhook-signature': signature };
    expect(causeOf(look({ headers }))).toBe('verified');
  });
});

describe('clock', () => {
  test.each([
    ['slow', 301],
    ['fast', -301],
  ])('%s: the seconds are given', (_, seconds) => {
    const result = look({ referenceTime: (SENT + seconds) * 1000 });
    expect(result).toMatchObject({
      cause: 'clock',
      evidence: { skew_seconds: -seconds, tolerance_seconds: 300, timestamp: SENT },
    });
  });

  test('a sender that signs milliseconds', () => {
    const sent = String(SENT * 1000);
    const key = Buffer.from(SECRET.slice(6), 'base64');
    const signature = createHmac('sha256', key).update(`${ID}.${sent}.${BODY}`).digest('base64');
    const headers = { 'svix-id': ID, 'svix-timestamp': sent, 'svix-signature': `v1,${signature}` };
    const result = look({ headers });
    expect(causeOf(result)).toBe('clock');
    expect(result).toMatchObject({
      explanation:
        'The timestamp is in milliseconds. The signature would match, but receivers read svix-timestamp as seconds.',
      evidence: { skew_seconds: 0 },
    });
  });
});

describe('other_secret', () => {
  test('is that of another profile', () => {
    const otherSecrets = [{ text: OTHER, from: 'profile staging' }];
    expect(look({ headers: signed(BODY, { secret: OTHER }), otherSecrets })).toMatchObject({
      cause: 'other_secret',
      evidence: { secret: 'whsec_C2…oD', secret_of: 'profile staging', in_use: ['whsec_Mf…Sw'] },
    });
  });
});

describe('secret_malformed', () => {
  test.each([
    ['double quotes', `"${SECRET}"`],
    ['single quotes', `'${SECRET}'`],
    ['a version before it', `v1,${SECRET}`],
    ['a doubled prefix', `whsec_${SECRET}`],
    ['the name of its variable', `OPTIPICK_WEBHOOK_SECRET=${SECRET}`],
    ['a prefix in capitals', SECRET.replace('whsec_', 'WHSEC_')],
    ['the name of its variable and quotes', `SECRET="${SECRET}"`],
    ['base64 once more', Buffer.from(SECRET).toString('base64')],
    ['a semicolon behind it', `${SECRET};`],
    ['a semicolon behind its quotes', `"${SECRET}";`],
    ['a line end as two letters', `${SECRET}\\n`],
    ['an invisible character', `${SECRET}\u200b`],
  ])('%s', (_, secret) => {
    const result = look({ secrets: [secret] });
    expect(causeOf(result)).toBe('secret_malformed');
    expect(JSON.stringify(result)).not.toContain(SECRET.slice(10));
  });

  test('a carriage return inside, or a space that broke it in two', () => {
    expect(causeOf(look({ secrets: [`whsec_\r${SECRET.slice(6)}`] }))).toBe('secret_malformed');
    expect(causeOf(look({ secrets: [SECRET.slice(0, 14), SECRET.slice(14)] }))).toBe('secret_malformed');
  });

  test('the API key in its place', () => {
    const result = look({ secrets: ['live_key_of_tests_1234'], apiKeys: ['live_key_of_tests_1234'] });
    expect(result).toMatchObject({ cause: 'secret_malformed', evidence: { fault: 'it is the API key' } });
  });

  test('although the profile that it replaces has stored the right one, or several have', () => {
    const otherSecrets = [{ text: SECRET, from: 'profile default', replaced: true }];
    expect(causeOf(look({ secrets: [`"${SECRET}"`], otherSecrets }))).toBe('secret_malformed');
    expect(causeOf(look({ secrets: ['live_key_1234'], apiKeys: ['live_key_1234'], otherSecrets }))).toBe(
      'secret_malformed',
    );
  });

  test('something that no secret can be', () => {
    expect(causeOf(look({ secrets: ['not a secret!'] }))).toBe('secret_malformed');
  });

  test('a sender that signs with the letters of the secret', () => {
    const signature = createHmac('sha256', SECRET).update(`${ID}.${SENT}.${BODY}`).digest('base64');
    const headers = { ...signed(), 'svix-signature': `v1,${signature}` };
    expect(causeOf(look({ headers }))).toBe('secret_malformed');
  });

  test('white space around it and a missing prefix are none', () => {
    expect(causeOf(look({ secrets: [`${SECRET}\r\n`] }))).toBe('verified');
    expect(causeOf(look({ secrets: [SECRET.slice(6)] }))).toBe('verified');
  });
});

const OTHER_SIGNATURE = createHmac('sha256', 'other').update('x').digest('base64');
const value = JSON.parse(BODY) as Record<string, unknown>;
const compact = JSON.stringify(value);
/** As `json.dumps` writes it. */
const python = compact.replaceAll('":', '": ').replaceAll(',"', ', "');
const ascii = (text: string): string =>
  text.replaceAll(/[^\u0000-\u007e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
const sorted = JSON.stringify({ count: 2, request_id: value['request_id'], site: value['site'] });

/** What is said to have happened to each. */
const CHANGES: Readonly<Record<string, string>> = {
  'compact to indented by 2': 'indented by 2 spaces',
  'compact to indented by 4': 'indented by 4 spaces',
  'indented by 2 to compact': 'compacted',
  'indented by 4 to compact': 'compacted',
  'indented by tabs to compact': 'compacted',
  'compact to Python': 'non-ASCII characters were escaped, written with a space after each ":" and ","',
  'Python to compact': 'non-ASCII characters were unescaped, compacted',
  'Python without escapes to compact': 'compacted',
  'compact to sorted keys': 'keys were sorted',
  'compact to sorted keys of Python':
    'keys were sorted, non-ASCII characters were escaped, written with a space after each ":" and ","',
  'a line end added': 'a newline was added at the end',
  'a line end lost': 'a newline was removed from the end',
  'a CRLF added': 'a CRLF was added at the end',
  'LF to CRLF': 'line ends were changed from LF to CRLF',
  'CRLF to LF': 'line ends were changed from CRLF to LF',
  'a byte order mark added': 'a byte order mark was added at the start',
  'escapes decoded': 'non-ASCII characters were unescaped',
  'escapes made': 'non-ASCII characters were escaped',
  PHP: 'non-ASCII characters were unescaped, slashes were unescaped',
  'UTF-8 decoded as Latin-1': 'read as Latin-1 instead of UTF-8',
  'written in Latin-1': 'converted to Latin-1',
  'encoded in base64': 'encoded in base64',
  'written as a JSON text': 'serialized again as a JSON string',
  'encoded as a form': 'URL-encoded',
  'keys of seven in some order': 'keys were put in another order',
  'inner keys in another order': 'keys were put in another order, written with a space after each ":" and ","',
  'keys as jsonb has them': 'keys were put in another order, compacted',
  'numbers as keys, which JavaScript sorts': 'keys were put in another order',
  'an integer beyond 2^53': 'indented by 2 spaces',
  'a decimal that lost its point': 'the number 12.0 was rewritten as 12',
  'all decimals lost their points': '2 numbers were rewritten, such as 12.0 as 12',
  'a name that came twice': 'compacted',
  Jackson: 'indented by 2 spaces as Jackson does',
  '.NET': 'non-ASCII characters were escaped, the characters " < > were escaped',
  '.NET undone': 'non-ASCII characters were unescaped, the characters " < > were unescaped',
  'spaces inside of brackets': 'compacted',
  'printed by Python': 'written with a space after each ":" and ",", printed as a Python object',
  'printed by Python, with its words': 'written with a space after each ":" and ",", printed as a Python object',
  'bytes printed by Python': "printed as Python bytes (b'...')",
  'a Buffer of Node': 'printed as a list of byte values',
  'a Uint8Array of Node': 'printed as a list of byte values',
  'an event of a gateway': 'wrapped in the member body of another document',
  'an event of a gateway, in base64': 'encoded in base64, wrapped in the member body of another document',
  'in UTF-16': 'converted to UTF-16',
  'decoded as Latin-1 twice': 'read as Latin-1 instead of UTF-8, twice',
  'base64 twice': 'encoded in base64 twice',
  'entities of HTML': 'HTML-escaped',
  'zero bytes behind it': '2 zero bytes were added at the end',
  'decoded as Latin-1 and indented': 'indented by 2 spaces, read as Latin-1 instead of UTF-8',
};

describe('body_changed', () => {
  test.each<[string, string, string | Uint8Array]>([
    ['compact to indented by 2', compact, JSON.stringify(value, null, 2)],
    ['compact to indented by 4', compact, JSON.stringify(value, null, 4)],
    ['indented by 2 to compact', JSON.stringify(value, null, 2), compact],
    ['indented by 4 to compact', JSON.stringify(value, null, 4), compact],
    ['indented by tabs to compact', JSON.stringify(value, null, '\t'), compact],
    ['compact to Python', compact, ascii(python)],
    ['Python to compact', ascii(python), compact],
    ['Python without escapes to compact', python, compact],
    ['compact to sorted keys', compact, sorted],
    ['compact to sorted keys of Python', compact, ascii(sorted.replaceAll('":', '": ').replaceAll(',"', ', "'))],
    ['a line end added', compact, `${compact}\n`],
    ['a line end lost', `${compact}\n`, compact],
    ['a CRLF added', compact, `${compact}\r\n`],
    ['LF to CRLF', JSON.stringify(value, null, 2), JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')],
    ['CRLF to LF', JSON.stringify(value, null, 2).replaceAll('\n', '\r\n'), JSON.stringify(value, null, 2)],
    ['a byte order mark added', compact, `\uFEFF${compact}`],
    ['escapes decoded', ascii(compact), compact],
    ['escapes made', compact, ascii(compact)],
    ['PHP', ascii(compact).replaceAll('/', '\\/'), compact],
    ['UTF-8 decoded as Latin-1', compact, Buffer.from(compact).toString('latin1')],
    ['written in Latin-1', compact, Buffer.from(compact, 'latin1')],
    ['encoded in base64', compact, Buffer.from(compact).toString('base64')],
    ['written as a JSON text', compact, JSON.stringify(compact)],
    ['encoded as a form', compact, encodeURIComponent(compact)],
    [
      'keys of seven in some order',
      '{"g":1,"a":2,"f":3,"b":4,"e":5,"c":6,"d":7}',
      '{"a":2,"d":7,"b":4,"g":1,"e":5,"f":3,"c":6}',
    ],
    ['inner keys in another order', '{"t":"x","d":{"b":1,"a":2,"c":3}}', '{"d": {"c": 3, "b": 1, "a": 2}, "t": "x"}'],
    [
      'keys as jsonb has them',
      '{"a": 3, "cc": 5, "dd": 6, "ee": 7, "id": 1, "zz": 4, "site": 2, "request_id": "x"}',
      '{"request_id":"x","id":1,"site":2,"a":3,"zz":4,"cc":5,"dd":6,"ee":7}',
    ],
    ['numbers as keys, which JavaScript sorts', '{"b":1,"10":2,"2":3}', JSON.stringify({ b: 1, 10: 2, 2: 3 })],
    ['an integer beyond 2^53', '{"id":9007199254740993}', '{\n  "id": 9007199254740993\n}'],
    ['a decimal that lost its point', '{"price":12.0,"count":3}', '{"price":12,"count":3}'],
    ['all decimals lost their points', '{"price":12.0,"weight":3.0}', '{"price":12,"weight":3}'],
    ['a name that came twice', '{"a": 1, "a": 2}', '{"a":1,"a":2}'],
    [
      'Jackson',
      compact,
      `{\n  "request_id" : "67507ad05e593173d0313e0f",\n  "site" : "Zürich/Nord",\n  "count" : 2\n}`,
    ],
    ['.NET', '{"name":"a\\"b<c>é"}', '{"name":"a\\u0022b\\u003Cc\\u003E\\u00E9"}'],
    ['.NET undone', '{"name":"a\\u0022b\\u003Cc\\u003E\\u00E9"}', '{"name":"a\\"b<c>é"}'],
    ['spaces inside of brackets', '{ "a": 1, "b": [ 2 ] }', '{"a":1,"b":[2]}'],
    ['printed by Python', compact, "{'request_id': '67507ad05e593173d0313e0f', 'site': 'Zürich/Nord', 'count': 2}"],
    ['printed by Python, with its words', '{"a":true,"b":null,"c":"it\'s"}', `{'a': True, 'b': None, 'c': "it's"}`],
    [
      'bytes printed by Python',
      compact,
      `b'${Buffer.from(compact)
        .toString('latin1')
        .replaceAll(/[^\u0000-\u007e]/g, (one) => `\\x${one.charCodeAt(0).toString(16)}`)}'`,
    ],
    ['a Buffer of Node', compact, JSON.stringify(Buffer.from(compact))],
    ['a Uint8Array of Node', compact, JSON.stringify(Uint8Array.from(Buffer.from(compact)))],
    ['an event of a gateway', compact, JSON.stringify({ version: '2.0', body: compact, isBase64Encoded: false })],
    ['an event of a gateway, in base64', compact, JSON.stringify({ body: Buffer.from(compact).toString('base64') })],
    ['in UTF-16', compact, Buffer.from(compact, 'utf16le')],
    ['decoded as Latin-1 twice', compact, Buffer.from(Buffer.from(compact).toString('latin1')).toString('latin1')],
    ['base64 twice', compact, Buffer.from(Buffer.from(compact).toString('base64')).toString('base64')],
    ['entities of HTML', compact, compact.replaceAll('"', '&quot;')],
    ['zero bytes behind it', compact, `${compact}\0\0`],
    [
      'decoded as Latin-1 and indented',
      compact,
      JSON.stringify(JSON.parse(Buffer.from(compact).toString('latin1')), null, 2),
    ],
  ])('%s', (title, sent, received) => {
    const result = look({ headers: signed(sent), body: received });
    expect(causeOf(result)).toBe('body_changed');
    expect(result).toMatchObject({
      evidence: {
        change: CHANGES[title],
        signed_bytes: Buffer.byteLength(sent),
        received_bytes: Buffer.byteLength(received),
        first_difference: differenceOf(sent, received),
      },
    });
  });

  test('says how it was signed', () => {
    expect(form(look({ body: JSON.stringify(value, null, 2) }))).toBe('compact JSON');
    expect(form(look({ headers: signed(python), body: compact }))).toBe('JSON with a space after each ":" and ","');
    expect(form(look({ body: `${BODY}\n` }))).toBe('without white space around it');
    expect(form(look({ body: `\uFEFF${BODY}` }))).toBe('without a byte order mark');
    const characters = 'compact JSON, other characters than ASCII themselves and not as \\u escapes';
    const escapes = 'compact JSON, other characters than ASCII as \\u escapes';
    for (const text of ['{"site":"Zürich"}', `{"site":"Zone 'A' é"}`, '{"a":"é","b":2.0}']) {
      const received = ascii(text.replaceAll('":', '": '));
      expect(form(look({ headers: signed(text), body: received }))).toBe(characters);
      expect(form(look({ headers: signed(ascii(text)), body: text.replaceAll('":', '": ') }))).toBe(escapes);
    }
  });

  test('large and deep ones come to an end', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const wide = JSON.stringify(Array.from({ length: 40_000 }, (_, at) => ({ at, b: 'ü', c: 1 })));
    for (const body of [deep, wide]) expect(causeOf(look({ body, headers: signed() }))).toBe('unknown');
    expect(form(look({ body: JSON.stringify(JSON.parse(wide), null, 2), headers: signed(wide) }))).toBe('compact JSON');
  });

  test('says that it is late, too, by the time that was signed', () => {
    const headers = { ...signed(), 'svix-timestamp': `${SENT}000` };
    const late = (seconds: number): unknown => look({ headers, referenceTime: (SENT + seconds) * 1000 });
    expect(late(0)).toMatchObject({ explanation: expect.not.stringContaining('Besides') as unknown });
    expect(late(4000)).toMatchObject({ explanation: expect.stringContaining(' 1 h 7 min away') as unknown });
    const renamed = {
      'x-svix-id': ID,
      'x-svix-timestamp': String(SENT),
      'x-svix-signature': String(signed()['svix-signature']),
    };
    expect(look({ headers: renamed, referenceTime: (SENT + 999) * 1000 })).toMatchObject({
      cause: 'header_changed',
      explanation: expect.stringContaining(' 16 min 39 s away') as unknown,
    });
  });

  test('says that it is late, too', () => {
    const result = look({ body: `${BODY}\n`, referenceTime: (SENT + 4000) * 1000 });
    expect(result).toMatchObject({
      cause: 'body_changed',
      explanation: expect.stringContaining('the timestamp is 1 h 7 min away') as unknown,
    });
  });
});

describe('header_missing', () => {
  test.each(['svix-id', 'svix-timestamp', 'svix-signature'])('%s', (name) => {
    const { [name]: _, ...headers } = signed();
    expect(look({ headers })).toMatchObject({ cause: 'header_missing', evidence: { missing: [name] } });
  });

  test('all of them', () => {
    expect(causeOf(look({ headers: {} }))).toBe('header_missing');
  });
});

describe('header_changed', () => {
  const good = signed();
  const signature = String(good['svix-signature']);
  test.each<[string, DiagnosisInput['headers']]>([
    ['renamed by a gateway', { 'x-svix-id': ID, 'x-svix-timestamp': String(SENT), 'x-svix-signature': signature }],
    ['renamed by CGI', { http_svix_id: ID, http_svix_timestamp: String(SENT), http_svix_signature: signature }],
    ['one renamed', { 'svix-id': ID, svix_timestamp: String(SENT), 'svix-signature': signature }],
    ['an id merged with itself', { ...good, 'svix-id': `${ID}, ${ID}` }],
    ['an id that came twice', { ...good, 'svix-id': [ID, 'msg_other'] }],
    ['a timestamp merged', { ...good, 'svix-timestamp': `${SENT}, ${SENT}` }],
    ['a timestamp in milliseconds', { ...good, 'svix-timestamp': `${SENT}000` }],
    ['a timestamp as a date', { ...good, 'svix-timestamp': new Date(SENT * 1000).toISOString() }],
    ['a signature cut off', { ...good, 'svix-signature': signature.slice(0, 32) }],
    ['a signature without its padding', { ...good, 'svix-signature': signature.replace(/=+$/, '') }],
    ['a signature without its version', { ...good, 'svix-signature': signature.slice(3) }],
    ['a signature percent-encoded', { ...good, 'svix-signature': encodeURIComponent(signature) }],
    ['a signature in quotes', { ...good, 'svix-signature': `"${signature}"` }],
    ['a signature in small letters', { ...good, 'svix-signature': signature.toLowerCase() }],
    ['signatures between tabs', { ...good, 'svix-signature': `v1,${OTHER_SIGNATURE}\t${signature}` }],
    ['signatures between semicolons', { ...good, 'svix-signature': `${signature};v1,${OTHER_SIGNATURE}` }],
    ['a signature in a list', { ...good, 'svix-signature': JSON.stringify([signature]) }],
    ['a timestamp that is none', { ...good, 'svix-timestamp': 'abc' }],
    ['id and timestamp swapped', { ...good, 'svix-id': String(SENT), 'svix-timestamp': ID }],
    ['a signature that is none', { ...good, 'svix-signature': 'undefined' }],
    ['a signature cut off at its beginning', { ...good, 'svix-signature': `v1,${signature.slice(10)}` }],
    ['a signature with two slips', { ...good, 'svix-signature': `${signature.slice(0, 20)}--${signature.slice(22)}` }],
    ['a signature of another version', { ...good, 'svix-signature': signature.replace('v1,', 'v2,') }],
    [
      'a signature in hexadecimal digits',
      { ...good, 'svix-signature': `v1,${Buffer.from(signature.slice(3), 'base64').toString('hex')}` },
    ],
    [
      'a signature in base64 once more',
      { ...good, 'svix-signature': `v1,${Buffer.from(signature.slice(3)).toString('base64')}` },
    ],
    ['an id without its beginning', { ...good, 'svix-id': ID.replace('msg_', '') }],
    ['a timestamp with a fraction', { ...good, 'svix-timestamp': `${SENT}.0` }],
    ['a timestamp that is a second late', { ...good, 'svix-timestamp': String(SENT + 1) }],
    ['a timestamp that was written anew', { ...good, 'svix-timestamp': String(SENT - 200) }],
    [
      'another set beside it',
      { ...signed('other'), 'webhook-id': ID, 'webhook-timestamp': String(SENT), 'webhook-signature': signature },
    ],
  ])('%s', (_, headers) => {
    expect(causeOf(look({ headers }))).toBe('header_changed');
  });
});

describe('other_message', () => {
  const other = {
    id: 'msg_other',
    timestamp: String(SENT + 5),
    body: Buffer.from('{"request_id":"x"}'),
    from: 'b.http',
  };

  test('the signature is that of another message that is known', () => {
    const headers = {
      ...signed(),
      'svix-signature': String(signed('{"request_id":"x"}', { id: 'msg_other', sent: SENT + 5 })['svix-signature']),
    };
    expect(look({ headers, otherMessages: [other] })).toMatchObject({
      cause: 'other_message',
      evidence: { signed_id: 'msg_other', received_id: ID, found_in: 'b.http' },
    });
  });

  test('the body is that of another message', () => {
    const own = { id: ID, timestamp: String(SENT), body: Buffer.from(BODY), from: 'a.http' };
    expect(look({ body: '{"request_id":"x"}', otherMessages: [own, other] })).toMatchObject({
      cause: 'other_message',
      explanation: `The body belongs to another message. The headers are those of ${ID} (a.http), and the body is that of msg_other (b.http).`,
      evidence: { body_of: 'msg_other' },
    });
    // A copy of the same message, written anew, is none.
    expect(causeOf(look({ body: `${BODY}\n`, otherMessages: [own] }))).toBe('body_changed');
  });

  test('all headers are those of another message', () => {
    const headers = { ...signed(), 'svix-id': 'msg_other' };
    const own = { id: ID, timestamp: String(SENT), body: Buffer.from('{}'), from: 'a.http' };
    expect(look({ headers, otherMessages: [own] })).toMatchObject({
      cause: 'other_message',
      evidence: { signed_id: ID },
    });
  });

  test('the signature is that of an earlier attempt at the same message', () => {
    const first = { id: ID, timestamp: String(SENT - 5), body: Buffer.from(BODY), from: 'a.http' };
    const headers = { ...signed(), 'svix-signature': String(signed(BODY, { sent: SENT - 5 })['svix-signature']) };
    expect(look({ headers, otherMessages: [first] })).toMatchObject({
      cause: 'other_message',
      evidence: { found_in: 'a.http' },
    });
    expect(look({ headers })).toMatchObject({
      cause: 'header_changed',
      evidence: { signed_timestamp: SENT - 5, received_timestamp: SENT },
    });
  });

  test('an id that was cut and that the payload names is a header that was changed', () => {
    const body = `{"id":"${ID}"}`;
    const headers = { ...signed(body), 'svix-id': ID.replace('msg_', '') };
    expect(causeOf(look({ body, headers }))).toBe('header_changed');
  });

  test('the payload names the id that was signed', () => {
    const body = `{"id":"${ID}"}`;
    expect(causeOf(look({ body, headers: { ...signed(body), 'svix-id': 'evt_9' } }))).toBe('other_message');
  });
});

describe('asymmetric_only', () => {
  test('a delivery with nothing but v1a', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const signature = sign(null, Buffer.from(`${ID}.${SENT}.${BODY}`), privateKey).toString('base64');
    const headers = { ...signed(), 'svix-signature': `v1a,${signature}` };
    expect(look({ headers })).toMatchObject({ cause: 'asymmetric_only', evidence: { schemes: ['v1a'] } });
    // Where the public key is known, it is that one that was to be used.
    const { x = '' } = publicKey.export({ format: 'jwk' });
    const text = `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
    const otherSecrets = [{ text, from: 'profile live' }];
    expect(look({ headers, otherSecrets })).toMatchObject({
      cause: 'other_secret',
      evidence: { secret_of: 'profile live' },
    });
  });
});

describe('unknown', () => {
  test('when none fits, with what was tried', () => {
    const result = look({ headers: signed(BODY, { secret: OTHER }) });
    expect(causeOf(result)).toBe('unknown');
    expect(result).toMatchObject({ evidence: { in_use: ['whsec_Mf…Sw'] } });
    expect(JSON.stringify(result)).toContain('secrets of other profiles');
  });

  test('when a digit of the body was altered', () => {
    expect(causeOf(look({ body: BODY.replace('"count":2', '"count":3') }))).toBe('unknown');
  });

  test('when two fit equally', () => {
    const otherSecrets = [{ text: SECRET, from: 'profile live' }];
    const result = look({ secrets: [`"${SECRET}"`], otherSecrets });
    expect(result).toMatchObject({ cause: 'unknown', evidence: { fits: ['secret_malformed', 'other_secret'] } });
  });

  test('when two things are wrong at once', () => {
    const otherSecrets = [{ text: OTHER, from: 'profile live' }];
    const headers = signed(compact, { secret: OTHER });
    const result = look({ headers, body: JSON.stringify(value, null, 2), otherSecrets });
    expect(result).toMatchObject({
      cause: 'unknown',
      explanation: expect.stringContaining(
        'The secret is another one or malformed, and the body was re-serialized.',
      ) as unknown,
    });
  });
});

describe('random deliveries with one thing wrong', () => {
  const random = createRandom(6);
  const word = (): string => Array.from({ length: 1 + random.below(8) }, () => 'aé/ü"<&z€'[random.below(9)]).join('');
  const document = (): Record<string, unknown> =>
    Object.fromEntries(
      Array.from({ length: 1 + random.below(5) }, (_, at) => [
        `k${at}${word()}`,
        random.below(2) === 0 ? word() : random.below(1e6),
      ]),
    );
  const WRONG: readonly [Cause, (delivery: { body: string; headers: Record<string, string> }) => Options][] = [
    ['body_changed', ({ body, headers }) => ({ headers, body: JSON.stringify(JSON.parse(body), null, 2) })],
    ['body_changed', ({ body, headers }) => ({ headers, body: `${body}\r\n` })],
    ['body_changed', ({ body, headers }) => ({ headers, body: ascii(body) === body ? `${body}\n` : ascii(body) })],
    ['secret_malformed', ({ body, headers }) => ({ headers, body, secrets: [`'${SECRET}'`] })],
    [
      'other_secret',
      ({ body, headers }) => ({ headers, body, secrets: [OTHER], otherSecrets: [{ text: SECRET, from: 'p' }] }),
    ],
    [
      'header_changed',
      ({ body, headers }) => ({
        headers: { ...headers, 'svix-signature': String(headers['svix-signature']).slice(3) },
        body,
      }),
    ],
    ['clock', ({ body, headers }) => ({ headers, body, referenceTime: (SENT + 1000) * 1000 })],
    ['unknown', ({ body, headers }) => ({ headers, body: `${body}x` })],
  ];

  const fallback: (typeof WRONG)[number] = ['verified' as Cause, (delivery) => delivery];

  test.each(Array.from({ length: 80 }, (_, at) => at))('number %i', (at) => {
    const body = JSON.stringify(document());
    const [cause, make] = WRONG[at % WRONG.length] ?? fallback;
    expect(causeOf(look(make({ body, headers: signed(body) })))).toBe(cause);
  });
});
