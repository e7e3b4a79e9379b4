/** A listener under attack, what it has let in, and whether it still serves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deliver, payloadOf, startListener, type Listener } from './listener.ts';
import { createWorkplace } from './program.ts';
import { talk, type RawAnswer } from './wire.ts';

export interface AttackedListener extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly listener: Listener;
  /** The ids in the inbox, sorted: what it has accepted. */
  accepted(): Promise<readonly string[]>;
  /** The ids that its `--exec` command ran for, sorted: what it has done something for. */
  executed(): Promise<readonly string[]>;
  /** The status of a new genuine delivery with this id. */
  readonly deliver: (id: string) => Promise<number>;
  /** The status of `/healthz`. */
  health(): Promise<number>;
}

/** Longer than any test of attacks takes. */
const LIFE_MS = 300_000;

export async function startAttackedListener(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<AttackedListener> {
  const workplace = await createWorkplace();
  const done = join(workplace.folder, 'done.ndjson');
  const flags = ['--no-fetch', '--exec', `cat >> ${done}`, ...args];
  const listener = await startListener(workplace, flags, { env, timeoutMs: LIFE_MS });
  return {
    port: listener.port,
    url: listener.url,
    listener,
    accepted: async () => idsIn((await workplace.run(['events', 'list', '--json', '--limit', '100000'])).stdout),
    executed: async () => idsIn(await readFile(done, 'utf8').catch(() => '')),
    deliver: (id) => deliver(listener.url, { id, body: payloadOf('67507ad05e593173d0313e0f') }),
    async health() {
      const response = await fetch(`http://127.0.0.1:${listener.port}/healthz`);
      await response.arrayBuffer();
      return response.status;
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await workplace.remove();
    },
  };
}

function idsIn(lines: string): readonly string[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly id: string }).id)
    .toSorted();
}

export interface Attack {
  /** What it tries. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Outcome = readonly [name: string, answers: readonly RawAnswer[]];

/** Sends them all, each on a connection of its own, a few at a time. */
export async function sendAttacks(
  port: number,
  attacks: readonly Attack[],
  options?: Parameters<typeof talk>[2],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = attacks.values();
  const sender = async (): Promise<void> => {
    for (const { name, bytes } of queue) outcomes.push([name, await talk(port, bytes, options)]);
  };
  await Promise.all(Array.from({ length: 32 }, sender));
  return outcomes;
}
