/**
 * Forged deliveries against the built `listen`, as raw requests. What is genuine is said by the vendor's library and by
 * node:crypto, not by the product: whatever they did not sign is rejected, and so is what the library lets through
 * although the specification does not.
 */
import { createHash, createHmac, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { Webhook } from 'svix';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  sendAttacks,
  startAttackedListener,
  type Attack,
  type AttackedListener,
} from '../support/attacked-listener.ts';
import { OTHER_SECRET, payloadOf, SECRET } from '../support/listener.ts';
import { framed, talk, type HeaderLine } from '../support/wire.ts';

/** A delivery as its header texts and bytes. */
interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
}

const KEY = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
const PAIR = generateKeyPairSync('ed25519');
const PUBLIC_BYTES = Buffer.from(PAIR.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
const NOW = Math.floor(Date.now() / 1000);
const TYPE: HeaderLine = ['Content-Type', 'application/json'];
const BODY = Buffer.from(payloadOf('67507ad05e593173d0313e0f'));

/** `v1,` with the HMAC of the bytes `{id}.{timestamp}.{body}`, whatever the texts are. */
function hmacOf(id: string, timestamp: string, body: Uint8Array, key: Uint8Array = KEY): string {
  return `v1,${createHmac('sha256', key)
    .update(contentOf(id, timestamp, body))
    .digest('base64')}`;
}

function ed25519Of(id: string, timestamp: string, body: Uint8Array, key: KeyObject = PAIR.privateKey): Buffer {
  return sign(null, contentOf(id, timestamp, body), key);
}

function contentOf(id: string, timestamp: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`, 'latin1'), body]);
}

/** Its signature holds each letter in which base64 and base64url differ. */
function createGenuine(): Signed {
  for (let number = 0; ; number += 1) {
    const id = `msg_genuine${number}`;
    const signature = new Webhook(SECRET).sign(id, new Date(NOW * 1000), BODY.toString());
    if (signature.includes('+') && signature.includes('/'))
      return { id, timestamp: String(NOW), signature, body: BODY };
  }
}

const GENUINE = createGenuine();
const ASYMMETRIC: Signed = {
  ...GENUINE,
  id: 'msg_asymmetric',
  signature: `v1a,${ed25519Of('msg_asymmetric', GENUINE.timestamp, BODY).toString('base64')}`,
};

function headersOf({ id, timestamp, signature }: Signed, prefix = 'svix'): readonly HeaderLine[] {
  return [
    [`${prefix}-id`, id],
    [`${prefix}-timestamp`, timestamp],
    [`${prefix}-signature`, signature],
  ];
}

function attack(name: string, changes: Partial<Signed>, original = GENUINE): Attack {
  const signed = { ...original, ...changes };
  return { name, bytes: framed({ headers: [TYPE, ...headersOf(signed)], body: signed.body }) };
}

function withHeaders(name: string, headers: readonly HeaderLine[]): Attack {
  return { name, bytes: framed({ headers: [TYPE, ...headers], body: GENUINE.body }) };
}

/** What the vendor's library says of it. */
function libraryAccepts({ id, timestamp, signature, body }: Signed): boolean {
  try {
    new Webhook(SECRET).verify(body, { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature });
    return true;
  } catch {
    return false;
  }
}

/** The bytes with one bit flipped, for each bit. */
function* flipped(bytes: Buffer): Generator<readonly [place: string, bytes: Buffer]> {
  for (const [at, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      const copy = Buffer.from(bytes);
      copy[at] = byte ^ (1 << bit);
      yield [`bit ${bit} of byte ${at}`, copy];
    }
  }
}

let attacked: AttackedListener;
const genuine: string[] = [];
/** Forged ones in the inbox that a test has reported already: the tests after it ignore them. */
const reported = new Set<string>();

beforeAll(async () => {
  const secrets = `${SECRET} whpk_${PUBLIC_BYTES.toString('base64')}`;
  attacked = await startAttackedListener([], { OPTIPICK_WEBHOOK_SECRET: secrets });
});
afterAll(async () => {
  await attacked?.[Symbol.asyncDispose]();
});

async function expectAccepted(id: string, bytes: Uint8Array): Promise<void> {
  const answers = await talk(attacked.port, bytes);
  expect([id, answers.map(({ status }) => status)]).toEqual([id, [204]]);
  genuine.push(id);
}

/** Each is answered 4xx, nothing of it is in the inbox, and the next genuine delivery is accepted. */
async function expectRejected(attacks: readonly Attack[]): Promise<void> {
  const outcomes = await sendAttacks(attacked.port, attacks);
  const wrong = outcomes.filter(
    ([, answers]) => answers.length !== 1 || answers.some(({ status }) => !isRejection(status)),
  );
  expect(wrong.map(([name, answers]) => [name, answers.map(({ status }) => status)])).toEqual([]);
  expect(outcomes).toHaveLength(attacks.length);
  const id = `msg_after_${genuine.length}`;
  expect(await attacked.deliver(id)).toBe(204);
  genuine.push(id);
  const forged = (await attacked.accepted()).filter((one) => !genuine.includes(one) && !reported.has(one));
  for (const one of forged) reported.add(one);
  expect(forged).toEqual([]);
}

function isRejection(status: number): boolean {
  return status >= 400 && status <= 499;
}

test('what the library signs is accepted, however HTTP writes its headers', async () => {
  expect(libraryAccepts(GENUINE)).toBe(true);
  const forms: readonly (readonly [string, (signed: Signed) => readonly HeaderLine[]])[] = [
    ['plain', headersOf],
    ['standard', (signed) => headersOf(signed, 'webhook')],
    ['upper', (signed) => headersOf(signed).map(([name, value]) => [name.toUpperCase(), value])],
    ['padded', (signed) => headersOf(signed).map(([name, value]) => [name, ` \t ${value}\t `])],
    [
      'mixed',
      ({ id, timestamp, signature }) => [
        ['webhook-id', id],
        ['svix-timestamp', timestamp],
        ['webhook-signature', signature],
      ],
    ],
    ['rotated', (signed) => headersOf({ ...signed, signature: `v1,AAAA v2,AAAA ${signed.signature}` })],
    ['repeated', (signed) => [...headersOf(signed), ['svix-signature', `v1,${'A'.repeat(43)}=`]]],
    [
      'last',
      (signed) => headersOf({ ...signed, signature: `${`v1,${'A'.repeat(43)}= `.repeat(200)}${signed.signature}` }),
    ],
    ['beside', (signed) => [...headersOf({ ...signed, id: 'msg_other' }, 'webhook'), ...headersOf(signed)]],
  ];
  for (const [form, headers] of forms) {
    const id = `msg_${form}`;
    const signature = new Webhook(SECRET).sign(id, new Date(NOW * 1000), BODY.toString());
    const signed = { ...GENUINE, id, signature };
    await expectAccepted(id, framed({ headers: [TYPE, ...headers(signed)], body: BODY }));
  }
  await expectAccepted(ASYMMETRIC.id, attack('', {}, ASYMMETRIC).bytes);
});

describe('a flipped bit', () => {
  test.each(['id', 'timestamp', 'signature'] as const)('of the %s', async (part) => {
    const forgeries = [...flipped(Buffer.from(GENUINE[part]))].map(
      ([place, bytes]) => [place, { [part]: bytes.toString('latin1') }] as const,
    );
    expect(forgeries.filter(([, changes]) => libraryAccepts({ ...GENUINE, ...changes }))).toEqual([]);
    await expectRejected(forgeries.map(([place, changes]) => attack(place, changes)));
  });

  test('of the body', async () => {
    const forgeries = [...flipped(BODY)];
    expect(forgeries.filter(([, body]) => libraryAccepts({ ...GENUINE, body }))).toEqual([]);
    await expectRejected(forgeries.map(([place, body]) => attack(place, { body })));
  });

  // A thousand deliveries, each verified with a public key.
  test('of an Ed25519 signature, and of what it signs', { timeout: 180_000 }, async () => {
    const raw = Buffer.from(ASYMMETRIC.signature.slice('v1a,'.length), 'base64');
    const forgeries = [...flipped(raw)].map(([place, bytes]) =>
      attack(place, { signature: `v1a,${bytes.toString('base64')}` }, ASYMMETRIC),
    );
    const others = [...flipped(BODY)].map(([place, body]) => attack(`body, ${place}`, { body }, ASYMMETRIC));
    await expectRejected([...forgeries, ...others]);
  });

  test('a body that is truncated, extended or reformatted', async () => {
    const bodies = [
      ...Array.from(BODY, (_, length) => BODY.subarray(0, length)),
      Buffer.concat([BODY, Buffer.from('\n')]),
      Buffer.concat([BODY, BODY]),
      Buffer.concat([Buffer.from('\uFEFF'), BODY]),
      Buffer.from(JSON.stringify(JSON.parse(BODY.toString()), null, 2)),
    ];
    await expectRejected(bodies.map((body) => attack(`${body.length} bytes`, { body })));
  });
});

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Other texts that a lenient decoder reads as the same bytes: the unused bits of the last letter are not zero. */
function nonCanonical(text: string): readonly string[] {
  const letters = text.replace(/=+$/, '');
  const rest = BASE64.indexOf(letters.at(-1) ?? '');
  const same = Array.from(BASE64).map((letter) => `${letters.slice(0, -1)}${letter}${text.slice(letters.length)}`);
  const bytes = Buffer.from(text, 'base64');
  expect(rest).toBeGreaterThanOrEqual(0);
  return same.filter((other) => other !== text && Buffer.from(other, 'base64').equals(bytes));
}

describe('the right bytes in another form', () => {
  const good = GENUINE.signature.slice('v1,'.length);
  const bytes = Buffer.from(good, 'base64');

  test('of base64', async () => {
    const forms = [
      bytes.toString('base64url'),
      `${bytes.toString('base64url')}=`,
      good.replace('=', ''),
      `${good}=`,
      `${good}==`,
      good.replace('=', '%3D'),
      bytes.toString('hex'),
      bytes.toString('latin1').replaceAll(/[\0-\x1f\x7f]/g, '?'),
      Buffer.from(good).toString('base64'),
      good.toLowerCase(),
      good.toUpperCase(),
      `${good.slice(0, 20)}\t${good.slice(20)}`,
      ` ${good}`,
      `"${good}"`,
      `'${good}'`,
      `${good}A`,
      `${good}\u00A0`,
      `${good};`,
      `A${good}`,
      Array.from(good).reverse().join(''),
      ...nonCanonical(good),
      ...Array.from(good, (_, length) => good.slice(0, length)),
    ];
    const signatures = forms.map((form) => `v1,${form}`);
    expect(nonCanonical(good)).toHaveLength(3);
    expect(signatures.filter((signature) => libraryAccepts({ ...GENUINE, signature }))).toEqual([]);
    await expectRejected(signatures.map((signature) => attack(signature, { signature })));
  });

  test('of an Ed25519 signature', async () => {
    const [, text = ''] = ASYMMETRIC.signature.split(',');
    const signature = Buffer.from(text, 'base64');
    const forms = [
      signature.toString('base64url'),
      text.replaceAll('=', ''),
      text.replace('==', '='),
      `${text}=`,
      signature.toString('hex'),
      Buffer.concat([signature, Buffer.alloc(1)]).toString('base64'),
      signature.subarray(0, 63).toString('base64'),
      Buffer.concat([signature.subarray(32), signature.subarray(0, 32)]).toString('base64'),
      ...nonCanonical(text),
    ];
    expect(nonCanonical(text)).toHaveLength(15);
    await expectRejected(forms.map((form) => attack(form, { signature: `v1a,${form}` }, ASYMMETRIC)));
  });

  test('behind another version, or another separator', async () => {
    const junk = `v1,${'A'.repeat(43)}=`;
    const forms = [
      ...[
        '',
        'v',
        'V1,',
        'v1',
        'v1:',
        'v1=',
        'v1;',
        'v2,',
        'v1a,',
        'v10,',
        'v01,',
        'v1.0,',
        '1,',
        ',',
        'v1,,',
        'v1,v1,',
        'sha256=',
      ].map((version) => `${version}${good}`),
      ...[
        '\t',
        ',',
        ';',
        '|',
        '&',
        '\u00A0',
        '\u0085',
        '\\n',
        '%20',
        '+',
        '\n',
        '\r',
        '\r\n',
        '\u000B',
        '\u000C',
        '\0',
      ].map((separator) => `${junk}${separator}v1,${good}`),
      `v1 ,${good}`,
      `v1, ${good}`,
      ' ',
      ','.repeat(50),
      'v1, '.repeat(50),
      'v1,'.repeat(50),
      `${junk} `.repeat(300),
      // More headers than the HTTP parser takes: 431.
      `${junk} `.repeat(1000),
      Array.from({ length: 250 }, (_, number) => `v1a,${Buffer.alloc(64, number).toString('base64')}`)
        .join(' ')
        .slice(0, 15_000),
    ];
    await expectRejected(forms.map((signature) => attack(JSON.stringify(signature.slice(0, 80)), { signature })));
  });
});

describe('a key that is not the secret', () => {
  test('of HMAC', async () => {
    const { id, timestamp } = GENUINE;
    const content = contentOf(id, timestamp, BODY);
    const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('base64');
    const keys: Readonly<Record<string, Uint8Array>> = {
      empty: Buffer.alloc(0),
      zeros: Buffer.alloc(24),
      'text of the secret': Buffer.from(SECRET),
      'base64 of the secret': Buffer.from(SECRET.slice('whsec_'.length)),
      'another secret': Buffer.from(OTHER_SECRET.slice('whsec_'.length), 'base64'),
      'truncated secret': KEY.subarray(0, -1),
      'extended secret': Buffer.concat([KEY, Buffer.of(1)]),
      // Known to everybody, as a public key may be: it must not be taken for a symmetric one.
      'bytes of the public key': PUBLIC_BYTES,
      'text of the public key': Buffer.from(`whpk_${PUBLIC_BYTES.toString('base64')}`),
      'public key as SPKI': PAIR.publicKey.export({ format: 'der', type: 'spki' }),
    };
    const forgeries = Object.entries(keys).map(([name, key]) =>
      attack(name, { signature: hmacOf(id, timestamp, BODY, key) }),
    );
    const others: Readonly<Record<string, string>> = {
      'no key at all': digest(content),
      'a key before the message': digest(Buffer.concat([KEY, content])),
      'a key after the message': digest(Buffer.concat([content, KEY])),
      sha1: createHmac('sha1', KEY).update(content).digest('base64'),
      sha512: createHmac('sha512', KEY).update(content).digest('base64'),
      'the body alone': createHmac('sha256', KEY).update(BODY).digest('base64'),
      'everything but the body': createHmac('sha256', KEY).update(`${id}.${timestamp}.`).digest('base64'),
      'no dots': createHmac('sha256', KEY).update(`${id}${timestamp}${BODY.toString()}`).digest('base64'),
      'another order': createHmac('sha256', KEY).update(`${timestamp}.${id}.${BODY.toString()}`).digest('base64'),
    };
    await expectRejected([
      ...forgeries,
      ...Object.entries(others).map(([name, text]) => attack(name, { signature: `v1,${text}` })),
    ]);
  });

  test('of Ed25519: another key, a signature with S + L, points of small order', async () => {
    const { id, timestamp } = ASYMMETRIC;
    const signature = Buffer.from(ASYMMETRIC.signature.slice('v1a,'.length), 'base64');
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
    // RFC 8032, section 5.1: the order of the base point. S + L satisfies the equation as well, and is to be rejected.
    const order = (1n << 252n) + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
    const malleable = [1n, 2n, 3n, 14n]
      .map((times) => littleEndian(fromLittleEndian(s) + times * order))
      .filter((bytes) => bytes !== undefined);
    expect(malleable.length).toBeGreaterThan(1);
    const negated = littleEndian(order - fromLittleEndian(s)) ?? s;
    // Encodings of the eight points of small order, and such that are not reduced.
    const small = [
      `01${'00'.repeat(31)}`,
      `ec${'ff'.repeat(30)}7f`,
      '00'.repeat(32),
      `${'00'.repeat(31)}80`,
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      `01${'00'.repeat(30)}80`,
      `ee${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
    ].map((hex) => Buffer.from(hex, 'hex'));
    const other = generateKeyPairSync('ed25519');
    const forgeries: readonly (readonly [string, Buffer])[] = [
      ['another key', ed25519Of(id, timestamp, BODY, other.privateKey)],
      ['another body', ed25519Of(id, timestamp, Buffer.from('{}'))],
      ['another id', ed25519Of('msg_other', timestamp, BODY)],
      ['another time', ed25519Of(id, String(NOW - 1), BODY)],
      ...malleable.map((bytes): [string, Buffer] => [`S + L (${bytes.toString('hex')})`, Buffer.concat([r, bytes])]),
      ['-S', Buffer.concat([r, negated])],
      ['zeros', Buffer.alloc(64)],
      ...small.flatMap((point): readonly [string, Buffer][] => [
        [`R ${point.toString('hex')}, S 0`, Buffer.concat([point, Buffer.alloc(32)])],
        [`R ${point.toString('hex')}, the right S`, Buffer.concat([point, s])],
      ]),
    ];
    const content = contentOf(id, timestamp, BODY);
    expect(verify(null, content, PAIR.publicKey, signature)).toBe(true);
    await expectRejected(
      forgeries.map(([name, bytes]) => attack(name, { signature: `v1a,${bytes.toString('base64')}` }, ASYMMETRIC)),
    );
  });

  test('a signature of each scheme under the name of the other', async () => {
    const { id, timestamp } = ASYMMETRIC;
    const mac = createHmac('sha512', PUBLIC_BYTES)
      .update(contentOf(id, timestamp, BODY))
      .digest('base64');
    await expectRejected([
      attack('Ed25519 as v1', { signature: ASYMMETRIC.signature.replace('v1a,', 'v1,') }, ASYMMETRIC),
      attack('HMAC as v1a', { signature: GENUINE.signature.replace('v1,', 'v1a,') }),
      attack('HMAC with the public key as v1a', { signature: `v1a,${mac}` }, ASYMMETRIC),
    ]);
  });
});

test('a timestamp in another form, whether the text or the number is what was signed', async () => {
  const { id } = GENUINE;
  const number = GENUINE.timestamp;
  const texts = [
    `0x${NOW.toString(16)}`,
    `0o${NOW.toString(8)}`,
    `${NOW / 1e9}e9`,
    `${NOW}e0`,
    `${NOW}.0`,
    `${NOW}.`,
    `${NOW}.5`,
    `+${NOW}`,
    `-${NOW}`,
    `--${NOW}`,
    `(${NOW})`,
    `${NOW}n`,
    `${NOW}abc`,
    `${NOW}Z`,
    `${NOW},${NOW}`,
    `${NOW} ${NOW}`,
    `${NOW};`,
    `"${NOW}"`,
    number.replace(/(\d{3})$/, '_$1'),
    number.replace(/(\d{3})$/, ',$1'),
    number.replace(/(\d{3})$/, ' $1'),
    number.replace(/(\d{3})$/, '\t$1'),
    `00${NOW}`,
    `\u00A0${NOW}`,
    `${NOW}\u0085`,
    String(NOW * 1000),
    String(NOW * 1e6),
    new Date(NOW * 1000).toISOString(),
    new Date(NOW * 1000).toUTCString(),
    'NaN',
    'Infinity',
    'null',
    '1e10',
    '9'.repeat(400),
    '-0',
    String(2 ** 53),
    Array.from(number)
      .map((digit) => String.fromCodePoint(0xff_10 + Number(digit)))
      .join(''),
    Array.from(number)
      .map((digit) => String.fromCodePoint(0x6_60 + Number(digit)))
      .join(''),
  ].map((text) => Buffer.from(text).toString('latin1'));
  const forgeries = texts.flatMap((timestamp) => [
    attack(`${timestamp}, signed as text`, { timestamp, signature: hmacOf(id, timestamp, BODY) }),
    attack(`${timestamp}, signed as number`, { timestamp, signature: GENUINE.signature }),
  ]);
  const others = ['', ' ', '\t', '0', '00', '1', `0${NOW}`, String(NOW + 1), String(NOW - 1)].map((timestamp) =>
    attack(JSON.stringify(timestamp), { timestamp }),
  );
  // What the library lets through, as it reads a number out of any text.
  const letThrough = { ...GENUINE, timestamp: `+${NOW}abc` };
  expect(libraryAccepts(letThrough)).toBe(true);
  await expectRejected([...forgeries, ...others, attack('let through by the library', letThrough)]);
});

test('a genuine delivery that is too old, or from the future', async () => {
  const { id } = GENUINE;
  const now = Math.floor(Date.now() / 1000);
  // The clock goes on while they are sent: what is from the future must still be when the last one is judged.
  const distances = [-301, -86_400, -now, 600, 86_400, 99_999_999_999 - now];
  const replays = distances.map((seconds) => {
    const timestamp = String(now + seconds);
    return attack(timestamp, { timestamp, signature: hmacOf(id, timestamp, BODY) });
  });
  await expectRejected(replays);
});

test('a dot in the id shifts the boundary of id, timestamp and body while the signed bytes stay the same', async () => {
  const earlier = String(NOW - 1);
  const inner = BODY.toString();
  // Signed by the sender: id `msg_outer`, this time, and a body that starts with a number and a dot.
  const outer = { id: 'msg_outer', timestamp: String(NOW), body: Buffer.from(`${earlier}.${inner}`) };
  const signature = hmacOf(outer.id, outer.timestamp, outer.body);
  const shifted: Signed = { id: `msg_outer.${NOW}`, timestamp: earlier, signature, body: BODY };
  expect(contentOf(shifted.id, shifted.timestamp, shifted.body)).toEqual(
    contentOf(outer.id, outer.timestamp, outer.body),
  );
  expect(libraryAccepts(shifted)).toBe(true);
  await expectAccepted(outer.id, attack('', { ...outer, signature }).bytes);
  const ids = ['a.b', '.', '..', '.msg', 'msg.', `msg.${NOW}`, `msg.${NOW}.`, 'msg.1.2.3'];
  await expectRejected([
    attack('id takes the timestamp', shifted),
    attack('id takes the body, too', { ...shifted, id: `msg_outer.${NOW}.${earlier}`, timestamp: earlier }),
    attack('timestamp takes the body', { ...outer, timestamp: `${NOW}.${earlier}`, body: BODY, signature }),
    attack('no id', { ...outer, id: '', signature }),
    attack('id of a blank', { ...outer, id: ' ', signature }),
    ...ids.map((id) => attack(id, { id, signature: hmacOf(id, GENUINE.timestamp, BODY) })),
  ]);
});

test('an id that no message has, although signed', async () => {
  const ids = ['msg 1', 'msg_\u00E9', '\u00FF', 'msg\t1', 'm'.repeat(257), 'msg_\u007F'].map((id) =>
    Buffer.from(id, 'latin1').toString('latin1'),
  );
  await expectRejected(ids.map((id) => attack(id, { id, signature: hmacOf(id, GENUINE.timestamp, BODY) })));
});

test('headers that are missing, repeated, mixed or under other names', async () => {
  const [id, timestamp, signature] = headersOf(GENUINE) as [HeaderLine, HeaderLine, HeaderLine];
  const whole = [id, timestamp, signature];
  const forged = headersOf({ ...GENUINE, id: 'msg_forged' });
  const renamed = (change: (name: string) => string): HeaderLine[] =>
    whole.map(([name, value]) => [change(name), value]);
  await expectRejected([
    withHeaders('none', []),
    withHeaders('no id', [timestamp, signature]),
    withHeaders('no timestamp', [id, signature]),
    withHeaders('no signature', [id, timestamp]),
    withHeaders('the same id twice', [id, ...whole]),
    withHeaders('two ids, the good one first', [...whole, ['svix-id', 'msg_forged']]),
    withHeaders('two ids, the good one last', [['svix-id', 'msg_forged'], ...whole]),
    withHeaders('ids joined by a comma', [['svix-id', `${GENUINE.id}, ${GENUINE.id}`], timestamp, signature]),
    withHeaders('the same timestamp twice', [timestamp, ...whole]),
    withHeaders('two timestamps', [...whole, ['Svix-Timestamp', String(NOW + 1)]]),
    withHeaders('a forged svix set beside a genuine webhook set', [...forged, ...headersOf(GENUINE, 'webhook')]),
    withHeaders('a genuine webhook set beside a forged svix set', [...headersOf(GENUINE, 'webhook'), ...forged]),
    withHeaders('the id of another set', [
      ['svix-id', 'msg_forged'],
      ['webhook-timestamp', GENUINE.timestamp],
      ['webhook-signature', GENUINE.signature],
    ]),
    withHeaders('the timestamp of another set', [id, ['webhook-timestamp', String(NOW - 1)], signature]),
    withHeaders('two signatures, none of them good', [
      id,
      timestamp,
      ['svix-signature', 'v1,AAAA'],
      ['svix-signature', `v1,${'A'.repeat(43)}=`],
    ]),
    withHeaders('a signature cut in two', [
      id,
      timestamp,
      ['svix-signature', GENUINE.signature.slice(0, 20)],
      ['svix-signature', GENUINE.signature.slice(20)],
    ]),
    withHeaders(
      'x-svix-',
      renamed((name) => `x-${name}`),
    ),
    withHeaders(
      'svix_',
      renamed((name) => name.replace('-', '_')),
    ),
    withHeaders(
      'http_svix_',
      renamed((name) => `http_${name.replace('-', '_')}`),
    ),
    withHeaders(
      'svix',
      renamed((name) => name.replace('svix-', '')),
    ),
    withHeaders(
      'svix--',
      renamed((name) => name.replace('-', '--')),
    ),
    withHeaders(
      'a blank before the colon',
      renamed((name) => `${name} `),
    ),
    withHeaders(
      'a blank before the name',
      renamed((name) => ` ${name}`),
    ),
    withHeaders(
      'a NUL in the name',
      renamed((name) => `${name}\0`),
    ),
    withHeaders(
      'letters beyond ASCII in the name',
      renamed((name) => name.replace('s', '\u00DF')),
    ),
    withHeaders('in a cookie', [['Cookie', whole.map(([name, value]) => `${name}=${value}`).join('; ')]]),
  ]);
});

test('control characters in the headers', async () => {
  const characters = Array.from({ length: 32 }, (_, code) => String.fromCodePoint(code)).concat('\u007F');
  // A tab or a line end around a value is no part of it.
  const inside = (text: string, character: string): string => `${text.slice(0, 4)}${character}${text.slice(4)}`;
  const attacks = characters.flatMap((character) => {
    const id = inside(GENUINE.id, character);
    const timestamp = inside(GENUINE.timestamp, character);
    const signature = inside(GENUINE.signature, character);
    const name = JSON.stringify(character);
    return [
      attack(`${name} in the id`, { id }),
      attack(`${name} in the signed id`, { id, signature: hmacOf(id, GENUINE.timestamp, BODY) }),
      attack(`${name} in the timestamp`, { timestamp }),
      attack(`${name} in the signed timestamp`, { timestamp, signature: hmacOf(GENUINE.id, timestamp, BODY) }),
      attack(`${name} in the signature`, { signature }),
    ];
  });
  await expectRejected(attacks);
});

test('a genuine signature at another address, by another method, as another type', async () => {
  const headers = headersOf(GENUINE);
  const lines = [
    '/',
    '/webhook2',
    '/Webhook',
    '/webhook/other',
    '/webhook/route/x',
    '/WEBHOOK',
    '/healthz',
    '*',
    '/webhook%2F',
    '/%77ebhook',
    '/web\u0068ook;a=b',
    '/./webhook',
    '/x/../webhook',
  ];
  const methods = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'post', 'POSTS', 'PURGE', 'QUERY'];
  const types = [
    'application/xml',
    'text/html',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'json',
    'application/jsonp',
  ];
  const whole = (name: string, line: string): Attack => ({
    name,
    bytes: framed({ line, headers: [TYPE, ...headers], body: BODY }),
  });
  await expectRejected([
    ...lines.map((target) => whole(target, `POST ${target} HTTP/1.1`)),
    ...methods.map((method) => whole(method, `${method} /webhook HTTP/1.1`)),
    ...types.map((type) => ({
      name: type,
      bytes: framed({ headers: [['Content-Type', type], ...headers], body: BODY }),
    })),
  ]);
});

test('in the end the command ran for the genuine deliveries, and for nothing else', async () => {
  await expect.poll(() => attacked.executed()).toEqual(genuine.toSorted());
  expect(await attacked.accepted()).toEqual(genuine.toSorted());
  expect(await attacked.health()).toBe(200);
  expect(attacked.listener.errors()).not.toMatch(/^\s+at /m);
});

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

/** 32 bytes; `undefined` for a number that does not fit. */
function littleEndian(number: bigint): Buffer | undefined {
  const hex = number.toString(16).padStart(64, '0');
  return hex.length > 64 ? undefined : Buffer.from(hex, 'hex').reverse();
}
