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

/** A secret as it was given, and where it is from: `OPTIPICK_WEBHOOK_SECRET`, `profile staging`. */
export interface NamedSecret {
  readonly text: string;
  readonly from: string;
  /** Stored under the active profile, whose secret a flag or variable overrides. Default false. */
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

export interface DiagnosisInput {
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** The time that the timestamp is compared with, in milliseconds since 1970. */
  readonly referenceTime: number;
  readonly toleranceMs: number;
  /** The secrets in use; not empty. */
  readonly secrets: readonly NamedSecret[];
  /** Stored under other profiles. */
  readonly otherSecrets: readonly NamedSecret[];
  /** To recognize an API key that was pasted as a secret. */
  readonly apiKeys: readonly string[];
  readonly otherMessages: readonly KnownMessage[];
  /** The limit of a decoded body, in bytes; default `MAX_DECODED_BODY_BYTES`. */
  readonly maxDecodedBytes?: number;
  /** How many bytes may be hashed in search of what was signed; default {@link FULL_SEARCH_BYTES}. */
  readonly searchBytes?: number;
}

/** About a second of work at most; the usual webhook takes a few hundredths of a second. */
export const FULL_SEARCH_BYTES = 64 * 1024 * 1024;

export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Diagnosis {
  readonly cause: Cause;
  /** One or two sentences for a person; holds no secret. */
  readonly explanation: string;
  /** What proves it; for `unknown` what was tried. Holds no secret, and no signature that was not received. */
  readonly evidence: Evidence;
  /** What to do, and then a line for each framework: `Express: ...`. */
  readonly fix: string;
}

export type VerificationResult =
  | { readonly verified: true; readonly id: string; readonly timestamp: string; readonly secretFrom: string }
  | ({ readonly verified: false } & Diagnosis);

/** The cause when headers were changed on their way. */
export function headerChanged(change: string, explanation = `The signature is right, but ${change}.`): ExplainedCause {
  return { cause: 'header_changed', explanation, evidence: { change } };
}

/** A cause that the delivery shows, with its evidence. */
export interface ExplainedCause {
  /** The timestamp that was signed, where it is not the one that was received. */
  readonly signedTimestamp?: string;
  readonly cause: Cause;
  readonly explanation: string;
  readonly evidence: Evidence;
}
