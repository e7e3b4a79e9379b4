/**
 * Three listeners on one database, each killed again and again, and the server too, until its standby takes over: what any
 * listener has acknowledged must be stored once, and done.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { SECRET } from './listener.ts';
import { countShared, readSharedInbox } from './postgres-oracle.ts';
import { createPostgresServer, type PostgresServer } from './postgres-server.ts';
import type { Workplace } from './program.ts';
import { createSupervisedListener, type SupervisedListener } from './supervised-listener.ts';
import { createSvixSender } from './svix-sender.ts';
import { judge, type ExpectedStep, type Verdict } from './torture-oracle.ts';
import { startTroubledTarget } from './troubled-target.ts';

export interface SharedPlan {
  readonly events: number;
  /** Of listeners, and of the server. */
  readonly kills: number;
  readonly serverKills: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}

export interface SharedReport extends Verdict {
  readonly seed: number;
  readonly acknowledged: number;
  /** Deliveries that are stored beyond the first of their id. */
  readonly storedTwice: number;
  readonly kills: number;
  readonly serverKills: number;
  /** How often a standby took over. */
  readonly promotions: number;
  /** What nothing explains: exit codes, stops that took too long. */
  readonly surprises: readonly string[];
}

const LISTENERS = 3;
const SENDERS = 48;
/** The longest wait for the work to end after the troubles. */
const PATIENCE_MS = 180_000;
const STANDBY = { wal_retrieve_retry_interval: '200ms' };

export async function sharedTorture(workplace: Workplace, plan: SharedPlan): Promise<SharedReport> {
  const { events, kills, serverKills, seed } = plan;
  const random = createRandom(seed);
  await using servers = await startServers();
  const [primary, standby] = servers.all;
  const url = servers.url();
  const migrated = await workplace.run(['events', 'list'], { env: { OPTIPICK_STATE_URL: `${url}?migrate=auto` } });
  if (migrated.code !== 0) throw new Error(`the schema was not created: ${migrated.stderr}`);
  await primary.followed();

  await using target = await startTroubledTarget({ random: () => random.next(), failures: 0.02 });
  const shown = new Map<string, number>();
  const listeners = Array.from({ length: LISTENERS }, () =>
    createSupervisedListener({
      args: ['--no-fetch', '--forward-to', target.url],
      env: { ...workplace.env, OPTIPICK_WEBHOOK_SECRET: SECRET, OPTIPICK_STATE_URL: url },
      cwd: workplace.folder,
      onLine({ type, id }) {
        if (type === 'event') shown.set(String(id), (shown.get(String(id)) ?? 0) + 1);
      },
    }),
  );
  const any = (): SupervisedListener => {
    const listener = listeners[random.below(LISTENERS)];
    if (listener === undefined) throw new Error('there is no listener');
    return listener;
  };
  let inForce: PostgresServer = primary;
  let promotions = 0;
  try {
    await Promise.all(listeners.map((listener) => listener.start()));
    using sender = createSvixSender({
      url: () => any().url(),
      random: () => random.next(),
      drops: 0.05,
      pauseMs: 200,
      attempts: 10_000,
      timeoutMs: 15_000,
    });
    const progress = { sent: 0 };
    const numbers = Array.from({ length: events }, (_, number) => number).values();
    const send = async (): Promise<void> => {
      for (const number of numbers) {
        const id = `msg_${seed}_${number}`;
        const body = JSON.stringify({ type: 'cluster.optimized', request_id: number.toString(16).padStart(24, '0') });
        // Two workers of the sender got the same message from its queue, and two listeners get it at once.
        const copies = number % 10 === 0 ? [any(), any()] : [any()];
        await Promise.all(copies.map((listener) => sender.send(id, body, listener.url())));
        progress.sent += 1;
      }
    };
    /** Does it `times` times, spread over the first 90 % of what is sent. */
    const spread = async (times: number, from: number, to: number, work: () => Promise<void>): Promise<void> => {
      const moments = Array.from({ length: times }, () => Math.floor(events * (from + (to - from) * random.next())));
      for (const moment of moments.toSorted((one, other) => one - other)) {
        while (progress.sent < moment) await pause(5);
        await work();
      }
    };
    const killListeners = spread(kills, 0.02, 0.95, async () => {
      const listener = any();
      await listener.end('SIGKILL');
      await listener.start();
    });
    const killServer = async (): Promise<void> => {
      await spread(serverKills, 0.05, 0.7, async () => {
        plan.onProgress?.(`${progress.sent} sent, the server is killed`);
        await primary.kill();
        await pause(random.below(1500));
        await primary.start();
        await primary.followed();
      });
      await spread(1, 0.8, 0.85, async () => {
        plan.onProgress?.(`${progress.sent} sent, the standby takes over`);
        await primary.followed();
        await primary.kill();
        await standby.promote();
        inForce = standby;
        promotions += 1;
      });
    };
    await Promise.all([killListeners, killServer(), ...Array.from({ length: SENDERS }, send)]);
    plan.onProgress?.(`${progress.sent} sent, waiting for the work`);
    await untilNothingPends(inForce);
    for (const listener of listeners) await listener.end('SIGTERM');
    const { acknowledged } = sender;
    const { rows, ids } = await countShared(inForce, 'optipick');
    const owed: readonly ExpectedStep[] = [
      { isNamed: (step) => step === 'show', seen: shown },
      { isNamed: (step) => step.startsWith('forward '), seen: target.accepted },
    ];
    const stored = await readSharedInbox(inForce, 'optipick');
    return {
      seed,
      acknowledged: acknowledged.size,
      ...judge({ acknowledged, listeners: [owed], stored }),
      storedTwice: rows - ids,
      kills,
      serverKills,
      promotions,
      surprises: listeners.flatMap(({ surprises }) => surprises),
    };
  } finally {
    for (const listener of listeners) await listener.end('SIGKILL');
  }
}

/** A primary whose commits wait for its standby. */
async function startServers() {
  const primary = await createPostgresServer({ settings: { synchronous_standby_names: '*' } });
  const standby = await createPostgresServer({ standbyOf: primary, settings: STANDBY });
  return {
    all: [primary, standby] as const,
    url: () => primary.url().replace(/(?=\/postgres$)/, `,127.0.0.1:${standby.port}`),
    async [Symbol.asyncDispose]() {
      await standby.end();
      await primary.end();
    },
  };
}

async function untilNothingPends(server: PostgresServer): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const [row] = await server.query(`SELECT count(*)::int AS open FROM optipick.steps WHERE state = 'pending'`);
    if (row?.['open'] === 0) return;
    await pause(500);
  }
}
