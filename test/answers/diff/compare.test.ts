import { describe, expect, it } from 'vitest';
import type { AnswerDetails } from '../../../src/answers/details.ts';
import { readDetails } from '../../support/read-details.ts';
import { compareAnswers, isSame } from '../../../src/answers/diff/compare.ts';
import { matchClusters } from '../../../src/answers/diff/cluster-match.ts';
import { longestIncreasingSubsequence } from '../../../src/lib/longest-increasing-subsequence.ts';
import { createRandom, type Random } from '../../../src/lib/seeded-random.ts';

function details(value: unknown): AnswerDetails {
  const read = readDetails(Buffer.from(JSON.stringify(value)));
  if (read === undefined) throw new Error('no object');
  return read;
}

/** Clusters by the numbers of their picks; three picks make an order. */
const clusters = (groups: readonly (readonly number[])[], more: object = {}): AnswerDetails =>
  details({
    type: 'CLUSTER',
    computation_time: 1,
    unit: 'cm',
    optimal_clusters: groups.map((picks, index) => ({
      list_id: `c${index}`,
      picks: picks.map((pick) => ({ pick_id: `p${pick}`, order_id: `o${Math.floor(pick / 3)}`, location_id: ['A01'] })),
      estimated_distance: picks.length * 100,
    })),
    ...more,
  });

const route = (picks: readonly (number | string)[], more: object = {}): AnswerDetails =>
  details({
    type: 'ROUTE',
    computation_time: 1,
    picks: picks.map((pick, at) => ({ pick_id: `p${pick}`, location_id: `A0${pick}`, optim_sequence: at })),
    ...more,
  });

describe('clusters of two answers', () => {
  const pairs = (before: AnswerDetails, after: AnswerDetails) =>
    matchClusters(before.clusters, after.clusters).map(({ before: from, after: to, shared }) => [from, to, shared]);

  it('belong together by the picks they share, whatever their names and order', () => {
    expect(pairs(clusters([[0, 1, 2], [3, 4, 5, 6], [7]]), clusters([[7], [3, 4, 5], [0, 1, 2, 6]]))).toEqual([
      [0, 2, 3],
      [1, 1, 3],
      [2, 0, 1],
    ]);
  });

  it('belong to one other at most, the one with the largest overlap', () => {
    expect(pairs(clusters([[0, 1, 2, 3, 4]]), clusters([[0, 1], [2, 3, 4], [9]]))).toEqual([
      [0, 1, 3],
      [undefined, 0, 0],
      [undefined, 2, 0],
    ]);
    expect(pairs(clusters([[0, 1], [2, 3, 4], [9]]), clusters([[0, 1, 2, 3, 4]]))).toEqual([
      [0, undefined, 0],
      [1, 0, 3],
      [2, undefined, 0],
    ]);
  });

  it('without a pick in common belong together by their orders', () => {
    expect(pairs(clusters([[0], [3]]), clusters([[4], [1]]))).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
    const named = (...orders: readonly string[][]): AnswerDetails =>
      details({ optimal_clusters: orders.map((order_ids) => ({ order_ids })) });
    expect(pairs(named(['a', 'b'], ['c']), named(['c'], ['b', 'a']))).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });
});

/** By trying all subsets. */
function longestByTrying(values: readonly number[]): number {
  let best = 0;
  for (let set = 0; set < 2 ** values.length; set += 1) {
    const chosen = values.filter((_, at) => (set >> at) % 2 === 1);
    if (chosen.every((value, at) => at === 0 || value > (chosen[at - 1] ?? 0))) best = Math.max(best, chosen.length);
  }
  return best;
}

function shuffled(size: number, random: Random): number[] {
  const values = Array.from({ length: size }, (_, at) => at);
  for (let at = size - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [values[at], values[other]] = [values[other] ?? 0, values[at] ?? 0];
  }
  return values;
}

describe('the longest ascending part', () => {
  it('ascends, and none is longer', () => {
    const random = createRandom(5);
    for (let round = 0; round < 300; round += 1) {
      const values = shuffled(random.below(11), random);
      const run = longestIncreasingSubsequence(values);
      const chosen = run.map((position) => values[position] ?? -1);
      expect(run).toEqual(run.toSorted((a, b) => a - b));
      expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
      expect(run.length).toBe(longestByTrying(values));
    }
  });

  it('is found in a hundred thousand numbers', () => {
    const values = Array.from({ length: 100_000 }, (_, at) => at);
    values.push(...values.splice(10, 5));
    expect(longestIncreasingSubsequence(values).length).toBe(99_995);
  });
});

describe('two answers of clusters', () => {
  it('are compared by their figures, clusters and picks', () => {
    const invalid_picks = [{ pick_id: 'p7', reason: 'Location not found' }];
    const before = clusters(
      [
        [0, 1, 2, 3],
        [4, 5],
        [6, 7],
      ],
      { asis_distance: 1000 },
    );
    const after = clusters([[4, 5, 3], [0, 1, 2], [99]], { asis_distance: 1000, invalid_picks });
    expect(compareAnswers('cluster', before, after)).toEqual({
      kind: 'cluster',
      unit: 'cm',
      before: {
        asisDistance: 1000,
        optimalDistance: 800,
        saving: 20,
        clusters: 3,
        orders: 3,
        picks: 8,
        invalidPicks: 0,
        computationTime: 1,
      },
      after: {
        asisDistance: 1000,
        optimalDistance: 700,
        saving: 30,
        clusters: 3,
        orders: 3,
        picks: 7,
        invalidPicks: 1,
        computationTime: 1,
      },
      clusters: [
        {
          name: 'c0',
          before: { listId: 'c0', orders: 2, picks: 4, distance: 400 },
          after: { listId: 'c1', orders: 1, picks: 3, distance: 300 },
          shared: 3,
        },
        {
          name: 'c1',
          before: { listId: 'c1', orders: 1, picks: 2, distance: 200 },
          after: { listId: 'c0', orders: 1, picks: 3, distance: 300 },
          shared: 2,
        },
        { name: 'c2', before: { listId: 'c2', orders: 1, picks: 2, distance: 200 }, after: undefined, shared: 0 },
        { name: 'new 1', before: undefined, after: { listId: 'c2', orders: 1, picks: 1, distance: 100 }, shared: 0 },
      ],
      regrouped: [{ pickId: 'p3', orderId: 'o1', before: 'c0', after: 'c0', from: 'c0', to: 'c1' }],
      relocated: [],
      onlyBefore: ['p6', 'p7'],
      onlyAfter: ['p99'],
      sequence: undefined,
    });
  });

  it('have moved picks when two clusters become one', () => {
    const { regrouped } = compareAnswers('cluster', clusters([[0, 1, 2], [3]]), clusters([[0, 1, 2, 3]]));
    expect(regrouped).toEqual([{ pickId: 'p3', orderId: 'o1', before: 'c1', after: 'c0', from: 'c1', to: 'c0' }]);
  });

  it('are the same whatever their clusters are called and in which order they come', () => {
    const same = (before: AnswerDetails, after: AnswerDetails): boolean =>
      isSame(compareAnswers('cluster', before, after));
    const one = clusters([
      [0, 1, 2],
      [3, 4],
    ]);
    expect([
      same(
        one,
        clusters(
          [
            [3, 4],
            [2, 1, 0],
          ],
          { computation_time: 9, request_id: 'x' },
        ),
      ),
      same(one, clusters([[0, 1, 2], [3]])),
      same(one, clusters([[0, 1, 2, 3], [4]])),
      same(
        one,
        clusters(
          [
            [0, 1, 2],
            [3, 4],
          ],
          { optimal_distance: 501 },
        ),
      ),
      same(
        one,
        clusters(
          [
            [0, 1, 2],
            [3, 4],
          ],
          { unit: 'paces' },
        ),
      ),
    ]).toEqual([true, false, false, false, false]);
  });

  it('are brought into one unit where that can be done', () => {
    const metres = clusters([[0, 1, 2]], { unit: 'm', asis_distance: 6 });
    const { unit, after, clusters: pairs } = compareAnswers('cluster', clusters([[0, 1, 2]]), metres);
    expect([unit, after.optimalDistance, after.asisDistance, pairs[0]?.after?.distance]).toEqual([
      'cm',
      30_000,
      600,
      30_000,
    ]);
    expect(compareAnswers('cluster', clusters([[0]]), clusters([[0]], { unit: 'paces' })).unit).toBeUndefined();
  });
});

describe('two routes', () => {
  const sequence = (before: readonly (number | string)[], after: readonly (number | string)[]) =>
    compareAnswers('route', route(before), route(after)).sequence;

  it('differ in the fewest stops that must be moved', () => {
    expect(sequence([0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 0, 5])).toEqual({
      common: 6,
      moved: [{ pickId: 'p0', before: 1, after: 5 }],
      isReversed: false,
    });
    expect(sequence([0, 1, 2], [0, 1, 2])).toEqual({ common: 3, moved: [], isReversed: false });
  });

  it('are compared by the stops that both have', () => {
    const { onlyBefore, onlyAfter, ...rest } = compareAnswers('route', route([9, 0, 1, 2]), route([0, 1, 8, 2]));
    expect([onlyBefore, onlyAfter, rest.sequence]).toEqual([
      ['p9'],
      ['p8'],
      { common: 3, moved: [], isReversed: false },
    ]);
  });

  it('may be the same walk the other way round', () => {
    expect(sequence([0, 1, 2, 3], [3, 2, 1, 0])?.isReversed).toBe(true);
    expect(sequence([0], [0])?.isReversed).toBe(false);
  });

  it('are read in walking order, in whichever order the answers list the stops', () => {
    const listed = details({
      type: 'ROUTE',
      picks: [2, 0, 1].map((pick) => ({ pick_id: `p${pick}`, location_id: `A0${pick}`, optim_sequence: pick + 1 })),
    });
    const difference = compareAnswers('route', route([0, 1, 2]), listed);
    expect([difference.sequence?.moved, isSame(difference)]).toEqual([[], true]);
  });

  it('may make a pick at another location', () => {
    const other = details({
      type: 'ROUTE',
      picks: [0, 1].map((pick) => ({ pick_id: `p${pick}`, location_id: `B0${pick * 2}`, optim_sequence: pick })),
    });
    expect(compareAnswers('route', route([0, 1, 2]), other).relocated).toEqual([
      { pickId: 'p0', before: 'A00', after: 'B00' },
      { pickId: 'p1', before: 'A01', after: 'B02' },
    ]);
  });
});
