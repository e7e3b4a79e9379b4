/** Ids that are none, or look like others: in tables, JSON and NDJSON alike. */
import { describe, expect, test } from 'vitest';
import { type Opening, refusal, requests } from './opening.ts';

const HEADER = 'PICK_ID,ORDER_ID,LOCATION_ID\n';
const SITE = '"site_name":"Example"';

/** The errors of a table of one pick with this ORDER_ID. */
async function errorsOf(order: string, options?: Opening): Promise<string[]> {
  return (await refusal({ 'w.csv': `${HEADER}1,${order},A\n` }, options)).slice(1, -1);
}

/** The order ids that are sent, and what is warned of. */
async function ordersOf(table: string, options?: Opening): Promise<{ orders: unknown[]; warnings: readonly string[] }> {
  const { bodies, warnings } = await requests({ 'w.csv': table }, options);
  const picks = Object.values(bodies).flatMap((body) => JSON.parse(body).picks as { order_id?: string }[]);
  return { orders: picks.map((pick) => pick.order_id), warnings };
}

const quoted = (word: string): string => (/^[\w.,+/][\w.,+/-]*$/.test(word) ? word : `'${word}'`);

describe('T8: a placeholder', () => {
  const words = [
    '#N/A, #REF!, #VALUE!, #DIV/0!, #NAME?, #NV, #BEZUG!, ####, #######, #GETTING_DATA',
    '\\N, NULL, null, (null), <null>, [NULL], None, nan, NaN, NaT, <NA>, N/A, NA, nil, -, --, —',
    'undefined, [object Object], System.Object[], System.Collections.Hashtable, @{Id=4}',
  ].flatMap((line) => line.split(', '));

  test.each(words)('%s as an id is named in a table, with both ways out, and the second one works', async (word) => {
    expect(await errorsOf(word)).toEqual([
      `  ORDER_ID: "${word}" is a placeholder: empty the cell, or allow it with --allow-value ${quoted(word)} (w.csv:2:3)`,
    ]);
    const table = `${HEADER}1,${word},A\n`;
    expect(await ordersOf(table, { allowValues: [word] })).toEqual({ orders: [word], warnings: [] });
    // As `cmd.exe` passes it on.
    expect(await ordersOf(table, { allowValues: [quoted(word)] })).toEqual({ orders: [word], warnings: [] });
    const [, pick] = await refusal({
      'p.ndjson': `{"pick_id":"1","location_id":"A","order_id":${JSON.stringify(word)}}\n`,
    });
    expect(pick).toMatch(/^ {2}\/order_id: .* is a placeholder: leave the field out, or allow it with --allow-value /);
  });

  test.each([
    '#A01',
    '#1',
    'NA-01',
    'Nora',
    'N01',
    'NULL-1',
    'Nonesuch',
    '(A)',
    '[A01]',
    'A-',
    '-A',
    'System.A1',
    '1.5',
    'x#N/A',
  ])('%s is an id', async (id) => {
    expect(await ordersOf(`${HEADER}1,${id},A\n`)).toEqual({ orders: [id], warnings: [] });
    expect((await requests({ 'p.ndjson': `{"pick_id":"1","location_id":"A","order_id":"${id}"}\n` })).warnings).toEqual(
      [],
    );
  });

  test('in a field that every pick needs must be written, not emptied', async () => {
    expect(await refusal({ 'w.csv': `${HEADER}#REF!,O,#N/A\n2,O,A01| None\n` })).toEqual([
      '2 invalid_request: w.csv is not a valid cluster request: 3 errors',
      `  PICK_ID: "#REF!" is a placeholder: empty the cell, or allow it with --allow-value '#REF!' (w.csv:2:1)`,
      `  LOCATION_ID: "#N/A" is a placeholder: write the real one, or allow it with --allow-value '#N/A' (w.csv:2:9)`,
      '  LOCATION_ID: "None" is a placeholder: remove this alternative, or allow it with --allow-value None (w.csv:3:5)',
      'hint: nothing was sent: fix the file and run the command again, or send the rest with --skip-invalid',
    ]);
  });

  test('as a wave or a site makes no request, and --skip-invalid sends the rest', async () => {
    const table = 'WAVE_ID,SITE_NAME,ORDER_ID,LOCATION_ID\n(null),Example,O1,A\nW,None,O2,A\nW,Example,O3,A\n';
    const { bodies } = await requests({ 'w.csv': table }, { overrides: {}, skipInvalid: true });
    expect(bodies).toEqual({
      W: '{"wave_id":"W","site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"A","order_id":"O3"}]}',
    });
  });

  test('as the wave of a line makes no request either', async () => {
    const lines = ['None', 'W'].map((wave) => `{"wave_id":"${wave}","pick_id":"1","order_id":"O","location_id":"A"}\n`);
    expect((await requests({ 'p.ndjson': lines.join('') }, { skipInvalid: true })).bodies).toEqual({
      W: `{"wave_id":"W",${SITE},"picks":[{"pick_id":"1","order_id":"O","location_id":"A"}]}`,
    });
  });

  test('in a number has the same message', async () => {
    const table = 'LOCATION_ID;QUANTITY\nA;#REF!\nA;\\N\nA;(null)\nA;####\nA;None\n';
    expect((await refusal({ 'w.csv': table }, { allowValues: ['None'] })).slice(1, -1)).toEqual(
      ['#REF!', '\\N', '(null)', '####', 'None'].map(
        (word, row) =>
          `  QUANTITY: expected a number, found "${word}": leave the cell empty when there is none (w.csv:${row + 2}:3)`,
      ),
    );
    const json = `{${SITE},"picks":[{"pick_id":"1","location_id":"A","order_id":"O","quantity":"None"}]}`;
    expect((await refusal({ 'r.json': json }))[1]).toBe(
      '  /picks/0/quantity: expected a number, found the text "None": write null when there is none (r.json:1:92)',
    );
  });

  test('in JSON is named with its path, also in lists, and only where a text is an id', async () => {
    const json = `{${SITE},"start_points":["S","nan"],"extra":{"none":"None"},"parameters":{"x":"None"},"picks":[
{"pick_id":"1","location_id":"#N/A","order_id":"System.Object[]"}]}`;
    expect(await refusal({ 'r.json': json })).toEqual([
      '2 invalid_request: r.json is not a valid cluster request: 3 errors',
      '  /start_points/1: "nan" is a placeholder: leave the field out, or allow it with --allow-value nan (r.json:1:44)',
      `  /picks/0/location_id: "#N/A" is a placeholder: write the real one, or allow it with --allow-value '#N/A' (r.json:2:30)`,
      `  /picks/0/order_id: "System.Object[]" is a placeholder: leave the field out, or allow it with --allow-value 'System.Object[]' (r.json:2:48)`,
      'hint: nothing was sent: fix the file and run the command again',
    ]);
    const allowValues = ['nan', '#N/A', 'System.Object[]'];
    const { bodies } = await requests({ 'r.json': json }, { allowValues });
    expect(JSON.parse(bodies['r.json'] ?? '')).toEqual({ ...JSON.parse(json), site_name: 'Example' });
  });

  test('on the command line is named by its flag', async () => {
    const overrides = { site: 'null', start: ['S', 'undefined'] };
    const errors = [
      '  /site_name: "null" is a placeholder: write the real one, or allow it with --allow-value null (--site)',
      '  /start_points/1: "undefined" is a placeholder: write the real one, or allow it with --allow-value undefined (--start)',
    ];
    expect((await refusal({ 'w.csv': `${HEADER}1,O,A\n` }, { overrides })).slice(1, -1)).toEqual(errors);
    const pick = '{"pick_id":"1","location_id":"A","order_id":"O"}';
    expect((await refusal({ 'p.ndjson': `${pick}\n` }, { overrides })).slice(1, -1)).toEqual(errors);
    expect((await refusal({ 'p.json': `[${pick}]` }, { overrides })).slice(1, -1)).toEqual([
      errors[0],
      errors[1]?.replace('write the real one', 'leave the field out'),
    ]);
  });
});

describe('T9: an id in the notation of Excel', () => {
  const words = (id: string): string =>
    `"${id}" is an id that Excel turned into a number, and digits may be lost: export the column as text, or allow it with --allow-value ${id}`;

  test.each(['4.50012E+15', '2.00E+05', '4.5e+15', '1.5E3', '2E+05', '1.2E-05'])('%s is named', async (id) => {
    expect(await errorsOf(id)).toEqual([`  ORDER_ID: ${words(id)} (w.csv:2:3)`]);
    expect(await ordersOf(`${HEADER}1,${id},A\n`, { allowValues: [id] })).toEqual({ orders: [id], warnings: [] });
    const json = `{${SITE},"picks":[\n{"pick_id":"1","location_id":"${id}"}]}`;
    expect((await refusal({ 'r.json': json }, { kind: 'route' }))[1]).toBe(
      `  /picks/0/location_id: ${words(id)} (r.json:2:30)`,
    );
  });

  test('with a decimal comma is named', async () => {
    expect((await refusal({ 'w.csv': 'ORDER_ID;LOCATION_ID\n4,50012E+15;A\n' }))[1]).toBe(
      `  ORDER_ID: ${words('4,50012E+15')} (w.csv:2:1)`,
    );
  });

  test.each(['1E05', '12E3', '1E-05', 'A1E+05', '4.5E', 'E+05'])('%s may be a bin', async (id) => {
    expect(await ordersOf(`${HEADER}1,${id},A\n`)).toEqual({ orders: [id], warnings: [] });
  });

  test('is a number where a number belongs, and a JSON number gets no advice that would not work', async () => {
    const { bodies } = await requests({ 'w.csv': 'ORDER_ID,LOCATION_ID,QUANTITY\nO,A,1.00E+03\n' });
    expect(bodies['w.csv']).toContain('"quantity":1.00E+03');
    const json = `{${SITE},"picks":[{"pick_id":"1","location_id":"A","order_id":4.50012E+15}]}`;
    expect((await refusal({ 'r.json': json }))[1]).toBe(
      '  /picks/0/order_id: expected a text, found the number 4.50012E+15 (r.json:1:77)',
    );
  });
});

describe('T3: an apostrophe of a spreadsheet', () => {
  test('is removed before an id or a number, with one warning', async () => {
    const table = `PICK_ID;ORDER_ID;LOCATION_ID;QUANTITY\n'1001; 'A01;'-A02|B;'-4.0\n2;'=B7;'Ä1;'5\n3;'SO-7';C;\n`;
    const { bodies, warnings } = await requests({ 'w.csv': table });
    expect(JSON.parse(bodies['w.csv'] ?? '').picks).toEqual([
      { pick_id: '1001', order_id: 'A01', location_id: ['-A02', 'B'], quantity: -4 },
      { pick_id: '2', order_id: '=B7', location_id: 'Ä1', quantity: 5 },
      { pick_id: '3', order_id: 'SO-7', location_id: 'C' },
    ]);
    expect(warnings).toEqual([
      `PICK_ID: "'1001" is sent as "1001", without the apostrophe of a spreadsheet, also in 7 more (w.csv:2:1)`,
    ]);
  });

  test('that belongs to a name stays, and so does one inside', async () => {
    const table = `ORDER_ID,LOCATION_ID,SITE_NAME\nO'1,'t Zand,'s-Hertogenbosch\nO',A'1,'s-Hertogenbosch\n`;
    const { bodies, warnings } = await requests({ 'w.csv': table }, { overrides: {} });
    expect(JSON.parse(bodies['w.csv'] ?? '')).toEqual({
      site_name: "'s-Hertogenbosch",
      picks: [
        { pick_id: 'pick_1', order_id: "O'1", location_id: "'t Zand" },
        { pick_id: 'pick_2', order_id: "O'", location_id: "A'1" },
      ],
    });
    expect(warnings).toEqual([]);
  });

  test('does not make two waves of one, and is reported only when a row is sent', async () => {
    const table = `WAVE_ID,ORDER_ID,LOCATION_ID\n'0071,O,A\n0071,P,A\n'0072,'Q,A\n`;
    const { bodies, warnings } = await requests({ 'w.csv': table }, { overrides: { site: 'Example', wave: '0071' } });
    expect(Object.keys(bodies)).toEqual(['0071']);
    expect(warnings).toEqual([
      `WAVE_ID: "'0071" is sent as "0071", without the apostrophe of a spreadsheet (w.csv:2:1)`,
    ]);
  });
});

describe('T14: characters that a person does not see', () => {
  test('are removed at the edges of an id as blanks are', async () => {
    const table = `${HEADER}\u200b1\u200e,\u00a0O\u00ad\u2060,A\u200b | \u200eB\n\u200b,O\u200b ,C\n`;
    const { bodies, warnings } = await requests({ 'w.csv': table });
    expect(JSON.parse(bodies['w.csv'] ?? '').picks).toEqual([
      { pick_id: '1', order_id: 'O', location_id: ['A', 'B'] },
      { pick_id: 'pick_2', order_id: 'O', location_id: 'C' },
    ]);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['\u200b', 'A<U+200B>01', 'holds an invisible character (U+200B)'],
    ['\u200e', 'A<U+200E>01', 'holds an invisible character (U+200E)'],
    ['\u00ad', 'A<U+00AD>01', 'holds an invisible character (U+00AD)'],
    ['\u00a0', 'A<U+00A0>01', 'holds a blank that is not a plain space (U+00A0)'],
    ['\u3000', 'A<U+3000>01', 'holds a blank that is not a plain space (U+3000)'],
    ['\u2011', 'A\u201101', 'holds a dash that is not a plain hyphen (U+2011)'],
    ['\u2212', 'A\u221201', 'holds a dash that is not a plain hyphen (U+2212)'],
    ['\uff21', 'A\uff2101', 'holds full-width characters (U+FF21)'],
    ['\u0410', 'A\u041001', 'mixes letters of two alphabets that look the same (U+0410)'],
  ])('%j inside an id is one warning', async (char, shown, words) => {
    const id = `A${char}01`;
    const message = `"${shown}" ${words}: sent as it is, also in 1 more`;
    const table = await requests({ 'w.csv': `${HEADER}1,O,${id}\n2,O,${id}\n3,O,A01\n` });
    expect(table.warnings).toEqual([`LOCATION_ID: ${message} (w.csv:2:5)`]);
    expect(table.bodies['w.csv']).toContain(`"location_id":"${id}"`);

    const picks = [1, 2].map((pick) => `{"pick_id":"${pick}","order_id":"O","location_id":"${id}"}`);
    const lines = await requests({ 'p.ndjson': `${picks.join('\n')}\n` });
    expect(lines.warnings).toEqual([`/location_id: ${message} (p.ndjson:1:45)`]);

    const list = await requests({ 'r.json': `[{"picks":[${picks[0]}]},{"picks":[${picks[1]}]}]` });
    expect(list.warnings).toEqual([`/0/picks/0/location_id: ${message} (r.json:1:56)`]);
  });

  test('in a column of the request are counted once a row', async () => {
    const table = 'WAVE_ID,SITE_NAME,ORDER_ID,LOCATION_ID\nW,E\u00a0x,O,A\nV,E\u00a0x,O,A\n';
    expect((await ordersOf(table, { overrides: {} })).warnings).toEqual([
      'SITE_NAME: "E<U+00A0>x" holds a blank that is not a plain space (U+00A0): sent as it is, also in 1 more (w.csv:2:3)',
    ]);
  });

  test('are warned of at the edges in JSON, which is sent as it is', async () => {
    const json = `{${SITE},"picks":[{"pick_id":"1\\u200b","order_id":"O\\u0007","location_id":"A"}]}`;
    const { bodies, warnings } = await requests({ 'r.json': json });
    expect(bodies['r.json']).toBe(json);
    expect(warnings).toEqual([
      '/picks/0/pick_id: "1<U+200B>" holds an invisible character (U+200B): sent as it is, also in 1 more (r.json:1:44)',
    ]);
  });

  test('are not warned of in a request that is left out, nor in what is no id', async () => {
    const bad = '{"pick_id":"1","order_id":"O\u200bO"}';
    const good = '{"pick_id":"2","order_id":"O","location_id":"A","note":"x\u200bx"}';
    const { warnings } = await requests({ 'p.ndjson': `${bad}\n${good}\n` }, { skipInvalid: true });
    expect(warnings).toEqual(['unknown field "note": sent as it is (p.ndjson:2:49)']);
    const table = `${HEADER}1,O\u200bO,\n2,O,A\n`;
    expect((await ordersOf(table, { skipInvalid: true })).warnings).toEqual([]);
  });

  test('do not hide the name of a column, and are named in the name of a field', async () => {
    const table = '\ufeffORDER_ID\u200b,\ufeffLocation\u00a0ID\nO,A\n';
    expect(await ordersOf(table)).toEqual({ orders: ['O'], warnings: [] });
    const json = `{${SITE},"picks":[{"pick_id":"1","location_id\u200b":"A"}]}`;
    expect((await refusal({ 'r.json': json }, { kind: 'route' }))[1]).toBe(
      '  /picks/0: unknown field "location_id<U+200B>", did you mean "location_id"? (r.json:1:48)',
    );
  });

  test('are named in a flag', async () => {
    const overrides = { site: 'Exa\u200bmple' };
    const warning = '/site_name: "Exa<U+200B>mple" holds an invisible character (U+200B): sent as it is (--site)';
    expect((await ordersOf(`${HEADER}1,O,A\n`, { overrides })).warnings).toEqual([warning]);
    const list = '[{"pick_id":"1","order_id":"O","location_id":"A"}]';
    expect((await requests({ 'p.json': list }, { overrides })).warnings).toEqual([warning]);
  });
});

describe('T14: an id in composed and in decomposed characters', () => {
  const words = 'stands in this file in two spellings that look the same (Unicode NFC and NFD): sent as two ids';

  test.each([
    ['NFC first', 'NFC', 'NFD'],
    ['NFD first', 'NFD', 'NFC'],
  ] as const)('is warned of, %s', async (_, one, other) => {
    const [a, b] = ['S\u00fcd-1'.normalize(one), 'S\u00fcd-1'.normalize(other)];
    const table = `${HEADER}1,O,${a}\n2,O,${a}\n3,O,${b}\n4,O,${b}\n`;
    expect((await ordersOf(table)).warnings).toEqual([`LOCATION_ID: "${b}" ${words}, also in 1 more (w.csv:4:5)`]);
    const json = `{${SITE},"picks":[\n{"pick_id":"1","order_id":"O","location_id":["${a}","${b}"]}]}`;
    expect((await requests({ 'r.json': json })).warnings).toEqual([
      `/picks/0/location_id/1: "${b}" ${words} (r.json:2:${49 + a.length})`,
    ]);
  });

  test.each(['NFC', 'NFD'] as const)('is no matter when all are %s', async (form) => {
    const id = 'S\u00fcd-1'.normalize(form);
    expect(await ordersOf(`${HEADER}1,${id},${id}\n2,${id},A\n`)).toEqual({ orders: [id, id], warnings: [] });
  });
});
