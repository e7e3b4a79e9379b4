/** The rows of a table to one request for each wave. */
import type { Kind } from '../domain/kinds.ts';
import type { FailureDetail } from '../errors.ts';
import type { FaultList } from './fault-list.ts';
import { createSpooledPicks, type Scratch, type SpooledPicks } from './request-spool.ts';
import { readCell } from './table-cells.ts';
import { readColumns, type TableColumns } from './table-columns.ts';
import { placeOfCell, readTable, type TableRow } from './table-reader.ts';

/** One wave of a table, before the flags are put over it. */
export interface TableWave {
  readonly waveId: string | undefined;
  /** Where its first row stands. */
  readonly place: string;
  readonly picks: SpooledPicks;
  /** Fields of the request that its rows have in common. */
  readonly request: ReadonlyMap<string, string | readonly string[]>;
  readonly orderless: number;
}

export interface RefusedRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly reason: string;
}

export interface TableInput {
  readonly kind: Kind;
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly delimiter: string;
  readonly mapping: ReadonlyMap<string, string>;
  readonly scratch: Scratch;
  /** Faults that nothing can be sent with; with `refuse`, those of rows are not among them. */
  readonly faults: FaultList;
  /** `--skip-invalid`: takes a row that is left out. */
  readonly refuse: ((row: RefusedRow) => void) | undefined;
}

export interface TableResult {
  readonly headers: readonly string[];
  /** In the order in which their first rows stand. */
  readonly waves: readonly TableWave[];
  readonly warnings: readonly FailureDetail[];
  /** Whether any pick may be made at one of several locations. */
  readonly alternatives: boolean;
}

interface OpenWave extends TableWave {
  readonly request: Map<string, string | readonly string[]>;
  readonly ids: Map<string, number>;
  rows: number;
  orderless: number;
  alternatives: boolean;
}

/** Reads a whole table. Nothing of a row stays in memory but the id of its pick. */
export async function readTableRequests(input: TableInput): Promise<TableResult> {
  const { name, delimiter, faults } = input;
  const waves = new Map<string, OpenWave>();
  let columns: TableColumns | undefined;
  let warnings: readonly FailureDetail[] = [];
  let headersAtFault = false;
  let rows = 0;

  const broken = await readTable({
    name,
    chunks: input.chunks,
    delimiter,
    onRow(row) {
      if (columns === undefined) {
        const read = readColumns(input.kind, row.cells, input.mapping, (index) =>
          placeOfCell(name, row, delimiter, index),
        );
        ({ columns, warnings } = read);
        headersAtFault = read.faults.length > 0;
        for (const fault of read.faults) faults.add(() => fault);
        return;
      }
      rows += 1;
      // What the cells mean is not known then.
      if (!headersAtFault) takeRow(input, columns, waves, row);
    },
  });
  if (broken !== undefined) faults.add(() => broken);
  else if (rows === 0) {
    const message = columns === undefined ? 'there is nothing in it' : 'there is a line of headers and no row below it';
    faults.add(() => ({ path: '', message, place: `${name}:1:1` }));
  }
  return {
    headers: columns?.headers ?? [],
    waves: [...waves.values()].filter(({ picks }) => picks.count > 0),
    warnings,
    alternatives: [...waves.values()].some((wave) => wave.alternatives),
  };
}

/** Faults of one row. */
interface RowFault {
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

function takeRow(input: TableInput, columns: TableColumns, waves: Map<string, OpenWave>, row: TableRow): void {
  const { name, delimiter } = input;
  const found: RowFault[] = [];
  const wave = waveOf(input, columns, waves, row);
  wave.rows += 1;
  const lengthFault = row.cells.length === columns.headers.length ? undefined : wrongLength(columns, row);
  if (lengthFault !== undefined) found.push(lengthFault);
  const pick = lengthFault === undefined ? readPick(columns, wave, row, delimiter, found) : undefined;
  if (pick !== undefined) checkUnique(columns, wave, pick.id, name, found);
  if (lengthFault === undefined) readRequestFields(columns, wave, row, delimiter, found);

  if (found.length > 0 || pick === undefined) {
    const reason = found.map(({ message }) => message).join('; ');
    if (input.refuse !== undefined) input.refuse({ line: row.line, cells: row.cells, reason });
    else {
      for (const { column, path, message } of found) {
        input.faults.add(() => ({ path, message, place: placeOfCell(name, row, delimiter, column) }));
      }
    }
    return;
  }
  wave.ids.set(pick.id, row.line);
  if (!pick.hasOrder) wave.orderless += 1;
  if (pick.hasAlternatives) wave.alternatives = true;
  wave.picks.add(pick.json, { pickId: pick.id, cells: row.cells });
}

function waveOf(
  { name, scratch }: TableInput,
  columns: TableColumns,
  waves: Map<string, OpenWave>,
  row: TableRow,
): OpenWave {
  const id = columns.wave === undefined ? '' : (row.cells[columns.wave.index] ?? '');
  const known = waves.get(id);
  if (known !== undefined) return known;
  const wave: OpenWave = {
    waveId: id.trim() === '' ? undefined : id,
    place: `${name}:${row.line}`,
    picks: createSpooledPicks(scratch),
    request: new Map(),
    ids: new Map(),
    rows: 0,
    orderless: 0,
    alternatives: false,
  };
  waves.set(id, wave);
  return wave;
}

function wrongLength({ headers }: TableColumns, { cells }: TableRow): RowFault {
  const difference = cells.length - headers.length;
  const cause = difference > 0 ? 'is a cell with the separator in it not quoted?' : 'is a separator missing?';
  return {
    column: difference > 0 ? headers.length : Math.max(0, cells.length - 1),
    path: '',
    message: `the row has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the headers are ${headers.length}: ${cause}`,
  };
}

interface ReadPick {
  readonly id: string;
  readonly json: string;
  readonly hasOrder: boolean;
  readonly hasAlternatives: boolean;
}

function readPick(
  columns: TableColumns,
  wave: OpenWave,
  { cells }: TableRow,
  delimiter: string,
  found: RowFault[],
): ReadPick {
  const pointer = (field: string): string => `/picks/${wave.rows - 1}/${field}`;
  const members: string[] = [];
  let id: string | undefined;
  let hasOrder = false;
  let hasAlternatives = false;
  for (const { index, field, kind, header } of columns.pick) {
    const text = cells[index] ?? '';
    if (text.trim() === '') {
      if (field === 'location_id') {
        found.push({
          column: index,
          path: pointer(field),
          message: `${header}: the cell is empty, and a pick needs a location`,
        });
      }
      continue;
    }
    const read = readCell(text, kind, delimiter);
    if (!read.ok) {
      found.push({ column: index, path: pointer(field), message: `${header}: ${read.message}` });
      continue;
    }
    if (field === 'pick_id') id = String(read.value);
    else members.push(`${JSON.stringify(field)}:${JSON.stringify(read.value)}`);
    if (field === 'order_id') hasOrder = true;
    if (field === 'location_id' && typeof read.value === 'object') hasAlternatives = true;
  }
  // By its place in the wave, so that it is the same on every run.
  id ??= `pick_${wave.rows}`;
  return {
    id,
    json: `{"pick_id":${JSON.stringify(id)}${members.map((member) => `,${member}`).join('')}}`,
    hasOrder,
    hasAlternatives,
  };
}

function checkUnique(columns: TableColumns, wave: OpenWave, id: string, name: string, found: RowFault[]): void {
  const first = wave.ids.get(id);
  if (first === undefined) return;
  found.push({
    column: columns.pickId?.index ?? 0,
    path: `/picks/${wave.rows - 1}/pick_id`,
    message: `the pick_id ${JSON.stringify(id)} is used twice in one wave, first at ${name}:${first}`,
  });
}

function readRequestFields(
  columns: TableColumns,
  wave: OpenWave,
  { cells }: TableRow,
  delimiter: string,
  found: RowFault[],
): void {
  for (const { index, field, kind, header } of columns.request) {
    const text = cells[index] ?? '';
    if (text.trim() === '') continue;
    const read = readCell(text, kind, delimiter);
    if (!read.ok) {
      found.push({ column: index, path: `/${field}`, message: `${header}: ${read.message}` });
      continue;
    }
    const value = typeof read.value === 'number' ? String(read.value) : read.value;
    const before = wave.request.get(field);
    if (before === undefined) wave.request.set(field, value);
    else if (JSON.stringify(before) !== JSON.stringify(value)) {
      found.push({
        column: index,
        path: `/${field}`,
        message: `${header}: found ${JSON.stringify(value)} where the first row of the wave has ${JSON.stringify(before)}`,
      });
    }
  }
}
