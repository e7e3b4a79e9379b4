import type { Kind } from '../kinds.ts';

export type SettledState = 'done' | 'failed';

export interface NewSubmission {
  readonly requestId: string;
  readonly kind: Kind;
  readonly siteName?: string | undefined;
  readonly waveId?: string | undefined;
  /** Normalized, without a trailing slash: ids are unique to one API only. */
  readonly baseUrl: string;
  readonly profile: string;
}

export interface StoredSubmission extends NewSubmission {
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly state: 'pending' | SettledState;
  readonly settledAt: number | undefined;
}

/**
 * What was submitted from this machine, so that nobody needs to keep ids by hand. Every method rejects with `CliError`
 * `environment` when the state cannot be read or written.
 */
export interface Submissions {
  /** On disk when it is fulfilled. Remembering the same id again keeps its state. */
  remember(submission: NewSubmission): Promise<void>;
  /** Without a base URL: of the newest submission with that id. */
  kindOf(requestId: string, baseUrl?: string): Promise<Kind | undefined>;
  find(requestId: string, baseUrl?: string): Promise<StoredSubmission | undefined>;
  /** Those whose result was not seen yet, oldest first. */
  pending(baseUrl: string, limit?: number): Promise<readonly StoredSubmission[]>;
  /** Stores how a job ended; the first `done` or `failed` stays. `false` when there was nothing to store. */
  settle(requestId: string, baseUrl: string, state: SettledState, at?: number): Promise<boolean>;
}
