import { describe, expect, test } from 'vitest';
import { refusal, requests } from '../opening.ts';

const PICK = '{"pick_id":"p","location_id":"A"}';

describe('NDJSON', () => {
  test('of picks becomes one request a wave; fields, order and scalars stay', async () => {
    const lines = [
      '{"pick_id":"a","wave_id":"W1","location_id":"A","x":1.0,"order_id":"o"}',
      '',
      '{"pick_id":"a","location_id":["B"],"wave_id":"W2","order_id":"o"}\r',
      ' {"order_id":"o", "wave_id":"W1","pick_id":"b","location_id":"Gäng"}',
    ];
    expect(await requests({ 'w.ndjson': lines.join('\n') })).toEqual({
      bodies: {
        W1: '{"wave_id":"W1","site_name":"Example","picks":[{"pick_id":"a","location_id":"A","x":1.0,"order_id":"o"},{"order_id":"o","pick_id":"b","location_id":"Gäng"}]}',
        W2: '{"wave_id":"W2","site_name":"Example","picks":[{"pick_id":"a","location_id":["B"],"order_id":"o"}]}',
      },
      warnings: ['unknown field "x": sent as it is (w.ndjson:1:49)'],
    });
  });

  test('of picks without a wave is one request', async () => {
    const { bodies } = await requests(
      { 'w.jsonl': `${PICK}\n` },
      { kind: 'route', overrides: { site: 'E', wave: 'W' } },
    );
    expect(bodies).toEqual({ W: `{"wave_id":"W","site_name":"E","picks":[${PICK}]}` });
  });

  test('of a single pick is recognized by its content', async () => {
    const { bodies } = await requests({ '<stdin>': `${PICK}\n` }, { kind: 'route' });
    expect(bodies).toEqual({ '<stdin>': `{"site_name":"Example","picks":[${PICK}]}` });
  });

  test('of requests becomes as many, named by their waves or lines', async () => {
    const lines = `{"wave_id":"W","picks":[${PICK}]}\n{"picks":[${PICK}]}\n{"wave_id":"V","picks":[${PICK}]}\n{"wave_id":"V","picks":[${PICK}]}\n`;
    const { bodies } = await requests({ '<stdin>': lines }, { kind: 'route' });
    expect(bodies).toEqual({
      W: `{"wave_id":"W","picks":[${PICK}],"site_name":"Example"}`,
      '<stdin>:2': `{"picks":[${PICK}],"site_name":"Example"}`,
      'V (<stdin>:3)': `{"wave_id":"V","picks":[${PICK}],"site_name":"Example"}`,
      'V (<stdin>:4)': `{"wave_id":"V","picks":[${PICK}],"site_name":"Example"}`,
    });
  });

  test.each([
    ['the only request takes the wave', `{"wave_id":"V","picks":[${PICK}]}\n`, ['W']],
    [
      'of several the one with the wave is chosen',
      `{"wave_id":"V","picks":[${PICK}]}\n{"wave_id":"W","picks":[${PICK}]}`,
      ['W'],
    ],
    [
      'of picks those of the wave are chosen',
      `{"wave_id":"V",${PICK.slice(1)}\n{"wave_id":"W",${PICK.slice(1)}\n`,
      ['W'],
    ],
  ])('with --wave: %s', async (_, lines, names) => {
    const { bodies } = await requests({ 'w.ndjson': lines }, { kind: 'route', overrides: { site: 'E', wave: 'W' } });
    expect(Object.keys(bodies)).toEqual(names);
  });

  test('with --wave, and no request of that wave, is rejected', async () => {
    const lines = `{"picks":[${PICK}]}\n{"picks":[${PICK}]}\n`;
    expect(await refusal({ 'w.ndjson': lines }, { kind: 'route', overrides: { site: 'E', wave: 'W' } })).toEqual([
      '2 wave_not_found: there is no wave "W" in the input',
      'hint: no request of the input has a wave',
    ]);
  });

  test('lists the errors of all lines', async () => {
    const lines = [
      PICK,
      PICK,
      '{pick:1}',
      '7',
      '{"pick_id":"q","loction_id":"B"}',
      '{"pick_id":"r","location_id":"B","pick_id":"r"}',
      '{"picks":[]}',
    ];
    expect(await refusal({ 'w.ndjson': lines.join('\n') }, { kind: 'route' })).toEqual([
      '2 invalid_request: w.ndjson is not a valid route request: 6 errors',
      '  /pick_id: the pick_id "p" is used twice, first in line 1 (w.ndjson:2:12)',
      '  field name without quotes: write "pick" (w.ndjson:3:2)',
      '  expected a pick or a request, found the number 7 (w.ndjson:4:1)',
      '  unknown field "loction_id", did you mean "location_id"? (w.ndjson:5:16)',
      '  /pick_id: the field "pick_id" is given twice, first at w.ndjson:6:2 (w.ndjson:6:34)',
      '  /picks: expected at least one pick, found an empty list (w.ndjson:7:10)',
      'hint: nothing was sent: fix the file and run the command again, or send the rest with --skip-invalid',
    ]);
  });

  test.each([
    [
      'JSON on several lines',
      '{\n"picks":[]}',
      [
        '2 invalid_request: w.ndjson is not a valid cluster request: one error',
        '  one document a line is expected, and here one begins that runs on: add --format-in json (w.ndjson:1:1)',
        'hint: nothing was sent: fix the file and run the command again',
      ],
    ],
    ['nothing', ' \n\n', ['2 empty_input: w.ndjson is empty', 'hint: give one request a line, or one pick a line']],
    [
      'text in Latin-1',
      Buffer.from('{"pick_id":"\u00e4","location_id":"A"}\n', 'latin1'),
      [
        '2 invalid_request: w.ndjson is not a valid cluster request: one error',
        '  line 1 is not UTF-8 text, JSON is UTF-8 (w.ndjson:1:1)',
        'hint: nothing was sent: fix the file and run the command again, or send the rest with --skip-invalid',
      ],
    ],
  ])('that is %s is rejected', async (_, content, expected) => {
    expect(await refusal({ 'w.ndjson': content })).toEqual(expected);
  });
});
