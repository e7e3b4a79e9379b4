import { describe, expect, test } from 'vitest';
import type { Overrides } from '../../src/requests/request.ts';
import { readRequest } from './request-file.ts';
import { caught, formatDetail, textOf, utf8 } from './errors.ts';

const PICKS = '[{"pick_id":"p","location_id":"A"},{"pick_id":"q","location_id":["B","C"]}]';

const read = (text: string, overrides: Overrides = {}) =>
  readRequest({ kind: 'route', bytes: utf8(text), name: 'picks.json', overrides });

describe('a request file', () => {
  test('becomes the body that is sent, compact and otherwise unchanged', () => {
    const text = `\ufeff{\n  "wave_id": "w1",\n  "site_name": "Lager Süd",\n  "extra": {"n": 9007199254740993, "__proto__": 1.0},\n  "picks": ${PICKS}\n}\n`;
    const { body, request, warnings } = read(text);
    expect({ body: textOf(body), request, warnings }).toEqual({
      body: `{"wave_id":"w1","site_name":"Lager Süd","extra":{"n":9007199254740993,"__proto__":1.0},"picks":${PICKS}}`,
      request: { siteName: 'Lager Süd', waveId: 'w1', picks: 2 },
      warnings: [],
    });
  });

  test('is sent with what was warned of', () => {
    const { body, warnings } = read(`{"site_name":"E","zone":null,"picks":${PICKS}}`);
    expect([textOf(body), warnings]).toEqual([
      `{"site_name":"E","zone":null,"picks":${PICKS}}`,
      [{ path: '', message: 'unknown field "zone": sent as it is', place: 'picks.json:1:18' }],
    ]);
  });

  test.each<[string, string, Overrides, string]>([
    ['fills the site', `{"picks":${PICKS}}`, { site: 'Example' }, `{"picks":${PICKS},"site_name":"Example"}`],
    [
      'replaces the site where it stands',
      `{"site_name":7,"picks":${PICKS}}`,
      { site: 'Ex"é' },
      `{"site_name":"Ex\\"é","picks":${PICKS}}`,
    ],
    [
      'sends one place as a text',
      `{"site_name":"E","picks":${PICKS}}`,
      { start: ['S'], end: ['T'] },
      `{"site_name":"E","picks":${PICKS},"start_points":"S","end_points":"T"}`,
    ],
    [
      'sends several places as a list',
      `{"end_points":null,"site_name":"E","picks":${PICKS}}`,
      { end: ['S', 'T'] },
      `{"end_points":["S","T"],"site_name":"E","picks":${PICKS}}`,
    ],
    [
      'changes nothing for no places',
      `{"site_name":"E","start_points":"S","picks":${PICKS}}`,
      { start: [], end: undefined },
      `{"site_name":"E","start_points":"S","picks":${PICKS}}`,
    ],
    [
      'sets the wave',
      `{"site_name":"E","wave_id":"old","picks":${PICKS}}`,
      { wave: '007' },
      `{"site_name":"E","wave_id":"007","picks":${PICKS}}`,
    ],
    [
      'makes the parameters',
      `{"site_name":"E","parameters":null,"picks":${PICKS}}`,
      {
        params: [
          ['max_orders', '2'],
          ['x', ' [1.0, null] '],
        ],
      },
      `{"site_name":"E","parameters":{"max_orders":2,"x":[1.0,null]},"picks":${PICKS}}`,
    ],
    [
      'replaces a parameter, and the last wins',
      `{"site_name":"E","parameters":{"a":1,"b":2},"picks":${PICKS}}`,
      {
        params: [
          ['a', '3'],
          ['a', '4'],
        ],
      },
      `{"site_name":"E","parameters":{"a":4,"b":2},"picks":${PICKS}}`,
    ],
    ['takes a list of picks when the site is given', PICKS, { site: 'E' }, `{"picks":${PICKS},"site_name":"E"}`],
  ])('with overrides %s', (_, text, overrides, body) => {
    expect(textOf(read(text, overrides).body)).toBe(body);
  });
});

describe('a request file with errors', () => {
  test('is rejected with all of them in one failure', () => {
    const text = '{"site_name":"E",\n"picks":[{"pick_id":1,"location_id":"A"},\n{"pick_id":"q","loction_id":"A"}]}';
    const { details, ...rest } = caught(() => read(text));
    expect(rest).toEqual({
      failure: 'usage',
      code: 'invalid_request',
      message: 'picks.json is not a valid route request: 2 errors',
      hint: 'nothing was sent: fix the file and run the command again',
    });
    expect(details.map(formatDetail)).toEqual([
      '/picks/0/pick_id: expected a text, found the number 1: write "1" (picks.json:2:21)',
      '/picks/1: unknown field "loction_id", did you mean "location_id"? (picks.json:3:16)',
    ]);
  });

  test('names stdin, and counts the errors that are not listed', () => {
    const picks = Array.from({ length: 1500 }, (_, index) => `{"pick_id":${index},"location_id":"A"}`).join(',');
    const bytes = utf8(`{"site_name":"E","picks":[${picks}]}`);
    const { message, details } = caught(() => readRequest({ kind: 'cluster', bytes, name: '<stdin>' }));
    expect([message, details.length, details[0]?.place]).toEqual([
      '<stdin> is not a valid cluster request: 1500 errors, the first 1000 are listed',
      1000,
      '<stdin>:1:38',
    ]);
  });

  test('is rejected for a syntax error', () => {
    expect(caught(() => read('{"picks":[1,]}', { site: 'E' }))).toEqual({
      failure: 'usage',
      code: 'invalid_json',
      message: 'picks.json is not valid JSON',
      hint: undefined,
      details: [{ path: '/picks', message: 'trailing comma before "]": remove it', place: 'picks.json:1:12' }],
    });
  });

  test.each<[string, Overrides, string]>([
    ['--site', { site: '' }, '/site_name: expected a text that is not empty, found an empty text (--site)'],
    [
      '--start',
      { start: ['S', ''] },
      '/start_points/1: expected a text that is not empty, found an empty text (--start)',
    ],
    [
      '--param',
      { params: [['routing_policy', '"FAST"']] },
      '/parameters/routing_policy: expected "ASIS", "OPTIMIZED" or "AUTOSTORE", found the text "FAST" (--param routing_policy)',
    ],
    [
      '--param',
      { params: [['duration', '{"a":1,"a":2}']] },
      '/parameters/duration/a: the field "a" is given twice, first at --param duration (--param duration)',
    ],
  ])('names %s when the error is there', (_, overrides, words) => {
    const { details } = caught(() => read(`{"site_name":"E","picks":${PICKS}}`, overrides));
    expect(details.map(formatDetail)).toEqual([words]);
  });

  test('whose parameters are not an object takes no parameter', () => {
    const { details } = caught(() =>
      read(`{"site_name":"E","parameters":[1],"picks":${PICKS}}`, { params: [['a', '1']] }),
    );
    expect(details.map(formatDetail)).toEqual(['/parameters: expected an object, found a list (picks.json:1:31)']);
  });

  test('that is a list of picks needs the site', () => {
    const { details } = caught(() => read(PICKS, { wave: 'w' }));
    expect(details.map(formatDetail)).toEqual([
      'expected an object with "site_name" and "picks", found a list: --site <name> makes a request of a list of picks (picks.json:1:1)',
    ]);
  });
});

describe('a parameter that is not JSON', () => {
  test.each<[string, string, string]>([
    ['ASIS', 'text without quotes: write "ASIS"', '"ASIS"'],
    ['True', 'True is no JSON value: write true', '"True"'],
    ["'ASIS'", "a text takes double quotes, not '", '"text"'],
    ['', 'it is empty', '"text"'],
    ['{a:1}', 'field name without quotes: write "a"', '"text"'],
    ['1 2', 'unexpected "2" behind the end of the document', '"1 2"'],
  ])('is rejected: %s', (json, reason, example) => {
    const { details, ...rest } = caught(() => read(`{"site_name":"E","picks":${PICKS}}`, { params: [['p', json]] }));
    expect([details, rest]).toEqual([
      [],
      {
        failure: 'usage',
        code: 'invalid_parameter',
        message: `--param p: the value is not JSON: ${reason}`,
        hint: `a text needs its own quotes inside those of the shell: --param 'p=${example}'`,
      },
    ]);
  });
});
