import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/lib/text/display-width.ts';
import { createStyle, PLAIN_STYLE } from '../../../src/output/terminal/style.ts';
import { type Column, renderTable } from '../../../src/output/terminal/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'place' },
  { title: 'picks', align: 'right' },
  { title: 'note', drop: 1, color: 'dim' },
];
const ROWS = [
  ['A01', '7', 'heavy things here'],
  ['倉庫', '1,234', ''],
  ['B\u001b[31m\n02', '12'],
];

const table = (width: number | undefined, columns = COLUMNS, rows: readonly (readonly string[])[] = ROWS): string[] => [
  ...renderTable(columns, rows, { width, style: PLAIN_STYLE }),
];

describe('a table', () => {
  it('is aligned, cleaned, and cut nowhere when there is no terminal', () => {
    expect(table(undefined)).toEqual([
      'PLACE  PICKS  NOTE',
      'A01        7  heavy things here',
      '倉庫   1,234',
      'B 02      12',
    ]);
  });

  it('drops optional columns to fit a terminal, and cuts no text for them', () => {
    expect(table(30)).toEqual(['PLACE  PICKS', 'A01        7', '倉庫   1,234', 'B 02      12']);
  });

  it('cuts texts when the columns that always stay do not fit', () => {
    const columns: readonly Column[] = [{ title: 'place' }, { title: 'note' }, { title: 'rest', drop: 1 }];
    expect(table(24, columns, [['A01', 'heavy things in here', '1']])).toEqual([
      'PLACE  NOTE         REST',
      'A01    heavy thin…  1',
    ]);
  });

  it('cuts everything rather than overflow', () => {
    expect(table(8)).toEqual(['PL…  PI…', 'A01    7', '倉…  1,…', 'B…    12']);
  });

  it('never is wider than the terminal', () => {
    const columns: readonly Column[] = [
      { title: 'a' },
      { title: 'b', align: 'right', drop: 2 },
      { title: 'c', drop: 1, narrowest: 20 },
      { title: 'd' },
    ];
    const rows = [['倉'.repeat(30), '123456', 'x'.repeat(50), 'y'.repeat(9)]];
    const tooWide = Array.from({ length: 120 }, (_, at) => at + 4).filter((width) =>
      table(width, columns, rows).some((line) => displayWidth(line) > width),
    );
    expect(tooWide).toEqual([]);
  });

  it('has titles only when there are no rows', () => {
    expect(table(80, COLUMNS, [])).toEqual(['PLACE  PICKS  NOTE']);
  });

  it('is colored without disturbing the alignment', async () => {
    const style = await createStyle(1);
    expect([...renderTable(COLUMNS, [['A', '1', 'n']], { width: 80, style })]).toEqual([
      '\u001b[1mPLACE\u001b[22m  \u001b[1mPICKS\u001b[22m  \u001b[1mNOTE\u001b[22m',
      'A          1  \u001b[2mn\u001b[22m',
    ]);
  });
});
