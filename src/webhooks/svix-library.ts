/** The only file that uses the svix library, which is the sender's own code. */
import { headerOf, type HttpHeaders } from '../lib/net/http.ts';
import { SVIX_HEADERS } from './signature-headers.ts';

/**
 * Whether the official library accepts a delivery, by the machine's own clock. Our verifier decides;
 * this one shows that both agree. `secret` as the dashboard shows it (`whsec_...`).
 */
export async function libraryAccepts(secret: string, headers: HttpHeaders, body: Uint8Array): Promise<boolean> {
  const { Webhook, WebhookVerificationError } = await import('svix');
  const signed: Record<string, string> = {};
  for (const name of SVIX_HEADERS) signed[name] = headerOf(headers, name) ?? '';
  try {
    // The library tells a Buffer by the name of its class, and takes no other bytes.
    new Webhook(secret).verify(Buffer.from(body), signed);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
