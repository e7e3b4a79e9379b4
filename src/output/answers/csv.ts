/** An answer as a table to import: one row a pick. */
import type { PickDetail } from '../../answers/details.ts';
import { inWalkingOrder } from '../../answers/walking-order.ts';
import { foldName } from '../../lib/text/fold-name.ts';
import { numberText } from '../../lib/text/numbers.ts';
import { type CsvDialect, csvHeader, csvLine, PLAIN_CSV } from '../../lib/text/csv-line.ts';
import type { Redact } from '../../settings/redaction.ts';
import type { Report, ReportEntry, ReportRow } from './report-model.ts';

export interface AnswerCsvOptions {
  /** Headers of the caller's table; `undefined`: the fields of the API, in the capitals that exports use. */
  readonly columns: readonly string[] | undefined;
  /** Whether there are answers to requests that are not of that table. Default false. */
  readonly mixed?: boolean;
  /** Whether the caller's picks had alternatives: then a column names the location that the answer chose. */
  readonly alternatives: boolean;
  /** Default: plain CSV. */
  readonly dialect?: CsvDialect | undefined;
  /** As the answer's ids were redacted, by which the caller's rows are found again. Default: not at all. */
  readonly redact?: Redact;
}

interface AnswerCsv {
  header(): string;
  /**
   * In walking order: a route by `optim_sequence`, clusters one after the other as the answer has them. Picks that the
   * answer left out come last, so that each of the caller's rows occurs once.
   */
  rows(entry: ReportEntry, callerRows: readonly ReportRow[] | undefined): Iterable<string>;
  /** The caller's rows alone, for what was not answered. */
  unplaced(callerRows: Iterable<ReportRow>): Iterable<string>;
}

/** A pick with its place in the optimized plan. */
interface Placed {
  readonly pick: PickDetail;
  /** Empty for a route. */
  readonly cluster: string;
  readonly sequence: string;
}

/** Fields of a pick when there is no table of the caller's. */
const FIELDS: readonly (readonly [string, (pick: PickDetail, entry: ReportEntry) => string])[] = [
  ['WAVE_ID', (_, { details }) => details.summary.waveId ?? ''],
  ['PICK_ID', ({ pickId }) => pickId],
  ['ORDER_ID', ({ orderId }) => orderId ?? ''],
  ['LOCATION_ID', ({ locations }) => locations.join('|')],
  ['LIST_ID', ({ listId }) => listId ?? ''],
  ['ASIS_SEQUENCE', ({ asisSequence }) => numberText(asisSequence)],
  ['SKU_ID', ({ skuId }) => skuId ?? ''],
  ['QUANTITY', ({ quantity }) => numberText(quantity)],
];

/** Several answers make one table: the header once, then the rows of each. */
export function createAnswerCsv({
  columns,
  alternatives,
  mixed = false,
  dialect = PLAIN_CSV,
  redact = (text) => text,
}: AnswerCsvOptions): AnswerCsv {
  const given = columns ?? [];
  // Beside a table of the caller's there are picks that need columns of their own.
  const more = columns === undefined || mixed ? FIELDS.filter(([name]) => !given.some(isCalled(name))) : [];
  const chosen = columns !== undefined && alternatives;
  const own = [...given, ...more.map(([name]) => name)];
  const added = ['CLUSTER', 'SEQUENCE'].map((name) => freeName(name, own));

  const line = (cells: readonly string[], locations: string, cluster: string, sequence: string): string =>
    csvLine([...cells, ...(chosen ? [locations] : []), cluster, sequence], dialect);
  const moreCells = (pick: PickDetail, entry: ReportEntry): readonly string[] =>
    more.map(([, cell]) => cell(pick, entry));
  /** A pick that is in none of the caller's rows. */
  const unsentCells = (pick: PickDetail, entry: ReportEntry): readonly string[] => [
    ...given.map((column) => FIELDS.find(([name]) => isCalled(name)(column))?.[1](pick, entry) ?? ''),
    ...moreCells(pick, entry),
  ];
  function* unplaced(rows: Iterable<ReportRow>): Generator<string, void> {
    for (const { pickId, cells } of rows) {
      yield line([...cells, ...more.map(([name]) => (name === 'PICK_ID' ? pickId : ''))], '', '', '');
    }
  }

  return {
    unplaced,
    header: () => csvHeader([...own, ...(chosen ? [freeName('CHOSEN_LOCATION', own)] : []), ...added], dialect),
    *rows(entry, callerRows) {
      const left = new Map((callerRows ?? []).map((row) => [redact(row.pickId), row]));
      for (const { pick, cluster, sequence } of placedPicks(entry)) {
        const row = left.get(pick.pickId);
        left.delete(pick.pickId);
        // A pick that was not sent has no row; an audit reports it.
        const cells = row === undefined ? unsentCells(pick, entry) : [...row.cells, ...moreCells(pick, entry)];
        yield line(cells, pick.locations.join('|'), cluster, sequence);
      }
      yield* unplaced(left.values());
      if (callerRows !== undefined) return;
      for (const { pickId, locations, orderId } of entry.details.invalidPicks) {
        yield line(unsentCells({ ...NO_PICK, pickId, locations, orderId }, entry), '', '', '');
      }
    },
  };
}

/** The table as a report. Of what was not answered the caller's own rows are there, with no place in a plan. */
export function createCsvReport(options: AnswerCsvOptions): Report {
  const csv = createAnswerCsv(options);
  const parts: string[] = [];
  return {
    add(index, entry, callerRows) {
      parts[index] = [...csv.rows(entry, callerRows)].join('');
    },
    addUnanswered(index, _, callerRows) {
      parts[index] = [...csv.unplaced(callerRows ?? [])].join('');
    },
    *render() {
      yield csv.header();
      yield* parts.filter((part) => part !== undefined);
    },
  };
}

const NO_PICK: PickDetail = {
  pickId: '',
  locations: [],
  orderId: undefined,
  listId: undefined,
  skuId: undefined,
  quantity: undefined,
  asisSequence: undefined,
  sequence: undefined,
};

function* placedPicks({ details }: ReportEntry): Generator<Placed, void> {
  const { stops, clusters } = details;
  // From 1 in both kinds: the API counts the stops of a route from 0, and does not sequence clusters.
  for (const [index, pick] of inWalkingOrder(stops).entries()) yield { pick, cluster: '', sequence: String(index + 1) };
  for (const { listId, picks } of clusters) {
    for (const [index, pick] of picks.entries()) yield { pick, cluster: listId, sequence: String(index + 1) };
  }
}

/** Headers are compared as they are on input: capitals, blanks, `_` and `-` do not count. */
function isCalled(name: string): (header: string) => boolean {
  return (header) => foldName(header) === foldName(name);
}

/** A table that came out of optipick has such columns already. */
function freeName(name: string, taken: readonly string[]): string {
  const isTaken = (candidate: string): boolean => taken.some((one) => one.toUpperCase() === candidate);
  let free = name;
  for (let number = 2; isTaken(free); number += 1) free = `${name}_${number}`;
  return free;
}
