import { describe, expect, test } from 'vitest';
import { type Opening, refusal } from '../opening.ts';

const MEND = 'hint: nothing was sent: fix the file and run the command again';
const SKIP = `${MEND}, or send the rest with --skip-invalid`;
const HEADER = 'WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,QUANTITY\n';

const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** The summary, the file, the error with its place, the hint. */
type Case = readonly [
  what: string,
  table: string | Uint8Array,
  errors: readonly string[],
  hint: string,
  options?: Opening,
];

const ROWS: readonly Case[] = [
  [
    'a row that is too short',
    `${HEADER}W,1,O,A,1\nW,2,O,A\n`,
    [
      'the row is too short: expected 5 cells as in the header, found 4 cells; a "," is missing for each empty cell (w.csv:3:1)',
    ],
    SKIP,
  ],
  [
    'a row that is too long',
    `${HEADER}W,1,O,A,1,5\n`,
    [
      'the row is too long: expected 5 cells as in the header, found 6 cells; a cell that holds a "," needs quotes around it (w.csv:2:1)',
    ],
    SKIP,
  ],
  [
    'rows with another delimiter than the header',
    `${HEADER}W;1;O;A;1\n`,
    [
      'the row is too short: expected 5 cells as in the header, found 1 cell; it is separated by ";", and the header by "," (w.csv:2:1)',
    ],
    SKIP,
  ],
  [
    'a pick_id that was made for a row before',
    'PICK_ID,LOCATION_ID,ORDER_ID\n,A,O\npick_1,B,O\n',
    [
      'PICK_ID: the pick_id "pick_1" is used twice, first in line 2 (rows without an id get one of this form) (w.csv:3:1)',
    ],
    SKIP,
  ],
  [
    'a pick_id that comes twice in a wave, and not one that comes in another',
    `${HEADER}W,1,O,A,1\nV,1,O,A,1\nW,1,O,B,1\n`,
    ['PICK_ID: the pick_id "1" is used twice in wave "W", first in line 2 (w.csv:4:3)'],
    SKIP,
  ],
  [
    'a pick without a location',
    `${HEADER}W,1,O, ,1\n`,
    ['LOCATION_ID: the location is missing: every pick needs one (w.csv:2:7)'],
    SKIP,
  ],
  [
    'an empty alternative',
    `${HEADER}W,1,O,A||B,1\nW,2,O,|,1\n`,
    [
      'LOCATION_ID: alternative 2 of 3 in "A||B" is empty: write "A|B" (w.csv:2:7)',
      'LOCATION_ID: alternative 1 of 2 in "|" is empty (w.csv:3:7)',
    ],
    SKIP,
  ],
  [
    'NaN and its kin',
    `${HEADER}W,1,O,A,NaN\nW,2,O,A,-inf\nW,3,O,A,#N/A\nW,4,O,A,NULL\n`,
    [
      'QUANTITY: expected a number, found "NaN": leave the cell empty when there is none (w.csv:2:9)',
      'QUANTITY: expected a number, found "-inf": leave the cell empty when there is none (w.csv:3:9)',
      'QUANTITY: expected a number, found "#N/A": leave the cell empty when there is none (w.csv:4:9)',
      'QUANTITY: expected a number, found "NULL": leave the cell empty when there is none (w.csv:5:9)',
    ],
    SKIP,
  ],
  [
    'a decimal comma',
    'LOCATION_ID;QUANTITY;ASIS_SEQUENCE\nA;1,5;1\nA;2;1,5\n',
    [
      'QUANTITY: expected a number, found "1,5": a decimal comma? Write "1.5" (w.csv:2:3)',
      'ASIS_SEQUENCE: expected a whole number, found "1,5": write it without a comma (w.csv:3:5)',
    ],
    SKIP,
  ],
  [
    'marks between thousands',
    `${HEADER}W,1,O,A,"1,000.5"\nW,2,O,A,1 000\n`,
    [
      'QUANTITY: expected a number, found "1,000.5": write it without marks between thousands (w.csv:2:9)',
      'QUANTITY: expected a number, found "1 000": write it without marks between thousands (w.csv:3:9)',
    ],
    SKIP,
  ],
  [
    'a number that is too large',
    'LOCATION_ID;QUANTITY;ASIS_SEQUENCE\nA;1e400;1\nA;2;99999999999999999\n',
    [
      'QUANTITY: expected a number, found "1e400": it is too large (w.csv:2:3)',
      'ASIS_SEQUENCE: expected a whole number, found "99999999999999999": it is too large, the largest is 9007199254740991 (w.csv:3:5)',
    ],
    SKIP,
  ],
  [
    'what is no number at all',
    'LOCATION_ID;QUANTITY;ASIS_SEQUENCE\nA;2 kg;+3\nA;.5;first\nA;;1.5\n',
    [
      'QUANTITY: expected a number, found "2 kg": write it without its unit (w.csv:2:3)',
      'ASIS_SEQUENCE: expected a whole number, found "+3": write "3" (w.csv:2:8)',
      'QUANTITY: expected a number, found ".5": write "0.5" (w.csv:3:3)',
      'ASIS_SEQUENCE: expected a whole number, found "first" (w.csv:3:6)',
      'ASIS_SEQUENCE: expected a whole number, found "1.5" (w.csv:4:4)',
    ],
    SKIP,
  ],
  [
    'a quote that is never closed',
    `${HEADER}W,1,O,"A,1\nW,2,O,B,1\n`,
    ['a quote opens cell 4 here and is never closed (w.csv:2:7)'],
    SKIP,
  ],
  [
    'a quote that is closed by the next one that opens',
    `${HEADER}W,1,O,"A,1\nW,2,O,B,1\nW,3,O,"C",1\nW,4,O,,1\n`,
    [
      'a quote opens cell 4 here and its text runs on to line 4: is its closing quote missing? (w.csv:2:7)',
      'LOCATION_ID: the location is missing: every pick needs one (w.csv:5:7)',
    ],
    SKIP,
  ],
  [
    'text behind a closing quote',
    `${HEADER}W,1,O,"A"B,1\n`,
    ['text behind the closing quote of a cell: a quote inside a quoted cell is written "" (w.csv:2:10)'],
    SKIP,
  ],
  [
    'control characters',
    `${HEADER}W,1,O,A\u001b[31m,1\nW,2,O,A\0,1\nW\u0007,2,O,A,1\n`,
    [
      'LOCATION_ID: a control character (U+001B) in a cell: remove it (w.csv:2:7)',
      'LOCATION_ID: a NUL character (U+0000) in a cell: is this a text file? (w.csv:3:7)',
      'WAVE_ID: a control character (U+0007) in a cell: remove it (w.csv:4:1)',
    ],
    SKIP,
  ],
  [
    'several errors in a row, in the order of its cells',
    'LOCATION_ID;QUANTITY;ASIS_SEQUENCE\n;x;y\n',
    [
      'LOCATION_ID: the location is missing: every pick needs one (w.csv:2:1)',
      'QUANTITY: expected a number, found "x" (w.csv:2:2)',
      'ASIS_SEQUENCE: expected a whole number, found "y" (w.csv:2:4)',
    ],
    SKIP,
  ],
  [
    'a fault in the last wave',
    `${HEADER}W1,1,O,A,1\nW2,1,O,A,1\nW3,1,O,A,x\n`,
    ['QUANTITY: expected a number, found "x" (w.csv:4:10)'],
    SKIP,
  ],
  [
    'a wave with two sites',
    'wave_id,site_name,order_id,location_id\nW,S,O,A\nW,T,O,A\n',
    [
      'site_name: "T" here, and in line 2, the first of the same wave, it is "S": a wave is one request, with one site_name (w.csv:3:3)',
    ],
    SKIP,
    { overrides: {} },
  ],
];

const HEADERS: readonly Case[] = [
  ['a header and nothing else', HEADER, ['there is a header and no row below it (w.csv:1:1)'], MEND],
  [
    'no column of locations',
    'WAVE_ID,ORDER_ID\nW,O\n',
    [
      'no column holds "location_id": the first line must name the columns, here they are "WAVE_ID", "ORDER_ID"; for another name add --map location_id=<column> (w.csv:1:1)',
    ],
    MEND,
  ],
  [
    'no header',
    'W,O1,A01,1\nW,O2,A02,2\n',
    [
      'no column holds "location_id": the first line must name the columns, here they are "W", "O1", "A01", "1"; for another name add --map location_id=<column> (w.csv:1:1)',
    ],
    MEND,
  ],
  [
    'a slip in the name of a column that is needed',
    'ORDER_ID,Locaton ID\nO,A\n',
    [
      'unknown column "Locaton ID", did you mean "location_id"? Rename it, or add --map location_id="Locaton ID" (w.csv:1:10)',
    ],
    MEND,
  ],
  [
    'a delimiter that is none',
    'ORDER_ID:LOCATION_ID\nO:A\n',
    [
      'no column holds "location_id", the only one is "ORDER_ID:LOCATION_ID": cells are separated by ",", ";", tab or "|" (w.csv:1:1)',
    ],
    MEND,
  ],
  [
    'a quote in the header that is never closed',
    'ORDER_ID,"LOCATION_ID\nO,A\n',
    ['a quote opens cell 2 here and is never closed (w.csv:1:10)'],
    MEND,
  ],
  [
    'JSON',
    '[\n  {"pick_id":"p"}\n]',
    [
      'this looks like JSON, and is read as a table: add --format-in json, or ndjson for one document a line (w.csv:1:1)',
    ],
    MEND,
  ],
  [
    'no site',
    `${HEADER}W,1,O,A,1\nV,1,O,A,1\n`,
    ['the required field "site_name" is missing: give it there or with --site <name> (w.csv:1:1)'],
    MEND,
    { overrides: {} },
  ],
  [
    '--map to a column that is not there',
    `${HEADER}W,1,O,A,1\n`,
    [
      '--map sku_id=Article: there is no column "Article": the columns are "WAVE_ID", "PICK_ID", "ORDER_ID", "LOCATION_ID", "QUANTITY" (w.csv:1:1)',
      '--map list_id=Order: there is no column "Order", did you mean "ORDER_ID"? (w.csv:1:1)',
    ],
    MEND,
    { map: ['sku_id=Article', 'list_id=Order'] },
  ],
  [
    'a parameter with a value that is none',
    `${HEADER}W,1,O,A,1\nV,1,O,A,1\n`,
    [
      '/parameters/pick_violation_handling: expected "IGNORE", "REMOVE_PICKS" or "REMOVE_ORDERS", found the text "IGNORED": did you mean "IGNORE"? (--param pick_violation_handling)',
    ],
    MEND,
    { overrides: { site: 'E', params: [['pick_violation_handling', '"IGNORED"']] } },
  ],
];

describe('a table with', () => {
  for (const [what, table, errors, hint, options] of [...ROWS, ...HEADERS]) {
    test(`${what} is refused`, async () => {
      const count = errors.length === 1 ? 'one error' : `${errors.length} errors`;
      expect(await refusal({ 'w.csv': table }, options)).toEqual([
        `2 invalid_request: w.csv is not a valid cluster request: ${count}`,
        ...errors.map((fault) => `  ${fault}`),
        hint,
      ]);
    });
  }

  test('two thousand errors lists the first thousand', async () => {
    const lines = await refusal({ 'w.csv': `LOCATION_ID;QUANTITY\n${'A;x\n'.repeat(2000)}` });
    expect([lines.length, lines[0], lines[1000]]).toEqual([
      1002,
      '2 invalid_request: w.csv is not a valid cluster request: 2000 errors, the first 1000 are listed',
      '  QUANTITY: expected a number, found "x" (w.csv:1001:3)',
    ]);
  });
});

describe('what is not a table', () => {
  const EMPTY = 'hint: a table has a line of column names, such as WAVE_ID,ORDER_ID,LOCATION_ID, and one row a pick';
  const WORKBOOK = 'hint: save it as CSV UTF-8 (File > Save As) and submit that';
  const TEXT = 'hint: give the table as CSV text in UTF-8';
  test.each<[string, string | Uint8Array, string, string]>([
    ['an empty file', '', 'empty_input: w.csv is empty', EMPTY],
    ['a file of blank lines', '\ufeff\r\n\r\n  \r\n', 'empty_input: w.csv is empty', EMPTY],
    [
      'UTF-16 without a byte order mark',
      Buffer.from('ORDER_ID\tLOCATION_ID\r\n', 'utf16le'),
      'invalid_encoding: w.csv is UTF-16 text, CSV is UTF-8',
      'hint: save it as UTF-8, for example: iconv -f UTF-16LE -t UTF-8 wave.csv > wave-utf8.csv',
    ],
    ['an Excel workbook', latin('PK\u0003\u0004\u0014\0'), 'invalid_encoding: w.csv is an Excel workbook', WORKBOOK],
    [
      'an old Excel workbook',
      latin('\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1'),
      'invalid_encoding: w.csv is an Excel workbook',
      WORKBOOK,
    ],
    [
      'a picture',
      latin('\u0089PNG\r\n\u001a\n\0\0\0\rIHDR'),
      'invalid_encoding: w.csv is no text: it holds control characters',
      TEXT,
    ],
  ])('%s is rejected', async (_, content, message, hint) => {
    expect(await refusal({ 'w.csv': content })).toEqual([`2 ${message}`, hint]);
  });
});

describe('--map', () => {
  test.each<[string, readonly string[], string, string]>([
    [
      'without =',
      ['pick_id'],
      'invalid_map: --map pick_id is not of the form field=column',
      'hint: for example: --map location_id=Bin, or --map pick_id="Line No"',
    ],
    [
      'without a column',
      ['pick_id='],
      'invalid_map: --map pick_id= is not of the form field=column',
      'hint: for example: --map location_id=Bin, or --map pick_id="Line No"',
    ],
    [
      'to a field that the API has not',
      ['location=Bin'],
      'invalid_map: --map location=Bin: "location" is no field of a route request, did you mean "location_id"?',
      'hint: the fields are wave_id, site_name, start_points, end_points, route_id, pick_id, location_id, asis_sequence, priority, sequence_priority, sku_id, quantity, order_id, hu_id, hu_type, release_time, due_time',
    ],
    [
      'of a field that was mapped before',
      ['pick_id=A', 'pick_id=B'],
      'invalid_map: --map gives the field "pick_id" twice: "A" and "B"',
      'hint: give one column a field',
    ],
  ])('%s is rejected', async (_, map, message, hint) => {
    expect(await refusal({ 'w.csv': 'LOCATION_ID\nA\n' }, { kind: 'route', map })).toEqual([`2 ${message}`, hint]);
  });

  test('is rejected when the input is not a table', async () => {
    const picks = '{"picks":[{"pick_id":"p","location_id":"A","order_id":"o"}]}';
    expect(await refusal({ 'w.json': picks }, { map: ['pick_id=A'] })).toEqual([
      '2 conflicting_options: --map is for tables, and the input is JSON',
      'hint: leave --map out, or add --format-in csv',
    ]);
  });
});
