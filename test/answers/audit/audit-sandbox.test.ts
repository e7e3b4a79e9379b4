import { describe, expect, it } from 'vitest';
import { readDetails } from '../../support/read-details.ts';
import { auditAnswer } from '../../../src/answers/audit/audit.ts';
import type { Finding } from '../../../src/answers/audit/finding.ts';
import { readRequestDetails } from '../../../src/requests/details.ts';
import { createRandom, type Random } from '../../../src/lib/seeded-random.ts';
import { createBench } from '../../sandbox/bench.ts';
import { anyOf, type Json, randomRequest } from './random-request.ts';

const SEEDS = 120;

interface Cluster extends Json {
  list_id: string;
  picks: Json[];
  order_ids: string[];
  estimated_distance: number;
}
interface Answer extends Json {
  picks: Json[];
  optimal_clusters: Cluster[];
  asis_clusters: Cluster[];
  invalid_picks: Json[];
  optimal_distance: number;
}

interface Request extends Json {
  picks: Json[];
  parameters: Json;
}

interface Answered {
  readonly kind: 'route' | 'cluster';
  readonly seed: number;
  readonly request: Request;
  readonly answer: Answer;
}

async function answered(kind: 'route' | 'cluster', seed: number): Promise<Answered> {
  const { body } = randomRequest(kind, seed);
  const bench = createBench({ latency: 0, seed });
  const { status, text } = await bench.post(`/optimize/${kind}`, body);
  expect([seed, status, text]).toEqual([seed, 200, expect.any(String)]);
  return { kind, seed, request: body as unknown as Request, answer: JSON.parse(text) as Answer };
}

const ALL = (await Promise.all(
  Array.from({ length: SEEDS }, (_, seed) => [answered('route', seed), answered('cluster', seed)]).flat(),
)) as readonly Answered[];
const ROUTES = ALL.filter(({ kind }) => kind === 'route');
const CLUSTERS = ALL.filter(({ kind }) => kind === 'cluster');

function audit({ kind, request, answer }: Pick<Answered, 'kind' | 'request' | 'answer'>): readonly Finding[] {
  const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const details = readDetails(bytes(answer));
  if (details === undefined) throw new Error('no answer');
  return auditAnswer(kind, readRequestDetails(bytes(request)), details);
}

/** Changes a copy; `false`: this answer has nothing to change in that way. */
type Mutation = (answer: Answer, random: Random, request: Request) => boolean;

/** The classes found, by seed, for each answer that the mutation could be made to. */
function after(cases: readonly Answered[], mutate: Mutation): readonly (readonly [number, readonly string[]])[] {
  const results: (readonly [number, readonly string[]])[] = [];
  for (const { kind, seed, ...rest } of cases) {
    const { request, answer } = structuredClone(rest);
    if (!mutate(answer, createRandom(seed), request)) continue;
    results.push([seed, audit({ kind, request, answer }).map(({ class: name, count }) => `${name} ${count}`)]);
  }
  return results;
}

/** Every answer that could be mutated so has exactly these findings, and there were enough of them. */
function expectEach(cases: readonly Answered[], mutate: Mutation, ...classes: readonly string[]): void {
  const results = after(cases, mutate);
  expect(results.filter(([, found]) => found.join() !== classes.join())).toEqual([]);
  expect(results.length).toBeGreaterThan(20);
}

const picksOf = (answer: Answer): Json[][] =>
  answer.optimal_clusters === undefined ? [answer.picks] : answer.optimal_clusters.map(({ picks }) => picks);

describe('an answer of the sandbox', () => {
  it('has no findings, whatever the request holds', () => {
    const found = ALL.flatMap((one) => audit(one).map((finding) => [one.kind, one.seed, finding]));
    expect(found).toEqual([]);
  });

  it('is drawn from requests of every kind', () => {
    const count = (holds: (one: Answered) => boolean): number => ALL.filter(holds).length;
    expect({
      invalid: count(({ answer }) => answer.invalid_picks.length > 0),
      rules: count(({ request }) => 'location_regex' in request.parameters),
      limits: count(({ request }) => Object.keys(request.parameters).some((name) => name.startsWith('max_'))),
      several: count(({ answer }) => (answer.optimal_clusters ?? []).length > 1),
      asis: count(({ answer }) => (answer.asis_clusters ?? []).length > 0),
    }).toEqual({
      invalid: expect.toSatisfy((found: number) => found > 40),
      rules: expect.toSatisfy((found: number) => found > 40),
      limits: expect.toSatisfy((found: number) => found > 60),
      several: expect.toSatisfy((found: number) => found > 40),
      asis: expect.toSatisfy((found: number) => found > 40),
    });
  });
});

const drop: Mutation = (answer, random) => {
  const group = anyOf(picksOf(answer), random);
  if (group === undefined || group.length === 0) return false;
  group.splice(random.below(group.length), 1);
  return true;
};

const repeat: Mutation = (answer, random) => {
  const groups = picksOf(answer).filter((group) => group.length > 0);
  if (groups.length === 0) return false;
  const group = anyOf(groups, random);
  anyOf(picksOf(answer), random).push({ ...anyOf(group, random) });
  return true;
};

const invent: Mutation = (answer, random) => {
  const group = anyOf(picksOf(answer), random);
  if (group === undefined || group.length === 0) return false;
  group.splice(random.below(group.length + 1), 0, { ...anyOf(group, random), pick_id: 'from nowhere' });
  return true;
};

const rename: Mutation = (answer, random) => {
  const group = anyOf(picksOf(answer), random);
  if (group === undefined || group.length === 0) return false;
  anyOf(group, random)['pick_id'] = 'from nowhere';
  return true;
};

const spoil: Mutation = (answer, random) => {
  const group = anyOf(picksOf(answer), random);
  if (group === undefined || group.length === 0) return false;
  const { pick_id: id, location_id: place } = anyOf(group, random);
  answer.invalid_picks.push({ pick_id: id, location_id: [place].flat(), reason: 'Location not found' });
  return true;
};

const changeOrder: Mutation = (answer, random) => {
  const picks = picksOf(answer)
    .flat()
    .filter(({ order_id: order, pick_id: id }) => order !== null && order !== id);
  if (picks.length === 0) return false;
  anyOf(picks, random)['order_id'] = 'another';
  return true;
};

const relocate: Mutation = (answer, random, { parameters }) => {
  if ('location_regex' in parameters) return false;
  const picks = picksOf(answer).flat();
  if (picks.length === 0) return false;
  const pick = anyOf(picks, random);
  pick['location_id'] = Array.isArray(pick['location_id']) ? [...(pick['location_id'] as string[]), 'Z99'] : 'Z99';
  return true;
};

describe.each([
  ['route', ROUTES],
  ['cluster', CLUSTERS],
] as const)('in the answer of a %s', (_, cases) => {
  it('a dropped pick is missing, and nothing else', () => expectEach(cases, drop, 'missing_pick 1'));
  it('a repeated pick is reported once', () => expectEach(cases, repeat, 'repeated_pick 1'));
  it('an invented pick is reported', () => expectEach(cases, invent, 'invented_pick 1'));
  it('a renamed pick is missing and invented', () => expectEach(cases, rename, 'missing_pick 1', 'invented_pick 1'));
  it('a pick that is both invalid and optimized is reported', () => expectEach(cases, spoil, 'used_invalid_pick 1'));
  it('another order is reported', () => expectEach(cases, changeOrder, 'changed_pick 1'));
  it('another location is reported', () => expectEach(cases, relocate, 'wrong_location 1'));
  it('another site is reported', () =>
    expectEach(
      cases,
      (answer) => {
        if (answer['error'] !== null) return false;
        answer['site_name'] = 'Elsewhere';
        return true;
      },
      'wrong_site 1',
    ));
  it('another wave is reported', () =>
    expectEach(
      cases,
      (answer) => {
        if (answer['wave_id'] === null || answer['error'] !== null) return false;
        answer['wave_id'] = 'another';
        return true;
      },
      'wrong_wave 1',
    ));
  it('a negative distance is reported', () =>
    expectEach(
      cases,
      (answer) => {
        if (picksOf(answer).flat().length === 0) return false;
        const [cluster] = answer.optimal_clusters ?? [];
        if (cluster === undefined) answer.optimal_distance = -1;
        else {
          answer.optimal_distance -= cluster.estimated_distance + 1;
          cluster.estimated_distance = -1;
        }
        // The total is one more when there is no other cluster.
        return cluster === undefined || answer.optimal_distance >= 0;
      },
      'bad_distance 1',
    ));
});

describe('in the answer of a route', () => {
  it('counting from 1 is as good as from 0', () =>
    expectEach(ROUTES, ({ picks }) => {
      for (const pick of picks) pick['optim_sequence'] = (pick['optim_sequence'] as number) + 1;
      return true;
    }));
  it('a gap is reported', () =>
    expectEach(
      ROUTES,
      ({ picks }, random) => {
        if (picks.length < 2) return false;
        // Not behind the last one.
        const from = 1 + random.below(picks.length - 1);
        for (const pick of picks) {
          if ((pick['optim_sequence'] as number) >= from)
            pick['optim_sequence'] = (pick['optim_sequence'] as number) + 1;
        }
        return true;
      },
      'broken_sequence 1',
    ));
  it('a place taken twice is reported', () =>
    expectEach(
      ROUTES,
      ({ picks }) => {
        if (picks.length < 2) return false;
        Object.assign(picks[0] as Json, { optim_sequence: picks[1]?.['optim_sequence'] });
        return true;
      },
      'broken_sequence 1',
    ));
  it.each([1.5, -1, null, '0'])('%j is no place in a sequence', (place) =>
    expectEach(
      ROUTES,
      ({ picks }) => {
        if (picks.length === 0) return false;
        Object.assign(picks.at(-1) as Json, { optim_sequence: place });
        return true;
      },
      'broken_sequence 1',
    ),
  );
  it('an optimized walk longer than that of today is reported, unless priorities force it', () => {
    const lengthen: Mutation = (answer, _, request) => {
      if (typeof answer['asis_distance'] !== 'number' || answer.picks.length === 0) return false;
      if (request.picks.some((pick) => 'priority' in pick || 'sequence_priority' in pick)) return false;
      answer.optimal_distance = answer['asis_distance'] * 1.01 + 1;
      return true;
    };
    expectEach(ROUTES, lengthen, 'longer_than_asis 1');
    expectEach(ROUTES, (answer, random, request) => {
      if (request.picks.length < 2 || !lengthen(answer, random, request)) return false;
      Object.assign(request.picks[0] as Json, { sequence_priority: 3 });
      return true;
    });
  });
});

describe('in the answer of a cluster', () => {
  it('a total that is not the sum is reported', () => {
    const change =
      (field: string): Mutation =>
      (answer, random) => {
        if (typeof answer[field] !== 'number' || answer[field] === 0) return false;
        answer[field] *= random.next() < 0.5 ? 1.0001 : 0.9999;
        return true;
      };
    expectEach(CLUSTERS, change('optimal_distance'), 'distance_sum 1');
    expectEach(CLUSTERS, change('asis_distance'), 'distance_sum 1');
  });

  it('a changed distance of a cluster is reported', () =>
    expectEach(
      CLUSTERS,
      ({ optimal_clusters: clusters }, random) => {
        const cluster = anyOf(clusters, random);
        if (cluster === undefined || cluster.estimated_distance === 0) return false;
        cluster.estimated_distance *= 0.9;
        return true;
      },
      'distance_sum 1',
    ));

  it('a rounding is not', () =>
    expectEach(CLUSTERS, (answer) => {
      answer.optimal_distance *= 1 + 1e-9;
      return true;
    }));

  it('a pick that moved away from its order is reported', () =>
    expectEach(
      CLUSTERS,
      ({ optimal_clusters: clusters }, random, request) => {
        for (const name of Object.keys(request.parameters)) {
          if (name.startsWith('max_')) delete request.parameters[name];
        }
        const many = clusters.filter(({ picks }) => new Set(picks.map(({ order_id: id }) => id)).size < picks.length);
        if (many.length === 0 || clusters.length < 2) return false;
        const from = anyOf(many, random);
        const orders = from.picks.map(({ order_id: id }) => id);
        const at = orders.findIndex((order, index) => orders.indexOf(order) < index);
        const [pick] = from.picks.splice(at, 1);
        const to = anyOf(
          clusters.filter((one) => one !== from),
          random,
        );
        // Split as of today already, it may be split further.
        if (to.order_ids.includes(orders[at] as string)) return false;
        to.picks.push(pick as Json);
        to.order_ids.push(orders[at] as string);
        return true;
      },
      'order_split 1',
    ));

  it('order_ids that are not those of the picks are reported', () => {
    const change =
      (alter: (ids: string[]) => void): Mutation =>
      ({ optimal_clusters: clusters }, random, request) => {
        const proper = clusters.filter(({ order_ids: ids }) => ids.length > 1);
        if (proper.length === 0 || request.picks.some((pick) => !('order_id' in pick))) return false;
        alter(anyOf(proper, random).order_ids);
        return true;
      };
    expectEach(
      CLUSTERS,
      change((ids) => ids.pop()),
      'wrong_order_ids 1',
    );
    expectEach(
      CLUSTERS,
      change((ids) => ids.push('of another')),
      'wrong_order_ids 1',
    );
  });

  it('a pick that is not in the as-is clusters is reported', () =>
    expectEach(
      CLUSTERS,
      ({ asis_clusters: lists }, random) => {
        if (lists.length === 0) return false;
        anyOf(lists, random).picks.pop();
        return true;
      },
      'asis_picks 1',
    ));

  it.each(['max_orders', 'max_locations', 'max_distance', 'max_volume', 'max_weight', 'max_surface'])(
    'a cluster beyond %s is told, but not one of a single order',
    (name) => {
      const results = after(CLUSTERS, (answer, _, request) => {
        const [parameters, [largest]] = [request.parameters, sizes(name, answer)];
        for (const other of Object.keys(parameters)) if (other.startsWith('max_')) delete parameters[other];
        if (parameters['routing_policy'] === 'ASIS' || 'location_regex' in parameters) return false;
        if (largest === undefined) return false;
        parameters[name] = largest * 0.9;
        return true;
      });
      expect(results.filter(([, found]) => !/^cluster_limit \d+$/.test(found.join()))).toEqual([]);
      expect(results.length).toBeGreaterThan(10);
    },
  );
});

/** What the clusters of several orders ask for, the most first. Every alternative counts as its first place. */
function sizes(name: string, { optimal_clusters: clusters }: Answer): readonly number[] {
  const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
  const total = (picks: readonly Json[], fields: readonly string[]): number =>
    picks.reduce(
      (sum, pick) =>
        sum + fields.reduce((product, field) => product * number(pick[field], 0), number(pick['quantity'], 1)),
      0,
    );
  return clusters
    .filter(({ order_ids: ids }) => ids.length > 1)
    .map(({ order_ids: ids, picks, estimated_distance: distance }) => {
      if (name === 'max_orders') return ids.length;
      if (name === 'max_distance') return distance;
      if (name === 'max_weight') return total(picks, ['sku_weight']);
      if (name === 'max_surface') return total(picks, ['sku_width', 'sku_depth']);
      if (name === 'max_volume') return total(picks, ['sku_width', 'sku_height', 'sku_depth']);
      const single = picks.filter(({ location_id: places }) => (places as string[]).length === 1);
      return new Set(single.flatMap(({ location_id: places }) => places as string[])).size;
    })
    .filter((size) => size > 0)
    .sort((one, other) => other - one);
}
