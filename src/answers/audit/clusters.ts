/** Orders whole, `order_ids` true, as-is clusters of the same picks, limits kept. */
import type { AnswerDetails } from '../details.ts';
import { auditLimits } from './limits.ts';
import type { FindingList } from './finding.ts';
import type { MatchedPick, PickMatch } from './pick-match.ts';
import type { RequestDetails, RequestPick } from '../../requests/details.ts';

export function auditClusters(
  request: RequestDetails,
  answer: AnswerDetails,
  match: PickMatch,
  found: FindingList,
): void {
  // Repeated and invented picks are findings of their own: what follows from them is not repeated.
  const inside: MatchedPick[][] = answer.clusters.map(() => []);
  for (const pick of match.picks) {
    if (pick.sent !== undefined && !match.repeated.has(pick.answered.pickId)) inside[pick.cluster]?.push(pick);
  }
  auditOrders(answer, inside, found);
  auditOrderIds(answer, inside, match, found);
  auditAsisPicks(request, answer, match, found);
  auditLimits(
    request,
    answer.clusters.map(({ listId, distance }, index) => ({
      name: listId === '' ? `cluster ${index + 1}` : listId,
      distance,
      picks: (inside[index] ?? []).flatMap(({ sent }) => sent ?? []),
    })),
    found,
  );
}

/** An order that is split today, and stays so because today's lists are kept, is no finding. */
function auditOrders(answer: AnswerDetails, inside: readonly (readonly MatchedPick[])[], found: FindingList): void {
  const kept = keptLists(inside);
  const clustersOf = new Map<string, Set<number>>();
  for (const [index, picks] of inside.entries()) {
    for (const { sent } of picks) {
      if (sent?.orderId === undefined) continue;
      const clusters = clustersOf.get(sent.orderId) ?? new Set();
      clustersOf.set(sent.orderId, clusters.add(index));
    }
  }
  for (const [order, clusters] of clustersOf) {
    if (clusters.size === 1 || [...clusters].every((index) => kept.has(index))) continue;
    const names = [...clusters].map((index) => answer.clusters[index]?.listId ?? '');
    found.add('order_split', `${order} in ${names.join(', ')}`);
  }
}

/** The clusters that are one of today's lists, whole. */
function keptLists(inside: readonly (readonly MatchedPick[])[]): ReadonlySet<number> {
  const listOf = ({ sent }: MatchedPick): string | undefined => sent?.listId;
  const clustersOf = new Map<string, Set<number>>();
  for (const [index, picks] of inside.entries()) {
    for (const pick of picks) {
      const list = listOf(pick);
      if (list !== undefined) clustersOf.set(list, (clustersOf.get(list) ?? new Set()).add(index));
    }
  }
  const isKept = ([first, ...rest]: readonly MatchedPick[]): boolean => {
    const list = first === undefined ? undefined : listOf(first);
    return list !== undefined && clustersOf.get(list)?.size === 1 && rest.every((pick) => listOf(pick) === list);
  };
  return new Set([...inside.entries()].flatMap(([index, picks]) => (isKept(picks) ? index : [])));
}

/** By the orders of the request; what the answer calls the order of a pick without one is its own affair. */
function auditOrderIds(
  answer: AnswerDetails,
  inside: readonly (readonly MatchedPick[])[],
  { missing }: PickMatch,
  found: FindingList,
): void {
  const missingOrders = new Set(missing.map(({ orderId }) => orderId));
  for (const [index, { listId, orderIds, picks: answered }] of answer.clusters.entries()) {
    const listed = new Set(orderIds);
    const known = new Set(answered.flatMap(({ orderId }) => orderId ?? []));
    const lacking = new Set<string>();
    for (const pick of inside[index] ?? []) {
      const order = pick.sent?.orderId;
      if (order === undefined) continue;
      known.add(order);
      const isChanged = pick.answered.orderId !== undefined && pick.answered.orderId !== order;
      if (!listed.has(order) && !isChanged) lacking.add(order);
    }
    for (const order of lacking) found.add('wrong_order_ids', `${listId} does not list ${order}`);
    for (const order of listed) {
      // The order of a missing pick may have lost its only pick; how an answer lists a pick without an order is unknown.
      const isExcused = missingOrders.has(order) || missingOrders.has(undefined);
      if (!known.has(order) && !isExcused)
        found.add('wrong_order_ids', `${listId} lists ${order} and has no pick of it`);
    }
  }
}

/** The saving compares the two walks, which says something only when both fetch the same. */
function auditAsisPicks({ picks }: RequestDetails, answer: AnswerDetails, match: PickMatch, found: FindingList): void {
  if (answer.asisClusters.length === 0) return;
  const left = new Map<string, RequestPick>(picks.map((pick) => [pick.pickId, pick]));
  const seen = new Set<string>();
  for (const { picks: walked } of answer.asisClusters) {
    for (const { pickId } of walked) {
      if (seen.has(pickId)) found.add('asis_picks', `${pickId} more than once`);
      else if (!left.delete(pickId)) found.add('asis_picks', `${pickId} was not sent`);
      seen.add(pickId);
    }
  }
  for (const [pickId, pick] of left) if (!match.isExcused(pick)) found.add('asis_picks', `${pickId} is missing`);
}
