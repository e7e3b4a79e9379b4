/** The requests of the demo: the published example of a cluster request, and a route over its first cluster. */
import { CliError } from '../../errors.ts';

/** STATED by the vendor's published example answer of 2024-12: these picks, orders, lists and locations. */
const PICKS: readonly (readonly [pick: string, order: string, list: string, location: string])[] = [
  ['pick_0', 'order_0', 'list_0', 'BIG Location'],
  ['pick_1', 'order_0', 'list_0', 'A01'],
  ['pick_2', 'order_1', 'list_0', 'B08'],
  ['pick_3', 'order_1', 'list_0', 'C02'],
  ['pick_4', 'order_2', 'list_1', 'D06'],
  ['pick_5', 'order_2', 'list_1', 'B03'],
  ['pick_6', 'order_3', 'list_1', 'C08'],
  ['pick_7', 'order_3', 'list_1', 'C07'],
  ['pick_8', 'order_4', 'list_2', 'B06'],
  ['pick_9', 'order_4', 'list_2', 'C01'],
];

/** Trolleys that take two orders; the sandbox's own name for that limit. */
const ORDERS_PER_CLUSTER = 2;

/** As UTF-8 JSON. */
export function demoClusterRequest(): Uint8Array {
  return encoded({
    site_name: 'Example',
    start_points: 'Start',
    end_points: 'End',
    parameters: { max_orders: ORDERS_PER_CLUSTER },
    picks: PICKS.map(([pick_id, order_id, list_id, location_id]) => ({ pick_id, order_id, list_id, location_id })),
  });
}

interface ClusterAnswer {
  readonly optimal_clusters?: readonly {
    readonly list_id: string;
    readonly picks: readonly {
      readonly pick_id: string;
      readonly order_id: string;
      readonly location_id: readonly string[];
    }[];
  }[];
}

/** The largest cluster of the answer as a route: clustering groups, it does not order the picks. */
export function demoRouteRequest(clusterAnswer: Uint8Array | undefined): Uint8Array {
  const { optimal_clusters: clusters = [] } = JSON.parse(new TextDecoder().decode(clusterAnswer)) as ClusterAnswer;
  const largest = clusters.toSorted((a, b) => b.picks.length - a.picks.length)[0];
  if (largest === undefined) throw new CliError('internal', 'the sandbox answered without a cluster');
  return encoded({
    site_name: 'Example',
    start_points: 'Start',
    end_points: 'End',
    route_id: largest.list_id,
    picks: largest.picks.map(({ pick_id, order_id, location_id }, index) => ({
      pick_id,
      order_id,
      location_id,
      asis_sequence: index + 1,
    })),
  });
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
