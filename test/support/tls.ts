/** A self-signed certificate for `localhost` and 127.0.0.1, made for the tests alone. */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

export const TEST_CERTIFICATE_FILE = fileURLToPath(new URL('tls/cert.pem', import.meta.url));
export const TEST_KEY_FILE = fileURLToPath(new URL('tls/key.pem', import.meta.url));

/** The same for `db.example.com`. */
export const OTHER_CERTIFICATE_FILE = fileURLToPath(new URL('tls/elsewhere-cert.pem', import.meta.url));
export const OTHER_KEY_FILE = fileURLToPath(new URL('tls/elsewhere-key.pem', import.meta.url));

export function testTls(): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(TEST_CERTIFICATE_FILE), key: readFileSync(TEST_KEY_FILE) };
}

/** Makes Node trust that certificate in this process, until the test ends, as `NODE_EXTRA_CA_CERTS` does for a child. */
export function trustTestCertificate(): void {
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, readFileSync(TEST_CERTIFICATE_FILE, 'utf8')]);
  onTestFinished(() => setDefaultCACertificates(trusted));
}
