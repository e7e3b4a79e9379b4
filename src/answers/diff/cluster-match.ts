/** The clusters of two answers, brought together by what they hold: their names say nothing. */
import type { ClusterDetail } from '../details.ts';

/** One row of a comparison: a cluster of each answer, or of one alone. Numbers are indexes. */
export interface ClusterPair {
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** Picks in both; 0 for a cluster alone. */
  readonly shared: number;
}

/**
 * Pairs clusters, the largest overlap first: by picks, then (no pick in common) by orders. Each cluster is in one
 * row. Rows are in the order of the first answer; clusters that only the second has come last.
 */
export function matchClusters(
  before: readonly ClusterDetail[],
  after: readonly ClusterDetail[],
): readonly ClusterPair[] {
  const overlaps = overlapsOf(before, after, ({ picks }) => picks.map(({ pickId }) => pickId));
  const byOrders = overlapsOf(before, after, ({ orderIds }) => orderIds);
  const candidates = [...new Map([...byOrders, ...overlaps])].map(([key, { from, to }]) => ({
    from,
    to,
    picks: overlaps.get(key)?.count ?? 0,
    orders: byOrders.get(key)?.count ?? 0,
  }));
  candidates.sort(
    (one, other) => other.picks - one.picks || other.orders - one.orders || one.from - other.from || one.to - other.to,
  );
  const partnerOf = new Map<number, { readonly to: number; readonly picks: number }>();
  const taken = new Set<number>();
  for (const { from, to, picks } of candidates) {
    if (partnerOf.has(from) || taken.has(to)) continue;
    partnerOf.set(from, { to, picks });
    taken.add(to);
  }
  return [
    ...before.map((_, from): ClusterPair => {
      const partner = partnerOf.get(from);
      return { before: from, after: partner?.to, shared: partner?.picks ?? 0 };
    }),
    ...[...after.keys()]
      .filter((to) => !taken.has(to))
      .map((to): ClusterPair => ({ before: undefined, after: to, shared: 0 })),
  ];
}

interface Overlap {
  readonly from: number;
  readonly to: number;
  count: number;
}

/** Only pairs that share something: as many as there are members at most. */
function overlapsOf(
  before: readonly ClusterDetail[],
  after: readonly ClusterDetail[],
  membersOf: (cluster: ClusterDetail) => readonly string[],
): ReadonlyMap<string, Overlap> {
  const home = new Map<string, number>();
  for (const [index, cluster] of before.entries()) {
    for (const member of membersOf(cluster)) if (!home.has(member)) home.set(member, index);
  }
  const overlaps = new Map<string, Overlap>();
  for (const [to, cluster] of after.entries()) {
    for (const member of new Set(membersOf(cluster))) {
      const from = home.get(member);
      if (from === undefined) continue;
      const key = `${from} ${to}`;
      const overlap = overlaps.get(key);
      if (overlap === undefined) overlaps.set(key, { from, to, count: 1 });
      else overlap.count += 1;
    }
  }
  return overlaps;
}
