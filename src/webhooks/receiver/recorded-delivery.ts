import type { HttpHeaders } from '../../lib/net/http.ts';

/** A delivery as it was read from a file. */
export interface RecordedDelivery {
  readonly method: string;
  /** The request target: `/webhook`. */
  readonly target: string;
  /** Names in lower case; those that optipick adds to a record are not among them. */
  readonly headers: HttpHeaders;
  /** The exact bytes. */
  readonly body: Uint8Array;
  /** When `listen` received it, in milliseconds since 1970; `undefined` for other files. */
  readonly receivedAt: number | undefined;
  /** The status that the sender was answered with. */
  readonly status: number | undefined;
  /** `false`: the request was rejected before its body was read, and `body` is empty. */
  readonly bodyKept: boolean;
  /** The file holds the body as an object: `body` is that object as compact JSON, and may differ from what was sent. */
  readonly bodyWasParsed?: boolean;
}
