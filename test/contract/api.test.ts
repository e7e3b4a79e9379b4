/**
 * The same calls against the sandbox, always, and against the real API where OPTIPICK_API_KEY and OPTIPICK_CONTRACT_SITE
 * (the name of a site with the locations of the built-in `Example`) are set: what both answer is what is described.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { KIND_NAMES, KINDS, type Kind } from '../../src/kinds.ts';
import { DEFAULT_BASE_URL } from '../../src/settings/settings.ts';
import { createClient, type Client } from '../../src/index.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox-entry.ts';
import { faultsOf, schemaNamed, type OpenApi } from '../support/json-schema.ts';

const API = JSON.parse(await readFile(join(import.meta.dirname, '../fixtures/openapi.json'), 'utf8')) as OpenApi;
const RESPONSES: Readonly<Record<Kind, string>> = { route: 'RouteResponse', cluster: 'ClusterResponse' };

interface Target {
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly site: string;
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ latency: 30 });
});
afterAll(() => sandbox.stop());

const {
  OPTIPICK_API_KEY: key = '',
  OPTIPICK_CONTRACT_SITE: realSite = '',
  OPTIPICK_BASE_URL: realUrl = '',
} = process.env;
const TARGETS: readonly (readonly [string, () => Target])[] = [
  ['the sandbox', () => ({ name: 'sandbox', baseUrl: sandbox.url, apiKey: sandbox.apiKey, site: 'Example' })],
  ...(key === '' || realSite === ''
    ? []
    : [
        [
          'the real API',
          () => ({ name: 'API', baseUrl: realUrl === '' ? DEFAULT_BASE_URL : realUrl, apiKey: key, site: realSite }),
        ] as const,
      ]),
];

const PICKS = [
  { pick_id: '1', order_id: 'A', list_id: 'L1', asis_sequence: 1, location_id: 'A01' },
  { pick_id: '2', order_id: 'A', list_id: 'L1', asis_sequence: 2, location_id: ['C02', 'D06'] },
  { pick_id: '3', order_id: 'B', list_id: 'L1', asis_sequence: 3, location_id: 'B08' },
];

describe.each(TARGETS)('%s', (_, target) => {
  const client = (): Client => createClient(target());
  const requestFor = (more: object = {}) => ({
    site_name: target().site,
    start_points: 'Start',
    end_points: 'End',
    wave_id: 'contract',
    picks: PICKS,
    ...more,
  });
  const post = async (path: string, body: unknown, apiKey = target().apiKey) => {
    const response = await fetch(target().baseUrl + path, {
      method: 'POST',
      headers: { 'X-API-KEY': apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const faultsIn = (kind: Kind, answer: unknown) => faultsOf(answer, schemaNamed(API, RESPONSES[kind]), API);

  for (const kind of KIND_NAMES) {
    test(`a synchronous ${kind} is answered with the described document`, async () => {
      const { status, body } = await post(`${KINDS[kind].path}?synchronous=true`, requestFor());
      expect({ status, faults: faultsIn(kind, body) }).toEqual({ status: 200, faults: [] });
      expect(body).toMatchObject({
        type: KINDS[kind].type,
        site_name: target().site,
        wave_id: 'contract',
        error: null,
      });
    });

    test(`an asynchronous ${kind} gives an id, and by it the described document`, async () => {
      const { requestId } = await client().submit(kind, requestFor());
      const { state, answer } = await client().wait(kind, requestId, { intervalMs: 20 });
      expect({ state, id: answer.request_id, faults: faultsIn(kind, answer) }).toEqual({
        state: 'done',
        id: requestId,
        faults: [],
      });
    });

    test(`a ${kind} without picks is refused with 422 in the described form`, async () => {
      const { status, body } = await post(KINDS[kind].path, { site_name: target().site });
      expect({ status, faults: faultsOf(body, schemaNamed(API, 'HTTPValidationError'), API) }).toEqual({
        status: 422,
        faults: [],
      });
      expect(body).toMatchObject({ detail: [{ loc: ['body', 'picks'], type: 'missing' }] });
    });

    test(`a ${kind} with a word outside an enumeration is refused with 422`, async () => {
      const { status } = await post(KINDS[kind].path, requestFor({ parameters: { routing_policy: 'FASTEST' } }));
      expect(status).toBe(422);
    });
  }

  test('a pick at no known place is left out with its reason where that is asked for', async () => {
    const picks = [...PICKS, { pick_id: '4', order_id: 'C', location_id: 'no such place' }];
    const parameters = { pick_violation_handling: 'REMOVE_PICKS' };
    const { body } = await post(KINDS.route.path, requestFor({ picks, parameters }));
    expect(faultsIn('route', body)).toEqual([]);
    expect(body).toMatchObject({ invalid_picks: [{ pick_id: '4', reason: 'Location not found' }] });
  });

  test('a key that is none is refused with 401 or 403', async () => {
    const { status } = await post(KINDS.route.path, requestFor(), 'no-such-key');
    expect([401, 403]).toContain(status);
  });

  test('an id that nobody has is not found', async () => {
    expect((await client().get('cluster', '0'.repeat(24))).state).not.toBe('done');
  });
});
