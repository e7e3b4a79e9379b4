import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { cutToWidth, displayWidth } from '../../lib/text/display-width.ts';
import type { Style } from './style.ts';

export interface Column {
  readonly title: string;
  /** Numbers go to the right. Default: left. */
  readonly align?: 'left' | 'right';
  /** The columns with the highest number go first when there is no room; without one a column always stays. */
  readonly drop?: number;
  /** How narrow the column may become by cutting its cells. Default: 8, and as wide as it is when aligned right. */
  readonly narrowest?: number;
  /** Color of the cells. */
  readonly color?: Exclude<keyof Style, 'bold'>;
}

export interface TableOptions {
  /** Columns of the terminal; `undefined` (a pipe, a file) cuts nothing. */
  readonly width: number | undefined;
  readonly style: Style;
}

const GAP = '  ';
const NARROWEST_TEXT = 8;

/** A column with the width it gets. */
interface Placed {
  readonly column: Column;
  readonly index: number;
  readonly natural: number;
  readonly width: number;
}

/**
 * A plain table: a line of titles, no borders, two spaces between columns. Cells are cleaned; a table too wide for the
 * terminal drops its optional columns; when that is not enough, it cuts texts. A cell that is not there counts as empty.
 */
export function* renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, style }: TableOptions,
): Generator<string, void> {
  const cells = rows.map((row) => columns.map((_, index) => cleanText(row[index] ?? '')));
  const natural = columns.map((column, index): Placed => {
    let widest = displayWidth(column.title);
    for (const row of cells) widest = Math.max(widest, displayWidth(row[index] ?? ''));
    return { column, index, natural: widest, width: widest };
  });
  const placed = width === undefined ? natural : fit(natural, width);
  yield renderRow(
    placed,
    columns.map((column) => column.title.toUpperCase()),
    () => style.bold,
  );
  for (const row of cells) {
    yield renderRow(placed, row, ({ color }) => (color === undefined ? undefined : style[color]));
  }
}

function renderRow(
  placed: readonly Placed[],
  row: readonly string[],
  colorOf: (column: Column) => ((text: string) => string) | undefined,
): string {
  let line = '';
  // Padding waits for the next text, so that no line ends in spaces.
  let padding = '';
  for (const [place, { column, index, width }] of placed.entries()) {
    const text = cutToWidth(row[index] ?? '', width);
    const room = ' '.repeat(Math.max(0, width - displayWidth(text)));
    if (place > 0) padding += GAP;
    if (text === '') {
      padding += room;
      continue;
    }
    const color = colorOf(column);
    const shown = color === undefined ? text : color(text);
    line += column.align === 'right' ? padding + room + shown : padding + shown;
    padding = column.align === 'right' ? '' : room;
  }
  return line;
}

/** Widths that fit. Columns go first; texts are cut where those that always stay do not fit whole. */
function fit(natural: readonly Placed[], width: number): readonly Placed[] {
  const mustCut = totalOf(natural.filter(({ column }) => column.drop === undefined)) > width;
  let kept = natural;
  for (;;) {
    if (totalOf(kept) <= width) return kept;
    const shrunk = mustCut ? shrink(kept, width, narrowestOf) : kept;
    if (totalOf(shrunk) <= width) return shrunk;
    const last = Math.max(...kept.map(({ column }) => column.drop ?? 0));
    // Nothing more to drop: cut everything, numbers too.
    if (last === 0) return shrink(kept, width, () => 1);
    kept = kept.filter(({ column }) => column.drop !== last);
  }
}

function shrink(kept: readonly Placed[], width: number, narrowest: (place: Placed) => number): readonly Placed[] {
  const widths = kept.map((place) => place.width);
  // The widest gives first, a column at a time: texts end up about equally cut.
  for (let excess = totalOf(kept) - width; excess > 0; excess -= 1) {
    let widest = -1;
    for (const [place, now] of widths.entries()) {
      const mayShrink = now > narrowest(kept[place] as Placed);
      if (mayShrink && now > (widths[widest] ?? 0)) widest = place;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return kept.map(({ column, index, natural }, place) => ({ column, index, natural, width: widths[place] ?? natural }));
}

function narrowestOf({ column, natural }: Placed): number {
  const narrowest = column.narrowest ?? (column.align === 'right' ? natural : NARROWEST_TEXT);
  return Math.min(natural, Math.max(1, narrowest));
}

function totalOf(kept: readonly Placed[]): number {
  return kept.reduce((sum, { width }) => sum + width, 0) + GAP.length * Math.max(0, kept.length - 1);
}
