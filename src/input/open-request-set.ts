/** Files to requests: all are read and checked before there is anything that could be sent. */
import type { Kind } from '../domain/kinds.ts';
import { csvLine } from '../domain/csv-line.ts';
import { CliError, type FailureDetail } from '../errors.ts';
import { decodeSource } from './encoding.ts';
import { FaultList } from './fault-list.ts';
import { formatOfInput, type InputFormat } from './input-format.ts';
import { readJsonRequests, readLineRequests, type MadeRequest } from './json-requests.ts';
import type { Scratch } from './request-spool.ts';
import type { CallerRow, RequestSet, SetEntry } from './request-set.ts';
import type { Overrides } from './request.ts';
import { parseMapping } from './table-columns.ts';
import { readTableRequests, type RefusedRow } from './table-requests.ts';
import { delimiterOf, isUtf8Table, utf8Chunks } from './table-text.ts';
import { makeTableRequests } from './table-wave.ts';

/** One file of the command line. */
export interface RequestInput {
  /** As errors name it: `wave.csv`, `<stdin>`. */
  readonly name: string;
  /** Its bytes; called once or twice. */
  open(): AsyncIterable<Uint8Array>;
}

export interface RequestSetOptions {
  readonly kind: Kind;
  readonly inputs: readonly RequestInput[];
  /** `undefined`: by extension, then by content. */
  readonly format: InputFormat | undefined;
  /** `--map`, as typed. */
  readonly map: readonly string[];
  readonly overrides: Overrides;
  readonly skipInvalid: boolean;
  readonly scratch: Scratch & { remove(): Promise<void> };
  /** Writes the refused rows of an input and returns where. */
  readonly writeRejected: (name: string, content: AsyncIterable<Uint8Array>) => Promise<string>;
}

/** A file of headers longer than this is no table. */
const HEAD_CHARACTERS = 65_536;

/**
 * Reads and checks all inputs. Throws one `CliError` `usage` that lists the faults of all of them; then nothing is kept.
 * A wave that `--wave` names and no table has is one, too.
 */
export async function openRequestSet(options: RequestSetOptions): Promise<RequestSet> {
  const mapping = parseMapping(options.map);
  const faults = new FaultList();
  const warnings: FailureDetail[] = [];
  const made: MadeRequest[] = [];
  const refusals: { name: string; rows: RefusedRow[]; headers: readonly string[]; delimiter: string }[] = [];
  let columns: string[] | undefined;
  let alternatives = false;
  let mapped = mapping.size === 0;

  for (const input of options.inputs) {
    const head = await headOf(input);
    const format = options.format ?? formatOfInput(input.name, head);
    if (format !== 'csv') {
      const read = format === 'json' ? readJsonRequests : readLineRequests;
      const source = decodeSource(input.name, await wholeOf(input));
      const result = read(options.kind, source, options.overrides, faults);
      warnings.push(...result.warnings);
      made.push(...result.requests);
      continue;
    }
    mapped = true;
    const isUtf8 = await isUtf8Table(input.name, input.open());
    if (!isUtf8) {
      warnings.push({ path: '', message: `${input.name} is not UTF-8: it is read as Latin-1 (Windows-1252)` });
    }
    const refused: RefusedRow[] = [];
    const before = faults.count;
    const table = await readTableRequests({
      kind: options.kind,
      name: input.name,
      chunks: utf8Chunks(input.open(), isUtf8),
      delimiter: delimiterOf(head),
      mapping,
      scratch: options.scratch,
      faults,
      refuse: options.skipInvalid ? (row) => void refused.push(row) : undefined,
    });
    warnings.push(...table.warnings);
    alternatives ||= table.alternatives;
    columns = [...(columns ?? []), ...table.headers.filter((header) => !(columns ?? []).includes(header))];
    if (faults.count === before) {
      made.push(...makeTableRequests({ ...options, name: input.name, table, faults, warnings }));
    }
    if (refused.length > 0) {
      refusals.push({ name: input.name, rows: refused, headers: table.headers, delimiter: delimiterOf(head) });
    }
  }

  if (!mapped) {
    throw new CliError('usage', '--map is for tables, and the input is JSON', { code: 'conflicting_options' });
  }
  refuseFaults(options, faults);
  const rejected: { count: number; path: string }[] = [];
  for (const { name, rows, headers, delimiter } of refusals) {
    const path = await options.writeRejected(name, renderRejected(headers, rows, delimiter));
    rejected.push({ count: rows.length, path });
  }
  const chosen = ofWave(made, options.overrides.wave);
  if (chosen.length === 0) throw nothingLeft(made, rejected, options.overrides.wave);
  return {
    entries: entriesOf(chosen, columns ?? []),
    columns,
    alternatives,
    warnings,
    rejected,
    close: () => options.scratch.remove(),
  };
}

async function headOf(input: RequestInput): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of input.open()) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= HEAD_CHARACTERS) break;
  }
  return text.slice(0, HEAD_CHARACTERS);
}

async function wholeOf(input: RequestInput): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refuseFaults({ kind, inputs }: RequestSetOptions, faults: FaultList): void {
  if (faults.count === 0) return;
  const what =
    inputs.length === 1
      ? `${inputs[0]?.name} is not a valid ${kind} request`
      : `the files are not valid ${kind} requests`;
  const count = faults.count === 1 ? 'one fault' : `${faults.count} faults`;
  const listed = faults.details.length;
  const cut = listed < faults.count ? `, the first ${listed} are listed` : '';
  throw new CliError('usage', `${what}: ${count}${cut}`, {
    code: 'invalid_request',
    hint: `nothing was sent: mend the ${inputs.length === 1 ? 'file' : 'files'} and run the command again`,
    details: faults.details,
  });
}

/** Of several requests `--wave` picks the one of that name; a single one without waves was given it. */
function ofWave(made: readonly MadeRequest[], wave: string | undefined): readonly MadeRequest[] {
  return wave === undefined ? made : made.filter(({ waveId }) => waveId === wave);
}

function nothingLeft(
  made: readonly MadeRequest[],
  rejected: readonly { readonly count: number; readonly path: string }[],
  wave: string | undefined,
): CliError {
  if (wave !== undefined && made.length > 0) {
    const names = [...new Set(made.flatMap(({ waveId }) => waveId ?? []))];
    const shown = names.slice(0, 20).join(', ');
    const more = names.length > 20 ? `, and ${names.length - 20} more` : '';
    return new CliError('usage', `there is no wave "${wave}" in the input`, {
      code: 'no_such_wave',
      hint: names.length === 0 ? 'the input names no waves' : `the waves are: ${shown}${more}`,
    });
  }
  return new CliError('usage', 'every row was refused: there is nothing left to send', {
    code: 'invalid_request',
    ...(rejected[0] === undefined ? {} : { hint: `see ${rejected[0].path}: the last column says why` }),
  });
}

function entriesOf(made: readonly MadeRequest[], columns: readonly string[]): readonly SetEntry[] {
  const names = new Map<string, number>();
  for (const { waveId, place } of made) names.set(waveId ?? place, (names.get(waveId ?? place) ?? 0) + 1);
  return made.map((request): SetEntry => {
    const { waveId, place, siteName, picks, digest, headers } = request;
    const short = waveId ?? place;
    return {
      // A wave that is in several files is told apart by where it stands.
      name: (names.get(short) ?? 0) > 1 && waveId !== undefined ? `${waveId} (${place})` : short,
      siteName,
      waveId,
      picks,
      digest,
      body: async () => request.body(),
      rows: async () => (headers === undefined ? undefined : aligned(request.rows(), headers, columns)),
    };
  });
}

/** Cells under the columns of all files together. */
function aligned(
  rows: readonly CallerRow[],
  headers: readonly string[],
  columns: readonly string[],
): readonly CallerRow[] {
  if (headers.length === columns.length && headers.every((header, index) => header === columns[index])) return rows;
  const places = columns.map((column) => headers.indexOf(column));
  return rows.map(({ pickId, cells }) => ({ pickId, cells: places.map((index) => cells[index] ?? '') }));
}

/** The caller's own cells, then the line and why. */
async function* renderRejected(
  headers: readonly string[],
  rows: readonly RefusedRow[],
  delimiter: string,
): AsyncGenerator<Uint8Array, void> {
  const line = (cells: readonly string[]): Uint8Array => new TextEncoder().encode(csvLine(cells, delimiter));
  yield line([...headers, 'LINE', 'REASON']);
  for (const { cells, line: number, reason } of rows) {
    const padded = headers.map((_, index) => cells[index] ?? '');
    yield line([...padded, ...cells.slice(headers.length), String(number), reason]);
  }
}
