import type { AnswerDetails, ClusterDetail, PickDetail } from './details.ts';
import { inWalkingOrder, totalOf } from './reader.ts';
import type { AnswerSummary, ClusterSummary, Stop } from './answer.ts';

/** The summary of an answer from its head and its lists: the same as reading it with `createAnswerReader`. */
export function summaryWith(
  head: AnswerSummary,
  { stops, clusters, asisClusters }: Pick<AnswerDetails, 'stops' | 'clusters' | 'asisClusters'>,
): AnswerSummary {
  const groups = clusters.map(clusterSummary);
  return {
    ...head,
    asisDistance: head.asisDistance ?? totalOf(asisClusters),
    optimalDistance: head.optimalDistance ?? totalOf(clusters),
    stops: inWalkingOrder(stops.map(stopOf)),
    clusters: groups,
    asisClusters: asisClusters.length === 0 ? undefined : asisClusters.length,
    picks: stops.length + clusters.reduce((sum, { picks }) => sum + picks.length, 0),
  };
}

function stopOf({ sequence, pickId, locations, orderId, skuId, quantity }: PickDetail): Stop {
  return { sequence, pickId, locationId: placeOf(locations), orderId, skuId, quantity };
}

function clusterSummary({ listId, orders, picks, distance }: ClusterDetail): ClusterSummary {
  const places = new Set(picks.map(({ locations }) => placeOf(locations)));
  places.delete('');
  return { listId, orders, picks: picks.length, locations: places.size, distance };
}

function placeOf(locations: readonly string[]): string {
  return locations.length === 1 ? (locations[0] ?? '') : locations.join('|');
}
