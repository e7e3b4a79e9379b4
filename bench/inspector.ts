/** The inspector over a full inbox: its first page, its memory, and what an open page takes from the acceptance of webhooks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inspectorClient } from '../test/support/inspector.ts';
import { CONNECTIONS, KEY, PROGRAM, residentMb, SECRET, start, type Running } from './listen.ts';
import { sendLoad } from './webhook-load.ts';

const STORED = 20_000;
const ROUND_EVENTS = 5000;
const ROUNDS = 5;
const PAGES = 9;
/** Long enough to give back what the filling took. */
const REST_MS = 5000;

const MOST_PAGE_MS = 300;
const MOST_MB = 30;
const LEAST_SHARE = 0.9;

/** A listener under load, and what is measured of it. */
interface Measured extends Running {
  readonly name: string;
  /** Lines of stdout: one when it is ready, one a delivery. */
  readonly lines: () => number;
  /** Resident at the ends of rounds, in MB. */
  readonly resident: number[];
  readonly perSecond: number[];
  sent: number;
}

export async function benchInspector(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'optipick-bench-'));
  const without = await startListener(folder, 'without', []);
  const watched = await startListener(folder, 'with', ['--inspect', '0']);
  const both = [without, watched];
  try {
    for (const each of both) await load(each, STORED);
    const url = new URL(String(watched.ready['inspector_url']));
    print(`the inspector over ${STORED.toLocaleString('en')} deliveries`);
    await timePages(url, print);
    const stream = await follow(url);
    await pause(REST_MS);
    const [rest, restWatched] = [residentMb(without.child), residentMb(watched.child)];
    // In turns: what else the machine does then hits both. The first round warms up.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const each of round % 2 === 0 ? both : both.toReversed()) {
        const perSecond = await load(each, ROUND_EVENTS);
        if (round === 0) continue;
        each.perSecond.push(perSecond);
        each.resident.push(residentMb(each.child));
      }
    }
    const [bytes, pieces] = stream.seen();
    stream.close();
    print(`  the page that is followed got ${pieces} changes, ${(bytes / 1e6).toFixed(1)} MB`);
    print(`  ${moreMemory('at rest', rest, restWatched)}`);
    print(`  ${moreMemory('under load', median(without.resident), median(watched.resident))}`);
    const [rate, rateWatched] = [median(without.perSecond), median(watched.perSecond)];
    print(
      `  accepted ${rateWatched.toFixed(0)}/s with an open page, ${rate.toFixed(0)}/s without: ` +
        `${(rateWatched / rate).toFixed(2)}; at least ${LEAST_SHARE}`,
    );
  } finally {
    for (const { child } of both) {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function moreMemory(when: string, without: number, watched: number): string {
  const more = `${(watched - without).toFixed(0)} MB more; at most ${MOST_MB}`;
  return `resident ${when} ${watched.toFixed(0)} MB with an open page, ${without.toFixed(0)} MB without: ${more}`;
}

async function startListener(folder: string, name: string, flags: readonly string[]): Promise<Measured> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    OPTIPICK_CONFIG_DIR: join(folder, 'config'),
    OPTIPICK_STATE_DIR: join(folder, name),
    OPTIPICK_WEBHOOK_SECRET: SECRET,
  };
  const args = [PROGRAM, 'listen', '--json', '--no-fetch', '--port', '0', ...flags];
  const running = await start(process.execPath, args, env);
  let lines = 1;
  running.child.stdout?.on('data', (chunk: Buffer) => (lines += chunk.filter((byte) => byte === 0x0a).length));
  return { ...running, name, lines: () => lines, resident: [], perSecond: [], sent: 0 };
}

/** Sends them, and waits until nothing more is done for them. */
async function load(listener: Measured, events: number): Promise<number> {
  const { name, port, sent } = listener;
  const { perSecond, refused } = await sendLoad({
    port,
    path: '/webhook',
    connections: CONNECTIONS,
    events,
    key: KEY,
    prefix: `${name}_${sent}_`,
  });
  if (refused > 0) throw new Error(`${refused} of ${events} webhooks were refused`);
  listener.sent += events;
  while (listener.lines() <= listener.sent) await pause(50);
  return perSecond;
}

async function timePages(url: URL, print: (line: string) => void): Promise<void> {
  const client = inspectorClient(url);
  const times: number[] = [];
  let size = 0;
  for (let round = 0; round < PAGES; round += 1) {
    const begun = performance.now();
    const { status, body } = await client('/');
    times.push(performance.now() - begun);
    if (status !== 200) throw new Error(`the list was answered ${status}`);
    size = body.length;
  }
  const [first = Number.NaN] = times;
  print(
    `  first page of the list (${(size / 1000).toFixed(0)} KB): ${first.toFixed(0)} ms, ` +
      `median of ${PAGES} ${median(times).toFixed(0)} ms; at most ${MOST_PAGE_MS} ms`,
  );
}

/** Follows the first page as its script does. */
async function follow(url: URL) {
  const { body } = await inspectorClient(url)('/');
  const from = /data-from="([\d-]+)"/.exec(body)?.[1] ?? '';
  let [bytes, pieces] = [0, 0];
  const { port, hostname, searchParams } = url;
  const headers = { cookie: `optipick-${port}=${searchParams.get('token') ?? ''}` };
  const request = get({ hostname, port, path: `/live?from=${from}`, headers }, (response) => {
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (chunk.includes('data: ')) pieces += 1;
    });
    response.on('error', () => undefined);
  });
  request.on('error', () => undefined);
  return { seen: () => [bytes, pieces] as const, close: () => void request.destroy() };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
