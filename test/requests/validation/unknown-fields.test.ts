import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../src/kinds.ts';
import { check, GOOD, withFields, withPick } from '../checking.ts';

describe('a warning', () => {
  test.each<[string, Kind, string, string]>([
    ['an unknown field', 'route', withFields('"colour":1'), 'unknown field "colour": sent as it is (picks.json:2:1)'],
    [
      'a mistyped field',
      'route',
      withFields('"start_point":"S"'),
      'unknown field "start_point", did you mean "start_points"? Sent as it is (picks.json:2:1)',
    ],
    [
      'an internal field',
      'route',
      withFields('"is_deleted":false'),
      '"is_deleted" is an internal field of OptiPick: better left out, sent as it is (picks.json:2:1)',
    ],
    [
      'a mistyped field of a pick',
      'route',
      withPick(`${GOOD},"quantitty":1`),
      '/picks/0: unknown field "quantitty", did you mean "quantity"? Sent as it is (picks.json:2:34)',
    ],
    [
      'a mistyped parameter',
      'cluster',
      `${withPick(`${GOOD},"order_id":"o"`).slice(0, -1)},"parameters":{"max_runtim":1}}`,
      '/parameters: unknown field "max_runtim", did you mean "max_runtime"? Sent as it is (picks.json:2:65)',
    ],
    [
      'a field that looks like a prototype',
      'route',
      withFields('"__proto__":{}'),
      'unknown field "__proto__": sent as it is (picks.json:2:1)',
    ],
  ])('reports %s', (_, kind, text, words) => {
    expect(check(kind, text)).toEqual({ errors: [], warnings: [words] });
  });

  test('is given once for a field of many picks', () => {
    const picks = ['p', 'q', 'r'].map((id) => `{"pick_id":"${id}","location_id":"A","zone":1}`);
    expect(check('route', `{"site_name":"E","picks":[${picks.join(',')}]}`).warnings).toEqual([
      '/picks/0: unknown field "zone": sent as it is, also in 2 more (picks.json:1:60)',
    ]);
  });

  test('is not given for more than twenty names', () => {
    const fields = Array.from({ length: 25 }, (_, index) => `"zz${'q'.repeat(index)}":1`);
    const { warnings } = check('route', withFields(fields.join(',')));
    expect([warnings.length, warnings.at(-1)]).toEqual([21, '5 more unknown fields, sent as they are (undefined)']);
  });

  test('reports once how many picks of a cluster have no order', () => {
    const picks = [
      `{${GOOD}}`,
      '{"pick_id":"q","location_id":"A","order_id":null}',
      '{"pick_id":"r","location_id":"A","order_id":"o"}',
    ];
    expect(check('cluster', `{"site_name":"E","picks":[${picks.join(',')}]}`)).toEqual({
      errors: [],
      warnings: [
        '/picks: 2 of 3 picks have no "order_id": clusters are made of orders, OptiPick may refuse them (picks.json:1:27)',
      ],
    });
  });
});
