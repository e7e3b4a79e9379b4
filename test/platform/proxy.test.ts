import { describe, expect, test } from 'vitest';

import { proxyFor } from '../../src/platform/proxy.ts';

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
