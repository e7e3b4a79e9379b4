/** The picks of a request and of its answer, brought together by `pick_id`. */
import type { AnswerDetails, InvalidPickDetail, PickDetail } from '../details.ts';
import type { Kind } from '../../kinds.ts';
import type { RequestDetails, RequestPick } from '../../requests/details.ts';

/** One pick of the optimized result. */
export interface MatchedPick {
  readonly answered: PickDetail;
  /** `undefined`: the request has no such pick. */
  readonly sent: RequestPick | undefined;
  /** Index into the clusters; 0 in a route. */
  readonly cluster: number;
  /** Whether the answer has had it already (more often than the request). */
  readonly isRepeat: boolean;
}

export interface PickMatch {
  /** In the order of the answer. */
  readonly picks: readonly MatchedPick[];
  /** Ids that are answered more often than sent: which of the copies is the right one is unknown. */
  readonly repeated: ReadonlySet<string>;
  /** Sent, neither answered nor accounted for. */
  readonly missing: readonly RequestPick[];
  /** Invalid according to the answer, and sent. */
  readonly invalid: readonly { readonly answered: InvalidPickDetail; readonly sent: RequestPick | undefined }[];
  /** Whether the answer had reason to leave a pick out: it is invalid, or its order is (`REMOVE_ORDERS`). */
  isExcused(pick: RequestPick): boolean;
}

/** Never throws; costs a small object for each pick. */
export function matchPicks(kind: Kind, request: RequestDetails, answer: AnswerDetails): PickMatch {
  const sent = new Map<string, RequestPick>();
  // More than 1 only for a request that repeats an id.
  const left = new Map<string, number>();
  for (const pick of request.picks) {
    sent.set(pick.pickId, pick);
    left.set(pick.pickId, (left.get(pick.pickId) ?? 0) + 1);
  }
  const picks: MatchedPick[] = [];
  const repeated = new Set<string>();
  const take = (answered: PickDetail, cluster: number): void => {
    const { pickId } = answered;
    const remaining = left.get(pickId) ?? 0;
    left.set(pickId, remaining - 1);
    const isRepeat = sent.has(pickId) && remaining <= 0;
    if (isRepeat) repeated.add(pickId);
    picks.push({ answered, sent: sent.get(pickId), cluster, isRepeat });
  };
  if (kind === 'route') for (const stop of answer.stops) take(stop, 0);
  else for (const [index, cluster] of answer.clusters.entries()) for (const pick of cluster.picks) take(pick, index);

  const invalid = answer.invalidPicks.map((answered) => ({ answered, sent: sent.get(answered.pickId) }));
  const isExcused = excuses(request, invalid);
  const missing = request.picks.filter((pick) => {
    const remaining = left.get(pick.pickId) ?? 0;
    if (remaining <= 0 || isExcused(pick)) return false;
    left.set(pick.pickId, remaining - 1);
    return true;
  });
  return { picks, repeated, missing, invalid, isExcused };
}

/**
 * `pick_violation_handling` REMOVE_ORDERS drops the whole order of an invalid pick. Whether the API then lists its
 * other picks, too ("Order contains invalid pick"), or drops them without a word is not documented for every case.
 */
function excuses(request: RequestDetails, invalid: PickMatch['invalid']): (pick: RequestPick) => boolean {
  const ids = new Set(invalid.map(({ answered }) => answered.pickId));
  const removesOrders = request.parameters['pick_violation_handling'] === 'REMOVE_ORDERS';
  const orders = new Set(
    removesOrders ? invalid.flatMap(({ answered, sent }) => sent?.orderId ?? answered.orderId ?? []) : [],
  );
  return ({ pickId, orderId }) => ids.has(pickId) || (orderId !== undefined && orders.has(orderId));
}
