/** The state that several machines share, in PostgreSQL: loaded only where an address of one is set. */
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import type { Host } from '../platform/host.ts';
import { parseStateUrl, type StateAddress } from '../settings/state-url.ts';
import { openPostgresState, type PostgresState } from '../state/postgres/state.ts';
import type { DoorOptions } from '../state/postgres/door.ts';
import { readSecretFile, type InputSource } from './input-file.ts';
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
    rootCertificates: rootCertificates === undefined ? undefined : await readSecretFile(source, rootCertificates),
    clock: host.clock,
    name: `optipick/${host.version}`,
  };
}

/** Connected to on first use; `close` when done. */
export async function openSharedState(
  source: InputSource & { readonly host: Host },
  url: string,
): Promise<PostgresState> {
  return openPostgresState({ ...(await stateDoorOptions(source, url)), clock: source.host.clock });
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
