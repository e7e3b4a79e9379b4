/** A listener that is killed again and again while webhooks rain on it: nothing that it acknowledged may be lost. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { SECRET } from './listener.ts';
import { PROGRAM, type Workplace } from './program.ts';
import { createSvixSender } from './svix-sender.ts';

export interface TorturePlan {
  readonly events: number;
  readonly kills: number;
  readonly seed: number;
}

export interface TortureReport {
  readonly acknowledged: number;
  /** Attempts that the sender made beyond one for each event. */
  readonly attemptsRepeated: number;
  /** Acknowledged and never seen by the target: must be none. */
  readonly lost: readonly string[];
  /** How often the target took one that it had taken before. */
  readonly repeats: number;
  /** Deliveries in the inbox by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What `PRAGMA integrity_check` says. */
  readonly integrity: string;
}

/** How many sends go on at the same time. */
const SENDERS = 32;
/** The longest wait for the work to end when all is sent, in milliseconds. */
const PATIENCE_MS = 40_000;

export async function torture(workplace: Workplace, { events, kills, seed }: TorturePlan): Promise<TortureReport> {
  const generator = createRandom(seed);
  const random = (): number => generator.next();
  const target = await startTarget(random);
  const listener = createKilledListener(workplace, target.url);
  await listener.start();
  using sender = createSvixSender({ url: listener.url, random, drops: 0.05, pauseMs: 50, attempts: 1000 });
  try {
    const killing = Array.from({ length: kills }, () => Math.floor(random() * events * 0.9)).sort((a, b) => a - b);
    const progress = { sent: 0 };
    let attempts = 0;
    let extra = 0;
    const one = async (number: number): Promise<void> => {
      const id = `msg_${seed}_${number}`;
      const body = JSON.stringify({ type: 'cluster.optimized', request_id: number.toString(16).padStart(24, '0') });
      // Best effort is all that is promised of the order.
      if (random() < 0.1) await pause(random() * 100);
      const twice = random();
      if (twice < 0.05) {
        // Two workers of the sender got the same message from its queue.
        const [first, second] = await Promise.all([sender.send(id, body), sender.send(id, body)]);
        attempts += first + second;
        extra += 1;
      } else {
        const first = await sender.send(id, body);
        const second = twice < 0.15 ? await sender.send(id, body) : 0;
        attempts += first + second;
        if (second > 0) extra += 1;
      }
      progress.sent += 1;
    };
    const numbers = Array.from({ length: events }, (_, number) => number).values();
    const worker = async (): Promise<void> => {
      for (const number of numbers) await one(number);
    };
    const killer = async (): Promise<void> => {
      for (const at of killing) {
        await until(() => progress.sent >= at);
        await pause(random() * 20);
        await listener.kill();
        await listener.start();
      }
    };
    await Promise.all([killer(), ...Array.from({ length: SENDERS }, worker)]);
    const begun = performance.now();
    while ((await listener.pending()) > 0) {
      if (performance.now() - begun > PATIENCE_MS) break;
      await pause(100);
    }
    await listener.kill();
    return {
      acknowledged: sender.acknowledged.size,
      attemptsRepeated: attempts - events - extra,
      lost: [...sender.acknowledged].filter((id) => !target.taken.has(id)),
      repeats: [...target.taken.values()].reduce((sum, count) => sum + count - 1, 0),
      ...inspect(join(workplace.env['OPTIPICK_STATE_DIR'] ?? '', 'optipick.db')),
    };
  } finally {
    await listener.kill();
    target.close();
  }
}

/** Takes what is forwarded, now and then not at the first time. */
async function startTarget(random: () => number) {
  const taken = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (random() < 0.02) {
        response.writeHead(500).end();
        return;
      }
      const id = String(request.headers['svix-id']);
      taken.set(id, (taken.get(id) ?? 0) + 1);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    taken,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function createKilledListener(workplace: Workplace, forwardTo: string) {
  let running: ChildProcess | undefined;
  let port = '0';
  return {
    url: () => `http://127.0.0.1:${port}/webhook`,
    async start() {
      const args = ['listen', '--json', '--no-fetch', '--port', port, '--forward-to', forwardTo];
      const child = spawn(process.execPath, [PROGRAM, ...args], {
        env: { ...workplace.env, OPTIPICK_WEBHOOK_SECRET: SECRET },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running = child;
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      const first = await new Promise<string>((resolve, reject) => {
        child.stdout.on('data', (chunk: Buffer) => resolve(chunk.toString().split('\n')[0] ?? ''));
        child.once('exit', (code) => reject(new Error(`the listener ended with ${code}: ${errors}`)));
      });
      port = String((JSON.parse(first) as { port: number }).port);
    },
    async kill() {
      const child = running;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      child.kill('SIGKILL');
      await ended;
    },
    async pending(): Promise<number> {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`);
      return ((await response.json()) as { pending: number }).pending;
    },
  };
}

function inspect(path: string): Pick<TortureReport, 'statuses' | 'integrity'> {
  const database = new DatabaseSync(path);
  try {
    const rows = database
      .prepare(`
      SELECT status, count(*) AS number FROM (
        SELECT CASE WHEN max(state = 'failed') THEN 'failed' WHEN max(state = 'pending') THEN 'pending' ELSE 'done' END AS status
        FROM steps GROUP BY delivery)
      GROUP BY status`)
      .all();
    return {
      statuses: Object.fromEntries(rows.map((row) => [String(row['status']), Number(row['number'])])),
      integrity: String(database.prepare('PRAGMA integrity_check').get()?.['integrity_check']),
    };
  } finally {
    database.close();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(2);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
