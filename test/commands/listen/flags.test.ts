import { describe, expect, test } from 'vitest';
import { parseListenFlags, type ListenFlags } from '../../../src/commands/listen/flags.ts';

const DEFAULTS: ListenFlags = {
  host: '127.0.0.1',
  path: '/webhook',
  execTimeout: 300_000,
  fetch: true,
  tolerance: 300_000,
  maxBody: 1_000_000,
  recordLimit: 256_000_000,
  verifySignature: true,
};

const parse = (flags: Partial<ListenFlags>, env: Readonly<Record<string, string>> = {}) =>
  parseListenFlags({ ...DEFAULTS, ...flags }, env);

describe('the flags of listen', () => {
  test('mean a verified port without an end by default', () => {
    expect(parse({})).toEqual({
      source: {
        host: '127.0.0.1',
        port: undefined,
        tls: undefined,
        path: '/webhook',
        check: undefined,
        maxBodyBytes: 1_000_000,
        relay: undefined,
      },
      inbox: { signature: { secretFile: undefined, toleranceMs: 300_000 }, record: undefined },
      filter: expect.any(Function) as unknown,
      actions: { fetch: true, forwardTo: [], exec: undefined },
      screen: { verbose: false },
      ending: { once: false, count: undefined, until: undefined, timeoutMs: undefined },
    });
  });

  test.each([
    ['', ''],
    ['/', ''],
    ['hooks', '/hooks'],
    ['//hooks/in//', '/hooks/in'],
  ])('write the path %j as %j', (given, path) => {
    expect(parse({ path: given }).source.path).toBe(path);
  });

  test.each(['/healthz', '/a?b', '/a#b', '/ä', '/a b'])('reject the path %s', (path) => {
    expect(() => parse({ path })).toThrow(expect.objectContaining({ failure: 'usage', code: 'bad_path' }));
  });

  test('name each forward once, as an absolute URL', () => {
    const forwardTo = ['http://127.0.0.1:1', '127.0.0.1:2/a', 'http://127.0.0.1:1', '1'];
    expect(parse({ forwardTo }).actions.forwardTo).toEqual(['http://127.0.0.1:1/', 'http://127.0.0.1:2/a']);
  });

  test('reject an event that is nearly one', () => {
    expect(() => parse({ events: ['cluster.optimized', 'route.optimised'] })).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'bad_event', hint: 'did you mean "route.optimized"?' }),
    );
  });

  test('end after one event with --once, whatever --count says', () => {
    expect(parse({ once: true, count: 5 }).ending).toMatchObject({ once: true, count: 1 });
  });

  test.each([{ tlsCert: 'cert.pem' }, { tlsKey: 'key.pem' }])('need certificate and key together: %o', (flags) => {
    expect(() => parse(flags)).toThrow(expect.objectContaining({ failure: 'usage', code: 'conflicting_options' }));
  });

  test.each([
    [true, 'stored'],
    ['new', 'new'],
    ['c_1234567890', { given: 'c_1234567890' }],
  ])('choose the inbox at the relay: --relay %s', (relay, token) => {
    expect(parse({ relay }).source.relay).toEqual({ url: expect.any(URL) as unknown, token });
  });

  test('reject a token that no relay would give', () => {
    expect(() => parse({ relay: 'c' })).toThrow(expect.objectContaining({ failure: 'usage' }));
  });

  test.each([{ allowFrom: ['svix'] }, { trustProxy: true }])('do not judge addresses behind a relay: %o', (flags) => {
    expect(() => parse({ ...flags, relay: true })).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'conflicting_options' }),
    );
  });

  test('judge addresses with --trust-proxy or --allow-from', () => {
    expect(parse({ trustProxy: true }).source.check).toBeTypeOf('function');
    expect(parse({ allowFrom: ['192.0.2.1'] }).source.check).toBeTypeOf('function');
  });
});
