/** Deliveries of real senders, proxies and receivers that do not verify: what is said of each. The svix library signs. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Webhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { differenceOf } from './difference-of.ts';
import type { DiagnosisInput, VerificationResult } from '../../../src/webhooks/diagnosis/model.ts';
import { diagnose } from '../../../src/webhooks/diagnosis/diagnosis.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
const SENT = 1_764_054_000;
const BODY = '{"request_id":"67507ad05e593173d0313e0f","site":"Zürich","count":2}';

interface Options extends Partial<Omit<DiagnosisInput, 'body'>> {
  readonly body: string | Uint8Array;
}

function look({ body, ...rest }: Options): VerificationResult {
  return diagnose({
    headers: signed(BODY),
    referenceTime: SENT * 1000,
    toleranceMs: 300_000,
    secrets: [{ text: SECRET, from: 'the test' }],
    otherSecrets: [],
    apiKeys: [],
    otherMessages: [],
    ...rest,
    body: typeof body === 'string' ? Buffer.from(body) : body,
  });
}

function signed(body: string, secret = SECRET): Record<string, string> {
  return {
    'svix-id': ID,
    'svix-timestamp': String(SENT),
    'svix-signature': new Webhook(secret).sign(ID, new Date(SENT * 1000), body),
  };
}

/** The library turns bytes into a text first; a sender that signs compressed bytes does it by hand. */
async function signedBytes(body: Uint8Array): Promise<Record<string, string>> {
  const key = await crypto.subtle.importKey(
    'raw',
    Buffer.from(SECRET.slice(6), 'base64'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const content = Buffer.concat([Buffer.from(`${ID}.${SENT}.`), body]);
  const signature = Buffer.from(await crypto.subtle.sign('HMAC', key, content)).toString('base64');
  return { 'svix-id': ID, 'svix-timestamp': String(SENT), 'svix-signature': `v1,${signature}` };
}

const CODINGS = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const;

describe('W1: a compressed body', () => {
  test.each(CODINGS)('in %s verifies, signed plain or compressed', async (coding, compress) => {
    const coded = compress(BODY);
    const encoding = { 'content-encoding': coding };
    expect(look({ headers: { ...signed(BODY), ...encoding }, body: coded })).toMatchObject({ verified: true });
    expect(look({ headers: { ...(await signedBytes(coded)), ...encoding }, body: coded })).toMatchObject({
      verified: true,
    });
  });

  test.each([
    ['gzip', gzipSync(BODY)],
    ['zstd', zstdCompressSync(BODY)],
    ['zlib', deflateSync(BODY)],
  ])('of %s without a header that says so is known by how it begins', (_, body) => {
    expect(look({ body })).toMatchObject({ verified: true });
  });

  test('in two codings verifies, whether both are declared or the second is not', () => {
    const body = gzipSync(brotliCompressSync(BODY));
    expect(look({ headers: { ...signed(BODY), 'content-encoding': 'br, gzip' }, body })).toMatchObject({
      verified: true,
    });
    const twice = gzipSync(gzipSync(BODY));
    expect(look({ headers: { ...signed(BODY), 'content-encoding': 'gzip' }, body: twice })).toMatchObject({
      verified: true,
    });
  });

  test('whose content was rewritten before it was compressed is a changed body, with the proof', () => {
    const body = brotliCompressSync(JSON.stringify(JSON.parse(BODY), null, 2));
    expect(look({ headers: { ...signed(BODY), 'content-encoding': 'br' }, body })).toMatchObject({
      cause: 'body_changed',
      evidence: { signed_form: 'compact JSON', content_coding: 'br' },
      explanation: expect.stringContaining(
        'The body arrived as br, and was tried as it arrived and decoded.',
      ) as unknown,
    });
  });

  test.each(CODINGS)('that was signed in %s and came decompressed is a changed body', async (_, compress) => {
    expect(look({ headers: await signedBytes(compress(BODY)), body: BODY })).toMatchObject({
      cause: 'body_changed',
      evidence: { signed_form: expect.stringMatching(/^compressed with /) as unknown },
    });
  });

  test('that breaks off, is of another coding, or of one that is not known here is named as that', () => {
    const named = (coding: string, body: Uint8Array): unknown => {
      const found = look({ headers: { ...signed(BODY), 'content-encoding': coding }, body });
      return found.verified ? 'verified' : [found.cause, found.explanation.split('. ')[0], found.evidence];
    };
    const cut = gzipSync(BODY).subarray(0, 40);
    const evidence = (content_coding: string): unknown => expect.objectContaining({ content_coding }) as unknown;
    expect(named('gzip', cut)).toEqual([
      'body_changed',
      'The body is said to be gzip and breaks off',
      evidence('gzip'),
    ]);
    expect(look({ headers: { ...signed(BODY), 'content-encoding': 'gzip' }, body: cut })).toMatchObject({
      evidence: { body: 'not_decodable' },
    });
    const other = named('br', Buffer.from('\uFFFD\uFFFD\u0001'));
    expect(other).toEqual(['body_changed', 'The body is said to be br and is not', evidence('br')]);
    const unknown = named('compress', gzipSync(BODY));
    const words = 'The body has the content coding compress, which is not known here';
    expect(unknown).toEqual(['unknown', words, evidence('compress')]);
  });

  test('that a proxy decompressed without taking the header away verifies', () => {
    expect(look({ headers: { ...signed(BODY), 'content-encoding': 'gzip' }, body: BODY })).toMatchObject({
      verified: true,
    });
  });

  test('that would be larger than what may be decoded is not decoded', () => {
    const found = look({ body: gzipSync(Buffer.alloc(2_000_000)), maxDecodedBytes: 1_000_000 });
    expect(found).toMatchObject({
      cause: 'unknown',
      explanation: expect.stringMatching(/^The body is larger than 1000000 bytes when it is decoded/) as unknown,
    });
  });
});

describe('W3: a message of which an intact copy is known', () => {
  const copy = { id: ID, timestamp: String(SENT), body: Buffer.from(BODY), from: 'a.http' };

  test.each<[string, string, number, string, string]>([
    ['a digit was altered', BODY.replace('"count":2', '"count":3'), 66, '"2}"', '"3}"'],
    ['a letter was altered', BODY.replace('Zürich', 'Zurich'), 50, '"ürich\\",\\"cou"', '"urich\\",\\"coun"'],
    ['its end is missing', BODY.slice(0, 30), 30, '"3d0313e0f\\",\\""', '""'],
    ['something follows', `${BODY}{}`, 68, '""', '"{}"'],
  ])('%s: the body was changed, and where', (_, body, at, was, is) => {
    expect(look({ body, otherMessages: [copy] })).toMatchObject({
      cause: 'body_changed',
      explanation: expect.stringContaining('The signed body is in a.http.') as unknown,
      evidence: {
        found_in: 'a.http',
        differs_at_byte: at,
        signed_there: was,
        received_there: is,
        first_difference: { offset: at },
      },
    });
  });

  test('also when the copy is of another attempt at it', () => {
    const earlier = { ...copy, timestamp: String(SENT - 5) };
    expect(look({ body: BODY.replace('2}', '3}'), otherMessages: [earlier] })).toMatchObject({
      cause: 'body_changed',
      evidence: { differs_at_byte: 66 },
    });
  });

  test('a body that is known as that of another message is none that was altered', () => {
    const body = '{"request_id":"x"}';
    const other = { id: 'msg_other', timestamp: String(SENT + 5), body: Buffer.from(body), from: 'b.http' };
    expect(look({ body, otherMessages: [copy, other] })).toMatchObject({
      cause: 'other_message',
      evidence: { body_of: 'msg_other' },
    });
  });
});

/** What is said to have happened to each. */
const CHANGES: Readonly<Record<string, string>> = {
  'compact to tabs': 'indented by tabs',
  'tabs to compact': 'compacted',
  'tabs to tabs with CRLF': 'line ends were changed from LF to CRLF',
  'compact to tabs with CRLF and a line end': 'indented by tabs with CRLF, a CRLF was added at the end',
  'NFC to NFD': 'characters were decomposed (Unicode NFD)',
  'NFD to NFC': 'characters were composed (Unicode NFC)',
  'NFC to NFD, indented': 'characters were decomposed (Unicode NFD), indented by 2 spaces',
  'NFC to NFD as escapes': 'non-ASCII characters were escaped, characters were decomposed (Unicode NFD)',
  'into data of CloudEvents': 'wrapped in the member data of an event of CloudEvents',
  'into data_base64': 'encoded in base64, wrapped in the member data_base64 of another document',
  'into detail of EventBridge': 'wrapped in the member detail of an event of EventBridge',
  'into detail, which has a detail itself': 'wrapped in the member detail of an event of EventBridge',
  'into EventBridge in a queue of SQS':
    'wrapped in the member detail of another document, wrapped in the member body of another document, wrapped in a list, wrapped in the member Records of another document',
  'into a message of Pub/Sub':
    'encoded in base64, wrapped in the member data of another document, wrapped in the member message of another document',
  'into a notification of SNS': 'wrapped in the member Message of another document',
  'printed by Node as a Buffer': 'printed as hexadecimal digits',
  'into hexadecimal digits': 'printed as hexadecimal digits',
  "PHP's \\/ beside other characters than ASCII": 'slashes were escaped',
  "PHP's \\/ beside a number with a zero": 'slashes were escaped',
  "PHP's \\/ beside both": 'slashes were escaped',
  'tabs to compact, its keys in another order': 'keys were put in another order, compacted',
  "PHP's \\/, and the zero lost": 'slashes were escaped, the number 139.50 was rewritten as 139.5',
  "PHP's \\/ and escapes, and the zero lost":
    'non-ASCII characters were escaped, slashes were escaped, the number 139.50 was rewritten as 139.5',
  "PHP's \\/ undone": 'slashes were unescaped, the number 139.50 was rewritten as 139.5',
  'one price of two has lost its zeros': 'the number 2.00 was rewritten as 2',
};

describe('W5: a body that was rewritten', () => {
  const tabs = JSON.stringify(JSON.parse(BODY), null, '\t');
  const event = (members: object): string =>
    JSON.stringify({ id: 'e1', source: 'x', time: '2026-01-31T12:00:00Z', ...members });
  const data = JSON.parse(BODY) as object;
  const nested = '{"detail":{"detail":"in words"},"request_id":"x"}';

  test.each<[string, string, string]>([
    ['compact to tabs', BODY, tabs],
    ['tabs to compact', tabs, BODY],
    ['tabs to tabs with CRLF', tabs, tabs.replaceAll('\n', '\r\n')],
    ['compact to tabs with CRLF and a line end', BODY, `${tabs.replaceAll('\n', '\r\n')}\r\n`],
    ['NFC to NFD', BODY, BODY.normalize('NFD')],
    ['NFD to NFC', BODY.normalize('NFD'), BODY],
    ['NFC to NFD, indented', BODY, JSON.stringify(JSON.parse(BODY.normalize('NFD')), null, 2)],
    ['NFC to NFD as escapes', BODY, BODY.replace('ü', 'u\\u0308')],
    ['into data of CloudEvents', BODY, event({ specversion: '1.0', type: 'cluster.optimized', data })],
    ['into data_base64', BODY, event({ specversion: '1.0', data_base64: Buffer.from(BODY).toString('base64') })],
    ['into detail of EventBridge', BODY, event({ 'detail-type': 'cluster.optimized', detail: data })],
    [
      'into detail, which has a detail itself',
      nested,
      event({ 'detail-type': 'x', detail: JSON.parse(nested) as object }),
    ],
    ['into EventBridge in a queue of SQS', BODY, JSON.stringify({ Records: [{ body: event({ detail: data }) }] })],
    ['into a message of Pub/Sub', BODY, JSON.stringify({ message: { data: Buffer.from(BODY).toString('base64') } })],
    ['into a notification of SNS', BODY, JSON.stringify({ Type: 'Notification', Message: BODY })],
    [
      'printed by Node as a Buffer',
      '{"request_id":"x"}',
      '<Buffer 7b 22 72 65 71 75 65 73 74 5f 69 64 22 3a 22 78 22 7d>',
    ],
    ['into hexadecimal digits', BODY, Buffer.from(BODY).toString('hex')],
    ["PHP's \\/ beside other characters than ASCII", '{"u":"a/b","s":"ü"}', '{"u":"a\\/b","s":"ü"}'],
    ["PHP's \\/ beside a number with a zero", '{"u":"a/b","p":139.50}', '{"u":"a\\/b","p":139.50}'],
    ["PHP's \\/ beside both", '{"u":"a/b","s":"ü","p":139.50}', '{"u":"a\\/b","s":"ü","p":139.50}'],
    ['tabs to compact, its keys in another order', '{\n\t"b": 1,\n\t"c": 2,\n\t"a": 3\n}', '{"c":2,"b":1,"a":3}'],
    ["PHP's \\/, and the zero lost", '{"u":"a/b","p":139.50,"n":3}', '{"u":"a\\/b","p":139.5,"n":3}'],
    ["PHP's \\/ and escapes, and the zero lost", '{"u":"ü/b","p":139.50}', '{"u":"\\u00fc\\/b","p":139.5}'],
    ["PHP's \\/ undone", '{"u":"a\\/b","s":"ü","p":139.50}', '{"u":"a/b","s":"ü","p":139.5}'],
    ['one price of two has lost its zeros', '{"p":2.00,"n":3,"q":1.5}', '{"p":2,"n":3,"q":1.5}'],
  ])('%s', (title, sent, received) => {
    const found = look({ headers: signed(sent), body: received });
    expect(found).toMatchObject({
      cause: 'body_changed',
      evidence: {
        change: CHANGES[title],
        signed_bytes: Buffer.byteLength(sent),
        first_difference: differenceOf(sent, received),
      },
    });
  });

  test('says what was around it', () => {
    const found = look({ body: event({ 'detail-type': 'cluster.optimized', detail: data }) });
    expect(found).toMatchObject({
      evidence: { signed_form: 'the member detail alone, without the envelope of EventBridge' },
    });
  });
});

describe('W6: a body that is lost is named as what is left of it', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['empty', '', /^The body is empty\. Something read the request before/],
    ['empty', ' \r\n', /^The body is 3 bytes of white space or zeros\./],
    ['empty', new Uint8Array(41), /^The body is 41 bytes of white space or zeros\./],
    ['object_text', '[object Object]', /^The body is "\[object Object\]"\. An object was turned into a text/],
    ['object_text', '[object ArrayBuffer]', /^The body is "\[object ArrayBuffer\]"/],
    ['object_text', '[B@6d06d69c', /^The body is "\[B@6d06d69c"/],
    ['object_text', 'System.Byte[]', /^The body is "System.Byte\[\]"/],
    ['undefined_text', 'undefined', /^The body is "undefined"\. The framework did not keep/],
    ['undefined_text', 'None', /^The body is "None"/],
  ])('%s: %j', (what, body, sentence) => {
    const found = look({ body });
    expect(found).toMatchObject({
      cause: 'body_changed',
      explanation: expect.stringMatching(sentence) as unknown,
      evidence: { body: what },
      fix: expect.stringContaining('verify the bytes as they arrived') as unknown,
    });
  });

  test.each<[number, string | Uint8Array]>([
    [40, BODY.slice(0, 40)],
    [52, Buffer.from(BODY).subarray(0, 52)],
  ])('JSON that is cut off after %i bytes, with the fix for that', (bytes, body) => {
    expect(look({ body })).toMatchObject({
      cause: 'body_changed',
      summary: `the body is JSON that is cut off after ${bytes} bytes`,
      evidence: { body: 'cut_off' },
      fix: expect.stringMatching(/^read the body to its end/) as unknown,
    });
  });

  test('cut JSON with the length that was declared', () => {
    const headers = { ...signed(BODY), 'content-length': '68' };
    expect(look({ headers, body: BODY.slice(0, 40) })).toMatchObject({
      summary: expect.stringContaining('after 40 bytes of the 68 that content-length declares') as unknown,
    });
  });

  test('U+FFFD, which a sender may have sent, is named and proves nothing', () => {
    expect(look({ body: BODY.replace('ü', '\uFFFD') })).toMatchObject({
      cause: 'unknown',
      summary: 'the body has a replacement character (U+FFFD) at byte 50',
      evidence: { body: 'replacement_characters' },
    });
  });

  test.each<[string | Uint8Array, string, string]>([
    ['{"a":1}x', 'the body is not JSON', 'It starts with "{"a":1}x"'],
    ['hello', 'the body is not JSON', 'It starts with "hello", and OptiPick sends JSON.'],
    ['{"a":tru}', 'the body is not JSON', 'It starts with'],
    [Buffer.from('{"a":"\xe9"}', 'latin1'), 'the body is not UTF-8', 'OptiPick sends JSON in UTF-8.'],
  ])('%j is said not to be JSON first', (body, summary, details) => {
    expect(look({ body })).toMatchObject({
      cause: 'unknown',
      summary,
      details: expect.stringContaining(details) as unknown,
      evidence: { body: 'not_json' },
    });
  });

  test('12 is JSON', () => {
    expect(look({ body: '12' })).toMatchObject({ summary: 'no known cause explains it' });
  });
});

describe('W10: a secret that is stored more than once', () => {
  test('is named with every profile that has it', () => {
    const otherSecrets = [
      { text: OTHER, from: 'profile live' },
      { text: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', from: 'profile old' },
      { text: OTHER.slice('whsec_'.length), from: 'profile staging' },
      { text: OTHER, from: 'profile live' },
    ];
    expect(look({ headers: signed(BODY, OTHER), body: BODY, otherSecrets })).toMatchObject({
      cause: 'other_secret',
      summary: 'the delivery was signed with the secret of profile live and profile staging',
      evidence: { secret: 'whsec_C2…oD', secret_of: 'profile live and profile staging' },
    });
  });
});
