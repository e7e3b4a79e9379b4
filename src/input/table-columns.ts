/** What the columns of a table are for. */
import { type GenericSchema, safeParse } from 'valibot';
import type { Kind } from '../domain/kinds.ts';
import { foldedDistance, nearestWord } from '../domain/nearest.ts';
import { REQUEST_SCHEMAS, type RequestSchema } from '../domain/request-schema.ts';
import { CliError, type FailureDetail } from '../errors.ts';

/** How the text of a cell becomes a value. */
export type CellKind = 'text' | 'number' | 'whole' | 'places' | 'time';

export interface FieldColumn {
  readonly index: number;
  readonly header: string;
  /** As the API calls it. */
  readonly field: string;
  readonly kind: CellKind;
}

export interface TableColumns {
  readonly headers: readonly string[];
  /** Fields of the picks. */
  readonly pick: readonly FieldColumn[];
  /** Fields of the request, which must be the same in all rows of a wave. `wave_id` is not among them. */
  readonly request: readonly FieldColumn[];
  readonly wave: FieldColumn | undefined;
  readonly pickId: FieldColumn | undefined;
}

/** As many letters may be wrong in a header that was meant to be a field. */
const SLIP = 3;

/** Of a request, and such that a column can hold them. */
const REQUEST_FIELDS = ['site_name', 'start_points', 'end_points', 'route_id'] as const;

/** `field=Column`, several. Throws `CliError` `usage` when one is not of that form. */
export function parseMapping(texts: readonly string[]): ReadonlyMap<string, string> {
  const mapping = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const field = text.slice(0, at).trim();
    const column = text.slice(at + 1);
    if (at <= 0 || field === '' || column === '') {
      throw new CliError('usage', `--map ${text} is not of the form field=column`, {
        code: 'bad_mapping',
        hint: 'for example: --map pick_id="Line No"',
      });
    }
    if (mapping.has(field)) {
      throw new CliError('usage', `--map gives ${field} twice`, {
        code: 'bad_mapping',
        hint: 'one column for each field',
      });
    }
    mapping.set(field, column);
  }
  return mapping;
}

export interface ColumnsResult {
  readonly columns: TableColumns;
  readonly faults: readonly FailureDetail[];
  readonly warnings: readonly FailureDetail[];
}

/**
 * Finds the fields of the API among the headers: in any case and order, with spaces, `-` or `_`, or as `mapping` says.
 * `place` gives the place of a header.
 */
export function readColumns(
  kind: Kind,
  headers: readonly string[],
  mapping: ReadonlyMap<string, string>,
  place: (index: number) => string,
): ColumnsResult {
  const schema: RequestSchema = REQUEST_SCHEMAS[kind];
  const faults: FailureDetail[] = [];
  const warnings: FailureDetail[] = [];
  const fields = new Map<string, GenericSchema>();
  // A cluster's fields may stand in a file for routes and the other way round: exports are often the same.
  for (const each of [REQUEST_SCHEMAS.cluster, REQUEST_SCHEMAS.route, schema]) {
    for (const [name, field] of Object.entries(each.pick.fields)) fields.set(name, field);
    for (const name of REQUEST_FIELDS) {
      const requestFields: Readonly<Record<string, GenericSchema>> = each.request.fields;
      const field = requestFields[name];
      if (field !== undefined) fields.set(name, field);
    }
  }
  const byFolded = new Map([...fields.keys()].map((name) => [fold(name), name]));
  const taken = new Map<string, number>();
  const found = new Map<number, string>();

  const take = (field: string, index: number): void => {
    const first = taken.get(field);
    if (first !== undefined) {
      const same = headers[first] === headers[index] ? '' : ` ("${headers[first]}" and "${headers[index]}")`;
      faults.push({ path: '', message: `the column ${field} is there twice${same}`, place: place(index) });
      return;
    }
    taken.set(field, index);
    found.set(index, field);
  };

  for (const [field, column] of mapping) {
    let index = headers.indexOf(column);
    if (index === -1)
      index = headers.findIndex((header) => header.trim().toLowerCase() === column.trim().toLowerCase());
    if (index === -1) {
      const meant = nearestWord(column, headers);
      faults.push({
        path: '',
        message: `--map ${field}=${column}: there is no column "${column}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`,
        place: place(0),
      });
      // Its absence is told of; that the field is missing follows from it.
      taken.set(field, -1);
      continue;
    }
    if (!fields.has(field)) {
      const meant = nearestWord(field, fields.keys());
      const guess = meant === undefined ? '' : `, did you mean "${meant}"?`;
      warnings.push({
        path: '',
        message: `--map: unknown field "${field}"${guess} Sent as a text`,
        place: place(index),
      });
    }
    take(field, index);
  }
  const seen = new Map<string, number>();
  for (const [index, header] of headers.entries()) {
    const first = header.trim() === '' ? undefined : seen.get(header.trim());
    seen.set(header.trim(), index);
    if (found.has(index)) continue;
    const field = byFolded.get(fold(header));
    if (field !== undefined && !mapping.has(field)) take(field, index);
    else if (first !== undefined) {
      faults.push({ path: '', message: `the column "${header}" is there twice`, place: place(index) });
    }
  }
  const foreign = headers.filter((header, index) => !found.has(index) && header.trim() !== '');
  if (!taken.has('location_id')) {
    const meant = nearestWord('location_id', foreign) ?? foreign.find((header) => nearestWord(header, ['location_id']));
    const guess =
      meant === undefined
        ? ': name it with --map location_id=<column>'
        : `, did you mean the column "${meant}"? Say so with --map`;
    faults.push({
      path: '',
      message: `there is no column for the required field "location_id"${guess}`,
      place: place(meant === undefined ? 0 : headers.indexOf(meant)),
    });
  }
  for (const header of foreign) {
    const free = [...fields.keys()].filter((name) => !taken.has(name));
    const meant = nearestWord(header, free);
    // A column of the caller's own is no slip for sharing a word with a field.
    if (meant === undefined || meant === 'location_id' || foldedDistance(header, meant, SLIP) > SLIP) continue;
    warnings.push({
      path: '',
      message: `unknown column "${header}", did you mean "${meant}"? It is kept and not sent; --map ${meant}="${header}" sends it`,
      place: place(headers.indexOf(header)),
    });
  }

  const columns = [...found].map(([index, field]): FieldColumn => {
    const of = fields.get(field);
    return { index, header: headers[index] ?? '', field, kind: of === undefined ? 'text' : cellKind(field, of) };
  });
  columns.sort((one, other) => one.index - other.index);
  const isRequest = ({ field }: FieldColumn): boolean => (REQUEST_FIELDS as readonly string[]).includes(field);
  return {
    columns: {
      headers,
      pick: columns.filter((column) => !isRequest(column) && column.field !== 'wave_id'),
      request: columns.filter(isRequest),
      wave: columns.find(({ field }) => field === 'wave_id'),
      pickId: columns.find(({ field }) => field === 'pick_id'),
    },
    faults,
    warnings,
  };
}

/** What the schema of a field takes tells what a cell must hold. */
function cellKind(field: string, schema: GenericSchema): CellKind {
  if (['location_id', 'start_points', 'end_points'].includes(field)) return 'places';
  const takes = (value: unknown): boolean => safeParse(schema, value).success;
  if (takes('x')) return takes(1) ? 'time' : 'text';
  return takes(1.5) ? 'number' : 'whole';
}

function fold(header: string): string {
  return header.toLowerCase().replaceAll(/[\s_-]/g, '');
}
