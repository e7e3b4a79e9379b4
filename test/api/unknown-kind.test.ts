/** An id of which nobody knows whether it is a route's or a cluster's: no kind hides the other. */
import { afterEach, describe, expect, test } from 'vitest';

import type { JobAnswer } from '../../src/api/model.ts';
import { fetchResult } from '../../src/api/result.ts';
import { pollAnswer, type PollAnswerOptions } from '../../src/api/poll.ts';
import { KIND_NAMES, type Kind } from '../../src/kinds.ts';
import { createClient } from '../../src/library/client.ts';
import { failureOf, startScriptedApi, TEST_KEY, type ScriptedApi } from '../support/api-client.ts';
import type { Scripted } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const DONE: Readonly<Record<Kind, Scripted>> = {
  cluster: { body: { request_id: ID, optimal_clusters: [] } },
  route: { body: { request_id: ID, picks: [] } },
};
const OTHER: Readonly<Record<Kind, Kind>> = { cluster: 'route', route: 'cluster' };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Each kind gives its answers one after the other; the last repeats. */
async function api(script: Readonly<Record<Kind, readonly Scripted[]>>): Promise<ScriptedApi> {
  const asked = { cluster: 0, route: 0 };
  const started = await startScriptedApi(({ url }) => {
    const kind = url.startsWith('/optimize/route/') ? 'route' : 'cluster';
    const answers = script[kind];
    const scripted = answers[Math.min(asked[kind], answers.length - 1)];
    asked[kind] += 1;
    return scripted ?? { status: 500 };
  });
  closers.push(() => started.server.close());
  return started;
}

const wait = ({ client, clock }: ScriptedApi, options: Partial<PollAnswerOptions> = {}): Promise<JobAnswer> =>
  pollAnswer(client, KIND_NAMES, ID, {
    intervalMs: 1000,
    maxIntervalMs: 1000,
    deadline: 10_000,
    knownHere: false,
    clock,
    random: () => 0.5,
    ...options,
  });

/** What an API may answer for an id of the other kind. */
const NOTHING: readonly (readonly [string, Scripted])[] = [
  ['404', { status: 404, body: { detail: 'Not Found' } }],
  ['200 with {}', { body: {} }],
  ['200 with []', { body: '[]' }],
  ['200 with null', { body: 'null' }],
  ['200 with nothing', { body: '' }],
  ['204', { status: 204 }],
  ['a status word', { body: { status: 'PENDING' } }],
  ['a status word that nobody knows', { body: { request_id: ID, status: 'UNKNOWN_KIND' } }],
  ['a bare word', { body: 'NOT FOUND' }],
  ['400', { status: 400, body: { detail: 'not a request of this kind' } }],
  ['402', { status: 402, body: { message: 'not in your plan' } }],
  ['403', { status: 403, body: { message: 'Forbidden' } }],
  ['422 about the id', { status: 422, body: { detail: [{ loc: ['path', 'request_id'], msg: 'wrong kind' }] } }],
  ['422 about the job', { status: 422, body: { detail: 'not a request of this kind' } }],
  ['500', { status: 500 }],
  ['a web page', { status: 403, body: '<html><title>Blocked</title></html>' }],
];

describe.each(KIND_NAMES)('N9: the answer of a %s', (kind) => {
  test.each(NOTHING)('is found although the other kind says %s', async (_what, nothing) => {
    const started = await api({ [kind]: [DONE[kind]], [OTHER[kind]]: [nothing] } as Record<Kind, Scripted[]>);
    expect(await wait(started)).toMatchObject({ state: 'done', kind });
    expect(await fetchResult(started.client, ID, undefined, { clock: started.clock })).toMatchObject({ kind });
    expect(await wait(started, { once: true })).toMatchObject({ state: 'done', kind });
  });

  test.each(NOTHING)('is waited for although the other kind says %s', async (_what, nothing) => {
    const unfinished: Scripted[] = [{ status: 404 }, { body: {} }, { body: { status: 'RUNNING' } }, { status: 404 }];
    const script = { [kind]: [...unfinished, DONE[kind]], [OTHER[kind]]: [nothing] } as Record<Kind, Scripted[]>;
    const started = await api(script);
    expect(await wait(started)).toMatchObject({ state: 'done', kind });
  });

  test('is found by the library as well', async () => {
    const script = { [kind]: [{ status: 404 }, DONE[kind]], [OTHER[kind]]: [{ body: {} }] } as Record<Kind, Scripted[]>;
    const { server } = await api(script);
    const client = createClient({ apiKey: TEST_KEY, baseUrl: server.url });
    expect(await client.wait(undefined, ID, { intervalMs: 1 })).toMatchObject({ state: 'done', kind });
  });

  test('that failed is found although the other kind stays pending', async () => {
    const failed: Scripted = { body: { request_id: ID, error: 'no route' } };
    const script = { [kind]: [failed], [OTHER[kind]]: [{ body: { status: 'RUNNING' } }] } as Record<Kind, Scripted[]>;
    expect(await wait(await api(script))).toMatchObject({ state: 'failed', kind, failure: 'no route' });
  });
});

describe('N9: an id of unknown kind', () => {
  test('has the kind that its answer names, under whatever path it is found', async () => {
    const body = { type: 'ROUTE', request_id: ID, picks: [] };
    expect(await wait(await api({ cluster: [{ body }], route: [{ status: 404 }] }))).toMatchObject({ kind: 'route' });
  });

  test('has failed when all that is left is a 422 about its job', async () => {
    const refused: Scripted = { status: 422, body: { detail: 'Location Z99 not found' } };
    const failed = { state: 'failed', kind: 'cluster', failure: 'Location Z99 not found' };
    const started = await api({ cluster: [refused], route: [{ status: 404 }] });
    expect(await wait(started)).toMatchObject(failed);
    expect(started.clock.monotonic()).toBe(10_000);
    expect(await wait(started, { once: true })).toMatchObject(failed);

    const options = { clock: started.clock };
    expect(await fetchResult(started.client, ID, undefined, options)).toMatchObject({ state: 'unfinished' });
    expect(await fetchResult(started.client, ID, undefined, { ...options, isLast: true })).toMatchObject(failed);
  });

  test('passes its failure on once, byte for byte', async () => {
    const text = '{"detail": "Location Z99 not found"}';
    const started = await api({ cluster: [{ status: 422, body: text }], route: [{ status: 422, body: '{}' }] });
    const sunk: Uint8Array[] = [];
    expect(await wait(started, { sink: async (chunk) => void sunk.push(chunk) })).toMatchObject({ state: 'failed' });
    expect(Buffer.concat(sunk).toString()).toBe(text);
  });

  test('is refused at once when both kinds refuse it', async () => {
    const started = await api({ cluster: [{ status: 400, body: { detail: 'no' } }], route: [{ status: 400 }] });
    expect(await failureOf(wait(started))).toMatchObject({ failure: 'refused', status: 400 });
    expect(started.server.seen).toHaveLength(2);
  });

  test('is polled, then refused, when one kind refuses it and the other does not know it', async () => {
    const started = await api({ cluster: [{ status: 400 }], route: [{ status: 404 }] });
    expect(await failureOf(wait(started))).toMatchObject({ failure: 'refused', status: 400 });
    expect(started.clock.monotonic()).toBe(10_000);
  });

  test('is not requested further with a key that is rejected', async () => {
    const started = await api({ cluster: [{ status: 401 }], route: [DONE.route] });
    expect(await failureOf(wait(started))).toMatchObject({ failure: 'auth', status: 401 });
    expect(started.server.seen).toHaveLength(1);
  });

  test('is requested after the later Retry-After of both kinds', async () => {
    const later = (seconds: string): Scripted => ({ status: 404, headers: { 'retry-after': seconds } });
    const started = await api({ cluster: [later('2')], route: [later('5'), DONE.route] });
    await wait(started);
    expect(started.clock.sleeps).toEqual([5500]);
  });
});

describe('N1: a web page during polling', () => {
  const page: Scripted = { status: 401, body: '<html><title>Log in to the WLAN</title></html>' };

  test('does not end polling', async () => {
    const started = await api({ cluster: [page, page, DONE.cluster], route: [] });
    expect(await pollAnswer(started.client, ['cluster'], ID, WAIT(started))).toMatchObject({ state: 'done' });
  });

  test.each([
    ['nothing else was seen', [page]],
    ['the job was seen before', [{ body: { status: 'RUNNING' } }, page]],
  ])('is reported at the deadline when %s', async (_case, cluster) => {
    const started = await api({ cluster, route: [] });
    expect(await failureOf(pollAnswer(started.client, ['cluster'], ID, WAIT(started)))).toMatchObject({
      failure: 'refused',
      exitCode: 5,
      code: 'not_the_api',
      status: 401,
      requestId: ID,
      message: `nothing was heard of request ${ID} after 10 s: a web page arrived instead of an answer of the API (HTTP 401): Log in to the WLAN`,
      hint: 'check --base-url, and whether the network wants you to log in first',
    });
  });

  const WAIT = ({ clock }: ScriptedApi): PollAnswerOptions => ({
    intervalMs: 1000,
    maxIntervalMs: 1000,
    deadline: 10_000,
    knownHere: true,
    clock,
    random: () => 0.5,
  });
});
