/** What goes wrong between this program and PostgreSQL, worded once. */
import type { ErrorCode } from '../../error-codes.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { maskUrlsIn } from '../../lib/net/url-secrets.ts';

/** No class begins with E, as codes of the system do: `EPIPE`. */
const SERVER_ERROR = /^(?!E)[\dA-Z]{5}$/;

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

/** A value that the database does not store, or that breaks a rule of a table: as {@link stateFailure} reports it. */
export function isBadValue(error: unknown): boolean {
  return error instanceof CliError && error.code === BAD_VALUE;
}

/**
 * Whether the connection must not be used again: it is broken, the server is shutting down or has become a standby, has no room, or
 * the tables are no longer what they were when it was opened. Anything that no server has sent is about the connection.
 */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof CliError) return true;
  if (isBug(error)) return false;
  return /^(?:$|08|25006|3F|42P01|42703|53|57P|58)/.test(sqlStateOf(error) ?? '');
}

interface Remedy {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
}

const UNAVAILABLE: Remedy = {
  code: 'state_unavailable',
  hint: 'check that the server runs and that its address is right: optipick state status',
  retryable: true,
};

const BAD_VALUE = 'state_value_rejected';
const VALUE: Remedy = { code: BAD_VALUE, hint: 'PostgreSQL cannot store what was sent', retryable: false };
const TABLES: Remedy = {
  code: 'state_not_migrated',
  hint: 'create the tables, by a role that may: optipick state migrate',
  retryable: false,
};

/** By the beginning of the SQLSTATE. */
const REMEDIES: readonly (readonly [string, Partial<Remedy>])[] = [
  [
    '0A',
    {
      hint: 'it is not a PostgreSQL that a shared state can use; one without LISTEN needs listen=off',
      retryable: false,
    },
  ],
  ['22', VALUE],
  ['23', VALUE],
  ['54', VALUE],
  ['25006', { hint: 'it accepts no writes: name the primary, or all hosts (host1,host2)' }],
  ['28', { hint: 'check user and password, and pg_hba.conf of the server', retryable: false }],
  ['3D', { hint: 'create the database, or name another one in the address', retryable: false }],
  ['3F', TABLES],
  ['42P01', TABLES],
  ['42703', TABLES],
  ['42501', { hint: 'grant this role its rights: optipick state migrate --grant-to <role>', retryable: false }],
  ['53300', { hint: 'the server has no connection left: raise max_connections, or put a pooler in front of it' }],
  ['53', { hint: 'the server has no space or memory left' }],
];

/** By the code or the words of what is said about TLS. */
const TLS_REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/no encryption|SSL off/, 'the server wants TLS, or knows no such user: sslmode=verify-full'],
  [
    /ALTNAME_INVALID/,
    'the certificate of the server is for another name: use the name that it is for in the address, or give the server a new one',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_UNTRUSTED|INVALID_CA/,
    'name the certificate of the authority that signed that of the server: sslrootcert=<file>',
  ],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, 'give the server a certificate that is valid today, or set the clock'],
  [
    /does not support SSL/,
    'turn on ssl in postgresql.conf; only over a network that nobody else uses: sslmode=disable',
  ],
  [/\bPEM\b/, 'sslrootcert has to name a file of certificates in PEM'],
];

/**
 * The failure to report. `place` is the address without its password. A statement that the server does not understand is a bug, and stays
 * what it is.
 */
export function stateFailure(error: unknown, place: string): unknown {
  if (error instanceof CliError) return error;
  const state = sqlStateOf(error);
  const known = tlsRemedy(error) ?? REMEDIES.find(([beginning]) => state?.startsWith(beginning) === true)?.[1];
  if (known === undefined && isBug(error)) return error;
  const { code, hint, retryable } = { ...UNAVAILABLE, ...known };
  return new CliError('environment', `${place} cannot be used: ${maskUrlsIn(wordsOf(error))}`, {
    code,
    hint,
    retryable,
    cause: error,
  });
}

function wordsOf(error: unknown): string {
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: unknown } };
  if (systemCodeOf(error) === 'ERR_TLS_CERT_ALTNAME_INVALID' && typeof cert?.subjectaltname === 'string') {
    return `its certificate is for ${cert.subjectaltname}`;
  }
  // Node.js adds advice for those who start it themselves.
  return messageOf(error).replace(/; if the root CA is installed locally.*$/, '');
}

function tlsRemedy(error: unknown): Partial<Remedy> | undefined {
  const state = sqlStateOf(error);
  // What the server says of data may hold any words.
  if (state !== undefined && !state.startsWith('28')) return undefined;
  const words = `${systemCodeOf(error) ?? ''} ${messageOf(error)}`;
  const hint = TLS_REMEDIES.find(([pattern]) => pattern.test(words))?.[1];
  return hint === undefined ? undefined : { hint, retryable: false };
}

/** An error of this program rather than of the connection: what the server does not understand, and what JavaScript does not. */
function isBug(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  return /^(?:0[^8]|2[^2358]|25(?!006)|42(?!501|P01|703)|P0)/.test(sqlStateOf(error) ?? '');
}
