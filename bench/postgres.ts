/**
 * A shared state beside what it is measured against: bare inserts over a pool of `pg`, and the SQLite inbox. Ratios of one run,
 * of the best of the rounds, beside the least or most that they may be.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPostgres } from '../src/platform/postgres.ts';
import { parseStateUrl } from '../src/settings/state-url.ts';
import { migrate } from '../src/state/postgres/migrations.ts';
import { createPostgresServer, PASSWORD, type PostgresServer } from '../test/support/postgres-server.ts';
import type { Engine, Measured } from './postgres-child.ts';

const ROUNDS = 3;
const SENDERS = 64;
const DELIVERIES = 5000;
const TRICKLE = 200;
const CHILD = fileURLToPath(new URL('postgres-child.ts', import.meta.url));

type Print = (line: string) => void;

export async function benchPostgres(print: Print): Promise<void> {
  // What a checkpoint adds to the log depends on when it comes: only when it is asked for.
  const settings = { checkpoint_timeout: '1h', min_wal_size: '2GB', max_wal_size: '8GB' };
  const server = await createPostgresServer({ settings });
  const folder = mkdtempSync(join(tmpdir(), 'optipick-bench-'));
  const delayed = await startDelay(server.port, 1);
  const bench = createBench(server, folder, print);
  print(`shared state, webhooks of 1.1 KB, best of ${ROUNDS}, ratios of one run`);
  try {
    const near = (parameters = ''): string => `${server.url()}${parameters}`;
    const far = (parameters: string): string => server.url(parameters, undefined, `127.0.0.1:${delayed.port}`);
    for (const workers of [1, 3]) await bench.works(workers, near);
    await bench.wakes(near);
    for (const processes of [1, 2]) await bench.accepts(processes, near);
    await bench.accepts(1, far, ' through 1 ms each way');
    await bench.notifying(near);
  } finally {
    await delayed.end();
    await server.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function createBench(server: PostgresServer, folder: string, print: Print) {
  let number = 0;
  /** An empty place for an engine. */
  const placeOf = async (engine: Engine, url: (parameters: string) => string): Promise<string> => {
    number += 1;
    if (engine === 'sqlite') return join(folder, `sqlite-${number}`);
    const schema = `bench_${number}_${randomBytes(3).toString('hex')}`;
    await withOwner(server, async (client) => {
      await migrate(client, schema, 'bench');
      await client.query(
        `CREATE TABLE "${schema}".bare (id text PRIMARY KEY, received_at bigint, headers bytea NOT NULL, body bytea NOT NULL)`,
      );
    });
    return url(`?schema=${schema}`);
  };

  /** Together what several processes at once come to. */
  const together = async (engine: Engine, place: string, processes: number, work: string): Promise<Measured> => {
    const all = await Promise.all(Array.from({ length: processes }, () => startChild(engine, place)));
    try {
      // What is measured is a process that has run for a while.
      if (work.startsWith('accept'))
        await Promise.all(all.map((child, index) => child.ask(work.replace('*', `w${index}`))));
      const each = await Promise.all(all.map((child, index) => child.ask(work.replace('*', `p${index}`))));
      const sum = each.reduce((total, { perSecond }) => total + perSecond, 0);
      const worst = (key: 'p50' | 'p99'): number => Math.max(...each.map((measured) => measured[key]));
      return { perSecond: sum, p50: worst('p50'), p99: worst('p99') };
    } finally {
      for (const child of all) await child.end();
    }
  };

  const line = (name: string, ratio: number, limit: `>= ${number}` | `<= ${number}`): void => {
    const [sign, bound] = limit.split(' ');
    const holds = sign === '>=' ? ratio >= Number(bound) : ratio <= Number(bound);
    print(`  ${name.padEnd(62)} ${ratio.toFixed(2).padStart(6)}  ${limit}${holds ? '' : '  MISSED'}`);
  };

  const acceptsOf = async (
    engine: Engine,
    processes: number,
    url: (parameters: string) => string,
  ): Promise<Measured> => {
    const place = await placeOf(engine, url);
    // A server that has run for a while writes its log into files that it has used before.
    if (engine !== 'sqlite') await server.query('CHECKPOINT');
    return await together(engine, place, processes, `accept * ${SENDERS / processes}`);
  };

  return {
    async accepts(processes: number, url: (parameters: string) => string, way = ''): Promise<void> {
      const all: Record<Engine, Measured[]> = { postgres: [], sqlite: [], bare: [] };
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const engine of ['postgres', 'bare', ...(way === '' ? (['sqlite'] as const) : [])] as const) {
          all[engine].push(await acceptsOf(engine, processes, url));
        }
      }
      const [ours, bare] = [bestOf(all.postgres), bestOf(all.bare)];
      const name = `accept, ${processes} x ${SENDERS / processes} senders${way}`;
      print(`  ${name}: ${figures(ours)}; bare ${figures(bare)}`);
      line(
        `${name}, to bare inserts`,
        ours.perSecond / bare.perSecond,
        way !== '' ? '>= 2.5' : processes === 1 ? '>= 1.8' : '>= 2',
      );
      if (way !== '') return;
      const sqlite = bestOf(all.sqlite);
      line(`${name}, to SQLite`, ours.perSecond / sqlite.perSecond, processes === 1 ? '>= 0.5' : '>= 0.8');
      line(`${name}, p99 to that of bare inserts`, ours.p99 / bare.p99, '<= 0.7');
    },
    async notifying(url: (parameters: string) => string): Promise<void> {
      const all: Record<'on' | 'off', Measured[]> = { on: [], off: [] };
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const listen of ['on', 'off'] as const) {
          all[listen].push(await acceptsOf('postgres', 2, (parameters) => url(`${parameters}&listen=${listen}`)));
        }
      }
      line('accept with notifications, to without', bestOf(all.on).perSecond / bestOf(all.off).perSecond, '>= 0.9');
    },
    async works(workers: number, url: (parameters: string) => string): Promise<void> {
      const all: Record<'postgres' | 'sqlite' | 'plod', Measured[]> = { postgres: [], sqlite: [], plod: [] };
      let bytes = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [name, engine, work] of [
          ['postgres', 'postgres', 'drain *'],
          ['sqlite', 'sqlite', 'drain *'],
          ['plod', 'postgres', 'plod *'],
        ] as const) {
          const place = await placeOf(engine, url);
          await together(engine, place, 1, `fill * ${DELIVERIES}`);
          const before = await walPosition(server);
          all[name].push(await together(engine, place, workers, work));
          if (name === 'postgres') bytes = (await walPosition(server)) - before;
        }
      }
      const [ours, sqlite, plod] = [bestOf(all.postgres), bestOf(all.sqlite), bestOf(all.plod)];
      const name = `claims and settles, ${workers} worker${workers === 1 ? '' : 's'}`;
      print(`  ${name}: ${ours.perSecond.toFixed(0)}/s`);
      line(`${name}, to SQLite`, ours.perSecond / sqlite.perSecond, '>= 0.4');
      if (workers > 1) return;
      line(`${name}, to one by one`, ours.perSecond / plod.perSecond, '>= 2');
      line('log of the database for a claim and a settle, in KB', bytes / DELIVERIES / 1024, '<= 1');
    },
    async wakes(url: (parameters: string) => string): Promise<void> {
      const place = await placeOf('postgres', url);
      const [giver, taker] = [await startChild('postgres', place), await startChild('postgres', place)];
      try {
        const following = taker.ask(`follow taker ${TRICKLE}`);
        await giver.ask(`trickle t ${TRICKLE}`);
        const { p50, p99 } = await following;
        line('accepted here, claimed elsewhere, ms (median)', p50, '<= 15');
        line('accepted here, claimed elsewhere, ms (99 %)', p99, '<= 60');
      } finally {
        await giver.end();
        await taker.end();
      }
    },
  };
}

function figures({ perSecond, p50, p99 }: Measured): string {
  return `${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}

function bestOf(all: readonly Measured[]): Measured {
  return all.reduce((best, each) => (each.perSecond > best.perSecond ? each : best));
}

async function startChild(engine: Engine, place: string) {
  const child = spawn(process.execPath, [CHILD, engine, place], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  return {
    async ask(line: string): Promise<Measured> {
      child.stdin.write(`${line}\n`);
      return JSON.parse(String((await lines.next()).value)) as Measured;
    },
    async end(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function withOwner(
  server: PostgresServer,
  work: (client: Awaited<ReturnType<typeof openPostgres>>) => Promise<void>,
): Promise<void> {
  const { user, database } = parseStateUrl(server.url());
  const password = async (): Promise<string> => PASSWORD;
  const client = await openPostgres({
    host: '127.0.0.1',
    port: server.port,
    user,
    database,
    password,
    tls: undefined,
    name: 'bench',
  });
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function walPosition(server: PostgresServer): Promise<number> {
  const [row] = await server.query(`SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS at`);
  return Number(row?.['at']);
}

/** A way to the server that takes so many milliseconds in each direction. */
async function startDelay(target: number, ms: number): Promise<{ port: number; end(): Promise<void> }> {
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (chunk) => void setTimeout(() => to.write(chunk), ms));
      from.on('close', () => void setTimeout(() => to.destroy(), ms));
      from.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    end: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
