import { describe, expect, test } from 'vitest';
import { bodyOf } from '../../src/domain/http.ts';
import { CliError } from '../../src/errors.ts';
import { openRequestSet, type RequestSetOptions } from '../../src/input/open-request-set.ts';
import type { RequestSet } from '../../src/input/request-set.ts';
import { createScratchFile } from '../../src/platform/scratch-file.ts';

interface Opened {
  readonly set: RequestSet;
  readonly bodies: readonly unknown[];
  readonly rejected: readonly string[];
}

type Options = Partial<Pick<RequestSetOptions, 'kind' | 'format' | 'map' | 'overrides' | 'skipInvalid'>>;

/** Opens files as they stand, in pieces of three bytes. */
async function open(files: Readonly<Record<string, string | Uint8Array>>, options: Options = {}): Promise<Opened> {
  const rejected: string[] = [];
  const set = await openRequestSet({
    kind: 'cluster',
    format: undefined,
    map: [],
    overrides: { site: 'Example' },
    skipInvalid: false,
    ...options,
    scratch: await createScratchFile(),
    inputs: Object.entries(files).map(([name, content]) => ({ name, open: () => inPieces(content) })),
    async writeRejected(name, content) {
      let text = '';
      for await (const chunk of content) text += new TextDecoder().decode(chunk);
      rejected.push(text);
      return `${name}.rejected`;
    },
  });
  const bodies = await Promise.all(
    set.entries.map(async (entry) => JSON.parse(new TextDecoder().decode(await entry.body())) as unknown),
  );
  return { set, bodies, rejected };
}

async function* inPieces(content: string | Uint8Array): AsyncGenerator<Uint8Array, void> {
  for await (const bytes of bodyOf(content)) {
    for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
  }
}

const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** The picks of the only request. */
async function picksOf(text: string | Uint8Array, options: Options = {}): Promise<unknown> {
  const { bodies, set } = await open({ 'wave.csv': text }, options);
  await set.close();
  expect(bodies).toHaveLength(1);
  return (bodies[0] as { picks: unknown }).picks;
}

const TWO = [
  { pick_id: '1', order_id: 'SO-1', location_id: 'A01' },
  { pick_id: '2', order_id: 'SO-2', location_id: 'B07' },
];

describe('a table is the same request', () => {
  test.each([
    ['with commas', 'pick_id,order_id,location_id\n1,SO-1,A01\n2,SO-2,B07\n'],
    ['with semicolons', 'pick_id;order_id;location_id\n1;SO-1;A01\n2;SO-2;B07\n'],
    ['with tabs', 'pick_id\torder_id\tlocation_id\n1\tSO-1\tA01\n2\tSO-2\tB07\n'],
    ['with bars', 'pick_id|order_id|location_id\n1|SO-1|A01\n2|SO-2|B07\n'],
    ['with CRLF', 'pick_id,order_id,location_id\r\n1,SO-1,A01\r\n2,SO-2,B07\r\n'],
    ['with CR', 'pick_id,order_id,location_id\r1,SO-1,A01\r2,SO-2,B07\r'],
    ['without a last line end', 'pick_id,order_id,location_id\n1,SO-1,A01\n2,SO-2,B07'],
    ['with a byte order mark', '\uFEFFpick_id,order_id,location_id\n1,SO-1,A01\n2,SO-2,B07\n'],
    ['with quotes', '"pick_id","order_id","location_id"\n"1","SO-1","A01"\n2,SO-2,"B07"\n'],
    ['with headers in capitals', 'PICK_ID,ORDER_ID,LOCATION_ID\n1,SO-1,A01\n2,SO-2,B07\n'],
    ['with headers in words', 'Pick ID,Order-Id,locationId\n1,SO-1,A01\n2,SO-2,B07\n'],
    ['with empty lines', 'pick_id,order_id,location_id\n\n1,SO-1,A01\n\n2,SO-2,B07\n\n'],
  ])('%s', async (_, text) => {
    expect(await picksOf(text)).toEqual(TWO);
  });

  test('with columns in another order and foreign ones', async () => {
    const text = 'location_id,Remark,pick_id,order_id\nA01,"two\nlines, and a ""quote""",1,SO-1\nB07,,2,SO-2\n';
    const { set, bodies } = await open({ 'wave.csv': text });
    expect(bodies).toEqual([
      {
        site_name: 'Example',
        picks: [
          { pick_id: '1', location_id: 'A01', order_id: 'SO-1' },
          { pick_id: '2', location_id: 'B07', order_id: 'SO-2' },
        ],
      },
    ]);
    expect(set.columns).toEqual(['location_id', 'Remark', 'pick_id', 'order_id']);
    expect(await set.entries[0]?.rows()).toEqual([
      { pickId: '1', cells: ['A01', 'two\nlines, and a "quote"', '1', 'SO-1'] },
      { pickId: '2', cells: ['B07', '', '2', 'SO-2'] },
    ]);
    await set.close();
  });
});

describe('a cell', () => {
  test('stays a text where the field is one, and is absent when empty', async () => {
    const text = 'pick_id,location_id,order_id,list_id,sku_id\n007,1,true,,1e3\n008,2,null,L1,\n';
    expect(await picksOf(text)).toEqual([
      { pick_id: '007', location_id: '1', order_id: 'true', sku_id: '1e3' },
      { pick_id: '008', location_id: '2', order_id: 'null', list_id: 'L1' },
    ]);
  });

  test('becomes a number where the field is one', async () => {
    const text = 'pick_id,location_id,order_id,asis_sequence,quantity,sku_weight\n1,A01,S,3,1.5, 20 \n';
    expect(await picksOf(text)).toEqual([
      { pick_id: '1', location_id: 'A01', order_id: 'S', asis_sequence: 3, quantity: 1.5, sku_weight: 20 },
    ]);
  });

  test('holds alternatives', async () => {
    expect(await picksOf('pick_id,order_id,location_id\n1,S,A01|B07 | C02\n')).toEqual([
      { pick_id: '1', order_id: 'S', location_id: ['A01', 'B07', 'C02'] },
    ]);
  });

  test('of a file in Latin-1 is read, with a warning', async () => {
    const { set, bodies } = await open({ 'wave.csv': latin('pick_id,order_id,location_id\n1,S,Gèle\n') });
    expect(bodies).toMatchObject([{ picks: [{ location_id: 'Gèle' }] }]);
    expect(set.warnings).toEqual([
      { path: '', message: 'wave.csv is not UTF-8: it is read as Latin-1 (Windows-1252)' },
    ]);
    await set.close();
  });
});

describe('waves', () => {
  const text = 'wave_id,order_id,location_id,site\nW1,S1,A01,x\nW2,S2,B07,x\nW1,S3,C02,x\n';

  test('are requests of their own, their rows in any order, pick ids made the same on every run', async () => {
    const { set, bodies } = await open({ 'wave.csv': text }, { overrides: { site: 'Example', start: ['Start'] } });
    expect(bodies).toEqual([
      {
        wave_id: 'W1',
        site_name: 'Example',
        start_points: 'Start',
        picks: [
          { pick_id: 'pick_1', order_id: 'S1', location_id: 'A01' },
          { pick_id: 'pick_2', order_id: 'S3', location_id: 'C02' },
        ],
      },
      {
        wave_id: 'W2',
        site_name: 'Example',
        start_points: 'Start',
        picks: [{ pick_id: 'pick_1', order_id: 'S2', location_id: 'B07' }],
      },
    ]);
    const again = await open({ 'wave.csv': text }, { overrides: { site: 'Example', start: ['Start'] } });
    expect(again.set.entries.map(({ digest, name }) => [digest, name])).toEqual(
      set.entries.map(({ digest, name }) => [digest, name]),
    );
    await set.close();
    await again.set.close();
  });

  test('are picked by --wave', async () => {
    const { set } = await open({ 'wave.csv': text }, { overrides: { site: 'Example', wave: 'W2' } });
    expect(set.entries).toMatchObject([{ name: 'W2', waveId: 'W2', picks: 1 }]);
    await set.close();
  });

  test('that are not there are named', async () => {
    const opening = open({ 'wave.csv': text }, { overrides: { site: 'Example', wave: 'W3' } });
    await expect(opening).rejects.toMatchObject({
      failure: 'usage',
      message: 'there is no wave "W3" in the input',
      hint: 'the waves are: W1, W2',
    });
  });

  test('of a table without waves get the name of --wave', async () => {
    const { bodies, set } = await open(
      { 'wave.csv': 'order_id,location_id\nS,A01\n' },
      { overrides: { site: 'Example', wave: 'W9' } },
    );
    expect(bodies).toMatchObject([{ wave_id: 'W9' }]);
    await set.close();
  });

  test('of several files with other columns come under the columns of all', async () => {
    const files = {
      'a.csv': 'wave_id,order_id,location_id,Note\nW1,S1,A01,n\n',
      'b.csv': 'Zone;location_id;order_id;wave_id\nz;B07;S2;W1\n',
    };
    const { set } = await open(files);
    expect(set.columns).toEqual(['wave_id', 'order_id', 'location_id', 'Note', 'Zone']);
    expect(set.entries.map(({ name }) => name)).toEqual(['W1 (a.csv:2)', 'W1 (b.csv:2)']);
    expect(await set.entries[1]?.rows()).toEqual([{ pickId: 'pick_1', cells: ['W1', 'S2', 'B07', '', 'z'] }]);
    await set.close();
  });

  test('take site and start from columns that are the same in all rows', async () => {
    const table = 'order_id,location_id,SITE_NAME,start_points\nS1,A01,North,Dock\nS2,B07,North,\n';
    const { bodies, set } = await open({ 'wave.csv': table }, { overrides: {} });
    expect(bodies).toMatchObject([{ site_name: 'North', start_points: 'Dock' }]);
    await set.close();
  });
});

describe('NDJSON', () => {
  test('of requests', async () => {
    const lines = `{"site_name":"Example","wave_id":"W1","picks":[{"pick_id":"1","order_id":"S","location_id":"A01"}]}
{"site_name":"Example","picks":[{"pick_id":"1","order_id":"S","location_id":"B07"}]}
`;
    const { set } = await open({ 'r.ndjson': lines }, { overrides: {} });
    expect(set.entries.map(({ name, waveId, picks }) => [name, waveId, picks])).toEqual([
      ['W1', 'W1', 1],
      ['r.ndjson:2', undefined, 1],
    ]);
    await set.close();
  });

  test('of picks, by their wave', async () => {
    const lines = `{"pick_id":"1","order_id":"S","location_id":"A01","wave_id":"W1"}
{"pick_id":"2","order_id":"S","location_id":"A02","wave_id":"W2"}
{"pick_id":"3","order_id":"S","location_id":"A03","wave_id":"W1"}
`;
    const { bodies, set } = await open({ 'p.jsonl': lines });
    expect(bodies).toMatchObject([
      { wave_id: 'W1', site_name: 'Example', picks: [{ pick_id: '1' }, { pick_id: '3' }] },
      { wave_id: 'W2', picks: [{ pick_id: '2' }] },
    ]);
    await set.close();
  });

  test('a fault has its line and column', async () => {
    const lines =
      '{"pick_id":"1","order_id":"S","location_id":"A01"}\n{"pick_id":2,"order_id":"S","location_id":"A02"}\n';
    await expect(open({ 'p.jsonl': lines })).rejects.toMatchObject({
      details: [{ path: '/picks/1/pick_id', place: 'p.jsonl:2:12' }],
    });
  });
});

describe('a list of requests in JSON', () => {
  test('is a set', async () => {
    const list = `[{"site_name":"Example","wave_id":"W1","picks":[{"pick_id":"1","order_id":"S","location_id":"A01"}]},
 {"site_name":"Example","wave_id":"W2","picks":[{"pick_id":"1","order_id":"S","location_id":7}]}]`;
    await expect(open({ 'r.json': list })).rejects.toMatchObject({
      details: [{ path: '/picks/0/location_id', place: 'r.json:2:93' }],
    });
    const { set } = await open({ 'r.json': list.replace('7', '"A7"') });
    expect(set.entries.map(({ name }) => name)).toEqual(['W1', 'W2']);
    await set.close();
  });
});

const HEAD = 'pick_id,order_id,location_id,asis_sequence,quantity\n';

/** What is wrong, how it is told, and where. */
const MALFORMED: readonly (readonly [string, string, string, string])[] = [
  [
    'a quote that is never closed',
    `${HEAD}1,S,"A01,1,1\n2,S,A02,2,1\n`,
    'the quote that begins here is never closed',
    '2:5',
  ],
  [
    'text after a closing quote',
    `${HEAD}1,S,"A"01,1,1\n`,
    'text after a closing quote: a quote inside a quoted cell is written twice ("")',
    '2:8',
  ],
  [
    'a quote inside a bare cell',
    `${HEAD}1,S,A"01,1,1\n`,
    'a quote inside a cell that is not quoted: quote the whole cell, and write the quote twice ("")',
    '2:6',
  ],
  ['a row too short', `${HEAD}1,S,A01,1\n`, 'the row has 4 cells, the headers are 5: is a separator missing?', '2:9'],
  [
    'a row too long',
    `${HEAD}1,S,A01,1,1,9\n`,
    'the row has 6 cells, the headers are 5: is a cell with the separator in it not quoted?',
    '2:13',
  ],
  ['the same column twice', 'pick_id,location_id,pick_id\n1,A01,1\n', 'the column pick_id is there twice', '1:21'],
  [
    'two spellings of a column',
    'pick_id,location_id,Location ID\n1,A01,1\n',
    'the column location_id is there twice ("location_id" and "Location ID")',
    '1:21',
  ],
  ['a foreign column twice', 'pick_id,location_id,Note,Note\n1,A01,,\n', 'the column "Note" is there twice', '1:26'],
  [
    'no column of locations',
    'pick_id,order_id\n1,S\n',
    'there is no column for the required field "location_id": name it with --map location_id=<column>',
    '1:1',
  ],
  [
    'a mistyped column of locations',
    'pick_id,loction_id\n1,A01\n',
    'there is no column for the required field "location_id", did you mean the column "loction_id"? Say so with --map',
    '1:9',
  ],
  ['an empty location', `${HEAD}1,S,,1,1\n`, 'location_id: the cell is empty, and a pick needs a location', '2:5'],
  [
    'an empty alternative',
    `${HEAD}1,S,A01||B07,1,1\n`,
    'location_id: an alternative in "A01||B07" is empty: write A01|B07',
    '2:5',
  ],
  [
    'a word for a whole number',
    `${HEAD}1,S,A01,first,1\n`,
    'asis_sequence: expected a whole number, found "first"',
    '2:9',
  ],
  [
    'a fraction for a whole number',
    `${HEAD}1,S,A01,1.5,1\n`,
    'asis_sequence: expected a whole number, found "1.5"',
    '2:9',
  ],
  ['NaN', `${HEAD}1,S,A01,1,NaN\n`, 'quantity: expected a number, found "NaN"', '2:11'],
  ['a decimal comma', `${HEAD}1,S,A01,1,"1,5"\n`, 'quantity: expected a number, found "1,5": write 1.5', '2:11'],
  ['a number too large', `${HEAD}1,S,A01,1,1e999\n`, 'quantity: the number "1e999" is too large', '2:11'],
  [
    'a whole number too large',
    `${HEAD}1,S,A01,9007199254740993,1\n`,
    'asis_sequence: the number "9007199254740993" is too large',
    '2:9',
  ],
  [
    'a pick_id used twice',
    `${HEAD}1,S,A01,1,1\n1,S,A02,2,1\n`,
    'the pick_id "1" is used twice in one wave, first at wave.csv:2',
    '3:1',
  ],
  [
    'a control character',
    `${HEAD}1,S,A\u000001,1,1\n`,
    'location_id: there is a control character (U+0000) in it',
    '2:5',
  ],
  ['headers alone', HEAD, 'there is a line of headers and no row below it', '1:1'],
  ['nothing but line ends', '\n\n', 'there is nothing in it', '1:1'],
  [
    'a row after a cell of two lines',
    `${HEAD}1,"S\r\n1",A01,1,1\r\n2,S,A02,x,1\n`,
    'asis_sequence: expected a whole number, found "x"',
    '4:9',
  ],
  [
    'a site that changes',
    'site_name,location_id\nNorth,A01\nSouth,A02\n',
    'site_name: found "South" where the first row of the wave has "North"',
    '3:1',
  ],
];

const BY_FLAGS: readonly (readonly [string, string, string, string, Options])[] = [
  [
    '--map to a column that is not there',
    `${HEAD}1,S,A01,1,1\n`,
    '--map sku_id=Artikel: there is no column "Artikel"',
    '1:1',
    { map: ['sku_id=Artikel'] },
  ],
  [
    'no site at all',
    'order_id,location_id\nS,A01\n',
    'the required field "site_name" is missing: give it there or with --site <name>',
    '2:1',
    { overrides: {} },
  ],
];

describe('a malformed table is exit 2 with the place of its fault', () => {
  test.each([
    ...MALFORMED.map(([what, text, message, place]) => [what, text, message, place, {}] as const),
    ...BY_FLAGS,
  ])('%s', async (_, text, message, place, options) => {
    const error = await open({ 'wave.csv': text }, options).then(
      () => undefined,
      (thrown: unknown) => thrown as CliError,
    );
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({ failure: 'usage', code: 'invalid_request' });
    expect(error?.details.map((detail) => [detail.message, detail.place])).toEqual([[message, `wave.csv:${place}`]]);
    expect(error?.hint).toBe('nothing was sent: mend the file and run the command again');
  });

  test.each([
    ['UTF-16', Buffer.from('\uFEFFlocation_id\nA01\n', 'utf16le'), 'wave.csv is UTF-16 text, JSON is UTF-8'],
    ['a workbook', Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), 'wave.csv is a zip archive or an Excel workbook'],
  ])('%s', async (_, bytes, message) => {
    await expect(open({ 'wave.csv': bytes })).rejects.toMatchObject({ failure: 'usage', message });
  });

  test('all faults of all files are told', async () => {
    const files = { 'a.csv': `${HEAD}1,S,A01,x,y\n`, 'b.csv': `${HEAD}1,S,,1,1\n` };
    const error = await open(files).catch((thrown: unknown) => thrown as CliError);
    expect(error).toMatchObject({ message: 'the files are not valid cluster requests: 3 faults' });
    expect((error as CliError).details.map(({ place }) => place)).toEqual(['a.csv:2:9', 'a.csv:2:11', 'b.csv:2:5']);
  });
});

describe('--skip-invalid', () => {
  const text = `${HEAD}1,S,A01,1,1\n2,S,"A,2",x,1\n3,S,A03\n4,S,A04,4,1\n`;

  test('sends the good rows and writes the others with the reason', async () => {
    const { bodies, set, rejected } = await open({ 'wave.csv': text }, { skipInvalid: true });
    expect(bodies).toMatchObject([{ picks: [{ pick_id: '1' }, { pick_id: '4' }] }]);
    expect(set.rejected).toEqual([{ count: 2, path: 'wave.csv.rejected' }]);
    expect(rejected).toEqual([
      'pick_id,order_id,location_id,asis_sequence,quantity,LINE,REASON\n' +
        '2,S,"A,2",x,1,3,"asis_sequence: expected a whole number, found ""x"""\n' +
        '3,S,A03,,,4,"the row has 3 cells, the headers are 5: is a separator missing?"\n',
    ]);
    await set.close();
  });

  test('is exit 2 when nothing is left', async () => {
    const opening = open({ 'wave.csv': `${HEAD}1,S,,1,1\n` }, { skipInvalid: true });
    await expect(opening).rejects.toMatchObject({
      failure: 'usage',
      message: 'every row was refused: there is nothing left to send',
    });
  });
});
