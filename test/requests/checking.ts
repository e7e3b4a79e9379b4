import { expect } from 'vitest';
import type { Kind } from '../../src/kinds.ts';
import { parseJson } from '../../src/requests/json/parser.ts';
import { createTextSource } from '../../src/requests/json/source.ts';
import { validateRequest } from '../../src/requests/validation/validation.ts';
import { formatDetail } from './errors.ts';

/** What the validation says of a request, as people see it. */
export function check(kind: Kind, text: string): { errors: string[]; warnings: string[] } {
  const { errors, warnings } = validateRequest(kind, parseJson(createTextSource('picks.json', text)));
  expect(errors.count).toBe(errors.details.length);
  return { errors: errors.details.map(formatDetail), warnings: warnings.map(formatDetail) };
}

/** A request of one good pick and the given fields. */
export const withFields = (fields: string) =>
  `{"site_name":"Example","picks":[{"pick_id":"p","location_id":"A"}],\n${fields}}`;
/** A request of one pick with the given fields. */
export const withPick = (fields: string) => `{"site_name":"Example","picks":[\n{${fields}}]}`;
/** The fields that a pick needs. */
export const GOOD = '"pick_id":"p","location_id":"A"';
