/** What goes wrong between this program and PostgreSQL, worded once. */
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { maskUrlsIn } from '../../lib/net/url-secrets.ts';

const SERVER_ERROR = /^[\dA-Z]{5}$/;

/** The SQLSTATE of an error that the server sent; `undefined` of any other. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = systemCodeOf(error);
  return code !== undefined && SERVER_ERROR.test(code) ? code : undefined;
}

/** A deadlock, or a transaction that another one was ahead of: the same statement may succeed at once. */
export function isConflict(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40P01' || state === '40001';
}

/** A value that the database does not store, or that breaks a rule of a table. */
export function isBadValue(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error) ?? '');
}

/**
 * Whether the connection must not be used again: it is broken, the server is shutting down or has become a standby, or has no
 * room. Anything that no server has sent is about the connection.
 */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof CliError) return true;
  const state = sqlStateOf(error);
  return state === undefined || /^(?:08|53|57P|25006$|58)/.test(state);
}

interface Remedy {
  readonly code: string;
  readonly hint: string;
  readonly retryable: boolean;
}

const UNAVAILABLE: Remedy = {
  code: 'state_unavailable',
  hint: 'check that the server runs and that its address is right: optipick state status',
  retryable: true,
};

/** By the beginning of the SQLSTATE. */
const REMEDIES: readonly (readonly [string, Partial<Remedy>])[] = [
  ['28', { hint: 'check user and password, and pg_hba.conf of the server', retryable: false }],
  ['3D', { hint: 'create the database, or name another one in the address', retryable: false }],
  ['42501', { hint: 'grant this role its rights: optipick state migrate --grant-to <role>', retryable: false }],
  ['53300', { hint: 'the server has no connection left: raise max_connections, or put a pooler in front of it' }],
  ['53', { hint: 'the server has no space or memory left' }],
];

/**
 * The failure to report. `place` is the address without its password. A statement that the server does not understand is a bug, and stays
 * what it is.
 */
export function stateFailure(error: unknown, place: string): unknown {
  if (error instanceof CliError) return error;
  const state = sqlStateOf(error);
  if (state !== undefined && /^(?:42(?!501)|2|0[^8]|P0)/.test(state)) return error;
  const known = REMEDIES.find(([beginning]) => state?.startsWith(beginning) === true)?.[1];
  const { code, hint, retryable } = { ...UNAVAILABLE, ...known };
  return new CliError('environment', `${place} cannot be used: ${maskUrlsIn(messageOf(error))}`, {
    code,
    hint,
    retryable,
    cause: error,
  });
}
