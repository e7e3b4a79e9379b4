import type { Kind } from '../kinds.ts';

/** A header as it arrived, its name in lower case. In the order of arrival; a repeated header is listed several times. */
export type HeaderLine = readonly [name: string, value: string];

/** One accepted webhook delivery, with the bytes that were signed: as they arrived or, sometimes, decoded. */
export interface Delivery {
  /** `svix-id`: the same for every attempt at one message. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** End-to-end headers. They may hold credentials of the endpoint: show only those that `isPublicHeader` allows. */
  readonly headers: readonly HeaderLine[];
  readonly body: Uint8Array;
  /** `false` when signatures were not checked (`--no-verify-signature`). */
  readonly verified: boolean;
  /** From the payload's own type field, else from the path it was sent to. */
  readonly kind: Kind | undefined;
  /** The payload's event type, e.g. `cluster.optimized`. */
  readonly event: string | undefined;
  readonly requestId: string | undefined;
}
