import type { AnswerSummary, Stop } from '../../answers/answer.ts';
import { cutList, type ListOptions } from '../terminal/long-list.ts';
import { numberText } from '../../lib/text/numbers.ts';
import { type Column, renderTable } from '../terminal/table.ts';

export interface StopColumn extends Column {
  /** `index` of the stop in the walk, from 0. */
  readonly cell: (stop: Stop, index: number) => string;
  /** Shown only when the answer has such values at all. */
  readonly onlyIfAny?: boolean;
}

const COLUMNS: readonly StopColumn[] = [
  // From 1, as SEQUENCE of CSV; whether `optim_sequence` counts from 0 or 1 is not documented.
  { title: '#', align: 'right', cell: (_, index) => String(index + 1) },
  { title: 'location', cell: ({ locationId }) => locationId },
  { title: 'pick', drop: 1, cell: ({ pickId }) => pickId },
  { title: 'order', drop: 2, onlyIfAny: true, cell: ({ orderId }) => orderId ?? '' },
  { title: 'sku', drop: 3, onlyIfAny: true, cell: ({ skuId }) => skuId ?? '' },
  { title: 'quantity', align: 'right', onlyIfAny: true, cell: ({ quantity }) => numberText(quantity) },
];

/** What is worth showing of these stops. */
export function stopColumns(stops: readonly Stop[]): readonly StopColumn[] {
  return COLUMNS.filter(
    ({ onlyIfAny, cell }) => onlyIfAny !== true || stops.some((stop, index) => cell(stop, index) !== ''),
  );
}

/** The pick list in walking order, one stop a row. */
export function* renderStops({ stops }: AnswerSummary, options: ListOptions): Generator<string, void> {
  const columns = stopColumns(stops);
  const { shown, rest } = cutList(stops, options);
  const rows = shown.map((stop, index) => columns.map(({ cell }) => cell(stop, index)));
  yield* renderTable(columns, rows, options);
  yield* rest;
}
