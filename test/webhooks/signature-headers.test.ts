import { describe, expect, test } from 'vitest';

import { readSignatureHeaders } from '../../src/webhooks/signature-headers.ts';

const SVIX = { 'svix-id': 'msg_s', 'svix-timestamp': '1', 'svix-signature': 'v1,s' };
const STANDARD = { 'webhook-id': 'msg_w', 'webhook-timestamp': '2', 'webhook-signature': 'v1,w' };

describe('the signature headers', () => {
  test.each([
    ['a svix set', SVIX, { id: 'msg_s', timestamp: '1', signature: 'v1,s' }],
    ['a webhook set', STANDARD, { id: 'msg_w', timestamp: '2', signature: 'v1,w' }],
    ['both sets: svix wins', { ...STANDARD, ...SVIX }, { id: 'msg_s', timestamp: '1', signature: 'v1,s' }],
    [
      'a whole webhook set beside part of a svix set',
      { ...STANDARD, 'svix-id': 'msg_s' },
      { id: 'msg_w', timestamp: '2', signature: 'v1,w' },
    ],
    [
      'parts of both sets that make one',
      { 'svix-id': 'msg_s', 'webhook-timestamp': '2', 'webhook-signature': 'v1,w' },
      { id: 'msg_s', timestamp: '2', signature: 'v1,w' },
    ],
    [
      'an empty svix header beside a full webhook one',
      { ...SVIX, 'svix-id': '', 'webhook-id': 'msg_w' },
      { id: 'msg_w', timestamp: '1', signature: 'v1,s' },
    ],
    [
      'a signature header that came twice',
      { ...SVIX, 'svix-signature': ['v1,a', 'v1,b v1,c'] },
      { id: 'msg_s', timestamp: '1', signature: 'v1,a v1,b v1,c' },
    ],
  ])('are read from %s', (_name, headers, expected) => {
    expect(readSignatureHeaders(headers)).toEqual({ ok: true, headers: expected });
  });

  test.each([
    ['all are absent', {}, 'no svix-* or webhook-* headers: this request was not signed'],
    ['one is absent', { 'svix-id': 'm', 'svix-timestamp': '1' }, 'missing header svix-signature'],
    [
      'two are absent or empty',
      { 'webhook-id': 'm', 'webhook-timestamp': '' },
      'missing header svix-timestamp and svix-signature',
    ],
  ])('are missing when %s', (_name, headers, detail) => {
    expect(readSignatureHeaders(headers)).toEqual({ ok: false, reason: 'missing_header', detail });
  });

  test.each(['id', 'timestamp'])('are malformed when the %s came twice', (part) => {
    expect(readSignatureHeaders({ ...SVIX, [`svix-${part}`]: ['1', '1'] })).toEqual({
      ok: false,
      reason: 'malformed_header',
      detail: `the ${part} header came several times`,
    });
  });
});
