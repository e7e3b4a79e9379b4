/** Where the header, the columns and the rows of a table are. */
import { describe, expect, test } from 'vitest';
import { open, type Opening, refusal, requests } from '../opening.ts';

const FIX = 'hint: nothing was sent: fix the file and run the command again';
const SKIP = `${FIX}, or send the rest with --skip-invalid`;

/** The errors of the table, without the lines around them. */
async function errors(table: string, options: Opening = {}): Promise<string[]> {
  const lines = await refusal({ 'w.csv': table }, options);
  return lines.slice(1, -1).map((line) => line.trim());
}

/** `wave: pick@location/order, ...` for each request, and the warnings. */
async function read(table: string, options: Opening = {}): Promise<string[]> {
  const { bodies, warnings } = await requests({ 'w.csv': table }, options);
  const shown = Object.entries(bodies).map(([name, body]) => {
    const { picks } = JSON.parse(body) as {
      picks: readonly { pick_id: string; location_id: string; order_id?: string }[];
    };
    return `${name}: ${picks.map((pick) => `${pick.location_id}/${pick.order_id ?? ''}`).join(', ')}`;
  });
  return [...shown, ...warnings];
}

describe('T5: the header of joined exports, again,', () => {
  const HEADER = 'WAVE_ID;ORDER_ID;LOCATION_ID\n';
  test.each([
    ['as it was', HEADER],
    ['with a byte order mark', `\ufeff${HEADER}`],
    ['in another case', 'wave_id;order_id;location_id\n'],
    ['with blanks and without separators', 'WAVE_ID ; OrderId; Location Id\n'],
  ])('%s is left out with one warning', async (_, again) => {
    expect(await read(`${HEADER}W;O;A\n${again}W;P;B\n`)).toEqual([
      'W: A/O, B/P',
      'a line repeats the header and is left out: were exports joined? (w.csv:3:1)',
    ]);
  });

  test('is counted when there are several, also when its columns are those of the caller', async () => {
    const header = 'Bin;Zone;Line No\n';
    const table = `${header}A;n;1\n${header}B;n;2\nBIN;ZONE;LINE-NO\nC;n;3\n`;
    expect(await read(table, { kind: 'route', map: ['location_id=Bin'] })).toEqual([
      'w.csv: A/, B/, C/',
      '2 lines repeat the header and are left out: were exports joined? (w.csv:3:1)',
    ]);
  });

  test('in a table of one column is left out', async () => {
    expect(await read('location_id\nA\nLOCATION_ID\nB\n', { kind: 'route' })).toEqual([
      'w.csv: A/, B/',
      'a line repeats the header and is left out: were exports joined? (w.csv:3:1)',
    ]);
  });

  test.each([
    ['other columns', 'WAVE_ID;ORDER_ID;SKU_ID;LOCATION_ID\nW;P;S;B\n'],
    ['another order', 'WAVE_ID;LOCATION_ID;ORDER_ID\nW;B;P\n'],
    ['fewer columns', '\ufefforder_id;location_id\nP;B\n'],
  ])('with %s is an error, also with --skip-invalid', async (_, other) => {
    const expected = [
      'this is a header with other columns than the one above (w.csv:1:1): give the two exports as two files (w.csv:3:1)',
    ];
    expect(await errors(`${HEADER}W;O;A\n${other}`)).toEqual(expected);
    expect(await errors(`${HEADER}W;O;A\n${other}`, { skipInvalid: true })).toEqual(expected);
  });

  test('below a line for Excel that comes again is left out with it', async () => {
    expect(await read(`sep=;\n${HEADER}W;O;A\nsep=;\n${HEADER}W;P;B\n`)).toEqual([
      'W: A/O, B/P',
      '2 lines repeat the header and are left out: were exports joined? (w.csv:4:1)',
    ]);
  });

  test.each([
    ['of several columns', HEADER.trimEnd(), 'W;O;A'],
    ['of one column', '\ufeffLocation ID', 'A01'],
  ])('behind the last row %s, without a line end between, is named', async (_, header, row) => {
    const expected = 'the header of another export begins in this line: put a line end before it (w.csv:2:1)';
    expect(await errors(`${header.trim()}\n${row}${header}\n${row}\n`)).toEqual([expected]);
  });

  test('is not a pick with the name of a field as its location or order', async () => {
    expect(await read(`${HEADER}W;O;Quantity\nPRIORITY;P;B\nW;priority;C\n`)).toEqual([
      'W: Quantity/O, C/priority',
      'PRIORITY: B/P',
    ]);
  });
});

describe('T11: two columns of one name', () => {
  test('that hold no field are accepted and given back', async () => {
    const { set } = await open({ 'w.csv': 'ORDER_ID,LOCATION_ID,zone,Zone,zone\nO,A,1,2,3\n' });
    expect([set.columns, await set.entries[0]?.rows(), set.warnings]).toEqual([
      ['ORDER_ID', 'LOCATION_ID', 'zone', 'Zone', 'zone'],
      [{ pickId: 'pick_1', cells: ['O', 'A', '1', '2', '3'] }],
      [],
    ]);
  });

  test('are accepted when the command line gives the value, or --map names another column', async () => {
    const table = 'site_name,site_name,Order,ORDER_ID,order_id,location_id\nS,T,O,X,Y,A\n';
    expect(await read(table, { map: ['order_id=Order'] })).toEqual(['w.csv: A/O']);
  });

  test('are an error when one is read, and --map chooses between different spellings', async () => {
    const table = 'ORDER_ID,LOCATION_ID,Order Id\nO,A,P\n';
    expect(await refusal({ 'w.csv': table })).toEqual([
      '2 invalid_request: w.csv is not a valid cluster request: one error',
      '  the column "Order Id" is there twice (as "ORDER_ID"), first as column 1: rename or remove one, or choose one with --map order_id="Order Id" (w.csv:1:22)',
      FIX,
    ]);
    expect(await read(table, { map: ['order_id=Order Id'] })).toEqual(['w.csv: A/P']);
    expect(await read(table, { map: ['order_id=ORDER_ID'] })).toEqual(['w.csv: A/O']);
  });

  test('are an error when --map names both, which look the same', async () => {
    expect(await errors('Order,LOCATION_ID,Order,Order\nO,A,P,Q\n', { map: ['order_id=Order'] })).toEqual([
      'the column "Order" is there twice, first as column 1: rename or remove one (w.csv:1:19)',
      'the column "Order" is there twice, first as column 1: rename or remove one (w.csv:1:25)',
    ]);
  });
});

describe('T18: a grouped export', () => {
  const GROUPED = `WAVE_ID;ORDER_ID;LOCATION_ID;QUANTITY
W1;O1;A;1
;;B;1
;O2;C;2
W2;O3;D;1
;;E;1
`;
  const WAVELESS =
    '3 rows have no WAVE_ID and others have one: add --fill-down WAVE_ID when the row above has it, else write it into each row (w.csv:3)';

  test('is an error, whatever is left out or chosen', async () => {
    expect(await refusal({ 'w.csv': GROUPED })).toEqual([
      '2 invalid_request: w.csv is not a valid cluster request: one error',
      `  ${WAVELESS}`,
      FIX,
    ]);
    expect(await errors(GROUPED, { skipInvalid: true })).toEqual([WAVELESS]);
    expect(await errors(GROUPED, { overrides: { site: 'Example', wave: 'W1' } })).toEqual([WAVELESS]);
  });

  test.each([[['WAVE_ID', 'ORDER_ID']], [['wave_id,order id']]])('is read with --fill-down %s', async (fillDown) => {
    expect(await read(GROUPED, { fillDown })).toEqual(['W1: A/O1, B/O1, C/O2', 'W2: D/O3, E/O3']);
  });

  test('gives back rows that can be read alone, rejected ones too', async () => {
    const table = GROUPED.replace(';;E;1', ';;E;x');
    const { set, rejected } = await open({ 'w.csv': table }, { fillDown: ['WAVE_ID,ORDER_ID'], skipInvalid: true });
    expect([await set.entries[0]?.rows(), rejected['w.csv']]).toEqual([
      [
        { pickId: 'pick_1', cells: ['W1', 'O1', 'A', '1'] },
        { pickId: 'pick_2', cells: ['W1', 'O1', 'B', '1'] },
        { pickId: 'pick_3', cells: ['W1', 'O2', 'C', '2'] },
      ],
      'WAVE_ID;ORDER_ID;LOCATION_ID;QUANTITY;REASON;LINE\nW2;O3;E;x;"QUANTITY: expected a number, found ""x""";6\n',
    ]);
  });

  test('that begins without a wave is an error with --fill-down too', async () => {
    expect(await errors(`WAVE_ID;LOCATION_ID\n;A\n;B\nW;C\n`, { fillDown: ['WAVE_ID'] })).toEqual([
      '2 rows have no WAVE_ID and others have one: no row above has it to fill them, so write it into each row (w.csv:2)',
    ]);
  });

  test('carries no order from one wave into the next', async () => {
    const table = 'Wave;ORDER_ID;LOCATION_ID\nW1;O1;A\nW2;;B\n;O2;C\n';
    expect(await read(table, { map: ['wave_id=Wave'], fillDown: ['Wave', 'ORDER_ID'] })).toEqual([
      'W1: A/O1',
      'W2: B/, C/O2',
      '1 of 3 picks have no "order_id": clusters are made of orders, OptiPick may refuse them; if the row above has it, add --fill-down order_id (w.csv:3:4)',
    ]);
  });

  test('may have its groups on lines of their own', async () => {
    const table = 'WAVE_ID;ORDER_ID;LOCATION_ID\nW1;;\n;O1;\n;;A\n;;B\nW2;O2;\n;;C\n';
    expect(await read(table, { fillDown: ['WAVE_ID,ORDER_ID'] })).toEqual(['W1: A/O1, B/O1', 'W2: C/O2']);
  });

  test('has a row below each line of a group: else that line is a pick without a location', async () => {
    const table = 'WAVE_ID;ORDER_ID;LOCATION_ID\nW1;O1;\n;O2;A\n;O3;\n';
    expect(await errors(table, { fillDown: ['WAVE_ID,ORDER_ID'] })).toEqual([
      'LOCATION_ID: the location is missing: every pick needs one (w.csv:2:7)',
      'LOCATION_ID: the location is missing: every pick needs one (w.csv:4:5)',
    ]);
  });

  test('has columns of the names that --fill-down gives, and they are sent', async () => {
    expect(await errors('WAVE_ID;LOCATION_ID;Zone\nW;A;n\n', { fillDown: ['Zone', 'WAVE_IDS', 'ORDER_ID'] })).toEqual([
      '--fill-down Zone: the column "Zone" is not sent, so that there is nothing to fill (w.csv:1:1)',
      '--fill-down WAVE_IDS: there is no column "WAVE_IDS", did you mean "WAVE_ID"? (w.csv:1:1)',
      '--fill-down ORDER_ID: there is no column "ORDER_ID": the columns are "WAVE_ID", "LOCATION_ID", "Zone" (w.csv:1:1)',
    ]);
  });

  test.each([
    ['of all', ';;Total;4'],
    ['below an empty location', ';Grand total:;;4'],
    ['of a wave', 'W1 Total;;;1.004,5'],
    ['in the row of its wave', 'W1;;Subtotal;4'],
    ['of a German report', ';Gesamtergebnis;;4'],
  ])('has a total row %s, which is reported and can be left out', async (_, total) => {
    const table = `WAVE_ID;ORDER_ID;LOCATION_ID;QUANTITY\nW1;O1;A;4\n${total}\n`;
    expect(await refusal({ 'w.csv': table })).toEqual([
      '2 invalid_request: w.csv is not a valid cluster request: one error',
      '  line 3 looks like a total: --skip-lines 3, or delete it; if it is a pick, --skip-lines none (w.csv:3:1)',
      SKIP,
    ]);
    const { set } = await open({ 'w.csv': table }, { skipInvalid: true });
    expect(set.entries.map(({ name, picks }) => [name, picks])).toEqual([['W1', 1]]);
  });

  test('has the totals of all its groups in one error', async () => {
    const table = (groups: number): string =>
      `WAVE_ID;ORDER_ID;LOCATION_ID\n${'W;O;A\nW Total;;\n'.repeat(groups)}Grand Total;;\n`;
    expect(await errors(table(2))).toEqual([
      '3 lines look like totals: --skip-lines 3,5-6, or delete them; if they are picks, --skip-lines none (w.csv:3:1)',
    ]);
    expect(await errors(table(100))).toEqual([
      '101 lines look like totals, the first is line 3: delete them; if they are picks, --skip-lines none (w.csv:3:1)',
    ]);
    expect(await read(table(2), { skipLines: ['3,5-6'] })).toEqual(['W: A/O, A/O']);
  });

  test('may have picks whose location or order is only called like a total', async () => {
    const table = 'ORDER_ID;LOCATION_ID\nO;Total\nTotal;A\nO;Sum 1\nTotally;Totals-1\n';
    expect(await read(table)).toEqual(['w.csv: Total/O, A/Total, Sum 1/O, Totals-1/Totally']);
  });

  test('as picks one a line is an error too', async () => {
    const lines = [
      { pick_id: '1', location_id: 'A', order_id: 'O', wave_id: 'W' },
      { pick_id: '2', location_id: 'B', order_id: 'O' },
      { pick_id: '3', location_id: 'C', order_id: 'O', wave_id: null },
      { pick_id: '4', location_id: 'D', order_id: 'O', wave_id: '' },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    for (const overrides of [{ site: 'Example' }, { site: 'Example', wave: 'W' }]) {
      expect(await refusal({ 'w.ndjson': text }, { overrides })).toEqual([
        '2 invalid_request: w.ndjson is not a valid cluster request: one error',
        '  3 picks have no "wave_id" and others have one: write it into each pick (w.ndjson:2:1)',
        FIX,
      ]);
    }
  });
});

describe('T2: the header', () => {
  const ROWS = 'WAVE_ID;ORDER_ID;LOCATION_ID\nW;O;A\nW;P;B\n';
  const PICKS = 'W: A/O, B/P';

  test.each([
    ['a title', 'Pick list wave 1;;\n', 'a line above the header is left out (w.csv:1:1)'],
    ['a title without cells', '\nPick list wave 1\n\n', 'a line above the header is left out (w.csv:2:1)'],
    [
      'titles, a date and a filter',
      'Pick list\r\nPrinted;2026-01-05 10:00\r\nSite name;Example;\r\nOrder id;all;;;\r\n',
      '4 lines above the header are left out (w.csv:1:1)',
    ],
    [
      'names and values, and an empty line',
      'Site;Example;1\nDate;5 May;2026\n\n',
      '2 lines above the header are left out (w.csv:1:1)',
    ],
    ['a title with the sign for inches', 'Shelf 3";;\n', 'a line above the header is left out (w.csv:1:1)'],
    ['labels for people', 'Wave;Order no;Storage bin\n', 'a line above the header is left out (w.csv:1:1)'],
    ['a title in the 19th line', `${'\n'.repeat(18)}Title\n`, 'a line above the header is left out (w.csv:19:1)'],
  ])('is found below %s', async (_, above, warning) => {
    expect(await read(above + ROWS)).toEqual([PICKS, warning]);
  });

  test('is found by the column that --map names, in the encoding of the file', async () => {
    const table = Buffer.from('Liste 1\nAuftrag;Lagerplätze\nO;Ä\n');
    const options: Opening = { map: ['location_id=Lagerplätze', 'order_id=Auftrag'] };
    for (const bytes of [table, Buffer.from(table.toString('utf8'), 'latin1')]) {
      expect((await requests({ 'w.csv': bytes }, options)).bodies['w.csv']).toContain('"location_id":"Ä"');
    }
  });

  test('is found in a file without an extension, and below a line for Excel', async () => {
    const inputs = { '<stdin>': `Pick list\n\n${ROWS}`, 'w.txt': `sep=;\nPick list\n${ROWS.replaceAll('W;', 'V;')}` };
    const { bodies, warnings } = await requests(inputs);
    expect([Object.keys(bodies), warnings]).toEqual([
      ['W', 'V'],
      ['a line above the header is left out (<stdin>:1:1)', 'a line above the header is left out (w.txt:2:1)'],
    ]);
  });

  test('may have names with line breaks in their quotes', async () => {
    expect(await read('Pick list;\n"Order\nID";"Location\r\nID"\nO;A\n')).toEqual([
      'w.csv: A/O',
      'a line above the header is left out (w.csv:1:1)',
    ]);
  });

  test('keeps the places of the rows below it', async () => {
    expect(await errors(`Title;;\r\n\r\n${ROWS}W;Q;\n`)).toEqual([
      'LOCATION_ID: the location is missing: every pick needs one (w.csv:6:5)',
    ]);
  });

  test('is named when it looks like one and lacks the locations', async () => {
    expect(await errors('Pick list;;\nWAVE_ID;ORDER_ID;Lagerplatz\nW;O;A\n')).toEqual([
      'no column holds "location_id": line 2 looks like the header, its columns are "WAVE_ID", "ORDER_ID", "Lagerplatz"; for another name add --map location_id=<column> (w.csv:2:1)',
    ]);
    expect(await errors('Pick list;;\nWAVE_ID;ORDER_ID;Locaton\nW;O;A\n')).toEqual([
      'unknown column "Locaton", did you mean "location_id"? Rename it, or add --map location_id=Locaton (w.csv:2:18)',
    ]);
  });

  test('is named when its columns have other names than the fields', async () => {
    expect(await errors('Pick list 7;;;\n\nWave;Order;Location;Qty\nW;O;A;1\n')).toEqual([
      'unknown column "Location", did you mean "location_id"? Rename it, or add --map location_id=Location (w.csv:3:12)',
    ]);
  });

  test('is not searched below the 20th line', async () => {
    expect(await errors(`Title\n${'\n'.repeat(19)}${ROWS}`)).toEqual([
      'no column holds "location_id", the only one is "Title": cells are separated by ",", ";", tab or "|" (w.csv:1:1)',
    ]);
  });

  test('is one of two lines that name columns: the user must choose', async () => {
    const table = `Legend;;\nlocation_id;where;\n${ROWS}`;
    expect(await errors(table)).toEqual([
      'lines 2 and 3 both look like the header: add --skip-lines 2, or --skip-lines 3 (w.csv:2:1)',
    ]);
    expect(await read(table, { skipLines: ['2'] })).toEqual([PICKS, 'a line above the header is left out (w.csv:1:1)']);
  });

  test('is not found below rows, as in a file that was sorted', async () => {
    const table = 'A1;O1;B01\nA1;O2;B02\nWAVE_ID;ORDER_ID;LOCATION_ID\nW;O;A\n';
    expect(await errors(table)).toEqual([
      'lines 1-2 look like rows and the header is in line 3: put the header first, or add --skip-lines 1-2 (w.csv:1:1)',
    ]);
    expect(await read(table, { skipLines: ['1-2'] })).toEqual(['W: A/O']);
    expect(await errors('A01\nlocation_id\nB02\n')).toEqual([
      'line 1 looks like a row and the header is in line 2: put the header first, or add --skip-lines 1 (w.csv:1:1)',
    ]);
  });

  test('is the first line that is left, whatever it is', async () => {
    expect(await errors('ORDER_ID;LOCATION_ID\nO1;A1\n', { skipLines: ['1'] })).toEqual([
      'no column holds "location_id": the first line must name the columns, here they are "O1", "A1"; for another name add --map location_id=<column> (w.csv:2:1)',
    ]);
  });

  test('is the first line with --skip-lines none', async () => {
    expect(await errors(`Title;;\n${ROWS}`, { skipLines: ['none'] })).toEqual([
      'no column holds "location_id": the first line must name the columns, here they are "Title", "", ""; for another name add --map location_id=<column> (w.csv:1:1)',
    ]);
  });
});

describe('T13: a second header', () => {
  const named = (line: number, lines = String(line)): string =>
    `line ${line} looks like a second header: --skip-lines ${lines}, or delete it; if it is a pick, --skip-lines none (w.csv:${line}:1)`;

  test.each([
    ['units', 'ORDER_ID;LOCATION_ID;QUANTITY;SKU_WIDTH\n;;pcs;m\nO1;A1;2;0.5\n', 2],
    ['units with signs', 'LOCATION_ID;ORDER_ID;SKU_WEIGHT\n;;%\nA1;O1;2\nA1;O2;2\n', 2],
    ['types', 'ORDER_ID,LOCATION_ID,QUANTITY\nvarchar,varchar,decimal\nO1,A1,2\n', 2],
    ['labels that say the same', 'ORDER_ID;LOCATION_ID\nOrder no;Storage bin\nO1;A1\n', 2],
    ['labels in another language', 'ORDER_ID;LOCATION_ID\nAuftrag;Lagerplatz\n4711;A-01\n4712;A-02\n', 2],
    ['labels below a title', 'List 1;\nORDER_ID;LOCATION_ID\n\nAuftrag;Platz\n4711;A-01\n4712;A-02\n', 4],
  ])('of %s', async (_, table, line) => {
    expect(await errors(table)).toEqual([named(line)]);
    const { bodies } = await requests({ 'w.csv': table }, { skipLines: [String(line)] });
    expect((JSON.parse(bodies['w.csv'] ?? '{}') as { picks: unknown[] }).picks).toHaveLength(
      table.trimEnd().split('\n').slice(line).length,
    );
  });

  test('of labels and units is named at once', async () => {
    const table = 'ORDER_ID;LOCATION_ID;QUANTITY\nOrder no;Storage bin;Amount\ntext;text;pcs\nO1;A1;2\n';
    expect(await errors(table)).toEqual([named(2, '2-3'), named(3, '2-3')]);
    expect(await read(table, { skipLines: ['2-3'] })).toEqual(['w.csv: A1/O1']);
  });

  test('is left out with --skip-invalid, and written with its reason', async () => {
    const { set, rejected } = await open(
      { 'w.csv': 'ORDER_ID;LOCATION_ID\nOrder no;Storage bin\nO1;A1\n' },
      { skipInvalid: true },
    );
    expect([set.entries[0]?.picks, rejected['w.csv']]).toEqual([
      1,
      'ORDER_ID;LOCATION_ID;REASON;LINE\nOrder no;Storage bin;"line 2 looks like a second header: --skip-lines 2, or delete it; if it is a pick, --skip-lines none";2\n',
    ]);
  });

  test('is a pick with --skip-lines none', async () => {
    const table = 'ORDER_ID;LOCATION_ID\nRUSH;DOCK\nO1;A1\nO2;A2\nO3;A3\nO4;A4\n;Total\n';
    expect(await errors(table)).toEqual([
      named(2),
      'line 7 looks like a total: --skip-lines 7, or delete it; if it is a pick, --skip-lines none (w.csv:7:1)',
    ]);
    expect(await read(table, { kind: 'route', skipLines: ['none'] })).toEqual([
      'w.csv: DOCK/RUSH, A1/O1, A2/O2, A3/O3, A4/O4, Total/',
    ]);
  });

  test.each([
    ['ids without digits everywhere', 'ORDER_ID;LOCATION_ID\nRUSH;DOCK\nSLOW;GATE\nO1;A1\n'],
    ['a number', 'ORDER_ID;LOCATION_ID;QUANTITY\nRUSH;DOCK;1\nO1;A1;2\nO2;A2;2\n'],
    ['a word that comes again', 'ORDER_ID;LOCATION_ID\nOrder A;Dock\nOrder B;Gate\n'],
    ['labels only in columns of the caller', 'LOCATION_ID;Remark\nA1;fragile\nA2;1\nA3;2\n'],
  ])('is not a row with %s', async (_, table) => {
    expect((await requests({ 'w.csv': table }, { kind: 'route' })).warnings).toEqual([]);
  });
});

describe('--skip-lines', () => {
  test.each(['0', '2-', '3-1', 'x', '', '1,,2', 'none,2', '-1'])('takes no "%s"', async (text) => {
    const [first, hint] = await refusal({ 'w.csv': 'location_id\nA\n' }, { skipLines: [text] });
    expect(first).toMatch(/^2 invalid_lines: --skip-lines \S* names no lines$/);
    expect(hint).toBe(
      'hint: give the numbers of lines, which count from 1, such as 2 or 1-3,5; none leaves out nothing',
    );
  });

  test.each(['\n', '\r\n', '\r'])('counts lines as editors do, whatever quotes are in them (%j)', async (end) => {
    const lines = ['order_id;location_id;note', 'O;A;', ';;1"', 'P;B;"two', 'lines"', 'Q;C;2"', 'R;D;'];
    const { set } = await open({ 'w.csv': lines.join(end) + end }, { kind: 'route', skipLines: ['3', '6 ,900-901'] });
    expect((await set.entries[0]?.rows())?.map(({ cells }) => cells)).toEqual([
      ['O', 'A', ''],
      ['P', 'B', `two${end}lines`],
      ['R', 'D', ''],
    ]);
  });

  test('and --fill-down are rejected when the input is not a table', async () => {
    const picks = '{"picks":[{"pick_id":"p","location_id":"A","order_id":"o"}]}';
    expect(await refusal({ 'w.json': picks }, { skipLines: ['2'] })).toEqual([
      '2 conflicting_options: --skip-lines is for tables, and the input is JSON',
      'hint: leave --skip-lines out, or add --format-in csv',
    ]);
    expect(await refusal({ 'w.json': picks }, { fillDown: ['wave_id'] })).toEqual([
      '2 conflicting_options: --fill-down is for tables, and the input is JSON',
      'hint: leave --fill-down out, or add --format-in csv',
    ]);
  });
});
