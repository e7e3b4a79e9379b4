/**
 * Limits of a cluster. The API has such parameters but no document names them: these are the sandbox's names, and those
 * that a request is most likely to hold. Units are the caller's own: only numbers of the request are summed up.
 */
import type { FindingList } from './finding.ts';
import { numberOf } from '../../lib/json/loose-fields.ts';
import type { RequestDetails, RequestPick } from '../../requests/details.ts';

export interface LimitedCluster {
  readonly name: string;
  readonly distance: number | undefined;
  readonly picks: readonly RequestPick[];
}

interface Limit {
  /** The least that a cluster needs; `undefined` when that is not known. */
  readonly asked: (cluster: LimitedCluster) => number | undefined;
  /** How far above the limit is still within it, as a factor. */
  readonly slack: number;
}

/** Room for the rounding of sums such as 0.1 + 0.2. */
const ROUNDING = 1 + 1e-9;

const LIMITS: Readonly<Record<string, Limit>> = {
  max_orders: { asked: ordersOf, slack: ROUNDING },
  max_locations: { asked: locationsOf, slack: ROUNDING },
  // The optimizer compares an approximation of the walk (documented so).
  max_distance: { asked: ({ distance }) => distance, slack: 1.01 },
  max_volume: { asked: totalOf('sku_width', 'sku_height', 'sku_depth', 'quantity'), slack: ROUNDING },
  max_weight: { asked: totalOf('sku_weight', 'quantity'), slack: ROUNDING },
  max_surface: { asked: totalOf('sku_width', 'sku_depth', 'quantity'), slack: ROUNDING },
};

/** A cluster of one order is never a finding: when that order alone exceeds a limit, nothing could be done about it. */
export function auditLimits(
  { parameters }: RequestDetails,
  clusters: readonly LimitedCluster[],
  found: FindingList,
): void {
  for (const [name, { asked, slack }] of Object.entries(LIMITS)) {
    const most = numberOf(parameters[name]);
    if (most === undefined || most <= 0 || !isComparable(name, parameters)) continue;
    for (const cluster of clusters) {
      if (ordersOf(cluster) <= 1) continue;
      const load = asked(cluster);
      if (load === undefined || load <= most * slack) continue;
      found.add('cluster_limit', `${cluster.name}: ${shown(load)} with ${name} ${shown(most)}`);
    }
  }
}

/** What a parameter makes incomparable. */
function isComparable(name: string, parameters: Readonly<Record<string, unknown>>): boolean {
  // Rules may turn two names into one place.
  if (name === 'max_locations') return (parameters['location_regex'] ?? null) === null;
  // Clusters are grouped by the optimized walk, but their distance is that of today's walk, which may be longer.
  const keepsOrder = parameters['routing_policy'] === 'ASIS' || parameters['asis_routing'] === true;
  return name !== 'max_distance' || !keepsOrder;
}

/** A pick without an order is one of its own. */
function ordersOf({ picks }: LimitedCluster): number {
  const orders = new Set(picks.flatMap(({ orderId }) => orderId ?? []));
  return orders.size + picks.filter(({ orderId }) => orderId === undefined).length;
}

/**
 * The least number of different locations: a cluster does not say which alternative was chosen. Picks that share none of
 * their alternatives are certainly made at different ones.
 */
function locationsOf({ picks }: LimitedCluster): number {
  const used = new Set<string>();
  let count = 0;
  for (const { locations } of picks.toSorted((one, other) => one.locations.length - other.locations.length)) {
    if (locations.length === 0 || locations.some((place) => used.has(place))) continue;
    for (const place of locations) used.add(place);
    count += 1;
  }
  return count;
}

/** The sum of the products of some fields: an absent quantity is 1, any other absent field 0. */
function totalOf(...fields: readonly string[]): (cluster: LimitedCluster) => number {
  return ({ picks }) =>
    picks.reduce((sum, { fields: pick }) => {
      const factors = fields.map((field) => numberOf(pick[field]) ?? (field === 'quantity' ? 1 : 0));
      return sum + factors.reduce((product, factor) => product * factor, 1);
    }, 0);
}

function shown(value: number): string {
  return String(Number(value.toPrecision(12)));
}
