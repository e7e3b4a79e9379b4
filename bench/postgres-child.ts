/**
 * A process of `postgres.ts`: `node postgres-child.ts <engine> <place>`. Works at each line of standard input,
 * `<work> <prefix> <number>`, and prints what it came to as JSON.
 */
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import { createClock } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/fs/database.ts';
import { openPostgres } from '../src/platform/postgres.ts';
import { parseStateUrl } from '../src/settings/state-url.ts';
import type { Delivery } from '../src/state/delivery.ts';
import { SHOW } from '../src/state/delivery-steps.ts';
import type { Claim, Inbox } from '../src/state/inbox.ts';
import { openPostgresState } from '../src/state/postgres/state.ts';
import { checkState, openState } from '../src/state/sqlite/database.ts';
import { createSqliteInbox } from '../src/state/sqlite/inbox.ts';
import { createWriteQueue } from '../src/state/sqlite/write-queue.ts';

export type Engine = 'postgres' | 'sqlite' | 'bare';

/** What a work has come to. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds: of each accept, or from an accept elsewhere to its claim here. */
  readonly p50: number;
  readonly p99: number;
}

const MEASURE_MS = 2000;
const SCOPE = 'bench';
const BODY = new TextEncoder().encode(JSON.stringify({ request_id: 'a'.repeat(24), padding: 'x'.repeat(1050) }));
const HEADERS: Delivery['headers'] = [
  ['content-type', 'application/json'],
  ['svix-id', 'msg_2XnGkvBYzGQyZ7Rz4dVwGmXbqTf'],
  ['svix-timestamp', '1767225600'],
  ['svix-signature', `v1,${'s'.repeat(44)}`],
  ['user-agent', 'Svix-Webhooks/1.40.0 (sender-9YMgn; +https://www.svix.com/http-sender/)'],
];

const [engine = 'postgres', place = ''] = process.argv.slice(2);
const clock = createClock();

function deliveryOf(id: string): Delivery {
  const facts = { verified: true, kind: 'cluster', event: 'cluster.optimized', requestId: 'a'.repeat(24) } as const;
  return { id, receivedAt: clock.now(), headers: HEADERS, body: BODY, ...facts };
}

const state =
  engine === 'postgres'
    ? openPostgresState({
        address: parseStateUrl(place),
        openPostgres,
        password: async () => parseStateUrl(place).password ?? '',
        rootCertificates: undefined,
        clock,
        name: 'bench',
      })
    : undefined;
const inbox = state?.inbox(SCOPE) ?? (engine === 'sqlite' ? sqliteInbox() : undefined);
const accept = inbox === undefined ? bareInsert() : (id: string) => inbox.accept(deliveryOf(id), [SHOW]);
await inbox?.list({ limit: 1 });

function sqliteInbox(): Inbox {
  const queue = createWriteQueue({
    open: () => openState(async (path) => openDatabase(path), place),
    check: checkState,
  });
  return createSqliteInbox({ queue, scope: SCOPE });
}

/** As most would write it: a pool of ten connections, a statement for each. */
function bareInsert(): (id: string) => Promise<unknown> {
  const { hosts, user, password, database, schema } = parseStateUrl(place);
  const pool = new Pool({ ...hosts[0], user, password: password ?? '', database, max: 10 });
  const sql = `INSERT INTO "${schema}".bare (id, received_at, headers, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;
  return (id) => pool.query(sql, [id, Date.now(), Buffer.from(JSON.stringify(HEADERS)), BODY]);
}

const WORKS = {
  /** So many senders, each of which waits for its answer. */
  async accept(prefix: string, senders: number): Promise<Measured> {
    const times: number[] = [];
    const begun = performance.now();
    let number = 0;
    const send = async (): Promise<void> => {
      while (performance.now() - begun < MEASURE_MS) {
        const sentAt = performance.now();
        await accept(`${prefix}_${(number += 1)}`);
        times.push(performance.now() - sentAt);
      }
    };
    await Promise.all(Array.from({ length: senders }, send));
    return measured(times, performance.now() - begun);
  },
  async fill(prefix: string, count: number): Promise<Measured> {
    await Promise.all(Array.from({ length: count }, (_, index) => accept(`${prefix}_${index}`)));
    return measured([], 1);
  },
  /** Claims up to 16 at a time and settles them at the same time, until there are none. */
  drain: (owner: string): Promise<Measured> => drain(owner, true),
  /** One after the other. */
  plod: (owner: string): Promise<Measured> => drain(owner, false),
  /** So many, now and then. Others claim them. */
  async trickle(prefix: string, count: number): Promise<Measured> {
    for (let number = 0; number < count; number += 1) {
      await accept(`${prefix}_${number}@${Date.now()}`);
      await pause(20 + (number % 7));
    }
    return measured([], 1);
  },
  /** Claims so many that others accept, told by notifications or each second. */
  async follow(owner: string, count: number): Promise<Measured> {
    const times: number[] = [];
    let isWoken = Promise.withResolvers<void>();
    state?.wakeUps.listen(() => isWoken.resolve());
    while (times.length < count) {
      const claims = (await inbox?.claim({ owner, limits: { [SHOW]: 16 }, now: clock.now() })) ?? [];
      for (const { delivery } of claims) times.push(Date.now() - Number(delivery.id.split('@')[1]));
      await settleAll(owner, claims);
      if (claims.length > 0) continue;
      await Promise.race([isWoken.promise, pause(1000)]);
      isWoken = Promise.withResolvers();
    }
    return measured(times, 1);
  },
};

async function settleAll(owner: string, claims: readonly Claim[]): Promise<void> {
  const settle = async ({ delivery: { sequence, id }, step }: Claim): Promise<void> => {
    await inbox?.settle({ sequence, id, step }, owner, { status: 'done', at: clock.now() });
  };
  await Promise.all(claims.map(settle));
}

async function drain(owner: string, isTogether: boolean): Promise<Measured> {
  const begun = performance.now();
  let settled = 0;
  for (;;) {
    const claims = (await inbox?.claim({ owner, limits: { [SHOW]: 16 }, now: clock.now() })) ?? [];
    if (claims.length === 0) break;
    if (isTogether) await settleAll(owner, claims);
    else for (const claim of claims) await settleAll(owner, [claim]);
    settled += claims.length;
  }
  return { ...measured([], 1), perSecond: (settled * 1000) / (performance.now() - begun) };
}

function measured(times: number[], ms: number): Measured {
  times.sort((one, other) => one - other);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  return { perSecond: (times.length * 1000) / ms, p50: at(0.5), p99: at(0.99) };
}

for await (const line of createInterface(process.stdin)) {
  const [work = '', prefix = '', number = '1'] = line.split(' ');
  console.log(JSON.stringify(await WORKS[work as keyof typeof WORKS](prefix, Number(number))));
}
