/** What the program knows of the API against the machine-readable description of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { answerPath, KIND_NAMES, KINDS, type Kind } from '../../src/kinds.ts';
import { PICK_VIOLATION_HANDLINGS, REQUEST_SCHEMAS, ROUTING_POLICIES, type Level } from '../../src/requests/schema.ts';
import { faultsOf, schemaNamed, type OpenApi, type Schema } from '../support/json-schema.ts';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

const API = JSON.parse(await readFile(join(import.meta.dirname, '../fixtures/openapi.json'), 'utf8')) as OpenApi & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const namesOf = (schema: string): readonly string[] => Object.keys(schemaNamed(API, schema).properties ?? {}).sort();
const fieldsOf = (level: Level): readonly string[] => Object.keys(level.fields).sort();
const SCHEMAS: Readonly<Record<Kind, Readonly<Record<'request' | 'parameters' | 'pick' | 'response', string>>>> = {
  route: {
    request: 'RouteRequest',
    parameters: 'RouteParameters',
    pick: 'RoutePickInput',
    response: 'RouteResponse',
  },
  cluster: {
    request: 'ClusterRequest',
    parameters: 'ClusterParameters',
    pick: 'ClusterPickInput',
    response: 'ClusterResponse',
  },
};

test('the table names every path of the API, and no other', () => {
  const paths = KIND_NAMES.flatMap((kind) => [
    `POST ${KINDS[kind].path}`,
    `GET ${decodeURIComponent(answerPath(kind, '{request_id}'))}`,
  ]);
  const described = Object.entries(API.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(paths.sort()).toEqual(described.sort());
});

describe.each(KIND_NAMES)('%s', (kind) => {
  const names = SCHEMAS[kind];

  test('is submitted with "synchronous" in the query and a body of its own schema', () => {
    const post = API.paths[KINDS[kind].path]?.['post'];
    expect(post?.parameters?.map(({ name, in: place }) => `${place} ${name}`)).toEqual(['query synchronous']);
    expect(post?.requestBody?.content['application/json']?.schema.$ref).toBe(`#/components/schemas/${names.request}`);
  });

  test('requests have the described fields', () => {
    const { request, parameters, pick } = REQUEST_SCHEMAS[kind];
    expect({ request: fieldsOf(request), parameters: fieldsOf(parameters), pick: fieldsOf(pick) }).toEqual({
      request: namesOf(names.request),
      parameters: namesOf(names.parameters),
      pick: namesOf(names.pick),
    });
  });

  test('requests need what is described as needed', () => {
    const { request, pick } = REQUEST_SCHEMAS[kind];
    expect([[...request.required].sort(), [...pick.required].sort()]).toEqual([
      [...(schemaNamed(API, names.request).required ?? [])].sort(),
      [...(schemaNamed(API, names.pick).required ?? [])].sort(),
    ]);
  });

  test('answers are told by their type and by the list that holds the result', () => {
    const { type, [KINDS[kind].result]: result } = schemaNamed(API, names.response).properties ?? {};
    expect([type?.const, result?.type]).toEqual([KINDS[kind].type, 'array']);
  });
});

test('the enumerations are the described ones', () => {
  expect([ROUTING_POLICIES, PICK_VIOLATION_HANDLINGS]).toEqual([
    schemaNamed(API, 'RoutingPolicy').enum,
    schemaNamed(API, 'PickViolationHandling').enum,
  ]);
});

test('the checker of answers tells everything that does not fit', () => {
  const answer = {
    type: 'CLUSTER',
    timestamp: 'yesterday',
    computation_time: '0.2',
    request_id: 'not-hex',
    invalid_picks: [{ pick_id: '1', location_id: ['A01'], reason: 'Bad luck' }],
    picks: [{ pick_id: '1', location_id: ['A01'], optim_sequence: 0.5 }, {}],
  };
  expect(faultsOf(answer, schemaNamed(API, 'RouteResponse'), API)).toEqual([
    '/type: not "ROUTE"',
    '/request_id: does not match ^[0-9a-f]{24}$',
    '/timestamp: is no time',
    '/computation_time: expected number, found "0.2"',
    '/invalid_picks/0/reason: not one of the values',
    '/picks/0/location_id: expected string, found ["A01"]',
    '/picks/0/optim_sequence: expected integer, found 0.5',
    '/picks/1/pick_id: is missing',
    '/picks/1/location_id: is missing',
    '/picks/1/optim_sequence: is missing',
  ]);
});
