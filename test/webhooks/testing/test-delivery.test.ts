import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { isTestMessageId } from '../../../src/ids.ts';
import { parseWebhookSecrets } from '../../../src/settings/secret.ts';
import { alteredBody, oddPayloadOf, payloadOf } from '../../../src/webhooks/testing/test-body.ts';
import {
  createDeliveryMaker,
  type TestDeliveryOptions,
  type TestDelivery,
} from '../../../src/webhooks/testing/test-delivery.ts';
import { OTHER_SECRET, SECRET } from '../../support/listener.ts';

const BODY = payloadOf('rich', 'route.optimized', '67507ad05e593173d0313e0f');
let given = 0;
const randomBytes = (size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, at) => (at * 7 + (given += 1)) % 256);

const making = (options: Partial<TestDeliveryOptions> = {}, secrets = SECRET, marked = false): Promise<TestDelivery> =>
  createDeliveryMaker({
    secrets: parseWebhookSecrets(secrets).secrets,
    clock: { now: () => Date.now() },
    randomBytes,
    marked,
  })({ body: BODY, ...options });

/** What the library of the vendor says; `ok` or the message of its error. */
function svixSays({ headers, body }: TestDelivery, secret = SECRET): string {
  try {
    new SvixWebhook(secret).verify(Buffer.from(body), headers as Record<string, string>);
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
}

function standardSays({ headers, body }: TestDelivery, secret = SECRET): string {
  const named = Object.entries(headers).map(([name, value]) => [name.replace(/^svix-/, 'webhook-'), String(value)]);
  try {
    new StandardWebhook(secret).verify(Buffer.from(body), Object.fromEntries(named) as Record<string, string>);
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
}

const bothSay = (delivery: TestDelivery, secret?: string): readonly string[] => [
  svixSays(delivery, secret),
  standardSays(delivery, secret),
];

describe('a delivery', () => {
  test('is marked as a test in its signed id, which is as long as one of Svix, unless it gets another id', async () => {
    const delivery = await making({}, SECRET, true);
    expect(bothSay(delivery)).toEqual(['ok', 'ok']);
    expect(delivery.id).toMatch(/^msg_optipick_test_[A-Za-z0-9]{13}$/);
    expect(delivery.id).toHaveLength('msg_'.length + 27);
    expect(delivery.headers['svix-id']).toBe(delivery.id);
    expect(isTestMessageId(delivery.id)).toBe(true);
    const plain = await making();
    expect([isTestMessageId(plain.id), (await making({ id: plain.id }, SECRET, true)).id]).toEqual([false, plain.id]);
  });

  test('is one that the libraries accept, with an id of the form that Svix gives', async () => {
    const delivery = await making();
    expect(bothSay(delivery)).toEqual(['ok', 'ok']);
    expect(delivery.id).toMatch(/^msg_[A-Za-z0-9]{27}$/);
    expect(Object.keys(delivery.headers)).toEqual([
      'accept',
      'content-type',
      'user-agent',
      'svix-id',
      'svix-timestamp',
      'svix-signature',
    ]);
    expect(delivery.headers['svix-id']).toBe(delivery.id);
    expect(Buffer.from(delivery.body).toString()).toBe(
      '{"type":"route.optimized","request_id":"67507ad05e593173d0313e0f"}',
    );
  });

  test('is signed with each of several secrets', async () => {
    const delivery = await making({}, `${OTHER_SECRET} ${SECRET}`);
    expect(bothSay(delivery)).toEqual(['ok', 'ok']);
    expect(bothSay(delivery, OTHER_SECRET)).toEqual(['ok', 'ok']);
    expect(String(delivery.headers['svix-signature']).split(' ')).toHaveLength(2);
  });

  test('has a right signature behind a foreign one, or behind versions that nobody knows', async () => {
    for (const first of ['foreign', { text: 'v9,AAAA' }] as const) {
      const delivery = await making({ signatures: [first, 'own'] });
      expect(bothSay(delivery)).toEqual(['ok', 'ok']);
      expect(String(delivery.headers['svix-signature']).split(' ')).toHaveLength(2);
    }
  });

  test('has webhook-* headers in place of svix-* ones', async () => {
    const delivery = await making({ headerNames: 'webhook' });
    expect(bothSay(delivery)).toEqual(['ok', 'ok']);
    expect(Object.keys(delivery.headers).filter((name) => name.startsWith('svix-'))).toEqual([]);
  });

  test('keeps an id that it is given', async () => {
    expect((await making({ id: 'msg_mine' })).headers['svix-id']).toBe('msg_mine');
  });

  test('covers a body that is not text', async () => {
    const body = Uint8Array.of(0xff, 0x00, 0x0d, 0x0a);
    expect((await making({ body })).body).toEqual(body);
  });
});

describe('a delivery that is wrong on purpose', () => {
  const FLAWS: readonly (readonly [string, Partial<TestDeliveryOptions>, string])[] = [
    ['signed with another secret', { signatures: ['foreign'] }, 'No matching signature found'],
    ['altered after signing', { altered: true }, 'No matching signature found'],
    ['too old', { skewSeconds: -600 }, 'Message timestamp too old'],
    ['too new', { skewSeconds: 600 }, 'Message timestamp too new'],
    ['not signed', { signatures: [] }, 'Missing required headers'],
    ['without any of the headers', { headerNames: 'none', signatures: [] }, 'Missing required headers'],
  ];
  for (const [what, options, message] of FLAWS) {
    test(`is refused by the libraries: ${what}`, async () => {
      expect(bothSay(await making(options))).toEqual([message, message]);
    });
  }

  test('of another time is signed well for that time', async () => {
    const delivery = await making({ skewSeconds: -600 });
    const at = new Date(Number(delivery.headers['svix-timestamp']) * 1000);
    const signature = new StandardWebhook(SECRET).sign(delivery.id, at, Buffer.from(delivery.body).toString());
    expect(delivery.headers['svix-signature']).toBe(signature);
  });
});

test('a public key cannot sign, and beside a secret it need not', async () => {
  const publicKey = `whpk_${Buffer.alloc(32, 1).toString('base64')}`;
  await expect(making({}, publicKey)).rejects.toMatchObject({ failure: 'usage', code: 'cannot_sign' });
  expect(bothSay(await making({}, `${publicKey} ${SECRET}`))).toEqual(['ok', 'ok']);
});

describe('an altered body', () => {
  const alter = (text: string): string => Buffer.from(alteredBody(Buffer.from(text))).toString();

  test('differs in one digit, or else one letter, and has the same length', () => {
    expect(alter('{"a":1,"b":true}')).toBe('{"a":2,"b":true}');
    expect(alter('{"a":9}')).toBe('{"a":8}');
    expect(alter('{"a":"z"}')).toBe('{"a":"y"}');
    expect(alter('{}')).toBe('{} ');
    expect(alter('')).toBe(' ');
  });
});

test.each([
  ['rich', { type: 'route.optimized', request_id: 'r1', note: 'café / café <✓>' }],
  ['id', { request_id: 'r1', note: 'café / café <✓>' }],
] as const)('the odd payload (%s) is the same JSON, and no serialiser gives its bytes back', (shape, facts) => {
  const odd = Buffer.from(oddPayloadOf(shape, 'route.optimized', 'r1')).toString();
  const parsed = JSON.parse(odd) as Record<string, unknown>;
  expect(parsed).toEqual({ ...parsed, ...facts });
  expect('type' in parsed).toBe(shape === 'rich');
  for (const indent of [undefined, 1, 2, 4, '\t']) expect(JSON.stringify(parsed, null, indent)).not.toBe(odd);
  expect(JSON.stringify(parsed)).not.toBe(odd.replaceAll(/[\s]/g, ''));
});
