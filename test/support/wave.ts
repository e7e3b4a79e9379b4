/** Waves as large as real ones, on the built-in site. */
import { createRandom } from '../../src/lib/seeded-random.ts';

const LOCATIONS = ['A', 'B', 'C', 'D'].flatMap((aisle) =>
  Array.from({ length: 10 }, (_, bay) => `${aisle}${String(bay + 1).padStart(2, '0')}`),
);

export interface WaveSize {
  readonly picks: number;
  readonly orders: number;
}

/** The same for the same seed. Every order has at least one pick. */
export function waveOf({ picks, orders }: WaveSize, seed = 1): Record<string, unknown> {
  const random = createRandom(seed);
  return {
    site_name: 'Example',
    start_points: 'Start',
    end_points: 'End',
    picks: Array.from({ length: picks }, (_, index) => ({
      pick_id: `p${index}`,
      order_id: `o${index < orders ? index : random.below(orders)}`,
      list_id: `l${index % 50}`,
      asis_sequence: index,
      location_id: LOCATIONS[random.below(LOCATIONS.length)],
    })),
  };
}
