import { expect, test } from 'vitest';

import { normalizeBaseUrl } from '../../src/settings/base-url.ts';
import type { CliError } from '../../src/errors.ts';

test.each([
  ['https://optipick.api.optioryx.com/', 'https://optipick.api.optioryx.com'],
  ['https://optipick.api.optioryx.com/latest/', 'https://optipick.api.optioryx.com/latest'],
  ['  HTTPS://Optipick.API.optioryx.com:443//  ', 'https://optipick.api.optioryx.com'],
  ['http://localhost:4010', 'http://localhost:4010'],
  ['http://127.0.0.1:4010/', 'http://127.0.0.1:4010'],
  ['http://127.9.9.9', 'http://127.9.9.9'],
  ['http://127.1', 'http://127.0.0.1'],
  ['http://[::1]:4010', 'http://[::1]:4010'],
  ['localhost:4010', 'http://localhost:4010'],
  ['127.0.0.1:4010/', 'http://127.0.0.1:4010'],
  ['[::1]:4010', 'http://[::1]:4010'],
  ['4010', 'http://127.0.0.1:4010'],
])('normalizes %s to %s', (text, normalized) => {
  expect(normalizeBaseUrl(text)).toBe(normalized);
});

function refusal(text: string): Pick<CliError, 'failure' | 'code' | 'message' | 'hint'> {
  try {
    return { failure: 'internal', code: 'internal', message: `accepted: ${normalizeBaseUrl(text)}`, hint: undefined };
  } catch (error) {
    const { failure, code, message, hint } = error as CliError;
    return { failure, code, message, hint };
  }
}

const usage = { failure: 'usage', code: 'bad_base_url' } as const;

test.each(['http://optipick.api.optioryx.com', 'http://192.168.1.5', 'http://127.0.0.1.evil.test', 'http://0.0.0.0'])(
  'rejects plain http to another machine: %s',
  (text) => {
    const { host } = new URL(text);
    expect(refusal(text)).toEqual({
      ...usage,
      message: `plain http to ${host} would show the API key to everyone on the way`,
      hint: `use https://${host}; plain http is for this machine only`,
    });
  },
);

test.each([
  ['optipick.api.optioryx.com', 'try https://optipick.api.optioryx.com'],
  ['127.0.0.1.evil.test:4010', 'try https://127.0.0.1.evil.test:4010'],
  ['99999', undefined],
  ['ftp://optipick.test', undefined],
  ['', undefined],
  ['not a url', undefined],
])('rejects %j, which is no http URL', (text, hint) => {
  expect(refusal(text)).toEqual({ ...usage, message: 'the base URL is not an http or https URL', hint });
});

test('rejects a base URL with credentials, without repeating them', () => {
  expect(refusal('https://user:hunter2@optipick.test')).toEqual({
    ...usage,
    message: 'the base URL must not hold a user name or password',
    hint: 'the API key goes into OPTIPICK_API_KEY',
  });
});

test.each(['https://optipick.test/?key=1', 'https://optipick.test/#top'])(
  'rejects %s, which has a query or fragment',
  (text) => {
    expect(refusal(text)).toEqual({
      ...usage,
      message: 'the base URL must not hold a query or fragment',
      hint: undefined,
    });
  },
);
