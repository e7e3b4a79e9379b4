/** PgBouncer of Debian in front of a PostgreSQL server of a test, as most have it: a connection is lent for one transaction. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PASSWORD, UNPRIVILEGED, type PostgresServer } from './postgres-server.ts';

const PGBOUNCER = '/usr/sbin/pgbouncer';

export const HAS_POOLER = existsSync(PGBOUNCER);

export interface Pooler {
  readonly port: number;
  end(): Promise<void>;
}

export async function startPooler({ port: target }: PostgresServer): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'optipick-pooler-'));
  const port = await freePort();
  const settings = [
    '[databases]',
    `postgres = host=127.0.0.1 port=${target} dbname=postgres`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${join(folder, 'users')}`,
    'pool_mode = transaction',
    'default_pool_size = 4',
  ];
  await writeFile(join(folder, 'settings'), `${settings.join('\n')}\n`);
  await writeFile(join(folder, 'users'), `"owner" "${PASSWORD}"\n`);
  await chmod(folder, 0o755);
  const { uid, gid } = UNPRIVILEGED;
  if (uid !== undefined) for (const name of ['', 'settings', 'users']) await chown(join(folder, name), uid, gid);
  const child = spawn(PGBOUNCER, [join(folder, 'settings')], { ...UNPRIVILEGED, cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error('PgBouncer did not start');
  }
  return {
    port,
    async end() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  if (!isOpen) await new Promise((resolve) => void setTimeout(resolve, 20));
  return isOpen;
}
