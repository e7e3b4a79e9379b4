import { createAisleSite, type PlaceSpec } from './aisle-site.ts';
import type { Site } from './model.ts';

const AISLES: readonly (readonly [string, number])[] = [
  ['A', 0],
  ['B', 300],
  ['C', 600],
  ['D', 900],
];
const BAYS = 10;

/**
 * The sandbox's default warehouse: aisles A to D, bays 01 to 10, one block,
 * in cm. The names are those known of OptiPick's own `Example` site; the measures are invented.
 */
export function exampleSite(): Site {
  const places = new Map<string, PlaceSpec>();
  for (const [aisle] of AISLES) {
    for (let bay = 1; bay <= BAYS; bay += 1) {
      places.set(`${aisle}${String(bay).padStart(2, '0')}`, { aisle, y: bay * 100 });
    }
  }
  places.set('BIG Location', { x: 450, y: 1100 });
  places.set('Start', { x: 0, y: -200 });
  places.set('End', { x: 900, y: -200 });
  return createAisleSite({ name: 'Example', unit: 'cm', aisles: new Map(AISLES), crossAisles: [0, 1100], places });
}
