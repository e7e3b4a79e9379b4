/** The walks of an answer on a floor plan, as they are today and as they will be. */
import type { ClusterDetail, PickDetail } from '../../answers/details.ts';
import { inWalkingOrder, sortedIfNumbered } from '../../answers/walking-order.ts';
import type { FloorPlan, Position } from '../../site/model.ts';
import type { ReportEntry } from '../answers/report-model.ts';

/** A site that can be drawn and walked; made from the layout file of the sandbox. */
export interface ReportPlan {
  readonly siteName: string;
  /** Unit of `WalkOnPlan.distance`. */
  readonly unit: string;
  readonly floor: FloorPlan;
  /**
   * A walk past stops that are all on the plan, from the best of the starts to the best of the ends. `given`: in the
   * order of the stops, each at the first of its places; `short`: in an order and at places that make it short.
   */
  walk(stops: readonly (readonly string[])[], between: Between, order: 'given' | 'short'): WalkOnPlan;
  /** The corners on the way from one place to the next, these included. */
  path(places: readonly string[]): readonly Position[];
}

/** Where walks may begin and end; none: at the first and last stop. */
export interface Between {
  readonly starts: readonly string[];
  readonly ends: readonly string[];
}

export interface WalkOnPlan {
  /** Start and end included. */
  readonly places: readonly string[];
  readonly distance: number;
}

export interface ReportWalk extends WalkOnPlan {
  /** The list or cluster; empty for a route. */
  readonly name: string;
  readonly picks: number;
  /** Picks at places that the plan does not have. */
  readonly missing: number;
  /** The distance in the answer, in its unit. */
  readonly answered: number | undefined;
}

export interface ReportWalks {
  /** `undefined` when the answer does not tell how it is today. */
  readonly before: readonly ReportWalk[] | undefined;
  readonly after: readonly ReportWalk[];
  /** Whether the order within the walks of `after` is ours: clustering groups picks and does not sequence them. */
  readonly ownOrder: boolean;
  /** Whether starts and ends are known. */
  readonly fromTo: boolean;
}

/** `undefined` when there is nothing to draw: no result, or hardly any of its places on the plan. */
export function walksOf(entry: ReportEntry, plan: ReportPlan): ReportWalks | undefined {
  const { details, request } = entry;
  const { positions } = plan.floor;
  const onPlan = (places: readonly string[]): readonly string[] => places.filter((place) => positions.has(place));
  const between: Between = { starts: onPlan(request?.startPoints ?? []), ends: onPlan(request?.endPoints ?? []) };
  const sent = new Map((request?.picks ?? []).map(({ pickId, locations }) => [pickId, locations]));

  const walk = (
    name: string,
    picks: readonly PickDetail[],
    answered: number | undefined,
    order: 'given' | 'short',
    placesOf: (pick: PickDetail) => readonly string[],
  ): ReportWalk => {
    const stops = picks.map((pick) => onPlan(placesOf(pick))).filter((places) => places.length > 0);
    return {
      name,
      answered,
      picks: picks.length,
      missing: picks.length - stops.length,
      ...plan.walk(stops, between, order),
    };
  };
  const allSent = (pick: PickDetail): readonly string[] => sent.get(pick.pickId) ?? pick.locations;
  const inAnswer = (pick: PickDetail): readonly string[] => pick.locations;

  const { stops, clusters, asisClusters, summary } = details;
  const isRoute = stops.length > 0;
  const after = isRoute
    ? [walk('', inWalkingOrder(stops), summary.optimalDistance, 'given', inAnswer)]
    : clusters.map((one) => walk(one.listId, one.picks, one.distance, 'short', inAnswer));
  const today = isRoute ? sortedIfNumbered(stops, ({ asisSequence }) => asisSequence) : undefined;
  const before = isRoute
    ? today && [walk('', today, summary.asisDistance, 'given', allSent)]
    : asisClusters.map((one) => walk(one.listId, asWalked(one), one.distance, 'given', inAnswer));
  if (after.every(({ places }) => places.length < 2)) return undefined;
  return {
    before: before === undefined || before.length === 0 ? undefined : before,
    after,
    ownOrder: !isRoute,
    fromTo: between.starts.length > 0 && between.ends.length > 0,
  };
}

/** A list of today in its `asis_sequence`; picks without one last, as they came. */
function asWalked({ picks }: ClusterDetail): readonly PickDetail[] {
  const number = ({ asisSequence }: PickDetail): number => asisSequence ?? Number.MAX_VALUE;
  return picks.toSorted((one, other) => number(one) - number(other));
}
