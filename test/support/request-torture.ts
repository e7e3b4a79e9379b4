/** Generated requests against a real `optipick listen`: only what is genuine is accepted, and all of that. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SECRET } from './listener.ts';
import { PROGRAM, type Workplace } from './program.ts';
import { createRequestGenerator, type GeneratedRequest } from './request-generator.ts';
import { createWire, talk, type Wire } from './wire.ts';

export interface RequestTorturePlan {
  readonly requests: number;
  readonly seed: number;
  /** Called after each hundredth of them. */
  readonly onProgress?: (sent: number) => void;
}

export interface RequestTortureReport {
  /** How many requests were to be accepted, some of them repeated. */
  readonly genuine: number;
  /** How many answers there were of each status; `closed` for a connection that ended without one. */
  readonly answers: Readonly<Record<string, number>>;
  /** What was answered as it should not be: the first of them. */
  readonly wrong: readonly string[];
  /** Accepted, and not in the inbox: the first of them. */
  readonly lost: readonly string[];
  /** In the inbox, and not accepted. */
  readonly unexpected: readonly string[];
  /** Resident memory of the listener before the first request, and at most, in MB. `undefined` where it cannot be had. */
  readonly memoryMb: { readonly before: number; readonly most: number } | undefined;
  /** How the listener ended after SIGTERM. */
  readonly code: number | null;
  readonly stderr: string;
}

const CONNECTIONS = 16;
const MAX_BODY = 16 * 1024;
const SHOWN = 10;

export async function tortureWithRequests(
  workplace: Workplace,
  { requests, seed, onProgress }: RequestTorturePlan,
): Promise<RequestTortureReport> {
  const listener = await startListener(workplace);
  const { port, pid } = listener;
  try {
    const before = memoryOf(pid, 'VmRSS');
    const generate = createRequestGenerator({ seed, maxBodyBytes: MAX_BODY });
    const answers: Record<string, number> = {};
    const wrong: string[] = [];
    const accepted = new Set<string>();
    let genuine = 0;
    let left = requests;
    const sender = async (): Promise<void> => {
      using wire = createWire(port);
      while (left > 0) {
        left -= 1;
        if (left % Math.ceil(requests / 100) === 0) onProgress?.(requests - left);
        const request = generate();
        if (request.genuineId !== undefined) genuine += 1;
        const statuses = await answersTo(request, port, wire);
        for (const status of statuses) answers[status] = (answers[status] ?? 0) + 1;
        if (statuses.includes('204') && request.genuineId !== undefined) accepted.add(request.genuineId);
        if (!isRight(request, statuses) && wrong.length < SHOWN) wrong.push(described(request, statuses));
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, sender));
    const most = memoryOf(pid, 'VmHWM');
    const inbox = await idsInInbox(workplace, requests);
    return {
      genuine,
      answers,
      wrong,
      lost: [...accepted].filter((id) => !inbox.has(id)).slice(0, SHOWN),
      unexpected: [...inbox].filter((id) => !accepted.has(id)).slice(0, SHOWN),
      memoryMb: before === undefined || most === undefined ? undefined : { before, most },
      ...(await listener.stop()),
    };
  } finally {
    await listener.stop();
  }
}

/** The statuses of its answers; a request that does not end where it says gets a connection of its own, and may have several. */
async function answersTo(request: GeneratedRequest, port: number, wire: Wire): Promise<readonly string[]> {
  if (request.isWhole) {
    const answer = await wire.exchange(request.bytes, request.isHead);
    return [answer === undefined ? 'closed' : String(answer.status)];
  }
  const answers = await talk(port, request.bytes, { halfClose: true });
  return answers.length === 0 ? ['closed'] : answers.map(({ status }) => String(status));
}

/** A genuine one is accepted; of any other nothing is, and the error is the sender's. */
function isRight({ genuineId }: GeneratedRequest, statuses: readonly string[]): boolean {
  if (genuineId !== undefined) return statuses.join() === '204';
  return statuses.every((status) => status === 'closed' || status.startsWith('4') || status === '505');
}

function described({ genuineId, mutations, bytes }: GeneratedRequest, statuses: readonly string[]): string {
  const kind = genuineId === undefined ? 'a forgery' : `genuine ${genuineId}`;
  return `${kind} (${mutations}) was answered ${statuses.join()}: ${JSON.stringify(bytes.toString('latin1').slice(0, 1000))}`;
}

/** Its lines are read and dropped: a million of them must not fill the memory of the test. */
async function startListener(workplace: Workplace) {
  const args = ['listen', '--json', '--no-fetch', '--port', '0', '--max-body', String(MAX_BODY)];
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...workplace.env, OPTIPICK_WEBHOOK_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-100_000)));
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    void ended.then((code) => reject(new Error(`the listener ended with ${code}: ${stderr}`)));
  });
  return {
    port: (JSON.parse(first) as { readonly port: number }).port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      return { code, stderr };
    },
  };
}

async function idsInInbox(workplace: Workplace, limit: number): Promise<ReadonlySet<string>> {
  const listing = spawn(process.execPath, [PROGRAM, 'events', 'list', '--json', '--limit', String(limit)], {
    env: workplace.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ids = new Set<string>();
  for await (const line of createInterface({ input: listing.stdout })) {
    ids.add((JSON.parse(line) as { readonly id: string }).id);
  }
  return ids;
}

/** In MB; only Linux says. */
function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
