/** An invented request for the sandbox's site. */
import type { Kind } from '../kinds.ts';
import { csvLine } from '../lib/text/csv-line.ts';
import { createRandom } from '../lib/seeded-random.ts';

/** As-is lists take so many orders, and a cluster of the example as many. */
const ORDERS_PER_LIST = 3;
const MOST_PICKS_PER_ORDER = 4;
const ITEMS = 60;
/** One pick in so many may be picked at either of two locations. */
const ONE_WITH_ALTERNATIVES = 10;

type ExampleRequest = ReturnType<typeof exampleRequest>;

interface ExampleSite {
  readonly name: string;
  /** Its places, with a `Start` and an `End`. */
  readonly names: readonly string[];
}

/** The same for the same kind, site and number of picks; fields as the API has them. */
export function exampleRequest(kind: Kind, picks: number, { name, names }: ExampleSite) {
  const points = new Set(['Start', 'End']);
  const locations = names.filter((place) => !points.has(place));
  const random = createRandom(1);
  const someLocation = (): string => locations[random.below(locations.length)] ?? '';
  let order = 0;
  let leftOfOrder = 0;
  let list = 0;
  let sequence = 0;
  return {
    site_name: name,
    wave_id: 'W1',
    ...(kind === 'route' ? { route_id: 'R1' } : {}),
    start_points: 'Start',
    end_points: 'End',
    ...(kind === 'cluster' ? { parameters: { max_orders: ORDERS_PER_LIST } } : {}),
    picks: Array.from({ length: picks }, (_, index) => {
      if (leftOfOrder === 0) {
        order += 1;
        leftOfOrder = 1 + random.below(MOST_PICKS_PER_ORDER);
        if (kind === 'cluster' && (order - 1) % ORDERS_PER_LIST === 0) [list, sequence] = [list + 1, 0];
      }
      leftOfOrder -= 1;
      sequence += 1;
      const first = someLocation();
      const other = (index + 1) % ONE_WITH_ALTERNATIVES === 0 ? someLocation() : first;
      return {
        pick_id: `P${index + 1}`,
        order_id: `O${order}`,
        ...(kind === 'cluster' ? { list_id: `L${list}` } : {}),
        asis_sequence: sequence,
        location_id: other === first ? first : [first, other],
        sku_id: `SKU-${100 + random.below(ITEMS)}`,
        quantity: 1 + random.below(5),
      };
    }),
  };
}

/** With a pick on each line. */
export function exampleJson({ picks, ...request }: ExampleRequest): string {
  const head = JSON.stringify(request, null, 2).replace(/\n\}$/, '');
  return `${head},\n  "picks": [\n    ${picks.map((pick) => JSON.stringify(pick)).join(',\n    ')}\n  ]\n}\n`;
}

/** A row for each pick. A table has no column for `parameters`: they are flags of `submit`. */
export function exampleCsv({ picks, site_name, wave_id, start_points, end_points }: ExampleRequest): string {
  const shared = { site_name, wave_id, start_points, end_points };
  const rows = picks.map((pick) => ({ ...shared, ...pick, location_id: [pick.location_id].flat().join('|') }));
  const header = Object.keys(rows[0] ?? {});
  return csvLine(header) + rows.map((row) => csvLine(Object.values(row).map(String))).join('');
}
