/** Signatures of outgoing webhooks, version `v1` of Standard Webhooks. */
import { createHmac } from 'node:crypto';
import { keyOf } from './secret.ts';

export interface Signable {
  /** `svix-id` */
  readonly id: string;
  /** `svix-timestamp`, whole seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The value of `svix-signature`: one `v1,<base64>` for each secret, separated by spaces. During a
 * rotation there are several, so that a receiver with either secret accepts the message.
 */
export function signatureOf({ id, timestamp, body }: Signable, secrets: readonly string[]): string {
  return secrets
    .map((secret) => {
      const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
      return `v1,${mac}`;
    })
    .join(' ');
}
