/** The state that several machines share, in PostgreSQL: loaded only where an address of one is set. */
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import type { Host, PostgresClient } from '../platform/host.ts';
import { parseStateUrl, type StateAddress } from '../settings/state-url.ts';
import { openPostgresState, type PostgresState } from '../state/postgres/state.ts';
import { createDoor, type DoorOptions } from '../state/postgres/door.ts';
import { inSchema, type InSchema } from '../state/postgres/schema.ts';
import { inSession } from '../state/postgres/admin/session.ts';
import { postgresStatus, type PostgresStatus } from '../state/postgres/admin/status.ts';
import { CERTIFICATES_FILE_BYTES } from '../limits.ts';
import { readInput, readSecretFile, type InputSource } from './input-file.ts';
import { findPassword } from '../settings/password-file.ts';

/** What a connection to this state needs. Throws `CliError` `usage` for a malformed address and a file that cannot be read. */
export async function stateDoorOptions(
  source: InputSource & { readonly host: Host },
  url: string,
): Promise<DoorOptions> {
  const { host } = source;
  const address = parseStateUrl(url);
  const { rootCertificates } = address;
  return {
    address,
    openPostgres: (server) => host.openPostgres(server),
    password: () => passwordOf(source, address),
    rootCertificates: rootCertificates === undefined ? undefined : await certificatesIn(source, rootCertificates),
    clock: host.clock,
    name: `optipick/${host.version}`,
  };
}

async function certificatesIn(source: InputSource, path: string): Promise<string> {
  return new TextDecoder().decode((await readInput(source, path, CERTIFICATES_FILE_BYTES)).bytes);
}

/** Connected to on first use; `close` when done. */
export async function openSharedState(
  source: InputSource & { readonly host: Host },
  url: string,
): Promise<PostgresState> {
  return openPostgresState({ ...(await stateDoorOptions(source, url)), clock: source.host.clock });
}

/** Throws as {@link stateDoorOptions}, and `CliError` `environment` when no server answers. */
export async function sharedStateStatus(
  source: InputSource & { readonly host: Host },
  url: string,
): Promise<PostgresStatus> {
  const { clock } = source.host;
  return await postgresStatus({ ...(await stateDoorOptions(source, url)), clock }, source.stop);
}

/** For a statement that reads or writes many rows, over a slow network. */
const PIECE_MS = 60_000;

/** A connection to a state whose tables are there, and the address of the state without its password. */
export interface SharedSession {
  readonly client: PostgresClient;
  readonly at: InSchema;
  readonly place: string;
}

/** Work on a connection of its own that may take long. Throws as {@link stateDoorOptions} and {@link inSession}. */
export async function inSharedSession<T>(
  source: InputSource & { readonly host: Host },
  url: string,
  work: (session: SharedSession) => Promise<T>,
): Promise<T> {
  const door = createDoor(await stateDoorOptions(source, url));
  const { place, schema } = door;
  const { stop } = source;
  const { clock } = source.host;
  return await inSession({ connect: () => door.connect(), place, clock, stop, answerMs: PIECE_MS }, (client) =>
    work({ client, at: inSchema(schema), place }),
  );
}

/** As `psql` finds it: in the address, in `PGPASSWORD`, in the file of `PGPASSFILE`. */
async function passwordOf(source: InputSource & { readonly host: Host }, address: StateAddress): Promise<string> {
  const { env, home, platform } = source.host;
  const given = address.password ?? env['PGPASSWORD'];
  if (given !== undefined) return given;
  const file = env['PGPASSFILE'];
  const path =
    file ?? (platform === 'win32' ? join(env['APPDATA'] ?? home, 'postgresql', 'pgpass.conf') : join(home, '.pgpass'));
  if (file === undefined && !(await source.host.files.exists(path))) throw noPassword(address);
  const password = findPassword(await readSecretFile(source, path), address);
  if (password === undefined) throw noPassword(address);
  return password;
}

function noPassword({ user }: StateAddress): CliError {
  return new CliError(
    'environment',
    `the server of the shared state asks for a password of ${user}, and there is none`,
    {
      code: 'state_unavailable',
      hint: 'set PGPASSWORD or PGPASSFILE, or write it into the address',
    },
  );
}
