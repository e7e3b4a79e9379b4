/** The answer of a target, as it is stored with the step of its delivery. */
import { endToEndHeaders } from '../forward-headers.ts';
import { readStart, type HttpResponse } from '../../lib/net/http.ts';
import { maskUrl, maskUrlsIn, secretsIn } from '../../lib/net/url-secrets.ts';
import { MAX_STORED_ANSWER_BYTES } from '../../limits.ts';
import { createRedaction } from '../../settings/redaction.ts';
import type { TargetAnswer } from '../../state/inbox.ts';

/** By parts of their names: `set-cookie`, `www-authenticate`, `x-csrf-token`. */
const CREDENTIALS = /auth|cookie|token|secret|session|csrf|xsrf|passw|credential|signature|api-?key/i;

/** Reads an answer, so that its connection can be used again, but no more than is stored. `url`: what was called. */
export async function readTargetAnswer({ status, headers, body }: HttpResponse, url: string): Promise<TargetAnswer> {
  // Its content, and whether it is complete, do not matter to the forward: the status decides.
  const { bytes, broken } = await readStart(body, MAX_STORED_ANSWER_BYTES + 1);
  const secrets = secretsIn(new URL(url));
  const redact = secrets.some((secret) => secret !== '') ? createRedaction(secrets) : (text: string) => text;
  const publicHeaders = endToEndHeaders(headers).filter(([name]) => !CREDENTIALS.test(name));
  // Latin-1 has a character for each byte. A copy of its own: what it is a part of would travel with it.
  const start = Buffer.from(bytes).toString('latin1').slice(0, MAX_STORED_ANSWER_BYTES);
  return {
    status,
    headers: publicHeaders.map(([name, value]) => {
      // Only there may a URL be without its origin.
      const mask = name.endsWith('location') ? maskUrl : maskUrlsIn;
      return [name, redact(mask(value))];
    }),
    body: Uint8Array.from(Buffer.from(redact(start), 'latin1')),
    isCut: broken !== undefined || bytes.byteLength > MAX_STORED_ANSWER_BYTES,
  };
}
