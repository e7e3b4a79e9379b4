import type { AisleSiteSpec, PlaceSpec } from './aisle-site.ts';
import { pointer, type FaultFinder } from './site-faults.ts';
import type { MatrixSiteSpec } from './matrix-site.ts';

type Fields = Readonly<Record<string, unknown>>;

const AISLE_FIELDS = ['site_name', 'unit', 'aisles', 'cross_aisles', 'locations', 'points'];
const MATRIX_FIELDS = ['site_name', 'unit', 'names', 'matrix'];

function readHead(fields: Fields, find: FaultFinder): { name: string; unit: string } {
  return {
    name: find.text(fields['site_name'], '/site_name') ?? '',
    unit: fields['unit'] === undefined ? 'cm' : (find.text(fields['unit'], '/unit') ?? ''),
  };
}

function readAisles(value: unknown, find: FaultFinder): Map<string, number> {
  const aisles = new Map<string, number>();
  const nameAt = new Map<number, string>();
  for (const [name, aisle] of Object.entries(find.object(value, '/aisles') ?? {})) {
    const path = pointer('/aisles', name);
    const fields = find.object(aisle, path, ['x']);
    const x = fields && find.number(fields['x'], `${path}/x`);
    // The name stays known although its position is at fault: its locations are not at fault too.
    aisles.set(name, x ?? Number.NaN);
    if (x === undefined) continue;
    const other = nameAt.get(x);
    if (other !== undefined) find.note(`${path}/x`, `aisle "${name}" is where aisle "${other}" is (x = ${x})`);
    nameAt.set(x, name);
  }
  return aisles;
}

function readPlace(
  value: unknown,
  path: string,
  aisles: ReadonlyMap<string, number>,
  find: FaultFinder,
): PlaceSpec | undefined {
  const fields = find.object(value, path, ['aisle', 'x', 'y']);
  if (fields === undefined) return undefined;
  const y = find.number(fields['y'], `${path}/y`);
  if (fields['aisle'] === undefined) {
    const x = find.number(fields['x'], `${path}/x`);
    return x === undefined || y === undefined ? undefined : { x, y };
  }
  if (fields['x'] !== undefined) find.note(`${path}/x`, 'either "aisle" or "x" places it, not both');
  const aisle = find.text(fields['aisle'], `${path}/aisle`);
  if (aisle === undefined) return undefined;
  if (!aisles.has(aisle)) find.note(`${path}/aisle`, `no aisle "${aisle}" in "aisles"`);
  return y === undefined ? undefined : { aisle, y };
}

/** Reads the form with aisles, cross aisles, locations and points. What it returns is usable only if no fault was noted. */
export function readAisleFile(value: Fields, find: FaultFinder): AisleSiteSpec {
  const fields = find.object(value, '', AISLE_FIELDS) ?? {};
  const head = readHead(fields, find);
  const aisles = readAisles(fields['aisles'], find);
  const crossAisles = (find.list(fields['cross_aisles'], '/cross_aisles') ?? []).map(
    (y, index) => find.number(y, pointer('/cross_aisles', index)) ?? 0,
  );
  if (aisles.size > 0 && Array.isArray(fields['cross_aisles']) && crossAisles.length === 0) {
    find.note('/cross_aisles', 'expected at least one cross aisle: nobody could change aisle');
  }
  const places = new Map<string, PlaceSpec>();
  for (const part of ['locations', 'points']) {
    if (part === 'points' && fields[part] === undefined) continue;
    for (const [name, place] of Object.entries(find.object(fields[part], `/${part}`) ?? {})) {
      const path = pointer(`/${part}`, name);
      if (places.has(name)) find.note(path, `"${name}" is among the locations already`);
      const spec = readPlace(place, path, aisles, find);
      if (spec !== undefined) places.set(name, spec);
    }
  }
  return { ...head, aisles, crossAisles, places };
}

function readRow(value: unknown, row: number, width: number, find: FaultFinder): readonly number[] {
  const path = pointer('/matrix', row);
  const cells = find.list(value, path) ?? [];
  if (Array.isArray(value) && cells.length !== width) {
    find.note(path, `expected ${width} distances, one for each name, found ${cells.length}`);
  }
  return cells.map((cell, column) => {
    // Most cells are well: a large matrix is not to be slowed down by naming each of them.
    if (typeof cell === 'number' && cell >= 0 && Number.isFinite(cell)) return cell;
    const at = pointer(path, column);
    const distance = find.number(cell, at) ?? 0;
    if (distance < 0) find.note(at, `expected a distance, found ${distance}`);
    return distance;
  });
}

/** Reads the form with names and a matrix. What it returns is usable only if no fault was noted. */
export function readMatrixFile(value: Fields, find: FaultFinder): MatrixSiteSpec {
  const fields = find.object(value, '', MATRIX_FIELDS) ?? {};
  const head = readHead(fields, find);
  const names = (find.list(fields['names'], '/names') ?? []).map(
    (name, index) => find.text(name, pointer('/names', index)) ?? '',
  );
  for (const [index, name] of names.entries()) {
    const earlier = names.indexOf(name);
    if (name !== '' && earlier !== index) {
      find.note(pointer('/names', index), `"${name}" is the name of place ${earlier} already`);
    }
  }
  const rows = find.list(fields['matrix'], '/matrix') ?? [];
  if (Array.isArray(fields['matrix']) && rows.length !== names.length) {
    find.note('/matrix', `expected ${names.length} rows, one for each name, found ${rows.length}`);
  }
  return { ...head, names, matrix: rows.map((row, index) => readRow(row, index, names.length, find)) };
}
