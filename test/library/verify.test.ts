import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';

import { CliError, verifyDelivery } from '../../src/index.ts';

const SECRET = `whsec_${Buffer.from('a key of twenty-four bytes').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('another key, as long as that').toString('base64')}`;
const SENT = new Date('2026-01-31T12:00:00Z');
const BODY = '{"request_id": "67507ad05e593173d0313e0f", "type": "cluster.optimized"}';
const SIGNATURE = new Webhook(SECRET).sign('msg_1', SENT, BODY);
const HEADERS = { 'svix-id': 'msg_1', 'svix-timestamp': String(SENT.getTime() / 1000), 'svix-signature': SIGNATURE };

const GOOD = {
  ok: true,
  id: 'msg_1',
  sentAt: SENT,
  secretIndex: 0,
  payload: { request_id: '67507ad05e593173d0313e0f', type: 'cluster.optimized' },
  event: 'cluster.optimized',
  kind: 'cluster',
  requestId: '67507ad05e593173d0313e0f',
};

const standard = Object.fromEntries(
  Object.entries(HEADERS).map(([name, value]) => [name.replace('svix-', 'Webhook-'), value]),
);

for (const [form, headers] of [
  ['a plain object', HEADERS],
  ['the headers of a Node.js request', { ...HEADERS, host: '127.0.0.1', 'set-cookie': ['a', 'b'], via: undefined }],
  ['its distinct headers', Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, [value]]))],
  ['a WHATWG Headers', new Headers(HEADERS)],
  ['a Map', new Map(Object.entries(HEADERS))],
  ['capitals and the names of Standard Webhooks', standard],
] as const) {
  test(`verifies a delivery with its headers as ${form}`, () => {
    expect(verifyDelivery({ secret: SECRET, headers, body: BODY, now: SENT })).toEqual(GOOD);
  });
}

test('accepts the body as text, bytes or a buffer', () => {
  const bytes = new TextEncoder().encode(BODY);
  const seen = [BODY, bytes, Buffer.from(BODY), bytes.buffer].map((body) =>
    verifyDelivery({ secret: SECRET, headers: HEADERS, body, now: SENT.getTime() }),
  );
  expect(seen).toEqual([GOOD, GOOD, GOOD, GOOD]);
});

test('accepts any of several secrets during a rotation', () => {
  const check = verifyDelivery({ secrets: [OTHER, SECRET], headers: HEADERS, body: BODY, now: SENT });
  expect(check).toEqual({ ...GOOD, secretIndex: 1 });
});

test('verifies a signed body that is not JSON, without a payload', () => {
  const signature = new Webhook(SECRET).sign('msg_1', SENT, 'hello');
  const headers = { ...HEADERS, 'svix-signature': signature };
  expect(verifyDelivery({ secret: SECRET, headers, body: 'hello', now: SENT })).toEqual({
    ...GOOD,
    payload: undefined,
    event: undefined,
    kind: undefined,
    requestId: undefined,
  });
});

test('returns, and does not throw, what does not verify', () => {
  const check = (change: object): unknown => {
    const seen = verifyDelivery({ secret: SECRET, headers: HEADERS, body: BODY, now: SENT, ...change });
    return seen.ok ? 'ok' : seen.reason;
  };
  const later = new Date(SENT.getTime() + 301_000);
  expect({
    altered: check({ body: `${BODY} ` }),
    'another secret': check({ secret: OTHER }),
    late: check({ now: later }),
    'late, within a wider tolerance': check({ now: later, toleranceMs: 400_000 }),
    early: check({ now: new Date(SENT.getTime() - 301_000) }),
    unsigned: check({ headers: {} }),
    'an id that came twice': check({ headers: { ...HEADERS, 'svix-id': ['msg_1', 'msg_1'] } }),
  }).toEqual({
    altered: 'no_match',
    'another secret': 'no_match',
    late: 'too_old',
    'late, within a wider tolerance': 'ok',
    early: 'too_new',
    unsigned: 'missing_header',
    'an id that came twice': 'malformed_header',
  });
});

test('judges the timestamp by the clock of this machine by default', () => {
  const now = new Date();
  const headers = {
    ...HEADERS,
    'svix-timestamp': String(Math.floor(now.getTime() / 1000)),
    'svix-signature': new Webhook(SECRET).sign('msg_1', now, BODY),
  };
  expect(verifyDelivery({ secret: SECRET, headers, body: BODY }).ok).toBe(true);
  expect(verifyDelivery({ secret: SECRET, headers: HEADERS, body: BODY })).toMatchObject({ reason: 'too_old' });
});

test('throws for a missing or malformed secret and a parsed body, without showing the secret', () => {
  const failures = [
    { secret: undefined, headers: HEADERS, body: BODY },
    { secret: 'whsec_not-base-64!', headers: HEADERS, body: BODY },
    { secret: SECRET, headers: HEADERS, body: JSON.parse(BODY) as string },
  ].map((facts) => {
    try {
      return verifyDelivery(facts);
    } catch (error) {
      return error instanceof CliError ? `${error.failure} ${error.code}: ${error.message}` : error;
    }
  });
  expect(failures).toEqual([
    'auth no_webhook_secret: there is no webhook secret to check signatures with',
    'usage bad_webhook_secret: the webhook secret is not base64: it may be an API key, or another value',
    'usage parsed_body: the body of the delivery must be its raw text or bytes, not a parsed value',
  ]);
});
