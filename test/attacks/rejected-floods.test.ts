/** Rejected requests are stored, for people to look at: a flood of them neither fills the disk nor stops what is accepted. */
import { statSync } from 'node:fs';
import { request, Agent } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MAX_REJECTED_BODY_BYTES, MAX_REJECTIONS_A_SECOND } from '../../src/limits.ts';
import { openDatabase } from '../../src/platform/fs/database.ts';
import { createSqliteRejections } from '../../src/state/sqlite/rejections.ts';
import { openState } from '../../src/state/sqlite/database.ts';
import { createWriteQueue } from '../../src/state/sqlite/write-queue.ts';
import { deliver, payloadOf, SECRET, signedHeaders, startListener } from '../support/listener.ts';
import { createWorkplace } from '../support/program.ts';

const FLOOD = 500;
const LIFE_MS = 120_000;
const BODY = Buffer.alloc(1_000_000, '{');

async function startVictim() {
  const workplace = await createWorkplace();
  onTestFinished(() => workplace.remove());
  const listener = await startListener(workplace, ['--no-fetch'], { timeoutMs: LIFE_MS });
  onTestFinished(() => listener[Symbol.asyncDispose]());
  const path = join(workplace.folder, 'state');
  return { listener, file: join(path, 'optipick.db'), path };
}

function storeAt(path: string) {
  const queue = createWriteQueue({ open: () => openState(async (file) => openDatabase(file), path) });
  onTestFinished(() => queue.close());
  return createSqliteRejections(queue);
}

/** The status of the answer to a request with a body that nobody has signed. */
function forge(url: string, agent: Agent, id: string): Promise<number | undefined> {
  const headers = { ...signedHeaders({ id, body: '' }), 'content-length': String(BODY.length) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject).end(BODY);
  });
}

test(
  'a flood of rejected requests of 1 MB hardly grows the state, and deliveries are accepted beside it',
  async () => {
    const { listener, file, path } = await startVictim();
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    onTestFinished(() => agent.destroy());
    const before = statSync(file).size;
    const startedAt = performance.now();
    const over = new AbortController();
    const forged = Array.from({ length: FLOOD }, (_, at) => forge(listener.url, agent, `forged_${at}`));
    const flood = Promise.all(forged).finally(() => over.abort());
    const genuine: number[] = [];
    while (!over.signal.aborted) {
      genuine.push(await deliver(listener.url, { id: `msg_${genuine.length}`, body: payloadOf('a') }));
    }
    expect(new Set(await flood)).toEqual(new Set([401]));
    expect(new Set(genuine)).toEqual(new Set([204]));
    const seconds = (performance.now() - startedAt) / 1000;
    listener.kill('SIGTERM');
    await listener.ended;
    expect(statSync(file).size - before).toBeLessThan(40_000_000);
    const stored = await storeAt(path).list();
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.length).toBeLessThanOrEqual(MAX_REJECTIONS_A_SECOND * (seconds + 1));
    expect(stored[0]).toMatchObject({ status: 401, reason: 'no_match', bodySize: BODY.length });
  },
  LIFE_MS,
);

test('a rejected request is stored with its body, and without credentials', async () => {
  const { listener, path } = await startVictim();
  const credentials = {
    authorization: `Bearer ${SECRET}`,
    cookie: 'session=1',
    'x-api-key': 'k',
    'user-agent': 'Svix',
  };
  const body = `{"request_id":"${'x'.repeat(70_000)}"}`;
  const sent = { id: 'msg_1', body, secret: `whsec_${'A'.repeat(32)}`, headers: credentials };
  expect(await deliver(listener.url, sent)).toBe(401);
  expect(await deliver(`${listener.url}/no`, sent)).toBe(404);
  const store = storeAt(path);
  await expect.poll(() => store.size()).toBe(2);
  const [unread, forged] = await store.list();
  expect(unread).toMatchObject({ status: 404, reason: 'not_found', bodySize: undefined });
  expect(forged).toMatchObject({ status: 401, reason: 'no_match', id: 'msg_1', bodySize: body.length });
  const found = await store.find(forged?.number ?? 0);
  expect(found?.headers.map(([name]) => name).toSorted()).toEqual([
    'content-type',
    'svix-id',
    'svix-signature',
    'svix-timestamp',
    'user-agent',
  ]);
  expect(Buffer.from(found?.body ?? [])).toEqual(Buffer.from(body).subarray(0, MAX_REJECTED_BODY_BYTES));
});
