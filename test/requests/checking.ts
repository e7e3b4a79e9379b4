import { expect } from 'vitest';
import type { Kind } from '../../src/kinds.ts';
import { parseJson } from '../../src/requests/json/parser.ts';
import { createTextSource } from '../../src/requests/json/source.ts';
import { validateRequest } from '../../src/requests/validation/validation.ts';
import { inWords } from './faults.ts';

/** What the validation says of a request, as people see it. */
export function check(kind: Kind, text: string): { faults: string[]; warnings: string[] } {
  const { faults, warnings } = validateRequest(kind, parseJson(createTextSource('picks.json', text)));
  expect(faults.count).toBe(faults.details.length);
  return { faults: faults.details.map(inWords), warnings: warnings.map(inWords) };
}

/** A request of one good pick and the given fields. */
export const withFields = (fields: string) =>
  `{"site_name":"Example","picks":[{"pick_id":"p","location_id":"A"}],\n${fields}}`;
/** A request of one pick with the given fields. */
export const withPick = (fields: string) => `{"site_name":"Example","picks":[\n{${fields}}]}`;
/** The fields that a pick needs. */
export const GOOD = '"pick_id":"p","location_id":"A"';
