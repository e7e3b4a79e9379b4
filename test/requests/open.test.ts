import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { openRequestSet } from '../../src/requests/open.ts';
import { open, refusal, requests } from './opening.ts';

const WAVES = `WAVE_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE,Zone
W1,O1,A01|A02,L1,1,north
W2,O2,007,L1,01,
W1,true,B03,,,"south, ""far"""
`;

const PICK = '{"pick_id":"p","location_id":"A"}';

describe('a table', () => {
  test('becomes one request a wave, in the order in which the waves appear', async () => {
    const overrides = { site: 'Example', start: ['Start'], end: ['E1', 'E2'], params: [['max_orders', '2']] as const };
    expect(await requests({ 'wave.csv': WAVES }, { overrides })).toEqual({
      bodies: {
        W1: '{"wave_id":"W1","site_name":"Example","start_points":"Start","end_points":["E1","E2"],"parameters":{"max_orders":2},"picks":[{"pick_id":"pick_1","location_id":["A01","A02"],"asis_sequence":1,"order_id":"O1","list_id":"L1"},{"pick_id":"pick_2","location_id":"B03","order_id":"true"}]}',
        W2: '{"wave_id":"W2","site_name":"Example","start_points":"Start","end_points":["E1","E2"],"parameters":{"max_orders":2},"picks":[{"pick_id":"pick_1","location_id":"007","asis_sequence":1,"order_id":"O2","list_id":"L1"}]}',
      },
      warnings: [],
    });
  });

  test('is described entry by entry', async () => {
    const { set } = await open({ 'wave.csv': WAVES });
    const [first] = set.entries;
    const body = await first?.body();
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    expect(set.entries.map(({ name, siteName, waveId, picks }) => ({ name, siteName, waveId, picks }))).toEqual([
      { name: 'W1', siteName: 'Example', waveId: 'W1', picks: 2 },
      { name: 'W2', siteName: 'Example', waveId: 'W2', picks: 1 },
    ]);
    expect(first?.digest).toBe(digest);
  });

  test('gives the rows of the caller back as they were', async () => {
    const { set } = await open({ 'wave.csv': WAVES });
    expect([set.columns, await set.entries[0]?.rows()]).toEqual([
      ['WAVE_ID', 'ORDER_ID', 'LOCATION_ID', 'LIST_ID', 'ASIS_SEQUENCE', 'Zone'],
      [
        { pickId: 'pick_1', cells: ['W1', 'O1', 'A01|A02', 'L1', '1', 'north'] },
        { pickId: 'pick_2', cells: ['W1', 'true', 'B03', '', '', 'south, "far"'] },
      ],
    ]);
  });

  test('without waves is one request, named after its file', async () => {
    expect(await requests({ 'wave.csv': 'order_id,location_id\nO1,A01\n' })).toEqual({
      bodies: {
        'wave.csv': '{"site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"A01","order_id":"O1"}]}',
      },
      warnings: [],
    });
  });

  test('takes the wave of the command line when it names none', async () => {
    const { bodies } = await requests(
      { 'wave.csv': 'order_id,location_id\nO1,A01\n' },
      { overrides: { site: 'E', wave: '007' } },
    );
    expect(bodies).toEqual({
      '007': '{"wave_id":"007","site_name":"E","picks":[{"pick_id":"pick_1","location_id":"A01","order_id":"O1"}]}',
    });
  });

  test('of several waves gives the chosen one, whatever is wrong with the others', async () => {
    const table = 'wave_id,order_id,location_id,quantity\nW1,O1,A01,x\nW2,O1,B01,1\n';
    const { bodies } = await requests({ 'wave.csv': table }, { overrides: { site: 'E', wave: 'W2' } });
    expect(bodies).toEqual({
      W2: '{"wave_id":"W2","site_name":"E","picks":[{"pick_id":"pick_1","location_id":"B01","quantity":1,"order_id":"O1"}]}',
    });
  });

  test('without the wave that is named is rejected, with a list of its waves', async () => {
    expect(await refusal({ 'wave.csv': WAVES }, { overrides: { site: 'Example', wave: 'W3' } })).toEqual([
      '2 wave_not_found: there is no wave "W3" in the input',
      'hint: the waves are W1, W2',
    ]);
  });

  test('fills site, start and end from columns of its own', async () => {
    const { bodies } = await requests(
      {
        'wave.csv':
          'wave_id,site name,start_points,end_points,order_id,location_id\nW1,Süd,S1|S2,E,O1,A\nW1,,,,O2,B\nW2,Nord,,,O3,C\n',
      },
      { overrides: {} },
    );
    expect(bodies).toEqual({
      W1: '{"wave_id":"W1","site_name":"Süd","start_points":["S1","S2"],"end_points":"E","picks":[{"pick_id":"pick_1","location_id":"A","order_id":"O1"},{"pick_id":"pick_2","location_id":"B","order_id":"O2"}]}',
      W2: '{"wave_id":"W2","site_name":"Nord","picks":[{"pick_id":"pick_1","location_id":"C","order_id":"O3"}]}',
    });
  });
});

describe('JSON', () => {
  test('stays as the file has it', async () => {
    const text = `{ "site_name": "E", "wave_id": "w", "extra": {"n": 1.0}, "picks": [${PICK}] }`;
    expect(await requests({ 'picks.json': text }, { kind: 'route', overrides: {} })).toEqual({
      bodies: { w: `{"site_name":"E","wave_id":"w","extra":{"n":1.0},"picks":[${PICK}]}` },
      warnings: [],
    });
  });

  test('of one request takes the wave of the command line', async () => {
    const overrides = { site: 'E', wave: '8' };
    const { bodies } = await requests({ '<stdin>': `{"wave_id":"7","picks":[${PICK}]}` }, { kind: 'route', overrides });
    expect(bodies).toEqual({ '8': `{"wave_id":"8","picks":[${PICK}],"site_name":"E"}` });
  });

  test('that is a list of picks is a request when there is a site', async () => {
    expect((await requests({ 'picks.json': `[${PICK}]` }, { kind: 'route' })).bodies).toEqual({
      'picks.json': `{"picks":[${PICK}],"site_name":"Example"}`,
    });
  });

  test('that is a list of requests becomes as many requests', async () => {
    const list = `[{"wave_id":"a","picks":[${PICK}]},\n {"picks":[${PICK}]}]`;
    expect((await requests({ 'picks.json': list }, { kind: 'route' })).bodies).toEqual({
      a: `{"wave_id":"a","picks":[${PICK}],"site_name":"Example"}`,
      'picks.json:2:2': `{"picks":[${PICK}],"site_name":"Example"}`,
    });
  });

  test('with an error is rejected', async () => {
    expect(await refusal({ 'picks.json': '{"picks":[]}' }, { kind: 'route' })).toEqual([
      '2 invalid_request: picks.json is not a valid route request: one error',
      '  /picks: expected at least one pick, found an empty list (picks.json:1:10)',
      'hint: nothing was sent: fix the file and run the command again',
    ]);
  });
});

test.each([
  ['read to its end', 'order_id,location_id\nO,A\n'],
  ['refused at its first byte', '\u0000\u0001'],
])('an input that was %s is closed', async (_, text) => {
  let open = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    open += 1;
    try {
      yield new TextEncoder().encode(text);
      yield new TextEncoder().encode('');
    } finally {
      open -= 1;
    }
  }
  const opening = openRequestSet({
    kind: 'cluster',
    overrides: { site: 'Example' },
    inputs: [{ name: 'w.csv', open: bytes }],
    scratch: () => Promise.reject(new Error('there is enough memory')),
    rejectedSink: () => ({ path: '', write: () => Promise.reject(new Error('nothing is refused')) }),
  });
  await opening.then(
    (set) => set.close(),
    (error: unknown) => expect(error).toBeInstanceOf(CliError),
  );
  expect(open).toBe(0);
});

describe('several inputs', () => {
  test('are one set; the columns of their tables are joined', async () => {
    const { set } = await open({
      'a.csv': 'wave_id,order_id,location_id,zone\nW1,O1,A,north\n',
      'b.csv': 'location_id;wave_id;aisle;order_id\nB;W2;7;O2\n',
      'c.json': `{"picks":[{"pick_id":"p","location_id":"A","order_id":"o"}]}`,
    });
    expect(set.entries.map(({ name }) => name)).toEqual(['W1', 'W2', 'c.json']);
    expect(set.columns).toEqual(['wave_id', 'order_id', 'location_id', 'zone', 'aisle']);
    expect(await set.entries[1]?.rows()).toEqual([{ pickId: 'pick_1', cells: ['W2', 'O2', 'B', '', '7'] }]);
    expect(await set.entries[2]?.rows()).toBe(undefined);
  });

  test('have their columns in the order of the first, also when another has them in another order or in other letters', async () => {
    const { set } = await open({
      'a.csv': 'WAVE_ID,ORDER_ID,LOCATION_ID,Remark\nA,o1,A01,ra\n',
      'b.csv': 'remark,LOCATION_ID,order id,wave_id\nrb,B01,o2,B\n',
    });
    expect(set.columns).toEqual(['WAVE_ID', 'ORDER_ID', 'LOCATION_ID', 'Remark']);
    const rows = await Promise.all(set.entries.map(async (entry) => (await entry.rows())?.map(({ cells }) => cells)));
    expect(rows).toEqual([[['A', 'o1', 'A01', 'ra']], [['B', 'o2', 'B01', 'rb']]]);
  });

  test('are rejected with the errors of all', async () => {
    expect(
      await refusal({
        'a.csv': 'wave_id,order_id,location_id\nW1,O1,\n',
        'b.json': '{',
        'c.csv': 'wave_id,order_id,location_id\nW2,O1,A\nW1,O1,A\n',
        'd.csv': '',
      }),
    ).toEqual([
      '2 invalid_request: the 4 inputs are not valid cluster requests: 4 errors',
      '  location_id: the location is missing: every pick needs one (a.csv:2:7)',
      '  the file ends inside the object that begins at b.json:1:1 (b.json:1:2)',
      '  the wave "W1" is in a.csv too: a wave is one request, so join the two files or send one of them (c.csv:3:1)',
      '  d.csv is empty: a table has a line of column names, such as WAVE_ID,ORDER_ID,LOCATION_ID, and one row a pick',
      'hint: nothing was sent: fix the file and run the command again',
    ]);
  });
});
