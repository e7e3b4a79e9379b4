import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../src/kinds.ts';
import { parseJson } from '../../../src/requests/json/parser.ts';
import { createTextSource } from '../../../src/requests/json/source.ts';
import { validateRequest } from '../../../src/requests/validation/validation.ts';
import { check, GOOD, withFields, withPick } from '../checking.ts';

describe('a valid request', () => {
  test.each<[string, Kind, string]>([
    [
      'is the real example',
      'cluster',
      readFileSync(new URL('../../fixtures/example-cluster-request.json', import.meta.url), 'utf8'),
    ],
    ['is as small as can be', 'route', withPick(GOOD)],
    ['has alternatives', 'route', withPick('"pick_id":"p","location_id":["A","B"]')],
    [
      'has its optional fields null',
      'cluster',
      withPick(`${GOOD},"order_id":"o","asis_sequence":null,"sku_width":null`),
    ],
    ['has numbers that no double holds', 'route', withPick(`${GOOD},"asis_sequence":9007199254740993,"quantity":1.0`)],
    [
      'has several starts',
      'route',
      withFields('"start_points":["S","T"],"end_points":null,"wave_id":"w","route_id":"r"'),
    ],
    [
      'has fields of the older edition',
      'route',
      withFields(
        '"handling_units":[{}],"parameters":{"generate_visualization":true,"allow_extrapolation":false,"location_intersection_fallback":true}',
      ),
    ],
    [
      'has parameters that no document names',
      'cluster',
      `${withPick(`${GOOD},"order_id":"o"`).slice(0, -1)},"parameters":{"max_orders":2,"walking_speed":{}}}`,
    ],
    [
      'has rules for names in any shape',
      'route',
      withFields(
        '"parameters":{"location_regex":[["a","b"],{"pattern":"a","replacement":"b"}],"duration":{"speed":1}}',
      ),
    ],
    ['has the fields of clusters in a route', 'route', withPick(`${GOOD},"list_id":"l","sku_weight":1`)],
    ['has extra data', 'route', withFields('"extra":{"anything":[1e400,{"__proto__":null}]}')],
  ])('%s', (_, kind, text) => {
    expect(check(kind, text)).toEqual({ errors: [], warnings: [] });
  });
});

describe('an error of a request', () => {
  test.each<[string, string]>([
    [
      '{}',
      ': the required field "site_name" is missing: give it there or with --site <name> (picks.json:1:1)|the required field "picks" is missing (picks.json:1:1)'.slice(
        2,
      ),
    ],
    [
      '[]',
      'expected an object with "site_name" and "picks", found an empty list: --site <name> makes a request of a list of picks (picks.json:1:1)',
    ],
    ['null', 'expected an object with "site_name" and "picks", found null (picks.json:1:1)'],
    ['"x"', 'expected an object with "site_name" and "picks", found the text "x" (picks.json:1:1)'],
    [
      '{"site_name":"","picks":[]}',
      '/site_name: expected a text that is not empty, found an empty text (picks.json:1:14)|/picks: expected at least one pick, found an empty list (picks.json:1:25)',
    ],
    [
      '{"site_name":7,"picks":{}}',
      '/site_name: expected a text, found the number 7: write "7" (picks.json:1:14)|/picks: expected a list of picks, found an object (picks.json:1:24)',
    ],
    [
      '{"site_name":null,"picks":null}',
      '/site_name: expected a text, found null (picks.json:1:14)|/picks: expected a list of picks, found null (picks.json:1:27)',
    ],
    [
      '{"site":"E","picks":[{"pick_id":"p","location_id":"A"}]}',
      'unknown field "site", did you mean "site_name"? (picks.json:1:2)',
    ],
    [
      withFields('"start_points":[]'),
      '/start_points: expected a list with at least one location, found an empty list (picks.json:2:16)',
    ],
    [
      withFields('"start_points":["S",7]'),
      '/start_points/1: expected a text, found the number 7: write "7" (picks.json:2:21)',
    ],
    [
      withFields('"end_points":true'),
      '/end_points: expected a text or a list of texts, found true: write "true" (picks.json:2:14)',
    ],
    [withFields('"wave_id":12'), '/wave_id: expected a text, found the number 12: write "12" (picks.json:2:11)'],
    [withFields('"parameters":[]'), '/parameters: expected an object, found an empty list (picks.json:2:14)'],
    [withFields('"parameters":null'), '/parameters: expected an object, found null (picks.json:2:14)'],
    [withFields('"extra":[1]'), '/extra: expected an object, found a list (picks.json:2:9)'],
    [
      withFields('"parameters":{"routing_policy":"OPTIMISED"}'),
      '/parameters/routing_policy: expected "ASIS", "OPTIMIZED" or "AUTOSTORE", found the text "OPTIMISED": did you mean "OPTIMIZED"? (picks.json:2:32)',
    ],
    [
      withFields('"parameters":{"routing_policy":"fastest"}'),
      '/parameters/routing_policy: expected "ASIS", "OPTIMIZED" or "AUTOSTORE", found the text "fastest" (picks.json:2:32)',
    ],
    [
      withFields('"parameters":{"pick_violation_handling":"remove_picks"}'),
      '/parameters/pick_violation_handling: expected "IGNORE", "REMOVE_PICKS" or "REMOVE_ORDERS", found the text "remove_picks": did you mean "REMOVE_PICKS"? (picks.json:2:41)',
    ],
    [
      withFields('"parameters":{"allow_interpolation":"True"}'),
      '/parameters/allow_interpolation: expected true or false, found the text "True": write true without quotes (picks.json:2:37)',
    ],
    [
      withFields('"parameters":{"asis_routing":1}'),
      '/parameters/asis_routing: expected true or false, found the number 1: write true (picks.json:2:30)',
    ],
    [
      withFields('"parameters":{"location_regex":{}}'),
      '/parameters/location_regex: expected a list, found an object (picks.json:2:32)',
    ],
    [
      withFields('"wave_id":"a","wave_id":"b"'),
      '/wave_id: the field "wave_id" is given twice, first at picks.json:2:1 (picks.json:2:15)',
    ],
  ])('%s', (text, words) => {
    expect(check('route', text)).toEqual({ errors: words.split('|'), warnings: [] });
  });
});

describe('an error of a pick', () => {
  test.each<[string, string]>([
    [
      '"pick_id":"p","loction_id":"A"',
      '/picks/0: unknown field "loction_id", did you mean "location_id"? (picks.json:2:16)',
    ],
    [
      '"id":"p","Location":"A"',
      '/picks/0: unknown field "id", did you mean "pick_id"? (picks.json:2:2)|/picks/0: unknown field "Location", did you mean "location_id"? (picks.json:2:11)',
    ],
    ['"pick_id":"p"', '/picks/0: the required field "location_id" is missing (picks.json:2:1)'],
    [
      '',
      '/picks/0: the required field "pick_id" is missing (picks.json:2:1)|/picks/0: the required field "location_id" is missing (picks.json:2:1)',
    ],
    [
      '"pick_id":7,"location_id":"A"',
      '/picks/0/pick_id: expected a text, found the number 7: write "7" (picks.json:2:12)',
    ],
    [
      '"pick_id":"","location_id":"A"',
      '/picks/0/pick_id: expected a text that is not empty, found an empty text (picks.json:2:12)',
    ],
    [
      '"pick_id":"p","location_id":""',
      '/picks/0/location_id: expected a text that is not empty, found an empty text (picks.json:2:30)',
    ],
    [
      '"pick_id":"p","location_id":[]',
      '/picks/0/location_id: expected a list with at least one location, found an empty list (picks.json:2:30)',
    ],
    [
      '"pick_id":"p","location_id":101',
      '/picks/0/location_id: expected a text or a list of texts, found the number 101: write "101" (picks.json:2:30)',
    ],
    [
      '"pick_id":"p","location_id":{"a":1}',
      '/picks/0/location_id: expected a text or a list of texts, found an object (picks.json:2:30)',
    ],
    [
      '"pick_id":"p","location_id":["A",1,"",["B"]]',
      '/picks/0/location_id/1: expected a text, found the number 1: write "1" (picks.json:2:35)|/picks/0/location_id/2: expected a text that is not empty, found an empty text (picks.json:2:37)|/picks/0/location_id/3: expected a text, found a list (picks.json:2:40)',
    ],
    [`${GOOD},"order_id":7`, '/picks/0/order_id: expected a text, found the number 7: write "7" (picks.json:2:45)'],
    [
      `${GOOD},"asis_sequence":1.5`,
      '/picks/0/asis_sequence: expected a whole number, found the number 1.5 (picks.json:2:50)',
    ],
    [
      `${GOOD},"asis_sequence":"3"`,
      '/picks/0/asis_sequence: expected a whole number, found the text "3": write 3 without quotes (picks.json:2:50)',
    ],
    [
      `${GOOD},"quantity":1e400`,
      '/picks/0/quantity: expected a finite number, found the number 1e400 (picks.json:2:45)',
    ],
    [`${GOOD},"quantity":"many"`, '/picks/0/quantity: expected a number, found the text "many" (picks.json:2:45)'],
    [
      `${GOOD},"sku_id":"${'x'.repeat(39)}😀${'y'.repeat(20)}","hu_type":["x"]`,
      '/picks/0/hu_type: expected a text, found a list (picks.json:2:117)',
    ],
    [
      `${GOOD},"quantity":"${'x'.repeat(39)}😀"`,
      `/picks/0/quantity: expected a number, found the text "${'x'.repeat(39)}…" (picks.json:2:45)`,
    ],
  ])('%s', (fields, words) => {
    expect(check('route', withPick(fields))).toEqual({ errors: words.split('|'), warnings: [] });
  });

  test('is that it is not an object', () => {
    expect(check('route', '{"site_name":"E","picks":["A",null]}').errors).toEqual([
      '/picks/0: expected an object, found the text "A" (picks.json:1:27)',
      '/picks/1: expected an object, found null (picks.json:1:31)',
    ]);
  });

  test('is a pick_id that another pick has, and both places are named', () => {
    const picks = ['p', 'q', '\\u0070', 'p'].map((id) => `{"pick_id":"${id}","location_id":"A"}`);
    expect(check('route', `{"site_name":"E","picks":[\n${picks.join(',\n')}]}`).errors).toEqual([
      '/picks/2/pick_id: the pick_id "p" is used twice, first at picks.json:2:12 (picks.json:4:12)',
      '/picks/3/pick_id: the pick_id "p" is used twice, first at picks.json:2:12 (picks.json:5:12)',
    ]);
  });

  test('gets a message at most a thousand times, and is always counted', () => {
    const picks = Array.from({ length: 5_000 }, (_, index) => `{"pick_id":${index},"location_id":"A"}`);
    const tree = parseJson(createTextSource('picks.json', `{"site_name":"E","picks":[${picks.join(',')}]}`));
    const { errors } = validateRequest('route', tree);
    expect([errors.count, errors.details.length, errors.details[999]?.path]).toEqual([
      5_000,
      1000,
      '/picks/999/pick_id',
    ]);
  });
});
