/** Tables as other programs write them, each with one sensible reading. */
import { describe, expect, test } from 'vitest';
import { refusal, requests } from '../opening.ts';

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

const SEMICOLONS = 'PICK_ID;LOCATION_ID;ORDER_ID\n1;A01;O1\n2;A02;O2\n';

describe('T1: a first line that declares the delimiter is left out as', () => {
  test.each([
    ['sep=;', 'sep=;\n'],
    ['capitals', 'SEP=;\r\n'],
    ['in quotes', '"sep=;"\n'],
    ['with its delimiter in quotes', 'sep=";"\n'],
    ['filled up with delimiters', 'sep=;;;;\r\n'],
    ['in quotes and filled up', '"sep=;";;\n'],
    ['with a blank behind it', 'sep=; \n'],
    ['with a blank before the delimiter', 'sep= ;\n'],
    ['ended by a carriage return', 'sep=;\r'],
    ['behind a byte order mark', '\ufeffsep=;\n'],
  ])('%s', async (_, line) => {
    expect(await read(line + SEMICOLONS)).toEqual(TWO);
  });

  test.each([
    ['a tab', 'sep=\t\n', '\t'],
    ['a tab in letters', 'sep=\\t\n', '\t'],
    ['tabs', '"sep=\t"\t\t\n', '\t'],
    ['a character that separates nothing else', 'sep=^\n', '^'],
    ['a bar', 'sep=|\n', '|'],
  ])('%s', async (_, line, delimiter) => {
    expect(await read(line + SEMICOLONS.replaceAll(';', delimiter))).toEqual(TWO);
  });

  test('and counts as a line', async () => {
    expect(await refusal({ 'w.csv': '"sep=;"\rLOCATION_ID;QUANTITY\rA;x\r' })).toContain(
      '  QUANTITY: expected a number, found "x" (w.csv:3:3)',
    );
  });
});

describe('T7: lines that draw a table are left out with a note:', () => {
  const note = (line: number, count = 1): readonly string[] => [
    count === 1
      ? `a line of dashes is left out (w.csv:${line}:1)`
      : `${count} lines of dashes are left out (w.csv:${line}:1)`,
  ];
  test.each([
    ['sqlcmd', 'PICK_ID,LOCATION_ID,ORDER_ID\n-------,-----------,--------\n1,A01,O1\n2,A02,O2\n', note(2)],
    [
      'sqlcmd with blanks',
      'PICK_ID ;LOCATION_ID;ORDER_ID\n--------;-----------;--\n      1 ;A01;O1  \n2;A02;O2\n',
      note(2),
    ],
    ['tabs', 'PICK_ID\tLOCATION_ID\tORDER_ID\n=====\t===\t==\n1\tA01\tO1\n2\tA02\tO2\n', note(2)],
    [
      'psql',
      ' pick_id | location_id | order_id \n---------+-------------+----------\n 1 | A01 | O1\n 2 | A02 | O2\n',
      note(2),
    ],
    [
      'MySQL',
      '+---------+-------------+----------+\n| pick_id | location_id | order_id |\n+---------+-------------+----------+\n| 1       | A01         | O1       |\n| 2       | A02         | O2       |\n+---------+-------------+----------+\n',
      note(3, 2),
    ],
    ['Markdown', '| PICK_ID | LOCATION_ID | ORDER_ID |\n|:--|:-:|--:|\n| 1 | A01 | O1 |\n| 2 | A02 | O2 |\n', note(2)],
    ['Markdown, as short as it may be', '|PICK_ID|LOCATION_ID|ORDER_ID|\n|-|-|-|\n|1|A01|O1|\n|2|A02|O2|', note(2)],
    [
      'an SAP list',
      '-----------------------------\r\n|PICK_ID|LOCATION_ID|ORDER_ID|\r\n-----------------------------\r\n|1      |A01        |O1      |\r\n|2      |A02        |O2      |\r\n-----------------------------\r\n',
      note(3, 2),
    ],
  ])('%s', async (_, table, warnings) => {
    expect(await read(table)).toEqual({ ...TWO, warnings });
    // Also of a file whose name does not say that it is a table.
    expect((await read(table, 'w.txt')).picks).toEqual(TWO.picks);
  });

  test('a cell of a single dash is not a drawn line', async () => {
    const { bodies, warnings } = await requests(
      { 'w.csv': 'PICK_ID,LOCATION_ID,ORDER_ID\n-,-,-\n' },
      { allowValues: ['-'] },
    );
    expect([warnings, Object.values(bodies)]).toEqual([
      [],
      [expect.stringContaining('{"pick_id":"-","location_id":"-","order_id":"-"}')],
    ]);
  });

  test('a table with bars around its rows has the places of its cells', async () => {
    expect(await refusal({ 'w.csv': '| LOCATION_ID | QUANTITY |\n|---|---|\n| A | x |\n' })).toContain(
      '  QUANTITY: expected a number, found "x" (w.csv:3:6)',
    );
  });

  test('a row that lost a bar is an error, whatever its other cells are', async () => {
    const table = '|LOCATION_ID|ORDER_ID|ZONE|\n|---|---|---|\n|A|O|north|\n|B|O|nor\n|B|O\n';
    const missing = '  a bar is missing before or behind the cells of this row: was the file cut off?';
    const errors = await refusal({ 'w.csv': table });
    expect(errors.slice(1, -1)).toEqual([`${missing} (w.csv:4:1)`, `${missing} (w.csv:5:1)`]);
  });

  test('a table that only has empty first and last columns keeps them', async () => {
    expect((await read('WAVE_ID|PICK_ID|LOCATION_ID|ORDER_ID|ZONE\n|1|A01|O1|\n|2|A02|O2|\n')).picks).toEqual(
      TWO.picks,
    );
  });

  test.each(['w.csv', 'w.txt'])('a box is named in %s', async (name) => {
    expect(await refusal({ [name]: '┌─────────────┐\n│ location_id │\n├─────────────┤\n│ A01         │\n' })).toContain(
      `  this is a drawing of a table, with lines around its cells: export the rows as CSV (${name}:1:1)`,
    );
  });
});

describe('T7: a footer is named as one:', () => {
  test.each([
    '(2 rows affected)',
    '(1 row affected)',
    '(2 rows)',
    '2 rows selected.',
    '2 rows in set (0.01 sec)',
    '  2 record(s) selected.',
    '(2 Zeilen betroffen)',
    '(1,000 rows affected)',
    '2 rows selected.;;',
  ])('%s', async (footer) => {
    for (const delimiter of [',', ';', '\t']) {
      const table = SEMICOLONS.replaceAll(';', delimiter);
      expect(await refusal({ 'w.csv': `${table}\n${footer.replaceAll(';', delimiter)}\n` })).toContain(
        '  line 5 is a footer, not a pick: --skip-lines 5, or delete it (w.csv:5:1)',
      );
    }
  });

  test('and a cell that begins like one is not a declaration', async () => {
    const { picks } = await read('PICK_ID,LOCATION_ID,ORDER_ID\n1,2 rows,O1\n2 rows,A02,O2\n');
    expect(picks).toEqual([
      ['1', '2 rows', 'O1'],
      ['2 rows', 'A02', 'O2'],
    ]);
  });
});

describe('T10: a formula that only guards a text is that text:', () => {
  test.each([
    ['bare', '="0045"'],
    ['in quotes', '"=""0045"""'],
    ['without quotes', '=0045'],
    ['with blanks', ' ="0045" '],
    ['in quotes, without its own', '"=0045"'],
  ])('%s', async (_, cell) => {
    const table = `PICK_ID;="LOCATION_ID";ORDER_ID;QUANTITY\n1;${cell};O1;="2"\n`;
    expect((await read(table)).picks).toEqual([['1', '0045', 'O1']]);
  });

  test('with quotes and delimiters in it', async () => {
    const { picks } = await read('PICK_ID,LOCATION_ID,ORDER_ID\n1,"=""A,1""",="O""1"\n');
    expect(picks).toEqual([['1', 'A,1', 'O"1']]);
  });

  test('and a number as such', async () => {
    const { bodies } = await requests({ 'w.csv': 'LOCATION_ID,QUANTITY,ORDER_ID\nA,="4.50",O\nA,=-2,O\n' });
    expect(Object.values(bodies).join('')).toMatch(/"quantity":4\.50,.*"quantity":-2,/);
  });
});

describe('T12: empty cells beyond the end are left out', () => {
  test.each([
    ['of the rows', 'PICK_ID;LOCATION_ID;ORDER_ID\n1;A01;O1;\n2;A02;O2;\n'],
    ['of the rows, several', 'PICK_ID,LOCATION_ID,ORDER_ID\r\n1,A01,O1,,\r\n2,A02,O2, ,\r\n'],
    ['of the header', 'PICK_ID;LOCATION_ID;ORDER_ID;\n1;A01;O1\n2;A02;O2\n'],
    ['of the header, several', 'PICK_ID\tLOCATION_ID\tORDER_ID\t\t\n1\tA01\tO1\t\n2\tA02\tO2\t\n'],
    ['of both', 'PICK_ID;LOCATION_ID;ORDER_ID;\n1;A01;O1;\n2;A02;O2;\n'],
  ])('%s', async (_, table) => {
    expect(await read(table)).toEqual(TWO);
  });

  test('but not where one holds something', async () => {
    expect(await refusal({ 'w.csv': 'LOCATION_ID;ORDER_ID\nA;O;\nB;O;5\n' })).toContain(
      '  the row is too long: expected 2 cells as in the header, found 3 cells; a cell that holds a ";" needs quotes around it (w.csv:3:1)',
    );
  });

  test('nor where rows differ, since a cell may be missing', async () => {
    expect(await refusal({ 'w.csv': 'LOCATION_ID;ORDER_ID;ZONE\nA;O;north;\nB;north;\n' })).toContain(
      '  the row is too short: expected 4 cells as in the rows above, found 3 cells; a ";" is missing for each empty cell (w.csv:3:1)',
    );
    expect(await refusal({ 'w.csv': 'LOCATION_ID;ORDER_ID;ZONE\nA;O;north\n;B;O;\n' })).toContain(
      '  the row is too long: expected 3 cells as in the header, found 4 cells; remove the ";" at its end, or write one at the end of every row (w.csv:3:1)',
    );
  });
});

describe('T19: UTF-16 with a byte order mark is read:', () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  const tabs = SEMICOLONS.replaceAll(';', '\t').replaceAll('\n', '\r\n');
  test.each([
    ['little-endian', utf16(tabs)],
    ['big-endian', utf16(tabs).swap16()],
    ['with a line for the delimiter', utf16(`sep=\t\r\n${tabs}`)],
    ['as a text file', utf16(tabs), 'w.txt'],
  ])('a table, %s', async (_, bytes, name = 'w.csv') => {
    expect(await read(bytes, name)).toEqual(TWO);
  });

  test('letters of all kinds, and their places', async () => {
    const table = utf16('LOCATION_ID\tORDER_ID\tQUANTITY\n東京😀\tÄ\t1\n');
    expect((await read(table)).picks).toEqual([['pick_1', '東京😀', 'Ä']]);
    const wrong = utf16('LOCATION_ID\tORDER_ID\tQUANTITY\n東京😀\tÄ\tx\n').swap16();
    expect(await refusal({ 'w.csv': wrong })).toContain('  QUANTITY: expected a number, found "x" (w.csv:2:8)');
  });

  test.each(['r.json', 'r.ndjson', 'r'])('a request in %s', async (name) => {
    const { bodies } = await requests({
      [name]: utf16('{"picks":[{"pick_id":"1","location_id":"é","order_id":"O"}]}\r\n'),
    });
    expect(Object.values(bodies).join('')).toContain('"location_id":"é"');
  });

  test('and an error when it is cut off in the middle of a character', async () => {
    expect(await refusal({ 'w.csv': utf16(tabs).subarray(0, -1) })).toEqual([
      '2 invalid_encoding: w.csv is UTF-16 text that is cut off or damaged',
      'hint: export it again, best as UTF-8',
    ]);
  });
});

describe('T6: the marks at the very end of a file are no row:', () => {
  const endings = ['\u001a', '\u001a\u001a', '\0\0\0', '\u001a\r\n', '\r\n\u001a\0\0\r\n', '\0'.repeat(100_000)];
  test.each(endings.map((end) => [JSON.stringify(end.slice(0, 8)), end]))('%s', async (_, end) => {
    expect(await read(SEMICOLONS + end)).toEqual(TWO);
    expect(await read(SEMICOLONS.trimEnd() + end)).toEqual(TWO);
  });

  test('in UTF-16 and in JSON', async () => {
    expect(await read(Buffer.from(`\ufeff${SEMICOLONS}\u001a`, 'utf16le'))).toEqual(TWO);
    const { bodies } = await requests({
      'r.json': '{"picks":[{"pick_id":"1","location_id":"A","order_id":"O"}]}\n\u001a',
    });
    expect(Object.values(bodies).join('')).toContain('"location_id":"A"');
  });

  test('and an error anywhere else', async () => {
    expect((await refusal({ 'w.csv': `LOCATION_ID;ORDER_ID\nA\u001a;O\n` })).join('\n')).toContain('U+001A');
    expect((await refusal({ 'w.csv': `LOCATION_ID;ORDER_ID\nA;O\n\u001a\nB;O\n` })).join('\n')).toContain('w.csv:3:1');
  });
});
