import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDetails } from '../../support/read-details.ts';
import { auditAnswer } from '../../../src/answers/audit/audit.ts';
import { type Finding, FINDING_CHECKS, FINDING_CLASSES } from '../../../src/answers/audit/finding.ts';
import { readRequestDetails } from '../../../src/requests/details.ts';
import { createRandom } from '../../../src/lib/seeded-random.ts';
import { disturb, type Json, randomRequest } from './random-request.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function audit(kind: 'route' | 'cluster', request: unknown, answer: unknown): readonly Finding[] {
  const details = readDetails(bytes(answer));
  return details === undefined ? [] : auditAnswer(kind, readRequestDetails(bytes(request)), details);
}

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));

/** A pick of a request and of its answer. */
const pick = (id: string, order: string, place: unknown = 'A01', more: Json = {}): Json => ({
  pick_id: id,
  order_id: order,
  location_id: place,
  ...more,
});

const cluster = (name: string, distance: number, ...picks: readonly Json[]): Json => ({
  list_id: name,
  picks,
  order_ids: [...new Set(picks.map(({ order_id: order }) => order))],
  estimated_distance: distance,
});

const clusters = (...optimal: readonly Json[]): Json => ({
  type: 'CLUSTER',
  computation_time: 1,
  optimal_clusters: optimal,
});
const route = (...picks: readonly Json[]): Json => ({
  type: 'ROUTE',
  computation_time: 1,
  picks: picks.map((stop, at) => Object.assign({ optim_sequence: at }, stop)),
});

describe('the audit', () => {
  it('finds nothing in the published answer to the request that it was made from', () => {
    expect(audit('cluster', fixture('example-cluster-request.json'), fixture('example-cluster-response.json'))).toEqual(
      [],
    );
  });

  it('tells each class of finding once, in words, with the first five examples', () => {
    const sent = Array.from({ length: 1007 }, (_, at) => pick(`p${at}`, 'o1'));
    const answer = { ...route(pick('p6', 'o2', 'B01'), pick('from nowhere', 'o1')), site_name: 'There' };
    expect(audit('route', { site_name: 'Here', picks: sent }, answer)).toEqual([
      {
        class: 'wrong_site',
        message: 'the answer is about another site',
        count: 1,
        examples: ['sent Here, answered There'],
      },
      {
        class: 'missing_pick',
        message: '1006 picks of the request are missing from the answer',
        count: 1006,
        examples: ['p0', 'p1', 'p2', 'p3', 'p4'],
      },
      {
        class: 'invented_pick',
        message: '1 pick of the answer is not in the request',
        count: 1,
        examples: ['from nowhere'],
      },
      {
        class: 'changed_pick',
        message: '1 pick has another order, list, SKU or quantity than in the request',
        count: 1,
        examples: ['p6: order_id o2 instead of o1'],
      },
      {
        class: 'wrong_location',
        message: '1 pick is at a location that was not sent for it',
        count: 1,
        examples: ['p6: B01 instead of A01'],
      },
    ]);
  });

  it('has a check in words for each class, and a message for one and for many', () => {
    expect(FINDING_CLASSES).toEqual([
      'wrong_kind',
      'wrong_site',
      'wrong_wave',
      'missing_pick',
      'repeated_pick',
      'invented_pick',
      'used_invalid_pick',
      'changed_pick',
      'wrong_location',
      'order_split',
      'wrong_order_ids',
      'cluster_limit',
      'broken_sequence',
      'bad_distance',
      'distance_sum',
      'asis_picks',
      'longer_than_asis',
    ]);
    expect(new Set(Object.values(FINDING_CHECKS).map(({ check }) => check)).size).toBe(FINDING_CLASSES.length);
  });

  it('says only that much of an answer of the other kind', () => {
    expect(
      audit('route', { site_name: 'Here', picks: [pick('p1', 'o1')] }, clusters()).map(({ class: name }) => name),
    ).toEqual(['wrong_kind']);
  });

  it.each([
    ['failed', { ...route(), error: 'no solution' }],
    ['cancelled', { ...route(), status: 'CANCELLED' }],
    ['not there yet', { request_id: '1', status: 'RUNNING' }],
    ['empty', {}],
    ['null', null],
  ])('says nothing of a job that is %s', (_, answer) => {
    expect(audit('route', { site_name: 'Here', picks: [pick('p1', 'o1')] }, answer)).toEqual([]);
  });
});

describe('invalid picks', () => {
  const request = (handling: string): Json => ({
    parameters: { pick_violation_handling: handling },
    picks: [pick('bad', 'o1', 'NOPE'), pick('good', 'o1'), pick('other', 'o2')],
  });
  const answer = {
    ...route(pick('other', 'o2')),
    invalid_picks: [{ pick_id: 'bad', location_id: ['NOPE'], reason: 'Location not found' }],
  };

  it('are accounted for, and so is the rest of their order where orders are removed', () => {
    expect(audit('route', request('REMOVE_ORDERS'), answer)).toEqual([]);
  });

  it('do not account for the rest of their order where only picks are removed', () => {
    expect(audit('route', request('REMOVE_PICKS'), answer)).toEqual([
      expect.objectContaining({ class: 'missing_pick', examples: ['good'] }),
    ]);
  });

  it('that were never sent are invented, and those listed twice repeated', () => {
    const [bad] = answer.invalid_picks;
    const odd = { ...answer, invalid_picks: [bad, bad, { pick_id: 'who', location_id: [], reason: '' }] };
    expect(
      audit('route', request('REMOVE_ORDERS'), odd).map(({ class: name, examples }) =>
        [name as string].concat(examples),
      ),
    ).toEqual([
      ['repeated_pick', 'bad, among the invalid picks'],
      ['invented_pick', 'who, among the invalid picks'],
    ]);
  });
});

describe('locations', () => {
  it('may be any of those sent, and are not judged when rules rewrite names', () => {
    const picks = [pick('p1', 'o1', ['A01', 'B07']), pick('p2', 'o1', 'A1-24-006A')];
    const answer = route(pick('p1', 'o1', 'B07'), pick('p2', 'o1', 'A1-24-006'));
    expect([
      audit(
        'route',
        { picks, parameters: { location_regex: [['^(A1-[0-9]{2}-[0-9]{3})([A-Z])$', String.raw`\1`]] } },
        answer,
      ),
      audit('route', { picks, parameters: { location_regex: null } }, answer),
    ]).toEqual([
      [],
      [expect.objectContaining({ class: 'wrong_location', examples: ['p2: A1-24-006 instead of A1-24-006A'] })],
    ]);
  });

  it('must be named by a route', () => {
    expect(audit('route', { picks: [pick('p1', 'o1')] }, route(pick('p1', 'o1', null)))).toEqual([
      expect.objectContaining({ class: 'wrong_location', examples: ['p1: no location'] }),
    ]);
  });
});

describe('orders', () => {
  const picks = [
    pick('p1', 'o1', 'A01', { list_id: 'l1' }),
    pick('p2', 'o1', 'A02', { list_id: 'l2' }),
    pick('p3', 'o2', 'A03', { list_id: 'l2' }),
  ];
  const [p1, p2, p3] = picks as [Json, Json, Json];

  it('that are split today may stay so while the lists of today are kept', () => {
    expect(audit('cluster', { picks }, clusters(cluster('c0', 1, p1), cluster('c1', 1, p2, p3)))).toEqual([]);
  });

  it('may not be split in any other way', () => {
    expect(audit('cluster', { picks }, clusters(cluster('c0', 1, p1, p3), cluster('c1', 1, p2)))).toEqual([
      {
        class: 'order_split',
        message: '1 order is split over several clusters',
        count: 1,
        examples: ['o1 in c0, c1'],
      },
    ]);
  });

  it('are those of the picks', () => {
    const odd = { ...cluster('c0', 1, p1, p2, p3), order_ids: ['o1', 'o3'] };
    expect(audit('cluster', { picks }, clusters(odd))).toEqual([
      expect.objectContaining({
        class: 'wrong_order_ids',
        count: 2,
        examples: ['c0 does not list o2', 'c0 lists o3 and has no pick of it'],
      }),
    ]);
  });

  it('need not be listed: the documented default is an empty list', () => {
    expect(audit('cluster', { picks }, clusters({ ...cluster('c0', 1, p1, p2, p3), order_ids: [] }))).toEqual([]);
  });
});

describe('limits', () => {
  const two = [
    pick('p1', 'o1', ['A01', 'A02'], { sku_weight: 4, quantity: 2 }),
    pick('p2', 'o2', ['A02', 'A03'], { sku_weight: 2.5 }),
    pick('p3', 'o2', ['B01', 'B02']),
  ];
  const found = (parameters: Json, distance = 1000): readonly string[] =>
    audit('cluster', { picks: two, parameters }, clusters(cluster('c0', distance, ...two))).flatMap(
      ({ examples }) => examples,
    );

  it('are reported with what is asked and what is allowed', () => {
    expect(found({ max_orders: 1, max_weight: 10, max_distance: 900 })).toEqual([
      'c0: 2 with max_orders 1',
      'c0: 1000 with max_distance 900',
      'c0: 10.5 with max_weight 10',
    ]);
  });

  it('on locations count those that the alternatives make certain', () => {
    expect([found({ max_locations: 1 }), found({ max_locations: 2 })]).toEqual([['c0: 2 with max_locations 1'], []]);
  });

  it('on locations are not judged when rules may make two names one place', () => {
    expect(found({ max_locations: 1, location_regex: [['^B', 'A']] })).toEqual([]);
  });

  it('on distance are approximate, and not judged when the order of today is kept', () => {
    expect([found({ max_distance: 1000 }, 1009), found({ max_distance: 1000 }, 1011)]).toEqual([
      [],
      ['c0: 1011 with max_distance 1000'],
    ]);
    expect([
      found({ max_distance: 900, routing_policy: 'ASIS' }),
      found({ max_distance: 900, asis_routing: true }),
      found({ max_distance: 900, routing_policy: 'AUTOSTORE' }),
    ]).toEqual([[], [], ['c0: 1000 with max_distance 900']]);
  });

  it('that are no number above 0 are none', () => {
    expect(found({ max_orders: '1', max_weight: 0, max_distance: -1, max_volume: null, max_surface: {} })).toEqual([]);
  });

  it('cannot be kept by an order that alone exceeds them', () => {
    const [only] = two as [Json];
    expect(
      audit('cluster', { picks: [only], parameters: { max_weight: 1 } }, clusters(cluster('c0', 1, only))),
    ).toEqual([]);
  });
});

describe('distances', () => {
  const picks = [pick('p1', 'o1'), pick('p2', 'o2')];
  const [p1, p2] = picks as [Json, Json];
  const answer = (more: Json): Json => ({
    ...clusters(cluster('c0', 1000, p1), cluster('c1', 2000, p2)),
    unit: 'cm',
    asis_clusters: [cluster('l1', 4000, p1, p2)],
    ...more,
  });
  const found = (more: Json): readonly (readonly string[])[] =>
    audit('cluster', { picks }, answer(more)).map(({ class: name, examples }) => [name as string].concat(examples));

  it('add up to the totals, up to a millionth', () => {
    expect([
      found({ optimal_distance: 3000.001, asis_distance: 4000 }),
      found({ optimal_distance: 3001, asis_distance: 3999 }),
      found({}),
    ]).toEqual([
      [],
      [
        [
          'distance_sum',
          'asis_distance is 40.0 m, 1 cm less than the sum',
          'optimal_distance is 30.0 m, 1 cm more than the sum',
        ],
      ],
      [],
    ]);
  });

  it('that are shorter as they are today are reported', () => {
    expect(found({ asis_clusters: [cluster('l1', 2000, p1, p2)] })).toEqual([
      ['longer_than_asis', '30.0 m, 10.0 m more than as-is'],
    ]);
  });

  it('of other picks are compared with nothing', () => {
    expect(found({ asis_clusters: [cluster('l1', 2000, p1)] })).toEqual([['asis_picks', 'p2 is missing']]);
    expect(found({ asis_clusters: [cluster('l1', 2000, p1, p2, p2, pick('p3', 'o3'))] })).toEqual([
      ['asis_picks', 'p2 more than once', 'p3 was not sent'],
    ]);
  });
});

describe('whatever an answer and a request hold', () => {
  it('the audit ends with findings that can be shown', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 1500; seed += 1) {
      const random = createRandom(seed);
      const kind = random.next() < 0.5 ? 'route' : 'cluster';
      const { body } = randomRequest(kind, seed);
      const picks = body.picks as Json[];
      const groups = [0, 1, 2].map((third) =>
        cluster(`c${third}`, 100 * third, ...picks.filter((_, at) => at % 3 === third)),
      );
      const answer =
        kind === 'route' ? route(...picks) : { ...clusters(...groups), asis_clusters: groups, asis_distance: 300 };
      const full = { ...answer, invalid_picks: picks.slice(-1) };
      for (const finding of audit(kind, disturb(body, random), disturb(full, random))) {
        expect(finding).toEqual({
          class: expect.toBeOneOf([...FINDING_CLASSES]),
          message: expect.not.stringMatching(/#|undefined|NaN/),
          count: expect.toSatisfy((count: number) => Number.isInteger(count) && count > 0),
          examples: expect.toSatisfy(
            (examples: string[]) =>
              examples.length > 0 && examples.length <= 5 && !/undefined|NaN/.test(examples.join()),
          ),
        });
        seen.add(finding.class);
      }
    }
    // These answers name neither site nor wave.
    expect(FINDING_CLASSES.filter((name) => !seen.has(name))).toEqual(['wrong_kind', 'wrong_site', 'wrong_wave']);
  });
});
