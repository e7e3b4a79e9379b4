import { afterEach, describe, expect, test } from 'vitest';

import type { AnswerSink } from '../../src/api/model.ts';
import { pollAnswer } from '../../src/api/poll.ts';
import type { PollEvent, PollAnswerOptions } from '../../src/api/poll.ts';
import type { Kind } from '../../src/kinds.ts';
import { failureOf, startScriptedApi } from '../support/api-client.ts';
import type { ScriptedApi } from '../support/api-client.ts';
import type { Scripted, SeenRequest } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const DONE = { body: { request_id: ID, optimal_clusters: [] } };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Waiting extends ScriptedApi {
  readonly events: PollEvent[];
  readonly wait: (
    options?: Partial<PollAnswerOptions> & { readonly kinds?: readonly Kind[] },
  ) => ReturnType<typeof pollAnswer>;
}

/** `random` is one half here: pauses are neither shortened nor lengthened. */
async function waiting(
  script: readonly Scripted[] | ((request: SeenRequest, number: number) => Scripted),
): Promise<Waiting> {
  const api = await startScriptedApi(script);
  closers.push(() => api.server.close());
  const events: PollEvent[] = [];
  return {
    ...api,
    events,
    wait: ({ kinds = ['cluster'] as const, ...options } = {}) =>
      pollAnswer(api.client, kinds, ID, {
        intervalMs: 1000,
        maxIntervalMs: 10_000,
        deadline: 300_000,
        knownHere: true,
        clock: api.clock,
        random: () => 0.5,
        onEvent: (event) => events.push(event),
        ...options,
      }),
  };
}

describe('pollAnswer', () => {
  test('asks at once, and then after growing pauses up to the longest one', async () => {
    const unfinished = Array.from({ length: 8 }, () => ({ status: 404 }));
    const { wait, clock, server } = await waiting([...unfinished, DONE]);
    expect(await wait()).toMatchObject({ state: 'done', kind: 'cluster', requestId: ID });
    expect(clock.sleeps).toEqual([1000, 1500, 2250, 3375, 5062.5, 7593.75, 10_000, 10_000]);
    expect(server.seen).toHaveLength(9);
  });

  test('varies the pauses a little', async () => {
    const early = await waiting([{ status: 404 }, DONE]);
    await early.wait({ random: () => 0 });
    const late = await waiting([{ status: 404 }, DONE]);
    await late.wait({ random: () => 1 });
    expect([early.clock.sleeps, late.clock.sleeps]).toEqual([[850], [1150]]);
  });

  test('waits as long as Retry-After asks, whatever the answer', async () => {
    const later = { 'retry-after': '20' };
    const { wait, clock } = await waiting([
      { status: 202, headers: later },
      { status: 404, headers: later },
      { status: 429, headers: later },
      { status: 503, headers: later },
      DONE,
    ]);
    await wait({ random: () => 0 });
    expect(clock.sleeps).toEqual([20_000, 20_000, 20_000, 20_000]);
  });

  test('survives failures of the network and the server, with one request for each poll', async () => {
    const { wait, server, clock, events } = await waiting(['cut', { status: 500 }, { status: 429 }, DONE]);
    expect(await wait()).toMatchObject({ state: 'done' });
    expect(server.seen).toHaveLength(4);
    expect(clock.sleeps).toEqual([1000, 1500, 2250]);
    expect(events.map((event) => (event.type === 'unavailable' ? event.error.code : event.type))).toEqual([
      'connection_reset',
      'server_error',
      'rate_limited',
    ]);
  });

  test('returns a failed job as an answer', async () => {
    const { wait } = await waiting([{ body: { error: 'no path' } }]);
    expect(await wait()).toMatchObject({ state: 'failed', failure: 'no path' });
  });

  test('reports its events, and each unknown status word once', async () => {
    const { wait, events } = await waiting([
      { body: { status: 'Thinking' } },
      { body: { status: 'Thinking' } },
      { body: { status: 'Dreaming' } },
      { status: 404 },
      DONE,
    ]);
    await wait();
    expect(events).toEqual([
      { type: 'unknown_word', kind: 'cluster', word: 'Thinking' },
      { type: 'pending', kind: 'cluster', word: 'Thinking', pauseMs: 1000 },
      { type: 'pending', kind: 'cluster', word: 'Thinking', pauseMs: 1500 },
      { type: 'unknown_word', kind: 'cluster', word: 'Dreaming' },
      { type: 'pending', kind: 'cluster', word: 'Dreaming', pauseMs: 2250 },
      { type: 'missing', pauseMs: 3375 },
    ]);
  });

  test.each([
    ['no word', {}, undefined],
    ['a known word alone', { body: 'FINISHED', headers: { 'content-type': 'text/plain' } }, 'FINISHED'],
  ])('does not report %s as an unknown one', async (_what, scripted, word) => {
    const { wait, events } = await waiting([{ body: {}, ...scripted }, DONE]);
    await wait();
    expect(events).toEqual([{ type: 'pending', kind: 'cluster', word, pauseMs: 1000 }]);
  });

  test('needs nobody who hears its events', async () => {
    const { wait } = await waiting([{ body: { status: 'Thinking' } }, { status: 404 }, DONE]);
    expect(await wait({ onEvent: undefined })).toMatchObject({ state: 'done' });
  });

  test.each([
    [401, 'auth'],
    [400, 'refused'],
  ])('fails at once on HTTP %i', async (status, failure) => {
    const { wait, server } = await waiting([{ status }]);
    expect(await failureOf(wait())).toMatchObject({ failure, status });
    expect(server.seen).toHaveLength(1);
  });

  test('throws the reason of its signal', async () => {
    const reason = new Error('stopped');
    const stop = new AbortController();
    const { wait } = await waiting([{ status: 404 }]);
    await expect(wait({ signal: stop.signal, onEvent: () => stop.abort(reason) })).rejects.toBe(reason);
  });
});

describe('the deadline of pollAnswer', () => {
  test('ends the last pause, and is followed by one more request', async () => {
    const { wait, clock, server } = await waiting([{ body: { status: 'RUNNING' } }]);
    clock.advance(60_000);
    expect(await failureOf(wait({ deadline: 63_000 }))).toMatchObject({
      failure: 'pending',
      code: 'not_finished',
      requestId: ID,
      message: `request ${ID} is not finished after 3 s`,
    });
    expect([clock.sleeps, server.seen.length]).toEqual([[1000, 1500, 500], 4]);
  });

  test('throws `pending` for a job that was healthy before the server went down', async () => {
    const { wait } = await waiting([{ body: { status: 'RUNNING' } }, { status: 503 }]);
    expect(await failureOf(wait({ deadline: 5000 }))).toMatchObject({ failure: 'pending', code: 'not_finished' });
  });

  test.each([
    ['the network', 'cut' as const, 'connection_reset', undefined],
    ['429', { status: 429 }, 'rate_limited', 429],
    ['5xx', { status: 502 }, 'server_error', 502],
  ])('throws `unavailable` after nothing but failures of %s', async (_cause, scripted, code, status) => {
    const { wait } = await waiting([scripted]);
    const failure = await failureOf(wait({ deadline: 5000 }));
    expect(failure).toMatchObject({ failure: 'unavailable', code, status, requestId: ID, retryable: true });
    expect(failure.message).toContain(`nothing was heard of request ${ID} after 5 s: `);
  });

  test('throws `pending` for an id that was never found', async () => {
    const { wait } = await waiting([{ status: 404 }]);
    expect(await failureOf(wait({ deadline: 2000, knownHere: false }))).toMatchObject({
      failure: 'pending',
      message: `request ${ID} was not found, or is not ready, after 2 s`,
    });
  });

  test('is followed by one more request when a laptop wakes up after it', async () => {
    const { wait, clock, server } = await waiting([{ status: 404 }, DONE]);
    const onEvent = (): void => clock.advance(8 * 3_600_000);
    expect(await wait({ onEvent })).toMatchObject({ state: 'done' });
    expect(server.seen).toHaveLength(2);

    const still = await waiting([{ status: 404 }]);
    const failure = await failureOf(still.wait({ onEvent: () => still.clock.advance(8 * 3_600_000) }));
    expect(failure).toMatchObject({ failure: 'pending', code: 'not_finished' });
    expect(still.server.seen).toHaveLength(2);
  });

  test('ends polling at once when the server asks for a longer pause', async () => {
    const { wait, clock } = await waiting([{ status: 429, headers: { 'retry-after': '600' } }]);
    const failure = await failureOf(wait());
    expect(failure).toMatchObject({ failure: 'unavailable', code: 'rate_limited' });
    expect(failure.message).toContain('the server asks to wait 10 min, which is longer than the timeout leaves');
    expect(clock.sleeps).toEqual([]);
  });

  test('leaves time for a pause that ends with it, and blames no pause once it has passed', async () => {
    const { wait, clock } = await waiting([{ status: 202, headers: { 'retry-after': '20' } }]);
    const failure = await failureOf(wait({ deadline: 20_000 }));
    expect([failure.message, clock.sleeps]).toEqual([`request ${ID} is not finished after 20 s`, [20_000]]);
  });

  test('throws `refused` when a web page is all that answers in the end', async () => {
    const page = { body: '<html><title>Sign in</title></html>', headers: { 'content-type': 'text/html' } };
    const { wait } = await waiting([{ body: { status: 'RUNNING' } }, page]);
    const failure = await failureOf(wait({ deadline: 5000 }));
    expect(failure).toMatchObject({ failure: 'refused', code: 'not_the_api', requestId: ID });
    expect(failure.message).toContain(`nothing was heard of request ${ID} after 5 s: `);
  });
});

describe('pollAnswer with `once`', () => {
  test.each([
    ['an unfinished job', { body: { status: 'RUNNING' } }, false, 'pending', 'not_finished'],
    ['a job submitted from here that is not there', { status: 404 }, true, 'pending', 'not_finished'],
    ['an unknown id', { status: 404 }, false, 'refused', 'not_found'],
  ])('reports %s', async (_case, scripted, knownHere, failure, code) => {
    const { wait, server, clock } = await waiting([scripted]);
    expect(await failureOf(wait({ once: true, knownHere }))).toMatchObject({ failure, code, requestId: ID });
    expect([server.seen.length, clock.sleeps]).toEqual([1, []]);
  });

  test('reports a server in trouble', async () => {
    const { wait } = await waiting([{ status: 503 }]);
    expect(await failureOf(wait({ once: true }))).toMatchObject({ failure: 'unavailable', code: 'server_error' });
  });

  test('retries a request that failed, like any GET', async () => {
    const { wait, server } = await waiting([{ status: 503 }, { status: 503 }, DONE]);
    expect(await wait({ once: true })).toMatchObject({ state: 'done' });
    expect(server.seen).toHaveLength(3);
  });
});

describe('an id of unknown kind', () => {
  const kinds = ['cluster', 'route'] as const;
  const isRoute = (request: SeenRequest): boolean => request.url.startsWith('/optimize/route');

  test('is requested as each kind, until one has it', async () => {
    const { wait, server } = await waiting((request, number) =>
      isRoute(request) && number > 2 ? { body: { request_id: ID, picks: [] } } : { status: 404 },
    );
    expect(await wait({ kinds })).toMatchObject({ state: 'done', kind: 'route' });
    expect(server.lines()).toEqual([
      `GET /optimize/cluster/${ID}`,
      `GET /optimize/route/${ID}`,
      `GET /optimize/cluster/${ID}`,
      `GET /optimize/route/${ID}`,
    ]);
  });

  test.each([
    ['is not finished', { body: { status: 'RUNNING' } }, 'pending'],
    ['does not answer', { status: 503 }, 'unavailable'],
  ])('is not refused when one kind refuses it and the other %s', async (_what, scripted, failure) => {
    const { wait } = await waiting((request) => (isRoute(request) ? scripted : { status: 400 }));
    expect(await failureOf(wait({ kinds, deadline: 3000 }))).toMatchObject({ failure });
  });

  test('is refused when one kind refuses it and the other does not know it', async () => {
    const { wait } = await waiting((request) => ({ status: isRoute(request) ? 404 : 400 }));
    expect(await failureOf(wait({ kinds }))).toMatchObject({ failure: 'refused', status: 400 });
  });
});

test('an answer of which the sink has a part is not requested again', async () => {
  const large = `{"request_id":"${ID}","optimal_clusters":[],"filler":"${'x'.repeat(9 * 1024 * 1024)}`;
  const { wait, server } = await waiting([{ body: large }]);
  const sink: AnswerSink = async () => {};
  expect(await failureOf(wait({ sink }))).toMatchObject({ failure: 'unavailable', code: 'answer_cut' });
  expect(server.seen).toHaveLength(1);
});
