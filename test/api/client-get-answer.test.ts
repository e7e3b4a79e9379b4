import { afterEach, describe, expect, test } from 'vitest';

import { createApiClient } from '../../src/api/client.ts';
import { bodyOf } from '../../src/lib/net/http.ts';
import { failureOf, startScriptedApi, TEST_KEY } from '../support/api-client.ts';
import type { Script, ScriptedApi } from '../support/api-client.ts';
import { createInstantClock } from '../support/instant-clock.ts';

const ID = '67507ad05e593173d0313e0f';
const DONE = JSON.stringify({ request_id: ID, optimal_clusters: [], unknown: [1, { a: null }] });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function api(...script: Script): Promise<ScriptedApi> {
  const started = await startScriptedApi(script);
  closers.push(() => started.server.close());
  return started;
}

describe('getAnswer', () => {
  test('returns the finished answer and its own bytes', async () => {
    const { client, server } = await api({ body: DONE });
    const answer = await client.getAnswer('cluster', ID);
    expect(answer).toMatchObject({ state: 'done', kind: 'cluster', requestId: ID, failure: undefined });
    expect('raw' in answer && Buffer.from(answer.raw ?? []).toString()).toBe(DONE);
    expect(server.lines()).toEqual([`GET /optimize/cluster/${ID}`]);
    expect(server.seen[0]?.headers['x-api-key']).toBe(TEST_KEY);
  });

  test.each([
    ['an error', { error: 'Location not found', picks: [] }, 'Location not found'],
    ['a status of failure', { status: 'failed' }, 'failed'],
  ])('returns the failure of a job that failed with %s', async (_form, body, failure) => {
    const { client } = await api({ body });
    expect(await client.getAnswer('route', ID)).toMatchObject({
      state: 'failed',
      kind: 'route',
      requestId: ID,
      failure,
    });
  });

  test.each([
    ['202 with a word', { status: 202, body: { status: 'QUEUED' } }, 'QUEUED'],
    ['204', { status: 204 }, undefined],
    ['425', { status: 425, body: { detail: 'Too Early' } }, undefined],
    ['200 with null', { body: 'null' }, undefined],
    ['200 with nothing', {}, undefined],
    ['200 with an object without results', { body: { request_id: ID } }, undefined],
    ['200 with an unknown status', { body: { status: 'Thinking' } }, 'Thinking'],
    ['200 with a quoted word', { body: '"PENDING"' }, undefined],
    ['200 with a plain word', { body: 'IN PROGRESS\n', headers: { 'content-type': 'text/plain' } }, 'IN PROGRESS'],
  ])('reads %s as not finished, without a retry', async (_form, scripted, word) => {
    const { client, clock } = await api(scripted);
    expect(await client.getAnswer('route', ID)).toEqual({ state: 'pending', word, retryAfterMs: undefined });
    expect(clock.sleeps).toEqual([]);
  });

  test('returns the Retry-After of an unfinished job', async () => {
    const { client } = await api(
      { status: 202, headers: { 'retry-after': '4' } },
      { status: 404, headers: { 'retry-after': '5' } },
    );
    expect(await client.getAnswer('route', ID)).toEqual({ state: 'pending', word: undefined, retryAfterMs: 4000 });
    expect(await client.getAnswer('route', ID)).toEqual({ state: 'missing', retryAfterMs: 5000 });
  });

  test('reads a 422 about the job as its failure', async () => {
    const { client } = await api({ status: 422, body: { detail: 'Location Z99 not found' } });
    const answer = await client.getAnswer('route', ID);
    expect(answer).toMatchObject({ state: 'failed', requestId: ID, failure: 'Location Z99 not found' });
    expect('raw' in answer && Buffer.from(answer.raw ?? []).toString()).toBe('{"detail":"Location Z99 not found"}');
  });

  test('throws a 422 about the id as a refusal', async () => {
    const detail = [{ loc: ['path', 'request_id'], msg: 'not an ObjectId', type: 'value_error' }];
    const { client } = await api({ status: 422, body: { detail } });
    expect(await failureOf(client.getAnswer('route', 'nonsense'))).toMatchObject({
      failure: 'refused',
      code: 'invalid_request',
      status: 422,
      requestId: 'nonsense',
    });
  });

  test.each([[408], [429], [500], [502], [503], [504]])('retries after HTTP %i', async (status) => {
    const { client, server, clock } = await api({ status }, { status }, { body: DONE });
    expect(await client.getAnswer('cluster', ID)).toMatchObject({ state: 'done' });
    expect([server.seen.length, clock.sleeps]).toEqual([3, [500, 1000]]);
  });

  test('fails after four attempts, or as many as are allowed', async () => {
    const { client, server } = await api({ status: 503, body: { message: 'Service Unavailable' } });
    const failure = await failureOf(client.getAnswer('cluster', ID));
    expect(failure).toMatchObject({
      failure: 'unavailable',
      code: 'server_error',
      status: 503,
      requestId: ID,
      retryable: true,
      message: 'the API could not answer (HTTP 503): Service Unavailable',
    });
    expect(server.seen).toHaveLength(4);
    await failureOf(client.getAnswer('cluster', ID, { attempts: 1 }));
    expect(server.seen).toHaveLength(5);
  });

  test.each([
    ['nothing', 'cut' as const],
    ['half an answer', { body: DONE.slice(0, 20), ending: 'cut' as const }],
    ['half an answer that looks whole', { body: DONE.slice(0, 20) }],
  ])('retries after %s', async (_case, scripted) => {
    const { client, server } = await api(scripted, { body: DONE });
    const sunk: string[] = [];
    const sink = async (chunk: Uint8Array): Promise<void> => {
      sunk.push(Buffer.from(chunk).toString());
    };
    expect(await client.getAnswer('cluster', ID, { sink })).toMatchObject({ state: 'done', raw: undefined });
    expect([server.seen.length, sunk.join('')]).toEqual([2, DONE]);
  });

  test('passes nothing of an unfinished job to the sink', async () => {
    const { client } = await api({ body: { status: 'QUEUED' } }, { body: 'null' }, { status: 404, body: 'x' });
    const sunk: Uint8Array[] = [];
    const sink = async (chunk: Uint8Array): Promise<void> => {
      sunk.push(chunk);
    };
    for (let n = 0; n < 3; n += 1) await client.getAnswer('cluster', ID, { sink });
    expect(sunk).toEqual([]);
  });

  test('reports that a web page is not the API', async () => {
    const { client, server } = await api({
      body: '<!doctype html><title>Sign in</title>',
      headers: { 'content-type': 'text/html' },
    });
    expect(await failureOf(client.getAnswer('cluster', ID))).toMatchObject({
      failure: 'refused',
      code: 'not_the_api',
      message: 'a web page arrived instead of an answer of the API: Sign in',
    });
    expect(server.seen).toHaveLength(1);
  });

  test('fails at once when the key is rejected', async () => {
    const { client, server } = await api({ status: 401 });
    expect(await failureOf(client.getAnswer('cluster', ID))).toMatchObject({ failure: 'auth', code: 'key_rejected' });
    expect(server.seen).toHaveLength(1);
  });

  test('escapes an id, and rejects one that would be another path', async () => {
    const { client, server } = await api({ status: 404 });
    await client.getAnswer('route', 'a/b?c');
    expect(server.lines()).toEqual(['GET /optimize/route/a%2Fb%3Fc']);
    for (const id of ['', ' ', '.', '..']) {
      expect(await failureOf(client.getAnswer('route', id))).toMatchObject({
        failure: 'usage',
        code: 'bad_request_id',
      });
    }
    expect(server.seen).toHaveLength(1);
  });

  test('times out when no answer arrives', async () => {
    const { client } = await api('hang');
    expect(await failureOf(client.getAnswer('route', ID, { timeoutMs: 500, attempts: 1 }))).toMatchObject({
      failure: 'unavailable',
      code: 'timeout',
      requestId: ID,
    });
  });
});

describe('a large answer', () => {
  const head = `{"request_id":"${ID}","optimal_clusters":[],"filler":"`;

  /** A client whose network sends `size` filler bytes and then ends as told. */
  function client(
    size: number,
    end: () => Iterable<Uint8Array>,
  ): { getAnswer: ReturnType<typeof createApiClient>['getAnswer']; asked: () => number } {
    let asked = 0;
    const made = createApiClient({
      http: async () => {
        asked += 1;
        return {
          status: 200,
          headers: {},
          body: (async function* () {
            yield* bodyOf(head);
            for (let sent = 0; sent < size; sent += 65_536) yield Buffer.alloc(65_536, 'x');
            yield* end();
          })(),
        };
      },
      baseUrl: 'https://optipick.test',
      apiKey: TEST_KEY,
      clock: createInstantClock(),
      random: () => 0,
    });
    return { getAnswer: made.getAnswer.bind(made), asked: () => asked };
  }

  test('reaches the sink before it is whole, one chunk at a time', async () => {
    let inside = 0;
    let size = 0;
    let atEnd = 0;
    const { getAnswer } = client(20 * 1024 * 1024, function* () {
      atEnd = size;
      yield Buffer.from('"}');
    });
    const sink = async (chunk: Uint8Array): Promise<void> => {
      inside += 1;
      await Promise.resolve();
      expect(inside).toBe(1);
      inside -= 1;
      size += chunk.byteLength;
    };
    expect(await getAnswer('cluster', ID, { sink })).toMatchObject({ state: 'done', raw: undefined });
    expect(size).toBe(head.length + 20 * 1024 * 1024 + 2);
    expect(atEnd).toBeGreaterThan(8 * 1024 * 1024);
  });

  test('is not requested again when it breaks after the sink got a part', async () => {
    const { getAnswer, asked } = client(9 * 1024 * 1024, function* () {
      yield Buffer.from('" broken');
    });
    const failure = await failureOf(getAnswer('cluster', ID, { sink: async () => {} }));
    expect(failure).toMatchObject({ failure: 'unavailable', code: 'answer_cut', requestId: ID });
    expect(asked()).toBe(1);
  });

  test('throws what the sink throws', async () => {
    const { getAnswer, asked } = client(9 * 1024 * 1024, () => []);
    const full = new Error('disk full');
    const sink = (): Promise<void> => Promise.reject(full);
    await expect(getAnswer('cluster', ID, { sink })).rejects.toBe(full);
    expect(asked()).toBe(1);
  });
});

describe('checkKey', () => {
  test.each([404, 422, 200])('reads HTTP %i as an accepted key', async (status) => {
    const { client, server } = await api({ status, body: { detail: 'x' } });
    await expect(client.checkKey()).resolves.toBeUndefined();
    expect(server.lines()).toEqual(['GET /optimize/cluster/000000000000000000000000']);
  });

  test.each([401, 403])('reads HTTP %i as a rejected key', async (status) => {
    const { client, server } = await api({ status, body: { detail: 'x' } });
    expect(await failureOf(client.checkKey())).toMatchObject({ failure: 'auth', code: 'key_rejected', status });
    expect(server.lines()).toEqual(['GET /optimize/cluster/000000000000000000000000']);
  });

  test('says nothing about the key when the server is down or is not the API', async () => {
    const down = await api({ status: 503 });
    expect(await failureOf(down.client.checkKey())).toMatchObject({ failure: 'unavailable', status: 503 });
    const moved = await api({ status: 302, headers: { location: 'https://other.test' } });
    expect(await failureOf(moved.client.checkKey())).toMatchObject({ failure: 'refused', code: 'redirect_refused' });
  });
});
