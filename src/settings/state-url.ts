/** The address of a state that several machines share: `postgres://user@host/db`. Pure. No message holds a password. */
import { CliError } from '../errors.ts';
import { isLoopback } from '../lib/net/loopback.ts';
import { maskUrl } from '../lib/net/url-secrets.ts';
import { nearestWord } from '../lib/text/did-you-mean.ts';

export interface StateHost {
  /** A name, an address without brackets, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

/** Where a shared state is, and how it is connected to. */
export interface StateAddress {
  /** Tried in this order; the first that accepts writes is used. */
  readonly hosts: readonly StateHost[];
  readonly user: string;
  /** `undefined`: of `PGPASSWORD` or `PGPASSFILE`, or none. */
  readonly password: string | undefined;
  readonly database: string;
  readonly schema: string;
  /** Whether the server has to prove its name, over TLS. */
  readonly isVerified: boolean;
  /** Path of the certificates to trust; `undefined`: those that Node.js trusts. */
  readonly rootCertificates: string | undefined;
  /** Whether others are notified of what arrives, beside asking each second. */
  readonly listens: boolean;
  /** Whether a connection creates what is missing in the database. */
  readonly migrates: boolean;
  /** What is odd about it, though it can be used. */
  readonly warnings: readonly string[];
}

const DEFAULT_PORT = 5432;
const DEFAULT_SCHEMA = 'optipick';

const PARAMETERS = ['sslmode', 'sslrootcert', 'schema', 'listen', 'migrate'] as const;

/** Then part of a password may be read as something else, and must not be shown as that. */
const HAS_LATE_AT = /^\s*postgres(?:ql)?:\/\/[^/?#]*[/?#].*@/s;

const ESCAPES = 'in user and password write "@", "/", ":", "?" and "#" as %40, %2F, %3A, %3F and %23';

const EXAMPLE = 'postgres://optipick@db.example.com/optipick';

/** Throws `CliError` `usage` (`bad_state_url`). */
export function parseStateUrl(text: string): StateAddress {
  if (HAS_LATE_AT.test(text)) {
    throw malformed('the address of the shared state has an "@" behind its host', ESCAPES);
  }
  const [, authority = '', path = '', query = ''] =
    /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text.trim()) ?? [];
  const at = authority.lastIndexOf('@');
  const [user = '', password] = at === -1 ? [] : splitAt(authority.slice(0, at), ':').map(decoded);
  const places = authority.slice(at + 1);
  if (places === '') throw malformed('this is no address of a shared state', `it is like ${EXAMPLE}`);
  if (user === '')
    throw malformed('the address of the shared state names no user', `put it before the host: ${EXAMPLE}`);
  const database = decoded(path);
  if (database === '') throw malformed('the address of the shared state names no database', `as in ${EXAMPLE}`);
  const parameters = parametersOf(query);
  const hosts = places.split(',').map(hostOf);
  const isLocal = hosts.every(({ host }) => host.startsWith('/') || isLoopback(host));
  const isVerified = isVerifiedBy(parameters.sslmode, isLocal);
  const rootCertificates = parameters.sslrootcert === 'system' ? undefined : parameters.sslrootcert;
  return {
    hosts,
    user,
    password,
    database,
    schema: schemaOf(parameters.schema ?? DEFAULT_SCHEMA),
    isVerified,
    rootCertificates,
    listens: choiceOf('listen', parameters.listen, 'on', 'off') ?? true,
    migrates: choiceOf('migrate', parameters.migrate, 'auto', 'never') ?? false,
    warnings:
      isVerified || isLocal
        ? []
        : [`the connection to ${hosts.map(({ host }) => host).join(' and ')} is not encrypted: sslmode=disable`],
  };
}

/** As it may be shown: `postgres://user:***@host/db`. */
export function shownStateUrl({ hosts, user, password, database, schema }: StateAddress): string {
  const places = hosts.map(({ host, port }) => {
    const name = host.includes(':') ? `[${host}]` : host.replaceAll('/', '%2F');
    return port === DEFAULT_PORT ? name : `${name}:${port}`;
  });
  const mask = password === undefined ? '' : ':***';
  const shownSchema = schema === DEFAULT_SCHEMA ? '' : `?schema=${schema}`;
  return `postgres://${encodeURIComponent(user)}${mask}@${places.join(',')}/${encodeURIComponent(database)}${shownSchema}`;
}

/** The same for a text that may not be one. */
export function maskStateUrl(text: string): string {
  try {
    return shownStateUrl(parseStateUrl(text));
  } catch (error) {
    if (error instanceof CliError) return HAS_LATE_AT.test(text) ? 'postgres://***' : maskUrl(text);
    throw error;
  }
}

/** The password in it, `undefined` when there is none. */
export function statePassword(text: string): string | undefined {
  try {
    return parseStateUrl(text).password;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

type Parameters = Partial<Record<(typeof PARAMETERS)[number], string>>;

function parametersOf(query: string): Parameters {
  const parameters: Parameters = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const known = PARAMETERS.find((each) => each === name);
    if (known === undefined) {
      const nearest = nearestWord(name, PARAMETERS);
      throw malformed(
        `the address of the shared state has an unknown parameter "${name.slice(0, 40)}"`,
        nearest === undefined ? `the parameters are ${PARAMETERS.join(', ')}` : `did you mean ${nearest}?`,
      );
    }
    if (value !== '') parameters[known] = value;
  }
  return parameters;
}

/** Between machines nothing weaker than a verified server unless it is written out; `require` verifies nobody. */
function isVerifiedBy(mode: string | undefined, isLocal: boolean): boolean {
  if (mode === undefined) return !isLocal;
  if (mode === 'verify-full') return true;
  if (mode === 'disable') return false;
  throw malformed(
    `sslmode=${mode.slice(0, 20)} does not verify the server`,
    'use sslmode=verify-full, with sslrootcert=<file> for an authority of your own; or write out sslmode=disable',
  );
}

function choiceOf(name: string, value: string | undefined, yes: string, no: string): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === yes || value === no) return value === yes;
  throw malformed(
    `${name}=${value.slice(0, 20)} is unknown in the address of the shared state`,
    `it is ${yes} or ${no}`,
  );
}

/** Written out in every statement, and part of the name of a channel, which has at most 63 characters. */
function schemaOf(name: string): string {
  if (/^[a-z_][a-z\d_]{0,47}$/.test(name) && !name.startsWith('pg_')) return name;
  throw malformed(
    'the schema of the shared state cannot have this name',
    'use up to 48 lower-case letters, digits and "_": schema=optipick',
  );
}

function hostOf(place: string): StateHost {
  const [, bracketed, name = '', port = `${DEFAULT_PORT}`] =
    /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(place) ?? [];
  const host = decoded(bracketed ?? name);
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) {
    throw malformed(
      'the address of the shared state has no valid host and port',
      `write host:port, several with a comma between; ${ESCAPES}`,
    );
  }
  return { host, port: Number(port) };
}

function splitAt(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw malformed('the address of the shared state has a stray "%"', 'write a "%" of a name or password as %25');
  }
  // The protocol ends a text at a zero.
  if (/\p{Cc}/u.test(plain)) {
    throw malformed('the address of the shared state has a control character', 'leave out %00 and the like');
  }
  return plain;
}

function malformed(message: string, hint: string): CliError {
  return new CliError('usage', message, { code: 'bad_state_url', hint });
}
