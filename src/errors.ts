/** How optipick fails, in words and numbers. */
import type { ErrorCode } from './error-codes.ts';

/**
 * Every way in which optipick can end other than well, and the exit code of each.
 * The numbers are a promise to scripts: see `optipick help exit-codes`.
 */
export const EXIT_CODES = {
  internal: 1,
  usage: 2,
  failed: 3,
  auth: 4,
  refused: 5,
  unavailable: 6,
  environment: 7,
  pending: 8,
  signature: 9,
  interrupted: 130,
  terminated: 143,
} as const;

/** The class of a failure; it alone decides the exit code. */
export type Failure = keyof typeof EXIT_CODES;

/** One fault inside a bigger failure, e.g. one bad field of a request file. */
export interface FailureDetail {
  /** JSON pointer into the document at fault (`/picks/3/location_id`), or `""` for the whole. */
  readonly path: string;
  readonly message: string;
  /** Where a person finds it: `picks.json:14:7` (line and column count from 1). */
  readonly place?: string;
  /** What stands for it and its like where people do not want each. Default: what they have in common. */
  readonly summary?: string;
}

export interface FailureFacts {
  /** A stable word finer than the failure class, for scripts: `no_api_key`, `rate_limited`. Default: the class. */
  readonly code?: ErrorCode | undefined;
  /** What the user can do about it, one sentence or command. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** HTTP status that caused it. */
  readonly status?: number | undefined;
  /** What the API calls the error, where it says so beside its words. */
  readonly apiCode?: string | undefined;
  readonly requestId?: string | undefined;
  /** Whether the same command may succeed when run again. Default: only for `unavailable` and `pending`. */
  readonly retryable?: boolean | undefined;
  readonly details?: readonly FailureDetail[] | undefined;
}

/**
 * A failure that was foreseen: classified where it is thrown, worded once, and turned into
 * output and an exit code in one place (`main`). Anything else that is thrown is a bug (exit 1).
 */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly failure: Failure;
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly status: number | undefined;
  readonly apiCode: string | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly details: readonly FailureDetail[];

  constructor(failure: Failure, message: string, facts: FailureFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.failure = failure;
    this.code = facts.code ?? failure;
    this.hint = facts.hint;
    this.status = facts.status;
    this.apiCode = facts.apiCode;
    this.requestId = facts.requestId;
    this.retryable = facts.retryable ?? (failure === 'unavailable' || failure === 'pending');
    this.details = facts.details ?? [];
  }

  get exitCode(): number {
    return EXIT_CODES[this.failure];
  }
}

/** The same failure in other words, with other details or another hint. */
export function reworded(
  error: CliError,
  { message = error.message, ...facts }: { readonly message?: string } & Pick<FailureFacts, 'details' | 'hint'>,
): CliError {
  const { failure, code, hint, status, apiCode, requestId, retryable, details } = error;
  const same = { code, hint, status, apiCode, requestId, retryable, details };
  return new CliError(failure, message, { ...same, ...facts, cause: error });
}

/** Contract, section 4: with several ids the worst decides, in this order. */
const WORST_FIRST: readonly Failure[] = [
  'internal',
  'environment',
  'auth',
  'usage',
  'refused',
  'failed',
  'unavailable',
  'pending',
];

/** The failure that speaks for all, or `undefined` when there is none. */
export function worstFailure(failures: Iterable<Failure>): Failure | undefined {
  const seen = new Set(failures);
  return WORST_FIRST.find((failure) => seen.has(failure)) ?? [...seen][0];
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ECONNREFUSED`, `ENOENT`), looked for down the chain of causes. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; depth += 1) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
    const inner: unknown = at instanceof AggregateError ? at.errors[0] : at.cause;
    at = inner;
  }
  return undefined;
}
