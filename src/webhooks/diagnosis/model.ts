/** Why a delivery does not verify. */
import type { HttpHeaders } from '../../lib/net/http.ts';

export type Cause =
  | 'clock'
  | 'other_secret'
  | 'secret_malformed'
  | 'body_changed'
  | 'header_missing'
  | 'header_changed'
  | 'other_message'
  | 'asymmetric_only'
  /** None fits, or two fit equally. */
  | 'unknown';

/** A secret as it was given, with what people know it by: `OPTIPICK_WEBHOOK_SECRET`, `profile staging`. */
export interface NamedSecret {
  readonly text: string;
  readonly from: string;
  /** Stored under the very profile whose secret is replaced by the one in force: not somebody else's. Default false. */
  readonly replaced?: boolean;
}

/** Another message that the headers may belong to. */
export interface KnownMessage {
  readonly id: string;
  readonly timestamp: string;
  readonly body: Uint8Array;
  /** Where it is: the name of a file. */
  readonly from: string;
}

export interface DeliveryInQuestion {
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** The time to judge the timestamp by, in milliseconds since 1970. */
  readonly judgedAt: number;
  readonly toleranceMs: number;
  /** In force; not empty. */
  readonly secrets: readonly NamedSecret[];
  /** Stored under other profiles. */
  readonly otherSecrets: readonly NamedSecret[];
  /** For telling an API key that was pasted as a secret. */
  readonly apiKeys: readonly string[];
  readonly otherMessages: readonly KnownMessage[];
  /** What a compressed body may have when it is decoded, in bytes; default `MAX_DECODED_BODY_BYTES`. */
  readonly decodedBytes?: number;
  /** How much is tried in search of what was signed, in bytes that are hashed; default {@link FULL_EFFORT}. */
  readonly effort?: number;
}

/** About a second of work at most; the usual webhook is through after some hundredths. */
export const FULL_EFFORT = 64 * 1024 * 1024;

export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Diagnosis {
  readonly cause: Cause;
  /** One or two sentences for a person; holds no secret. */
  readonly explanation: string;
  /** What proves it; for `unknown` what was tried. Holds no secret and no signature but what was received. */
  readonly evidence: Evidence;
  /** What to do. */
  readonly fix: string;
}

export type Examination =
  | { readonly verified: true; readonly id: string; readonly timestamp: string; readonly secretFrom: string }
  | ({ readonly verified: false } & Diagnosis);

/** A cause that fits, with its proof. */
export interface Fit {
  /** The timestamp that was signed, where it is not the one that came. */
  readonly signedTimestamp?: string;
  readonly cause: Cause;
  readonly explanation: string;
  readonly evidence: Evidence;
}
