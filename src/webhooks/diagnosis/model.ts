/** Why a delivery does not verify. */
import type { HttpHeaders } from '../../lib/net/http.ts';
import type { FirstDifference, FirstDifferenceJson } from './changes/first-difference.ts';

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

export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[] | FirstDifferenceJson>>;

export interface Diagnosis {
  readonly cause: Cause;
  /** What happened, to complete "does not verify: ...": `the body was re-serialized`. */
  readonly summary: string;
  /** The sentences behind it. */
  readonly details: string;
  /** Both as sentences, with the place of the first difference; holds no secret. */
  readonly explanation: string;
  /** What proves it; for `unknown` what was tried. Holds no secret, and no signature that was not received. */
  readonly evidence: Evidence;
  /** Where the received body differs from the signed one, when that is known. */
  readonly difference: FirstDifference | undefined;
  /** What to do. */
  readonly fix: string;
  /** Whether a receiver that verifies the bytes as they arrived is the cure. */
  readonly curedByCode: boolean;
}

export type VerificationResult =
  | { readonly verified: true; readonly id: string; readonly timestamp: string; readonly secretFrom: string }
  | ({ readonly verified: false } & Diagnosis);

/** What to do about a cause, or about one way in which it happens. */
export type FixName =
  | Cause
  | 'body_altered'
  | 'body_cut'
  | 'body_edges'
  | 'body_lost'
  | 'body_wrapped'
  | 'clock_in_milliseconds'
  | 'secret_api_key'
  | 'secret_as_text'
  | 'secret_incomplete'
  | 'secret_white_space';

/** A cause that the delivery shows, with its evidence. */
export interface ExplainedCause extends Pick<Diagnosis, 'cause' | 'summary' | 'details' | 'evidence'> {
  /** Default: the name of the cause. */
  readonly fix?: FixName;
  readonly difference?: FirstDifference | undefined;
  /** The timestamp that was signed, where it is not the one that was received. */
  readonly signedTimestamp?: string;
}

/** The cause when headers were changed on their way, and are right otherwise: `svix-id is wrapped in quotes`. */
export function headerChanged(
  change: string,
  summary = `${/^svix-[a-z]+/.exec(change)?.[0] ?? 'a header'} was modified`,
): ExplainedCause {
  return { cause: 'header_changed', summary, details: wouldMatch(change), evidence: { change } };
}

/** The one thing that is wrong. */
export function wouldMatch(problem: string): string {
  return `The signature would match, but ${problem}.`;
}
