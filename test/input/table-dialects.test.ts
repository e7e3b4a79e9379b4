/** Tables as other programs write them, each with one sensible reading. */
import { describe, expect, test } from 'vitest';
import { refusal, requests } from './opening.ts';

/** Pick, location and order of each pick in the one request of a table, and the warnings. */
async function read(table: string | Uint8Array, name = 'w.csv'): Promise<{ picks: unknown[]; warnings: unknown }> {
  const { bodies, warnings } = await requests({ [name]: table });
  const [body = '', ...others] = Object.values(bodies);
  expect(others).toEqual([]);
  const { picks } = JSON.parse(body) as { picks: Record<string, unknown>[] };
  return { picks: picks.map(({ pick_id, location_id, order_id }) => [pick_id, location_id, order_id]), warnings };
}

const TWO = {
  picks: [
    ['1', 'A01', 'O1'],
    ['2', 'A02', 'O2'],
  ],
  warnings: [],
};

describe('T15: a quote inside a cell that does not begin with one is a character', () => {
  test.each([
    ['in tabs', 'PICK_ID\tLOCATION_ID\tORDER_ID\tNOTE\n1\tA01\tO1\t3/4" valve\n2\tA02\tO2\t1" x 2"\n'],
    ['in commas', 'PICK_ID,NOTE,LOCATION_ID,ORDER_ID\n1,3/4" valve,A01,O1\n2,5",A02,O2\n'],
    ['beside quoted cells', 'PICK_ID;NOTE;LOCATION_ID;ORDER_ID\n1;"a ""b"";";A01;O1\n2;x"";"A02";O2\n'],
    ['in the header', 'PICK_ID;ORDER_ID;LOCATION_ID;3/4" NOTE\r\n1;O1;A01;a"b\r\n2;O2;A02;"c"'],
  ])('%s', async (_, table) => {
    expect(await read(table)).toEqual(TWO);
  });

  test('and is sent as one', async () => {
    const { picks } = await read('PICK_ID\tLOCATION_ID\tORDER_ID\n1\t3/4" valve\tO"1"\n');
    expect(picks).toEqual([['1', '3/4" valve', 'O"1"']]);
  });

  test('while text behind a closing quote stays an error', async () => {
    expect(await refusal({ 'w.csv': 'LOCATION_ID,ORDER_ID\nA01,"O"1\n' })).toContain(
      '  text behind the closing quote of a cell: a quote inside a quoted cell is written "" (w.csv:2:8)',
    );
  });
});

describe('T16: blanks around a quoted cell do not belong to it', () => {
  test.each([
    ['before the quote', '"PICK_ID", "LOCATION_ID", "ORDER_ID"\n"1", "A01", "O1"\n"2",  "A02", "O2"\n'],
    ['behind it', '"PICK_ID" ;"LOCATION_ID";"ORDER_ID"\t\r\n"1" ;"A01"\t; "O1" \r\n2;"A02" ;"O2"  '],
    [
      'with delimiters and quotes inside',
      'PICK_ID, "a, ""b""", LOCATION_ID, ORDER_ID\n1, "x,y", A01, O1\n2, "", A02, O2\n',
    ],
  ])('%s', async (_, table) => {
    expect(await read(table)).toEqual(TWO);
  });

  test('and places are those of the quotes', async () => {
    expect(await refusal({ 'w.csv': 'LOCATION_ID, "QUANTITY"\nA,  "x"\n' })).toContain(
      '  QUANTITY: expected a number, found "x" (w.csv:2:5)',
    );
  });
});
