import { describe, expect, test } from 'vitest';
import { open, requests } from '../opening.ts';

/** The picks of the one request of a table, as JSON. */
async function picksOf(table: string | Uint8Array, options: Parameters<typeof requests>[1] = {}): Promise<string> {
  const { bodies } = await requests({ 'w.csv': table }, options);
  const [body = ''] = Object.values(bodies);
  return body.slice(body.indexOf('"picks":') + '"picks":'.length, -1);
}

const TWO =
  '[{"pick_id":"1","location_id":"A","quantity":2,"order_id":"O"},{"pick_id":"2","location_id":["B","C"],"order_id":"P"}]';

describe('cells are separated by', () => {
  test.each([
    ['commas', 'PICK_ID,LOCATION_ID,QUANTITY,ORDER_ID\n1,A,2,O\n2,B|C,,P\n'],
    ['semicolons', 'PICK_ID;LOCATION_ID;QUANTITY;ORDER_ID\n1;A;2;O\n2;B|C;;P\n'],
    ['tabs', 'PICK_ID\tLOCATION_ID\tQUANTITY\tORDER_ID\n1\tA\t2\tO\n2\tB|C\t\tP\n'],
    ['bars, and alternatives need quotes', 'PICK_ID|LOCATION_ID|QUANTITY|ORDER_ID\n1|A|2|O\n2|"B|C"||P\n'],
    ['what a line for Excel says', 'sep=;\r\nPICK_ID;LOCATION_ID;QUANTITY;ORDER_ID\r\n1;A;2;O\r\n2;B|C;;P\r\n'],
    [
      'the one that finds the known names, not the one that is there more often',
      'PICK_ID;LOCATION_ID;"a,b,c,d,e,f";QUANTITY;ORDER_ID\n1;A;x,y,z;2;O\n2;B|C;|,|;;P\n',
    ],
  ])('%s', async (_, table) => {
    expect(await picksOf(table)).toBe(TWO);
  });

  test('nothing in a table of one column', async () => {
    expect(await picksOf('Location\nA|B\n\nC\n', { kind: 'route', map: ['location_id=Location'] })).toBe(
      '[{"pick_id":"pick_1","location_id":["A","B"]},{"pick_id":"pick_2","location_id":"C"}]',
    );
  });

  test('the one that finds the columns of --map', async () => {
    expect(await picksOf('Bin;a,b,c,d\nA;1\n', { kind: 'route', map: ['location_id=Bin'] })).toBe(
      '[{"pick_id":"pick_1","location_id":"A"}]',
    );
  });
});

describe('a row ends in', () => {
  test.each([
    ['a line feed', '\n'],
    ['carriage return and line feed', '\r\n'],
    ['a carriage return', '\r'],
  ])('%s', async (_, end) => {
    const rows = ['', 'PICK_ID,LOCATION_ID,QUANTITY,ORDER_ID', '1,A,2,O', '', ',,,', '2,B|C,,P'];
    expect(await picksOf(rows.join(end))).toBe(TWO);
    expect(await picksOf(rows.join(end) + end)).toBe(TWO);
  });
});

describe('text is', () => {
  test('UTF-8 with or without a byte order mark', async () => {
    const picks = '[{"pick_id":"pick_1","location_id":"Gäng €"}]';
    expect(await picksOf('\ufeffLOCATION_ID\nGäng €\n', { kind: 'route' })).toBe(picks);
    expect(await picksOf('LOCATION_ID\nGäng €\n', { kind: 'route' })).toBe(picks);
  });

  test('Windows-1252 when it cannot be UTF-8, with a warning', async () => {
    const table = Buffer.from('LOCATION_ID;ORDER_ID\nA;O\nG\u00e4ng \u0080;\u00dc\n', 'latin1');
    const { bodies, warnings } = await requests({ 'w.csv': table });
    expect([bodies['w.csv'], warnings]).toEqual([
      '{"site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"A","order_id":"O"},{"pick_id":"pick_2","location_id":"Gäng €","order_id":"Ü"}]}',
      [
        'this is not UTF-8 text: it was read as Windows-1252 (Latin-1); if names look wrong, save the file as UTF-8 (w.csv:3:1)',
      ],
    ]);
  });

  test('in quotes as it is, with doubled quotes and line breaks', async () => {
    expect(await picksOf('ORDER_ID,"LOCATION_ID",note\r\n"O ""1"", x","A\\1","two\r\nlines"\r\n"P\n2","B",\r\n')).toBe(
      '[{"pick_id":"pick_1","location_id":"A\\\\1","order_id":"O \\"1\\", x"},{"pick_id":"pick_2","location_id":"B","order_id":"P\\n2"}]',
    );
  });

  test('text for a field that is text, and a number for one that is a number', async () => {
    const table =
      'order_id,location_id,sku_id,quantity,asis_sequence,release_time\ntrue,007,1e5,0010,-3,2026\nfalse, A ,2e+,1.50,1e1,\n';
    expect(await picksOf(table)).toBe(
      '[{"pick_id":"pick_1","location_id":"007","asis_sequence":-3,"sku_id":"1e5","quantity":10,"order_id":"true","release_time":"2026"},{"pick_id":"pick_2","location_id":"A","asis_sequence":1e1,"sku_id":"2e+","quantity":1.50,"order_id":"false"}]',
    );
  });
});

describe('columns', () => {
  test('have names in any case and order, with any separator', async () => {
    expect(await picksOf('orderId,Location-ID,ASIS SEQUENCE, Sku Id ,hu_TYPE,LIST-ID\nO,A,1,S,box,L\n')).toBe(
      '[{"pick_id":"pick_1","location_id":"A","asis_sequence":1,"sku_id":"S","order_id":"O","hu_type":"box","list_id":"L"}]',
    );
  });

  test('of other names are mapped; the one that is mapped wins', async () => {
    const map = ['pick_id=Line No', 'location_id=bin', 'order_id=Order', 'list_id=Order'];
    expect(await picksOf('Line No;PICK_ID;Bin;Order\n7;x;A;O\n', { map })).toBe(
      '[{"pick_id":"7","location_id":"A","order_id":"O","list_id":"O"}]',
    );
  });

  test('of the caller are not sent, without a warning; one that nearly has the name of a field gets a warning', async () => {
    const { set } = await open({ 'w.csv': 'ORDER_ID,LOCATION_ID,Zone,Id,,Quantty\nO,A,north,5,x,2\n' });
    expect([set.columns, await set.entries[0]?.rows(), set.warnings]).toEqual([
      ['ORDER_ID', 'LOCATION_ID', 'Zone', 'Id', '', 'Quantty'],
      [{ pickId: 'pick_1', cells: ['O', 'A', 'north', '5', 'x', '2'] }],
      [
        {
          path: '',
          message:
            'unknown column "Quantty", did you mean "quantity"? It is not sent; to send it add --map quantity=Quantty',
          place: 'w.csv:1:31',
        },
      ],
    ]);
  });

  test('of several fields are given at once or one by one, a comma in a name included', async () => {
    const table = { 'w.csv': 'Bin,"Line, No"\nA,7\n' };
    const expected = '[{"pick_id":"7","location_id":"A"}]';
    for (const map of [['location_id=Bin,pick_id=Line, No'], ['pick_id=Line, No', 'location_id=Bin']]) {
      const { bodies } = await requests(table, { kind: 'route', map });
      expect(bodies['w.csv']).toBe(`{"site_name":"Example","picks":${expected}}`);
    }
  });

  test('without an id gets one that no row above has', async () => {
    expect(await picksOf('PICK_ID,LOCATION_ID\npick_2,A\n,B\n,C\n', { kind: 'route' })).toBe(
      '[{"pick_id":"pick_2","location_id":"A"},{"pick_id":"pick_2_2","location_id":"B"},{"pick_id":"pick_3","location_id":"C"}]',
    );
  });

  test('of clusters are not sent with a route', async () => {
    expect(await picksOf('LOCATION_ID,LIST_ID,SKU_WIDTH\nA,L,3\n', { kind: 'route' })).toBe(
      '[{"pick_id":"pick_1","location_id":"A"}]',
    );
  });

  test('of the command line win over those of the table', async () => {
    const { bodies } = await requests(
      { 'w.csv': 'site_name,end_points,location_id\nOther,Z,A\nThird,Y,B\n' },
      { kind: 'route', overrides: { site: 'Example', end: ['E'] } },
    );
    expect(bodies).toEqual({
      'w.csv':
        '{"site_name":"Example","end_points":"E","picks":[{"pick_id":"pick_1","location_id":"A"},{"pick_id":"pick_2","location_id":"B"}]}',
    });
  });
});

describe('a pick without an id', () => {
  test('gets one by its position in its wave, whatever rows of other waves are between', async () => {
    const { bodies } = await requests(
      { 'w.csv': 'wave_id,pick_id,location_id\nV,,A\nW,,B\nV,mine,C\nV,,D\n' },
      { kind: 'route' },
    );
    expect(bodies).toEqual({
      V: '{"wave_id":"V","site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"A"},{"pick_id":"mine","location_id":"C"},{"pick_id":"pick_3","location_id":"D"}]}',
      W: '{"wave_id":"W","site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"B"}]}',
    });
  });
});

describe('a warning is given for', () => {
  test('picks without an order, when orders are clustered', async () => {
    const table = 'wave_id,order_id,location_id\nW,O,A\nW,,B\nV,,B\n';
    expect((await requests({ 'w.csv': table })).warnings).toEqual([
      '2 of 3 picks have no "order_id": clusters are made of orders, OptiPick may refuse them; if the row above has it, add --fill-down order_id (w.csv:3:3)',
    ]);
    expect((await requests({ 'w.csv': table }, { kind: 'route' })).warnings).toEqual([]);
  });
});

test('a table is recognized by its content when the name does not say so', async () => {
  const { set } = await open({ '<stdin>': 'wave_id;location_id;order_id\nW;A;O\n', 'pick list': 'LOCATION_ID\nA\n' });
  expect(set.entries.map(({ name }) => name)).toEqual(['W', 'pick list']);
});
