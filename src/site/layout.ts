/** Site files: the layout of a warehouse as JSON, read into a {@link Site} that can be walked. */
import { CliError } from '../errors.ts';
import { createAisleSite, type AisleSiteSpec, type PlaceSpec } from './aisle-site.ts';
import { createFieldReader, pointer, type FieldReader } from './field-reader.ts';
import { createMatrixSite, type MatrixSiteSpec } from './matrix-site.ts';
import type { Site } from './model.ts';

type Fields = Readonly<Record<string, unknown>>;

const AISLE_FIELDS = ['site_name', 'unit', 'aisles', 'cross_aisles', 'locations', 'points'];
const MATRIX_FIELDS = ['site_name', 'unit', 'names', 'matrix'];

/**
 * Reads the JSON value of a site file, in either form:
 *
 * - `{"site_name", "unit", "aisles": {"A": {"x": 0}}, "cross_aisles": [0, 1100], "locations": {"A01":
 *   {"aisle": "A", "y": 100}, "Dock": {"x": 450, "y": 1100}}, "points": {"Start": {"x": 0, "y": -200}}}`:
 *   walk along an aisle, change aisle by a cross aisle;
 * - `{"site_name", "unit", "names": [...], "matrix": [[...]]}`: distances as given, perhaps different each way.
 *
 * `unit` is that of all coordinates and distances; default `cm`. `points` is optional.
 * Throws `CliError` (usage, code `bad_site_file`) with every problem in `details`.
 */
export function parseSite(value: unknown): Site {
  const reader = createFieldReader();
  const site = readSite(value, reader);
  if (site !== undefined && reader.problems.length === 0) return site();
  const [first] = reader.problems;
  const more = reader.problems.length > 1 ? ` (and ${reader.problems.length - 1} more)` : '';
  throw new CliError('usage', `site file: ${first?.path || 'the document'}: ${first?.message}${more}`, {
    code: 'bad_site_file',
    hint: 'A site file has either "aisles", "cross_aisles" and "locations", or "names" and "matrix".',
    details: reader.problems,
  });
}

/** What is returned may be called only if no problem was reported. */
function readSite(value: unknown, reader: FieldReader): (() => Site) | undefined {
  const fields = reader.object(value, '');
  if (fields === undefined) return undefined;
  if (fields['names'] !== undefined || fields['matrix'] !== undefined) {
    const spec = readMatrixSite(fields, reader);
    if (spec.names.length === 0 && reader.problems.length === 0) reader.report('/names', 'expected at least one place');
    return () => createMatrixSite(spec);
  }
  const spec = readAisleSite(fields, reader);
  if (spec.places.size === 0 && reader.problems.length === 0)
    reader.report('/locations', 'expected at least one place');
  return () => createAisleSite(spec);
}

function readHead(fields: Fields, reader: FieldReader): { name: string; unit: string } {
  return {
    name: reader.text(fields['site_name'], '/site_name') ?? '',
    unit: fields['unit'] === undefined ? 'cm' : (reader.text(fields['unit'], '/unit') ?? ''),
  };
}

function readAisles(value: unknown, reader: FieldReader): Map<string, number> {
  const aisles = new Map<string, number>();
  const nameAt = new Map<number, string>();
  for (const [name, aisle] of Object.entries(reader.object(value, '/aisles') ?? {})) {
    const path = pointer('/aisles', name);
    const fields = reader.object(aisle, path, ['x']);
    const x = fields && reader.number(fields['x'], `${path}/x`);
    // The name counts as known although its position is wrong: its locations are not wrong, too.
    aisles.set(name, x ?? Number.NaN);
    if (x === undefined) continue;
    const other = nameAt.get(x);
    if (other !== undefined) reader.report(`${path}/x`, `aisle "${name}" is where aisle "${other}" is (x = ${x})`);
    nameAt.set(x, name);
  }
  return aisles;
}

function readPlace(
  value: unknown,
  path: string,
  aisles: ReadonlyMap<string, number>,
  reader: FieldReader,
): PlaceSpec | undefined {
  const fields = reader.object(value, path, ['aisle', 'x', 'y']);
  if (fields === undefined) return undefined;
  const y = reader.number(fields['y'], `${path}/y`);
  if (fields['aisle'] === undefined) {
    const x = reader.number(fields['x'], `${path}/x`);
    return x === undefined || y === undefined ? undefined : { x, y };
  }
  if (fields['x'] !== undefined) reader.report(`${path}/x`, 'either "aisle" or "x" places it, not both');
  const aisle = reader.text(fields['aisle'], `${path}/aisle`);
  if (aisle === undefined) return undefined;
  if (!aisles.has(aisle)) reader.report(`${path}/aisle`, `no aisle "${aisle}" in "aisles"`);
  return y === undefined ? undefined : { aisle, y };
}

/** Reads the form with aisles, cross aisles, locations and points. */
function readAisleSite(value: Fields, reader: FieldReader): AisleSiteSpec {
  const fields = reader.object(value, '', AISLE_FIELDS) ?? {};
  const head = readHead(fields, reader);
  const aisles = readAisles(fields['aisles'], reader);
  const crossAisles = (reader.list(fields['cross_aisles'], '/cross_aisles') ?? []).map(
    (y, index) => reader.number(y, pointer('/cross_aisles', index)) ?? 0,
  );
  if (aisles.size > 0 && Array.isArray(fields['cross_aisles']) && crossAisles.length === 0) {
    reader.report('/cross_aisles', 'expected at least one cross aisle: nobody could change aisle');
  }
  const places = new Map<string, PlaceSpec>();
  for (const part of ['locations', 'points']) {
    if (part === 'points' && fields[part] === undefined) continue;
    for (const [name, place] of Object.entries(reader.object(fields[part], `/${part}`) ?? {})) {
      const path = pointer(`/${part}`, name);
      if (places.has(name)) reader.report(path, `"${name}" is among the locations already`);
      const spec = readPlace(place, path, aisles, reader);
      if (spec !== undefined) places.set(name, spec);
    }
  }
  return { ...head, aisles, crossAisles, places };
}

function readRow(value: unknown, row: number, width: number, reader: FieldReader): readonly number[] {
  const path = pointer('/matrix', row);
  const cells = reader.list(value, path) ?? [];
  if (Array.isArray(value) && cells.length !== width) {
    reader.report(path, `expected ${width} distances, one for each name, found ${cells.length}`);
  }
  return cells.map((cell, column) => {
    // Most cells are fine: making a pointer for each of them would slow down a large matrix.
    if (typeof cell === 'number' && cell >= 0 && Number.isFinite(cell)) return cell;
    const at = pointer(path, column);
    const distance = reader.number(cell, at) ?? 0;
    if (distance < 0) reader.report(at, `expected a distance, found ${distance}`);
    return distance;
  });
}

/** Reads the form with names and a matrix. */
function readMatrixSite(value: Fields, reader: FieldReader): MatrixSiteSpec {
  const fields = reader.object(value, '', MATRIX_FIELDS) ?? {};
  const head = readHead(fields, reader);
  const names = (reader.list(fields['names'], '/names') ?? []).map(
    (name, index) => reader.text(name, pointer('/names', index)) ?? '',
  );
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name !== '' && first !== index) {
      reader.report(pointer('/names', index), `"${name}" is the name of place ${first} already`);
    }
  }
  const rows = reader.list(fields['matrix'], '/matrix') ?? [];
  if (Array.isArray(fields['matrix']) && rows.length !== names.length) {
    reader.report('/matrix', `expected ${names.length} rows, one for each name, found ${rows.length}`);
  }
  return { ...head, names, matrix: rows.map((row, index) => readRow(row, index, names.length, reader)) };
}
