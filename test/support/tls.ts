/** A self-signed certificate for `localhost` and 127.0.0.1, made for the tests alone. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const TEST_CERTIFICATE_FILE = fileURLToPath(new URL('tls/cert.pem', import.meta.url));
export const TEST_KEY_FILE = fileURLToPath(new URL('tls/key.pem', import.meta.url));

export function testTls(): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(TEST_CERTIFICATE_FILE), key: readFileSync(TEST_KEY_FILE) };
}
