import { describe, expect, test } from 'vitest';

import { proxyFor } from '../../../src/lib/net/proxy.ts';

const url = (text: string): URL => new URL(text);

describe('the proxy of a URL', () => {
  test('comes from the variable of its scheme, lower case first, empty ones not counting', () => {
    const env = { HTTPS_PROXY: 'http://upper:1', https_proxy: '', HTTP_PROXY: 'http://upper:2', http_proxy: 'lower:3' };
    expect(proxyFor(url('https://a.test'), env)).toBe('http://upper:1');
    expect(proxyFor(url('http://a.test'), env)).toBe('http://lower:3');
  });

  test('is none when only the other scheme has one', () => {
    expect(proxyFor(url('https://a.test'), { HTTP_PROXY: 'http://p:1' })).toBeUndefined();
  });

  test.each([
    ['*', 'https://anything.test'],
    ['optioryx.com', 'https://optioryx.com'],
    ['optioryx.com', 'https://optipick.api.optioryx.com'],
    ['.optioryx.com', 'https://optipick.api.optioryx.com'],
    ['*.optioryx.com', 'https://optipick.api.optioryx.com'],
    ['OptiOryx.COM', 'https://optioryx.com'],
    ['a.test, 127.0.0.1', 'https://127.0.0.1:8443'],
    ['a.test b.test', 'https://b.test'],
    ['a.test:443', 'https://a.test'],
    ['127.0.0.1:8443', 'https://127.0.0.1:8443'],
    ['::1', 'https://[::1]:8443'],
    ['[::1]:8443', 'https://[::1]:8443'],
    ['2001:db8::1', 'https://[2001:db8::1]'],
  ])('NO_PROXY=%s exempts %s', (list, target) => {
    expect(proxyFor(url(target), { HTTPS_PROXY: 'http://p:1', NO_PROXY: list })).toBeUndefined();
  });

  test.each([
    ['optioryx.com', 'https://notoptioryx.com'],
    ['api.optioryx.com', 'https://optioryx.com'],
    ['a.test:8443', 'https://a.test'],
    ['', 'https://a.test'],
    ['.', 'https://a.test'],
  ])('NO_PROXY=%s does not exempt %s', (list, target) => {
    expect(proxyFor(url(target), { HTTPS_PROXY: 'http://p:1', NO_PROXY: list })).toBe('http://p:1');
  });

  test.each([
    ['10.0.0.0/8', 'https://10.1.2.3'],
    ['192.0.2.77/32', 'https://192.0.2.77:8443'],
    ['192.0.2.128/25', 'https://192.0.2.200'],
    ['0.0.0.0/0', 'https://192.0.2.1'],
    ['corp.test,10.0.0.0/8 , 192.168.0.0/16', 'https://192.168.3.4'],
    ['192.0.2.0/24:8443', 'https://192.0.2.9:8443'],
    ['fd00::/8', 'https://[fd12:3456::1]'],
    ['[2001:db8::]/32', 'https://[2001:db8:1::1]'],
    ['2001:DB8:0:0::1', 'https://[2001:db8::1]'],
    ['10.0.0.0/8', 'https://[::ffff:10.1.2.3]'],
    ['.example.com', 'https://api.example.com'],
    ['.example.com', 'https://example.com'],
    ['example.com.', 'https://api.example.com'],
    ['example.com', 'https://api.example.com.'],
    [' * ', 'https://anything.test'],
    ['a.test,*', 'https://192.0.2.1'],
  ])('N5: NO_PROXY=%j exempts %s, as curl has it', (list, target) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      expect(proxyFor(url(target), { HTTPS_PROXY: 'http://p:1', [name]: list })).toBeUndefined();
    }
  });

  test.each([
    ['10.0.0.0/8', 'https://11.0.0.1'],
    ['192.0.2.128/25', 'https://192.0.2.100'],
    ['192.0.2.1/33', 'https://192.0.2.1'],
    ['192.0.2.1/x', 'https://192.0.2.1'],
    ['192.0.2/24', 'https://192.0.2.1'],
    ['fd00::/129', 'https://[fd00::1]'],
    ['fd00::/8', 'https://[2001:db8::1]'],
    // A part of an address is no domain of it.
    ['0.2.1', 'https://192.0.2.1'],
    ['.2.1', 'https://192.0.2.1'],
    // Names are not looked up for it.
    ['0.0.0.0/0', 'https://example.com'],
    ['*.com.test', 'https://example.com'],
    ['/8', 'https://10.0.0.1'],
    ['10.0.0.0/8:8443', 'https://10.0.0.1'],
  ])('N5: NO_PROXY=%j does not exempt %s', (list, target) => {
    expect(proxyFor(url(target), { HTTPS_PROXY: 'http://p:1', NO_PROXY: list })).toBe('http://p:1');
  });

  test.each([
    'http://127.0.0.1:4010',
    'https://127.8.8.8',
    'http://localhost:4010',
    'https://api.localhost',
    'http://[::1]:4010',
  ])('N6: is none for %s, wherever the proxy is', (target) => {
    for (const proxy of ['http://proxy.test:3128', 'http://127.0.0.1:3128', '::nonsense::']) {
      expect(proxyFor(url(target), { HTTP_PROXY: proxy, HTTPS_PROXY: proxy })).toBeUndefined();
    }
  });

  test.each(['http://a.test', 'https://localhost.a.test', 'http://notlocalhost', 'http://128.0.0.1'])(
    'N6: is what the variables say for %s',
    (target) => {
      const proxy = 'http://127.0.0.1:3128';
      expect(proxyFor(url(target), { HTTP_PROXY: proxy, HTTPS_PROXY: proxy })).toBe(proxy);
    },
  );
});
