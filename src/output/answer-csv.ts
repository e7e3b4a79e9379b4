/** An answer as a table to import: one row a pick. */
import type { PickDetail } from '../domain/answer-details.ts';
import { csvLine } from '../domain/csv-line.ts';
import type { Report, ReportEntry, ReportRow } from './report-model.ts';

export interface AnswerCsvOptions {
  /** Headers of the caller's table; `undefined`: the fields of the API, in the capitals that exports use. */
  readonly columns: readonly string[] | undefined;
  /** Whether the caller's picks had alternatives among which the answer has chosen: then its choice is told. */
  readonly alternatives: boolean;
}

interface AnswerCsv {
  header(): string;
  /**
   * In walking order: a route by `optim_sequence`, clusters one after the other as the answer has them. Picks that the
   * answer left out come last, so that each of the caller's rows is there once.
   */
  rows(entry: ReportEntry, callerRows: readonly ReportRow[] | undefined): Iterable<string>;
}

/** A pick with its place in the optimised plan. */
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
export function createAnswerCsv({ columns, alternatives }: AnswerCsvOptions): AnswerCsv {
  const own = columns ?? FIELDS.map(([name]) => name);
  const chosen = columns !== undefined && alternatives;
  const added = ['CLUSTER', 'SEQUENCE'].map((name) => freeName(name, own));
  return {
    header: () => csvLine([...own, ...(chosen ? [freeName('CHOSEN_LOCATION', own)] : []), ...added]),
    *rows(entry, callerRows) {
      const left = new Map((callerRows ?? []).map((row) => [row.pickId, row]));
      for (const { pick, cluster, sequence } of placedPicks(entry)) {
        const row = left.get(pick.pickId);
        left.delete(pick.pickId);
        // A pick that was not sent has no row; an audit tells of it.
        const cells = columns === undefined ? fieldCells(pick, entry) : (row?.cells ?? strangerCells(columns, pick));
        yield csvLine([...cells, ...(chosen ? [pick.locations.join('|')] : []), cluster, sequence]);
      }
      for (const { cells } of left.values()) yield csvLine([...cells, ...(chosen ? [''] : []), '', '']);
      if (columns !== undefined) return;
      for (const { pickId, locations, orderId } of entry.details.invalidPicks) {
        yield csvLine([...fieldCells({ ...NO_PICK, pickId, locations, orderId }, entry), '', '']);
      }
    },
  };
}

/** The table as a report: what was not answered has no rows. */
export function createCsvReport(options: AnswerCsvOptions): Report {
  const csv = createAnswerCsv(options);
  const parts: string[] = [];
  return {
    add(index, entry, callerRows) {
      parts[index] = [...csv.rows(entry, callerRows)].join('');
    },
    addUnanswered: () => undefined,
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
  const numbered = stops.every(({ sequence }) => sequence !== undefined);
  const walked = numbered ? stops.toSorted((one, other) => (one.sequence ?? 0) - (other.sequence ?? 0)) : stops;
  for (const [index, pick] of walked.entries()) {
    yield { pick, cluster: '', sequence: numberText(pick.sequence ?? index + 1) };
  }
  for (const { listId, picks } of clusters) {
    // Clustering groups and does not sequence: the place is that in the answer, from 1.
    for (const [index, pick] of picks.entries()) {
      yield { pick, cluster: listId, sequence: numberText(pick.sequence ?? index + 1) };
    }
  }
}

function fieldCells(pick: PickDetail, entry: ReportEntry): readonly string[] {
  return FIELDS.map(([, cell]) => cell(pick, entry));
}

/** Under headers of the caller's nothing is known of a pick but its id. */
function strangerCells(columns: readonly string[], { pickId }: PickDetail): readonly string[] {
  const at = columns.findIndex((column) => /^pick[\s_-]?id$/i.test(column));
  return columns.map((_, index) => (index === at ? pickId : ''));
}

/** A table that came out of optipick has such columns already. */
function freeName(name: string, taken: readonly string[]): string {
  const isTaken = (candidate: string): boolean => taken.some((one) => one.toUpperCase() === candidate);
  let free = name;
  for (let number = 2; isTaken(free); number += 1) free = `${name}_${number}`;
  return free;
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
