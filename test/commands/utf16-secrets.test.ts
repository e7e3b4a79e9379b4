/** Keys and secrets in UTF-16: what `>` of Windows PowerShell and Notepad's "Unicode" write. */
import { describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../src/lib/net/http.ts';
import { SECRET } from '../support/listener.ts';
import { run } from '../support/run.ts';

const KEY = 'key-of-the-tests-0123456789';
const little = (text: string): Buffer => Buffer.from(`\ufeff${text}\r\n`, 'utf16le');
const ORDERS = [
  ['little-endian', little],
  ['big-endian', (text: string) => little(text).swap16()],
] as const;

describe.each(ORDERS)('T19: UTF-16 with a byte order mark, %s:', (_, utf16) => {
  test('a key file is read', async () => {
    const { ended } = await run(['config', 'get', 'api-key', '--api-key-file', 'key.txt'], {
      files: { 'key.txt': utf16(KEY) },
    });
    expect(ended).toEqual({ code: 0, stdout: 'ke…89\n', stderr: '' });
  });

  test('a value from a pipe is stored', async () => {
    const key = await run(['config', 'set', 'api-key', '-'], { stdin: utf16(KEY) });
    expect([key.ended.code, key.host.profiles]).toEqual([0, { default: { 'api-key': KEY } }]);
    const secret = await run(['config', 'set', 'webhook-secret', '-'], { stdin: utf16(SECRET) });
    expect([secret.ended.code, secret.host.profiles]).toEqual([0, { default: { 'webhook-secret': SECRET } }]);
  });

  test('what login reads from a pipe is stored', async () => {
    const http: Http = async ({ headers }) => jsonResponse(headers['x-api-key'] === KEY ? 404 : 401, {});
    const { ended, host } = await run(['login'], {
      env: { OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' },
      http,
      stdin: utf16(`${KEY}\r\n${SECRET}`),
    });
    expect([ended.code, host.profiles]).toEqual([0, { default: { 'api-key': KEY, 'webhook-secret': SECRET } }]);
  });

  test('a secret file is read', async () => {
    const signed = async (secret: string | Uint8Array): Promise<unknown> => {
      const { ended, host } = await run(
        ['trigger', 'e', '--to', 'http://127.0.0.1:3000', '--secret-file', 'secret.txt', '--json'],
        { files: { 'secret.txt': secret }, http: async () => jsonResponse(200, {}) },
      );
      return [ended.code, host.requests.map(({ headers }) => headers['svix-signature'])];
    };
    expect(await signed(utf16(SECRET))).toEqual([0, [expect.stringMatching(/^v1,.{44}$/)]]);
    expect(await signed(utf16(SECRET))).toEqual(await signed(SECRET));
  });
});
