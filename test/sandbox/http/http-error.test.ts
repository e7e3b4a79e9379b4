import { describe, expect, test } from 'vitest';

import { createBench, routeOf } from '../bench.ts';

type Fault = { loc: (string | number)[]; msg: string; type: string };

async function faultsOf(kind: 'route' | 'cluster', body: unknown): Promise<Fault[]> {
  const bench = createBench();
  const waiting = await bench.post(`/optimize/${kind}`, body);
  const { status, body: refusal } = await bench.post(`/optimize/${kind}?synchronous=false`, body);
  expect([waiting.status, status]).toEqual([422, 422]);
  expect(waiting.body).toEqual(refusal);
  expect(bench.events.some(({ type }) => type === 'submitted')).toBe(false);
  return (refusal as { detail: Fault[] }).detail;
}

const MISSING = { msg: 'Field required', type: 'missing' };

describe("a body that is not a request is rejected in FastAPI's form", () => {
  test.each<[string, unknown, Fault]>([
    ['no body', undefined, { loc: ['body'], ...MISSING }],
    ['blank', ' \n', { loc: ['body'], ...MISSING }],
    ['no JSON', '{"site_name": Example}', { loc: ['body', 14], msg: 'JSON decode error', type: 'json_invalid' }],
    ['cut off', '{"ü": [1, 2', { loc: ['body', 11], msg: 'JSON decode error', type: 'json_invalid' }],
    ['broken after other letters', '{"ü": 1]', { loc: ['body', 7], msg: 'JSON decode error', type: 'json_invalid' }],
    [
      'a list',
      [],
      {
        loc: ['body'],
        msg: 'Input should be a valid dictionary or object to extract fields from',
        type: 'model_attributes_type',
      },
    ],
  ])('%s', async (_, body, fault) => {
    expect(await faultsOf('route', body)).toEqual([fault]);
  });

  test('with every issue of every field', async () => {
    const body = {
      wave_id: 5,
      start_points: ['Start', 7],
      extra: [],
      parameters: { routing_policy: 'FAST', asis_routing: 'x', location_regex: {} },
      picks: [
        { pick_id: 1, location_id: 'A01' },
        { pick_id: '', location_id: [] },
        'pick',
        { pick_id: 'a' },
        { pick_id: 'b', location_id: 'A01', asis_sequence: 1.5, quantity: 'two' },
      ],
    };
    const faults = await faultsOf('route', body);
    expect(faults).toHaveLength(14);
    expect(faults).toEqual(
      expect.arrayContaining([
        { loc: ['body', 'site_name'], ...MISSING },
        { loc: ['body', 'wave_id'], msg: 'Input should be a valid string', type: 'string_type' },
        { loc: ['body', 'start_points', 1], msg: 'Input should be a valid string', type: 'string_type' },
        { loc: ['body', 'extra'], msg: 'Input should be a valid dictionary', type: 'dict_type' },
        {
          loc: ['body', 'parameters', 'routing_policy'],
          msg: "Input should be 'ASIS', 'OPTIMIZED' or 'AUTOSTORE'",
          type: 'enum',
        },
        { loc: ['body', 'parameters', 'asis_routing'], msg: 'Input should be a valid boolean', type: 'bool_type' },
        { loc: ['body', 'parameters', 'location_regex'], msg: 'Input should be a valid list', type: 'list_type' },
        { loc: ['body', 'picks', 0, 'pick_id'], msg: 'Input should be a valid string', type: 'string_type' },
        {
          loc: ['body', 'picks', 1, 'pick_id'],
          msg: 'String should have at least 1 character',
          type: 'string_too_short',
        },
        {
          loc: ['body', 'picks', 1, 'location_id'],
          msg: 'List should have at least 1 item after validation, not 0',
          type: 'too_short',
        },
        {
          loc: ['body', 'picks', 2],
          msg: 'Input should be a valid dictionary or object to extract fields from',
          type: 'model_attributes_type',
        },
        { loc: ['body', 'picks', 3, 'location_id'], ...MISSING },
        {
          loc: ['body', 'picks', 4, 'asis_sequence'],
          msg: 'Input should be a valid integer, got a number with a fractional part',
          type: 'int_from_float',
        },
        { loc: ['body', 'picks', 4, 'quantity'], msg: 'Input should be a valid number', type: 'float_type' },
      ]),
    );
  });

  test('without picks, or with none', async () => {
    expect(await faultsOf('cluster', { site_name: 'Example' })).toEqual([{ loc: ['body', 'picks'], ...MISSING }]);
    expect(await faultsOf('cluster', { site_name: 'Example', picks: [] })).toEqual([
      {
        loc: ['body', 'picks'],
        msg: 'List should have at least 1 item after validation, not 0',
        type: 'too_short',
      },
    ]);
  });
});

describe('a request that does not fit the site is rejected', () => {
  test.each<[string, object, Fault]>([
    [
      'another site',
      { site_name: 'Elsewhere' },
      {
        loc: ['body', 'site_name'],
        msg: 'Value error, Site not found: "Elsewhere" (this sandbox has "Example")',
        type: 'value_error',
      },
    ],
    [
      'an unknown start',
      { start_points: 'Door' },
      { loc: ['body', 'start_points'], msg: 'Value error, Location not found: "Door"', type: 'value_error' },
    ],
    [
      'an unknown end among several',
      { end_points: ['End', 'Door'] },
      { loc: ['body', 'end_points', 1], msg: 'Value error, Location not found: "Door"', type: 'value_error' },
    ],
    [
      'the same pick twice',
      { picks: [...routeOf('A01').picks, ...routeOf('A02').picks] },
      { loc: ['body', 'picks', 1, 'pick_id'], msg: 'Value error, pick_id is not unique: "p0"', type: 'value_error' },
    ],
    [
      'a limit of nothing',
      { parameters: { max_orders: 0 } },
      {
        loc: ['body', 'parameters', 'max_orders'],
        msg: 'Value error, a limit is a number above 0',
        type: 'value_error',
      },
    ],
    [
      'a rule that is no pair',
      { parameters: { location_regex: [['a', 'b'], ['a']] } },
      {
        loc: ['body', 'parameters', 'location_regex', 1],
        msg: 'Value error, a rule is [pattern, replacement] or {"pattern": ..., "replacement": ...}',
        type: 'value_error',
      },
    ],
    [
      'several unknown alternatives',
      { picks: [{ pick_id: 'a', location_id: ['X1', 'X2'] }] },
      {
        loc: ['body', 'picks', 0, 'location_id'],
        msg: 'Value error, Location not found: "X1", "X2"',
        type: 'value_error',
      },
    ],
  ])('%s', async (_, change, fault) => {
    expect(await faultsOf('cluster', { ...routeOf('A01'), ...change })).toEqual([fault]);
  });

  test('and a missing limit is no limit', async () => {
    const bench = createBench();
    const { status } = await bench.post('/optimize/cluster?synchronous=false', {
      ...routeOf('A01'),
      parameters: { max_orders: null, an_unknown_one: { x: 1 } },
    });
    expect(status).toBe(200);
  });
});
