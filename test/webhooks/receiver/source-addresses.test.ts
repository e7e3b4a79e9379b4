import { describe, expect, test } from 'vitest';

import { createSourceCheck } from '../../../src/webhooks/receiver/source-addresses.ts';

const REFUSED = { ok: false, detail: 'the source address is not on the list of --allow-from' };
const UNREADABLE = { ok: false, detail: 'X-Forwarded-For is absent, empty or not a list of addresses' };

describe('the source of a request', () => {
  test.each([
    ['svix', '44.228.126.217', true],
    ['svix', '52.215.16.239', true],
    ['svix', '::ffff:13.239.204.236', true],
    ['svix', '2a05:d028:17:80aa::5', true],
    ['svix', '127.0.0.1', false],
    ['svix-us', '54.164.207.221', true],
    ['svix-us', '52.215.16.239', false],
    ['svix-eu', '52.215.16.239', true],
    ['svix-eu', '44.228.126.217', false],
    ['203.0.113.0/24', '203.0.113.200', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['::1', '::1', true],
  ])('--allow-from %s and a peer at %s', (word, remoteAddress, ok) => {
    const check = createSourceCheck({ allowFrom: [word], trustProxy: false });
    expect(check({ headers: {}, remoteAddress })).toEqual(ok ? { ok: true } : REFUSED);
  });

  test('without a proxy is the peer, whatever the headers say', () => {
    const check = createSourceCheck({ allowFrom: ['svix'], trustProxy: false });
    expect(check({ headers: { 'x-forwarded-for': '44.228.126.217' }, remoteAddress: '127.0.0.1' })).toEqual(REFUSED);
    expect(check({ headers: {}, remoteAddress: undefined })).toEqual(REFUSED);
  });

  test.each([
    ['44.228.126.217', '127.0.0.1', { ok: true }],
    ['203.0.113.9, 44.228.126.217', '127.0.0.1', { ok: true }],
    ['garbage, 44.228.126.217', '127.0.0.1', { ok: true }],
    ['44.228.126.217, 203.0.113.9', '127.0.0.1', REFUSED],
    ['44.228.126.217, 10.0.0.3, 172.16.0.1', '192.168.1.1', { ok: true }],
    [['44.228.126.217', '10.0.0.3'], '::1', { ok: true }],
    ['44.228.126.217:443', '127.0.0.1', { ok: true }],
    ['[2600:1f24:64:8000::1]:443', '127.0.0.1', { ok: true }],
    ['44.228.126.217', '203.0.113.9', REFUSED],
    ['10.0.0.9', '127.0.0.1', REFUSED],
    ['', '127.0.0.1', UNREADABLE],
    [undefined, '127.0.0.1', UNREADABLE],
    ['44.228.126.217,', '127.0.0.1', UNREADABLE],
    ['unknown', '127.0.0.1', UNREADABLE],
    ['44.228.126.217, <script>', '127.0.0.1', UNREADABLE],
  ])('behind a proxy: X-Forwarded-For %j from %s', (forwarded, remoteAddress, expected) => {
    const check = createSourceCheck({ allowFrom: ['svix'], trustProxy: true });
    expect(check({ headers: { 'x-forwarded-for': forwarded }, remoteAddress })).toEqual(expected);
  });

  test('with a proxy but no list: everybody, yet no garbage', () => {
    const check = createSourceCheck({ allowFrom: [], trustProxy: true });
    expect(check({ headers: {}, remoteAddress: '127.0.0.1' })).toEqual({ ok: true });
    expect(check({ headers: { 'x-forwarded-for': '203.0.113.9' }, remoteAddress: '127.0.0.1' })).toEqual({ ok: true });
    expect(check({ headers: { 'x-forwarded-for': '' }, remoteAddress: '127.0.0.1' })).toEqual(UNREADABLE);
  });

  test('a chain of proxies alone begins at its left end', () => {
    const check = createSourceCheck({ allowFrom: ['10.1.0.0/16'], trustProxy: true });
    expect(check({ headers: { 'x-forwarded-for': '10.1.2.3, 10.0.0.1' }, remoteAddress: '127.0.0.1' })).toEqual({
      ok: true,
    });
  });

  test.each(['svix-mars', '10.0.0.0/40', '', 'toString', 'example.com'])('%j cannot be allowed', (word) => {
    expect(() => createSourceCheck({ allowFrom: [word], trustProxy: false })).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'bad_source' }),
    );
  });
});
