/**
 * Memory under each kind of flood that somebody outside can make, beside the memory of the same program when idle. Linux
 * only: it reads `/proc`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { acknowledgement, relayedEvent, startScriptedRelay } from '../test/support/scripted-relay.ts';

const PROGRAM = fileURLToPath(new URL('../bin/optipick.js', import.meta.url));
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MB = 1024 * 1024;
/** What a flood may cost beyond the idle program. */
const MOST_MB = 200;

type Flood = (print: (line: string) => void, env: Record<string, string>) => Promise<void>;

/** Each runs in a folder of its own. */
const FLOODS: Readonly<Record<string, Flood>> = {
  A2: stalledBodies,
  A3: forgedRecords,
  A6: inflatingAnswers,
  A10: unreadLines,
  A16: sandboxBodies,
  relay: relayEvents,
};

export async function benchLimits(print: (line: string) => void): Promise<void> {
  print(`memory under floods: idle, most, difference (at most ${MOST_MB} MB)`);
  for (const flood of Object.values(FLOODS)) {
    const folder = mkdtempSync(join(tmpdir(), 'optipick-limits-'));
    try {
      await flood(print, {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        OPTIPICK_CONFIG_DIR: join(folder, 'config'),
        OPTIPICK_STATE_DIR: join(folder, 'state'),
        OPTIPICK_WEBHOOK_SECRET: SECRET,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** A2: 2,000 connections, each with a body of 1 MB that stops short of its end, half of them with signature headers. */
async function stalledBodies(print: (line: string) => void, env: Record<string, string>): Promise<void> {
  await using running = await start(['listen', '--json', '--no-fetch', '--port', '0'], env);
  const idle = running.memory();
  const body = Buffer.alloc(MB - 1000, 'x');
  const sockets = Array.from({ length: 2000 }, (_, number) => {
    const socket = opened(running.port);
    socket.write(headOf('/webhook', MB, number % 2 === 0 ? number : undefined));
    socket.write(body);
    return socket;
  });
  await pause(8000);
  report(print, 'A2', '2,000 stalled bodies of 1 MB', idle, running);
  for (const socket of sockets) socket.destroy();
}

/** A3: 1,200 unsigned requests of 950 KB to a listener that records. */
async function forgedRecords(print: (line: string) => void, env: Record<string, string>): Promise<void> {
  const records = join(env['HOME'] ?? '', 'records');
  await using running = await start(['listen', '--json', '--no-fetch', '--port', '0', '--record', records], env);
  const idle = running.memory();
  const body = Buffer.alloc(950_000, 'x');
  await atOnce(1200, 100, () => exchange(running.port, headOf('/webhook', body.byteLength), body));
  report(print, 'A3', '1,200 recorded requests of 950 KB', idle, running);
}

/** A6: an answer of the API whose gzip is a thousandth of it. */
async function inflatingAnswers(print: (line: string) => void, env: Record<string, string>): Promise<void> {
  const small = await peakOfGet(env, 1000);
  const large = await peakOfGet(env, 1_600_000_000);
  print(line('A6', 'an answer that inflates to 1.6 GB', small, large));
}

async function peakOfGet(env: Record<string, string>, size: number): Promise<number> {
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    const chunk = Buffer.from('{"pick_id":"1","location_id":"A01"},'.repeat(MB / 36));
    gzip.write('{"picks":[');
    let sent = 0;
    const more = (): void => {
      while (sent < size) {
        sent += chunk.byteLength;
        if (!gzip.write(chunk)) return void gzip.once('drain', more);
      }
      gzip.end('{}]}');
    };
    response.on('close', () => gzip.destroy());
    gzip.on('error', () => undefined);
    more();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, [PROGRAM, 'route', 'get', '67507ad05e593173d0313e0f'], {
    env: { ...env, OPTIPICK_API_KEY: 'a'.repeat(40), OPTIPICK_BASE_URL: `http://127.0.0.1:${port}` },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  let most = 0;
  const looking = setInterval(() => {
    most = Math.max(most, peakOf(child));
  }, 20);
  await new Promise((resolve) => {
    child.once('exit', resolve);
  });
  clearInterval(looking);
  server.closeAllConnections();
  server.close();
  return most;
}

/** A10: 60,000 forged requests while nobody reads what the listener prints. */
async function unreadLines(print: (line: string) => void, env: Record<string, string>): Promise<void> {
  await using running = await start(['listen', '--json', '--no-fetch', '--port', '0'], env, { isRead: false });
  const idle = running.memory();
  const body = Buffer.from('{"request_id":"67507ad05e593173d0313e0f"}');
  await keptAlive(running.port, 60_000, 32, (number) =>
    Buffer.concat([Buffer.from(headOf('/webhook', body.byteLength, number)), body]),
  );
  report(print, 'A10', '60,000 forged requests, no line read', idle, running);
}

/** A16: bodies of 64 MB to the page of the sandbox, without a key. */
async function sandboxBodies(print: (line: string) => void, env: Record<string, string>): Promise<void> {
  await using running = await start(['sandbox', '--json', '--port', '0'], env);
  const idle = running.memory();
  const body = Buffer.alloc(64 * MB);
  await atOnce(16, 16, () => exchange(running.port, headOf('/', body.byteLength).replace('POST', 'GET'), body));
  report(print, 'A16', '16 bodies of 64 MB to the sandbox', idle, running);
}

/** 400,000 events of a relay that do not verify, as fast as they are read. */
async function relayEvents(print: (line: string) => void, env: Record<string, string>): Promise<void> {
  const flooded = Promise.withResolvers<void>();
  await using relay = await startScriptedRelay({
    onStart({ link, start: started }) {
      link.send(acknowledgement(started.data.token));
      void (async () => {
        for (let number = 0; number < 400_000 && link.readyState === link.OPEN; number += 1) {
          link.send(relayedEvent(`event_${number}`, 'forged'));
          if (number % 1000 !== 0) continue;
          while (link.bufferedAmount > MB && link.readyState === link.OPEN) await pause(1);
        }
        flooded.resolve();
      })();
    },
  });
  const args = ['listen', '--json', '--no-fetch', '--port', '0', '--relay'];
  const idle = await idleListener({ ...env, OPTIPICK_STATE_DIR: join(env['HOME'] ?? '', 'idle') });
  await using running = await start(args, { ...env, OPTIPICK_RELAY_URL: relay.url });
  await Promise.race([flooded.promise, pause(120_000)]);
  report(print, 'relay', '400,000 events that do not verify', idle, running);
}

async function idleListener(env: Record<string, string>): Promise<number> {
  await using running = await start(['listen', '--json', '--no-fetch', '--port', '0'], env);
  return running.memory();
}

interface Running extends AsyncDisposable {
  readonly port: number;
  /** Resident now, in MB. */
  memory(): number;
  /** The most that it ever was, in MB. */
  peak(): number;
}

/** Resolves when the first line is there. */
async function start(
  args: readonly string[],
  env: Record<string, string>,
  { isRead = true }: { readonly isRead?: boolean } = {},
): Promise<Running> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const first = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().split('\n')[0] ?? ''));
    child.once('exit', (code) => reject(new Error(`optipick ${args.join(' ')} ended with ${code}`)));
  });
  if (isRead) child.stdout.resume();
  else child.stdout.pause();
  await pause(500);
  return {
    port: (JSON.parse(first) as { port: number }).port,
    memory: () => statusOf(child, 'VmRSS'),
    peak: () => peakOf(child),
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      if (!child.kill('SIGKILL')) return;
      await ended;
    },
  };
}

function report(print: (line: string) => void, name: string, what: string, idle: number, running: Running): void {
  print(line(name, what, idle, running.peak()));
}

function line(name: string, what: string, idle: number, most: number): string {
  const more = most - idle;
  const verdict = more <= MOST_MB ? '' : '  TOO MUCH';
  const figures = [idle, most, more].map((mb) => `${mb.toFixed(0).padStart(5)} MB`).join('');
  return `  ${name.padEnd(6)} ${what.padEnd(38)} ${figures}${verdict}`;
}

function peakOf(child: ChildProcess): number {
  return statusOf(child, 'VmHWM');
}

function statusOf(child: ChildProcess, name: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
  } catch {
    // It has ended in this moment.
    return 0;
  }
}

/** A head of a request; with a number it carries signature headers that do not verify. */
function headOf(path: string, length: number, number?: number): string {
  const timestamp = Math.floor(Date.now() / 1000);
  const signature =
    number === undefined
      ? ''
      : `svix-id: msg_${number}\r\nsvix-timestamp: ${timestamp}\r\nsvix-signature: v1,${'A'.repeat(43)}=\r\n`;
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${signature}content-length: ${length}\r\n\r\n`;
}

function opened(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  // Refused, cut, answered and closed: all of that is expected here.
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

/** One request on a connection of its own, until it is answered or cut. */
function exchange(port: number, head: string, body: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = opened(port);
    socket.once('data', () => socket.destroy());
    socket.once('close', () => resolve());
    socket.write(head);
    socket.write(body);
  });
}

async function atOnce(count: number, limit: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

/** So many requests over a few connections, each after the answer to the one before. */
async function keptAlive(
  port: number,
  count: number,
  connections: number,
  request: (number: number) => Uint8Array,
): Promise<void> {
  const progress = { next: 0 };
  const drive = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      const send = (): void => {
        if (progress.next >= count) return void socket.end();
        progress.next += 1;
        socket.write(request(progress.next));
      };
      let seen = '';
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1');
        const end = seen.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
        if (end < 0 || seen.length < end + 4 + length) return;
        seen = seen.slice(end + 4 + length);
        send();
      });
      socket.on('error', () => undefined);
      socket.once('close', () => resolve());
      socket.once('connect', send);
    });
  while (progress.next < count) await Promise.all(Array.from({ length: connections }, drive));
}
