import { expect, test } from 'vitest';

import { CliError, createClient, type Answer } from '../../src/index.ts';
import { createSandbox } from '../../src/sandbox-entry.ts';
import { answerOf, bomb, endless, headOf, startRawServer } from '../support/raw-server.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const KEY = 'key-of-the-tests';
const WAVE = {
  site_name: 'Example',
  start_points: 'Start',
  end_points: 'End',
  extra: { run: 7 },
  picks: [
    { pick_id: '1', order_id: 'A', location_id: 'A01' },
    { pick_id: '2', order_id: 'B', location_id: ['C02', 'D06'] },
    { pick_id: '3', order_id: 'A', location_id: 'B08' },
  ],
};

async function failureOf(work: Promise<unknown>): Promise<CliError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CliError) return error;
  throw new Error(`no CliError was thrown but ${String(error)}`);
}

test('submits a cluster problem, waits for it and returns the answer as typed values', async () => {
  await using sandbox = await createSandbox({ latency: 20 });
  const client = createClient({ apiKey: sandbox.apiKey, baseUrl: `${sandbox.url}/` });
  const submitted = await client.submit('cluster', WAVE);
  expect(submitted).toEqual({ kind: 'cluster', requestId: expect.stringMatching(/^[0-9a-f]{24}$/) });

  const done = await client.wait('cluster', submitted.requestId, { intervalMs: 10 });
  expect(done).toEqual({
    state: 'done',
    kind: 'cluster',
    requestId: submitted.requestId,
    answer: JSON.parse(Buffer.from(done.raw).toString()),
    raw: expect.any(Uint8Array),
    failure: undefined,
  });
  expect(done.answer.extra).toEqual({ run: 7 });
  expect(done.answer.optimal_clusters?.flatMap(({ order_ids: orders }) => orders)).toEqual(['A', 'B']);
});

test('finds a route without its kind, which is then in the answer', async () => {
  await using sandbox = await createSandbox({ latency: 0 });
  const client = createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const { requestId } = await client.submit('route', { ...WAVE, route_id: 'r-1' });
  const found: Answer = await client.wait(undefined, requestId, { intervalMs: 10 });
  expect(found.kind).toBe('route');
  const sequence = found.kind === 'route' ? found.answer.picks?.map((pick) => pick.optim_sequence) : undefined;
  expect(sequence).toEqual([0, 1, 2]);
});

test('get distinguishes an answer that is not ready from one that is missing', async () => {
  await using server = await startScriptedServer([
    { body: { request_id: ID, status: 'RUNNING' } },
    { status: 404, body: { detail: 'Not Found' } },
  ]);
  const client = createClient({ apiKey: KEY, baseUrl: server.url });
  expect([await client.get('route', ID), await client.get('route', ID)]).toEqual([
    { state: 'pending', word: 'RUNNING' },
    { state: 'missing' },
  ]);
  expect(server.lines()).toEqual([`GET /optimize/route/${ID}`, `GET /optimize/route/${ID}`]);
  expect(server.seen.map(({ headers }) => headers['x-api-key'])).toEqual([KEY, KEY]);
});

test('returns a failed job as an answer, with the reason', async () => {
  await using sandbox = await createSandbox({ latency: 0 });
  const client = createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const { requestId } = await client.submit('route', {
    site_name: 'Example',
    picks: [{ pick_id: '1', location_id: 'FAIL' }],
  });
  const { state, failure } = await client.wait('route', requestId, { intervalMs: 10 });
  expect({ state, failure }).toEqual({
    state: 'failed',
    failure: 'Optimization failed (a pick is at the location FAIL)',
  });
});

test('throws "auth" for a rejected key, and "refused" with every error for an invalid request', async () => {
  await using sandbox = await createSandbox();
  const intruder = createClient({ apiKey: 'wrong', baseUrl: sandbox.url });
  const known = createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const refused = await failureOf(intruder.submit('route', WAVE));
  const faulty = await failureOf(known.submit('route', { ...WAVE, picks: [{ pick_id: '1', location_id: 'Z99' }] }));
  expect([refused, faulty].map(({ failure, status, exitCode }) => ({ failure, status, exitCode }))).toEqual([
    { failure: 'auth', status: 403, exitCode: 4 },
    { failure: 'refused', status: 422, exitCode: 5 },
  ]);
  expect(faulty.details).toEqual([{ path: '/picks/0/location_id', message: 'Location not found: "Z99"' }]);
});

test('wait throws "pending" at its deadline, and ends at once when its signal is aborted', async () => {
  await using server = await startScriptedServer([{ body: { request_id: ID, status: 'QUEUED' } }]);
  const client = createClient({ apiKey: KEY, baseUrl: server.url });
  const late = await failureOf(client.wait('cluster', ID, { timeoutMs: 500, intervalMs: 100 }));
  expect({ failure: late.failure, code: late.code, requestId: late.requestId, retryable: late.retryable }).toEqual({
    failure: 'pending',
    code: 'not_finished',
    requestId: ID,
    retryable: true,
  });
  const reason = new Error('no longer needed');
  const stop = new AbortController();
  const waiting = client.wait('cluster', ID, { signal: stop.signal });
  stop.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test('rejects what cannot be sent before anything is sent', async () => {
  await using server = await startScriptedServer([{ status: 500 }]);
  const client = createClient({ apiKey: KEY, baseUrl: server.url });
  const circular: Record<string, unknown> = {};
  circular['itself'] = circular;
  const failures = [
    await failureOf(client.submit('route', { ...WAVE, extra: circular })),
    await failureOf(client.submit('route', undefined as never)),
    await failureOf(client.submit('wave' as never, WAVE as never)),
    await failureOf(client.get('route', '..')),
    await failureOf(Promise.resolve().then(() => createClient({ apiKey: '', baseUrl: server.url }))),
    await failureOf(Promise.resolve().then(() => createClient({ apiKey: KEY, baseUrl: 'http://example.com' }))),
  ];
  expect(failures.map(({ failure, code }) => `${failure} ${code}`)).toEqual([
    'usage bad_request_body',
    'usage bad_request_body',
    'usage bad_kind',
    'usage bad_request_id',
    'usage bad_api_key',
    'usage bad_base_url',
  ]);
  expect(server.seen).toEqual([]);
});

test('A6: rejects an answer beyond a limit before parsing it', async () => {
  const filler = '[],'.repeat(10_000_000);
  for (const [answer, message] of [
    [endless(headOf('200 OK'), '['), 'the answer has more than 512 levels of nesting'],
    [bomb('{"x":"', 'x', 40), 'the answer is larger than 256 MB'],
    [answerOf(`{"computation_time":1,"x":[${filler}0]}`), 'the answer holds more than 10 million values'],
  ] as const) {
    await using server = await startRawServer(answer);
    const client = createClient({ apiKey: KEY, baseUrl: server.url });
    const failure = await failureOf(client.get('route', ID));
    expect(failure).toMatchObject({ failure: 'unavailable', code: 'answer_too_large', message, requestId: ID });
    expect([failure.retryable, server.heads.length]).toEqual([false, 1]);
  }
});
