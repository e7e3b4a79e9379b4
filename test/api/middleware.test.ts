import { describe, expect, test } from 'vitest';

import { withKey, withTrace } from '../../src/api/middleware.ts';
import { TransportError } from '../../src/lib/net/http.ts';
import { createRedaction } from '../../src/settings/redaction.ts';
import type { Http, HttpRequest } from '../../src/lib/net/http.ts';
import { createInstantClock } from '../support/instant-clock.ts';

const KEY = 'key-0123456789abcdef';

describe('the API key', () => {
  test.each([
    ['https://optipick.test/optimize/route', KEY],
    ['https://optipick.test:443/x', KEY],
    ['https://other.test/optimize/route', undefined],
    ['http://optipick.test/optimize/route', undefined],
    ['https://optipick.test:8443/', undefined],
    ['https://optipick.test.evil.test/', undefined],
  ])('is sent with %s as %s', async (url, sent) => {
    const seen: HttpRequest[] = [];
    const network: Http = async (request) => {
      seen.push(request);
      return { status: 204, headers: {}, body: null };
    };
    await withKey(network, KEY, 'https://optipick.test/latest')({ method: 'GET', url, headers: { accept: '*/*' } });
    expect(seen.map(({ headers }) => headers)).toEqual([
      sent === undefined ? { accept: '*/*' } : { accept: '*/*', 'x-api-key': sent },
    ]);
  });

  test.each(['', 'with space', 'line\nbreak', 'ключ'])('rejects %j as an API key', (key) => {
    const network: Http = async () => ({ status: 204, headers: {}, body: null });
    expect(() => withKey(network, key, 'https://optipick.test')).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'bad_api_key' }),
    );
  });
});

describe('the trace', () => {
  test('shows method, URL, status and time, and masks the key', async () => {
    const lines: string[] = [];
    const clock = createInstantClock();
    const network: Http = async () => {
      clock.advance(42);
      return { status: 200, headers: { 'content-length': '7' }, body: null };
    };
    const traced = withTrace(network, { clock, write: (line) => lines.push(line), redact: createRedaction([]) });
    await withKey(traced, KEY, 'https://optipick.test')({ method: 'GET', url: 'https://optipick.test/x', headers: {} });
    await traced({ method: 'GET', url: 'https://optipick.test/y', headers: { 'x-api-key': 'short' } });
    expect(lines).toEqual([
      '> GET https://optipick.test/x (x-api-key: ke…ef)',
      '< 200 GET https://optipick.test/x in 42 ms, 7 bytes',
      '> GET https://optipick.test/y (x-api-key: …)',
      '< 200 GET https://optipick.test/y in 42 ms, 7 bytes',
    ]);
  });

  test('shows a failure without the secrets in its text, and throws it', async () => {
    const lines: string[] = [];
    const failure = new TransportError('dns', 'the name cannot be resolved', { sent: false });
    const traced = withTrace(() => Promise.reject(failure), {
      clock: createInstantClock(),
      write: (line) => lines.push(line),
      redact: createRedaction(['the name']),
    });
    await expect(traced({ method: 'GET', url: 'https://optipick.test/x', headers: {} })).rejects.toBe(failure);
    expect(lines).toEqual([
      '> GET https://optipick.test/x',
      '! GET https://optipick.test/x after 0 ms: *** cannot be resolved',
    ]);
  });
});
