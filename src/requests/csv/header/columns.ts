/** Matches the columns of a table to the fields of the API. */
import { foldedDistance, nearestWord } from '../../../lib/text/did-you-mean.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { listed, quote } from '../../quote.ts';
import { type TableField, tableFields } from '../fields.ts';
import { foldName } from '../../../lib/text/fold-name.ts';

export interface FieldColumn {
  readonly field: TableField;
  /** From 0. */
  readonly index: number;
  /** As written in the header. */
  readonly header: string;
}

export interface Columns {
  /** Fields of the request, constant in a wave; without the wave itself and what the command line gives. */
  readonly request: readonly FieldColumn[];
  /** Fields of the pick, in the order of the API's documentation. */
  readonly pick: readonly FieldColumn[];
  readonly wave: FieldColumn | undefined;
  /** All of these. */
  readonly read: readonly FieldColumn[];
  /** Columns that nearly have the name of a missing field, which may be meant. */
  readonly near: readonly NearColumn[];
  /** Names of the other columns that are not sent. */
  readonly unsent: readonly string[];
}

export interface NearColumn {
  readonly index: number;
  /** `more`: see `GroupedWarning`. */
  readonly message: (more: string) => string;
}

export interface HeaderRow {
  /** As written. */
  readonly headers: readonly string[];
  readonly place: (column?: number) => string;
  readonly line: number;
  /** Whether it was found below other lines. */
  readonly isBelow: boolean;
  /** Adds an error of the header, or of one of its columns, to those of the set. */
  readonly fail: (message: string, column?: number) => void;
}

/** Parts of field names that are too common to be a typo of one. */
const GENERIC: ReadonlySet<string> = new Set(['id', 'name', 'type', 'time', 'due', 'points']);

/** `undefined` when the header has errors, which are added to the set: the rows cannot be read then. */
export function readColumns(header: HeaderRow, { kind, map, overrides, errors }: SetBuilder): Columns | undefined {
  const before = errors.count;
  /** What the command line gives, so that no column is read for it. */
  const given: Readonly<Record<string, unknown>> = {
    site_name: overrides.site,
    start_points: overrides.start?.[0],
    end_points: overrides.end?.[0],
  };
  const isGiven = (field: string): boolean => given[field] !== undefined;
  const { headers } = header;
  const fields = tableFields(kind);
  const folded = headers.map(foldName);

  const taken = new Map<string, number>();
  const take = (field: string, columns: readonly number[]): void => {
    const [first, ...others] = columns;
    if (first === undefined) return;
    taken.set(field, first);
    if (!isGiven(field)) addTwice(header, field, first, others);
  };
  for (const [field, column] of map) {
    const columns = columnsNamed(column, headers, folded);
    take(field, columns);
    if (columns.length === 0) addNoColumn(header, `--map ${field}=${column}`, column);
  }
  const mapped = new Set(taken.values());
  for (const { name } of fields) {
    if (!map.has(name))
      take(
        name,
        columnsNamed(name, [], folded).filter((index) => !mapped.has(index)),
      );
  }

  const used = new Set(taken.values());
  const unread = headers.map((_, index) => index).filter((index) => !used.has(index) && folded[index] !== '');
  const missing = fields.map(({ name }) => name).filter((name) => !taken.has(name));
  if (!map.has('location_id') && !taken.has('location_id')) addNoLocation(header, unread);
  if (errors.count > before) return undefined;

  const near = nearNames(header, unread, missing);
  const unsent = unread
    .filter((index) => near.every((one) => one.index !== index))
    .map((index) => headers[index]?.trim() ?? '')
    .filter((name) => !OWN.has(name.toUpperCase()));
  const columns = fields.flatMap((field): FieldColumn[] => {
    const index = taken.get(field.name);
    return index === undefined ? [] : [{ field, index, header: (headers[index] ?? '').trim() }];
  });
  const wave = columns.find(({ field }) => field.name === 'wave_id');
  const request = columns.filter(
    (column) => column.field.isOfRequest && column !== wave && !isGiven(column.field.name),
  );
  const pick = columns.filter(({ field }) => !field.isOfRequest);
  return { request, pick, wave, read: [...(wave === undefined ? [] : [wave]), ...request, ...pick], near, unsent };
}

/** Columns that are written so, else those that are named so with other capitals, blanks, `_` or `-`. */
function columnsNamed(name: string, headers: readonly string[], folded: readonly string[]): number[] {
  const isWritten = headers.map((header) => header.trim() === name);
  const isNamed = isWritten.includes(true) ? isWritten : folded.map((one) => one === foldName(name));
  return isNamed.flatMap((is, index) => (is ? [index] : []));
}

/** Adds an error for each further column that a field could be read from. Columns that hold no field may have any name. */
function addTwice(header: HeaderRow, field: string, first: number, others: readonly number[]): void {
  const name = header.headers[first]?.trim() ?? '';
  for (const index of others) {
    const written = header.headers[index]?.trim() ?? '';
    const [also, choice] =
      written === name ? ['', ''] : [` (as ${quote(name)})`, `, or choose one with --map ${mapping(field, written)}`];
    header.fail(
      `the column ${quote(written)} is there twice${also}, first as column ${first + 1}: rename or remove one${choice}`,
      index,
    );
  }
}

/** The columns that `--fill-down` names by header or field; another name is an error. */
export function columnsToFill(names: readonly string[], header: HeaderRow, { read }: Columns): readonly FieldColumn[] {
  const named = (name: string): FieldColumn[] =>
    read.filter((column) => [column.header, column.field.name].some((one) => foldName(one) === foldName(name)));
  return names
    .flatMap((name) => (named(name).length > 0 ? [name] : name.split(',').map((part) => part.trim())))
    .flatMap((name) => {
      const columns = named(name);
      if (columns.length > 0) return columns;
      if (header.headers.some((one) => foldName(one) === foldName(name))) {
        header.fail(`--fill-down ${name}: the column ${quote(name)} is not sent, so that there is nothing to fill`);
      } else {
        addNoColumn(header, `--fill-down ${name}`, name);
      }
      return [];
    });
}

/** `asked` is the flag that names the column. */
function addNoColumn(header: HeaderRow, asked: string, column: string): void {
  const meant = nearestWord(column, header.headers);
  const suggestion = meant === undefined ? `: the columns are ${namesOf(header)}` : `, did you mean ${quote(meant)}?`;
  header.fail(`${asked}: there is no column ${quote(column)}${suggestion}`);
}

function addNoLocation(header: HeaderRow, unread: readonly number[]): void {
  const [meant] = unread
    .filter((index) => nearestWord(header.headers[index] ?? '', ['location_id']) !== undefined)
    .sort((a, b) => farness(header, a) - farness(header, b));
  if (meant !== undefined) {
    const name = header.headers[meant]?.trim() ?? '';
    const map = `--map ${mapping('location_id', name)}`;
    header.fail(`unknown column ${quote(name)}, did you mean "location_id"? Rename it, or add ${map}`, meant);
    return;
  }
  const [only] = header.headers;
  if (header.headers.length === 1 && only !== undefined) {
    header.fail(
      `no column holds "location_id", the only one is ${quote(only.trim())}: cells are separated by ",", ";", tab or "|"`,
    );
    return;
  }
  const names = header.isBelow
    ? `line ${header.line} looks like the header, its columns are`
    : 'the first line must name the columns, here they are';
  header.fail(
    `no column holds "location_id": ${names} ${namesOf(header)}; for another name add --map location_id=<column>`,
  );
}

function farness(header: HeaderRow, index: number): number {
  return foldedDistance(header.headers[index] ?? '', 'location_id');
}

/** Columns of an exported plan, which may be read again. */
const OWN = new Set(['CLUSTER', 'SEQUENCE', 'CHOSEN_LOCATION']);

function nearNames(header: HeaderRow, unread: readonly number[], missing: readonly string[]): NearColumn[] {
  return unread.flatMap((index): NearColumn[] => {
    const name = header.headers[index]?.trim() ?? '';
    const meant = GENERIC.has(foldName(name)) || OWN.has(name.toUpperCase()) ? undefined : nearestWord(name, missing);
    if (meant === undefined) return [];
    return [
      {
        index,
        message: (more) =>
          `unknown column ${quote(name)}${more}, did you mean "${meant}"? It is not sent; to send it add --map ${mapping(meant, name)}`,
      },
    ];
  });
}

function mapping(field: string, column: string): string {
  return `${field}=${asArgument(column)}`;
}

/** As it is typed in a shell. */
export function asArgument(column: string): string {
  return /^[\w.-]+$/.test(column) ? column : `"${column}"`;
}

function namesOf({ headers }: HeaderRow): string {
  return listed(headers.map((header) => quote(header.trim())));
}
