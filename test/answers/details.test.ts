import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerDetails } from '../../src/answers/details.ts';
import { createAnswerReader, createDetailsReader } from '../../src/answers/reader.ts';
import { readDetails } from '../support/read-details.ts';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { readRequestDetails } from '../../src/requests/details.ts';
import { disturb, randomRequest } from './audit/random-request.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function details(value: unknown): AnswerDetails {
  const read = readDetails(bytes(value));
  if (read === undefined) throw new Error('no object');
  return read;
}

const NO_PICK = {
  pickId: '',
  locations: [],
  orderId: undefined,
  listId: undefined,
  skuId: undefined,
  quantity: undefined,
  asisSequence: undefined,
  sequence: undefined,
};

describe('the details of an answer', () => {
  const example = readFileSync(new URL('../fixtures/example-cluster-response.json', import.meta.url));

  it('of the published cluster answer are its clusters, pick by pick', () => {
    const { summary, ...rest } = details(JSON.parse(example.toString()));
    const picks = (ids: readonly number[], order: readonly number[], list: number, places: readonly string[]) =>
      ids.map((id, at) => ({
        ...NO_PICK,
        pickId: `pick_${id}`,
        orderId: `order_${order[at]}`,
        listId: `list_${list}`,
        locations: [places[at]],
      }));
    expect(summary).toEqual(read(example));
    expect({ ...rest, asisClusters: rest.asisClusters.length, clusters: rest.clusters.slice(0, 1) }).toEqual({
      sentAsisDistance: 13899.510205263432,
      sentOptimalDistance: 8402.228192776922,
      clusters: [
        {
          listId: 'cluster_0',
          orderIds: ['order_3'],
          orders: 1,
          distance: 1769.3650540474673,
          picks: picks([6, 7], [3, 3], 1, ['C08', 'C07']),
        },
      ],
      asisClusters: 3,
      stops: [],
      invalidPicks: [],
    });
  });

  it('of a route are its stops, in the order of the answer', () => {
    const stop = { pick_id: 'p1', location_id: 'A01', asis_sequence: 4, sku_id: 's', quantity: 2.5, optim_sequence: 1 };
    const { stops } = details({
      picks: [stop, { pick_id: 'p0', location_id: 'B01', order_id: 'o', optim_sequence: 0 }],
    });
    expect(stops).toEqual([
      { ...NO_PICK, pickId: 'p1', locations: ['A01'], asisSequence: 4, skuId: 's', quantity: 2.5, sequence: 1 },
      { ...NO_PICK, pickId: 'p0', locations: ['B01'], orderId: 'o', sequence: 0 },
    ]);
  });

  it('of invalid picks have their reasons', () => {
    const invalid = [
      { pick_id: 'p1', location_id: ['X', 'Y'], order_id: 'o', reason: 'Location not found' },
      { pick_id: 'p2' },
      7,
    ];
    expect(details({ invalid_picks: invalid }).invalidPicks).toEqual([
      { pickId: 'p1', locations: ['X', 'Y'], orderId: 'o', reason: 'Location not found' },
      { pickId: 'p2', locations: [], orderId: undefined, reason: undefined },
      { pickId: '', locations: [], orderId: undefined, reason: undefined },
    ]);
  });

  it('name the orders of the picks where none are listed', () => {
    const picks = [{ order_id: 'o2' }, { order_id: 'o1' }, { order_id: 'o2' }, {}];
    const { clusters } = details({ optimal_clusters: [{ picks }, { picks, order_ids: ['o9'] }, { order_ids: null }] });
    expect(clusters.map(({ orderIds }) => orderIds)).toEqual([['o2', 'o1'], ['o9'], []]);
  });

  it('take every field of another type than documented for absent', () => {
    const odd = { pick_id: 7, location_id: { a: 1 }, order_id: [], quantity: '2', optim_sequence: null };
    const { clusters, stops, ...rest } = details({
      asis_distance: '1',
      optimal_distance: [],
      asis_clusters: {},
      optimal_clusters: [7, null, { list_id: 1, picks: 'none', estimated_distance: '5' }, { picks: [odd, 7] }],
      picks: { a: 1 },
      invalid_picks: 'none',
    });
    expect([
      clusters,
      stops,
      rest.sentAsisDistance,
      rest.sentOptimalDistance,
      rest.asisClusters,
      rest.invalidPicks,
    ]).toEqual([
      [
        { listId: '', orderIds: [], orders: 0, distance: undefined, picks: [] },
        { listId: '', orderIds: [], orders: 0, distance: undefined, picks: [NO_PICK] },
      ],
      [],
      undefined,
      undefined,
      [],
      [],
    ]);
  });

  it('are the last of two equal fields', () => {
    const text = `{"picks":[{"pick_id":"a"}],"picks":[{"pick_id":"b"}],"asis_distance":1,"asis_distance":2,
      "optimal_clusters":[{"list_id":"x","list_id":"y","picks":[{"pick_id":"a"}],"picks":[]}],"invalid_picks":[{}],"invalid_picks":[]}`;
    const read = readDetails(Buffer.from(text));
    expect([
      read?.stops.map(({ pickId }) => pickId),
      read?.sentAsisDistance,
      read?.clusters,
      read?.invalidPicks,
    ]).toEqual([['b'], 2, [{ listId: 'y', orderIds: [], orders: 0, distance: undefined, picks: [] }], []]);
  });

  it('are the same however the bytes come', () => {
    for (const size of [1, 7, 64]) {
      const reader = createDetailsReader();
      for (let at = 0; at < example.length; at += size) reader.push(example.subarray(at, at + size));
      expect(reader.end()).toEqual(readDetails(example));
    }
  });

  it('have the summary that the tables are made of', () => {
    for (let seed = 0; seed < 400; seed += 1) {
      const random = createRandom(seed);
      const { body } = randomRequest('cluster', seed);
      const cluster = { list_id: 'c', picks: body.picks, order_ids: ['o1', 'o1', 7], estimated_distance: 5 };
      const groups = [cluster, { ...cluster, order_ids: [] }];
      const answer = { picks: body.picks, optimal_clusters: groups, asis_clusters: groups, invalid_picks: body.picks };
      const junk = bytes(disturb({ ...answer, unit: 'm', computation_time: 1 }, random));
      expect(readDetails(junk)?.summary).toEqual(read(junk));
    }
  });

  it('are none where there is no object', () => {
    expect(['', 'null', '[]', '"text"', '7'].map((text) => readDetails(Buffer.from(text)))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it('tell at the end that the bytes are no JSON, and not before', () => {
    for (const text of ['{"picks":[{]', '{"picks":[', '{} {}', 'nothing']) {
      const reader = createDetailsReader();
      reader.push(Buffer.from(text));
      reader.push(Buffer.from(' '));
      expect(() => reader.end()).toThrow(SyntaxError);
    }
  });
});

function read(content: Uint8Array): unknown {
  const reader = createAnswerReader();
  reader.push(content);
  return reader.end();
}

describe('the details of a request', () => {
  it('are what was sent', () => {
    const pick = {
      pick_id: 'p1',
      location_id: ['A01', 'B01'],
      order_id: 'o',
      list_id: 'l',
      asis_sequence: 3,
      sku_weight: 2,
    };
    const request = {
      site_name: 'Example',
      wave_id: 'w',
      start_points: 'Start',
      end_points: ['End', 'Dock'],
      parameters: { max_orders: 2 },
      picks: [pick, { pick_id: 'p2', location_id: 'C01' }],
    };
    expect(readRequestDetails(bytes(request))).toEqual({
      siteName: 'Example',
      waveId: 'w',
      startPoints: ['Start'],
      endPoints: ['End', 'Dock'],
      parameters: { max_orders: 2 },
      picks: [
        { pickId: 'p1', locations: ['A01', 'B01'], orderId: 'o', listId: 'l', asisSequence: 3, fields: pick },
        {
          pickId: 'p2',
          locations: ['C01'],
          orderId: undefined,
          listId: undefined,
          asisSequence: undefined,
          fields: { pick_id: 'p2', location_id: 'C01' },
        },
      ],
    });
  });

  it('leave out what is not there, or of another type', () => {
    const nothing = {
      siteName: undefined,
      waveId: undefined,
      startPoints: [],
      endPoints: [],
      parameters: {},
      picks: [],
    };
    const odd = { site_name: 1, wave_id: null, start_points: null, parameters: [], picks: ['x', null] };
    expect([readRequestDetails(bytes({})), readRequestDetails(bytes(odd)), readRequestDetails(bytes([]))]).toEqual([
      nothing,
      nothing,
      nothing,
    ]);
  });
});
