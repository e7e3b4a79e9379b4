import { describe, expect, it } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { exampleSite } from '../../src/site/example-site.ts';
import { parseSite } from '../../src/site/layout.ts';
import type { Position } from '../../src/site/model.ts';
import type { Site } from '../../src/site/model.ts';
import { createRandom } from '../../src/lib/seeded-random.ts';

function failureOf(value: unknown): CliError {
  try {
    parseSite(value);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('the site file was accepted');
}

function lengthOf(path: readonly Position[] | undefined): number {
  let length = 0;
  for (const [index, at] of (path ?? []).entries()) {
    const before = path?.[index - 1] ?? at;
    length += Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
  }
  return length;
}

/** Two blocks, places in aisles, on cross aisles, on the open floor and amid the racks. */
function oddSite(seed: number): Site {
  const random = createRandom(seed);
  const aisles = 1 + random.below(4);
  const crossAisles = [0, 100, 200].slice(0, 1 + random.below(3));
  const deepest = seed % 2 === 0 ? 24 : 1 + Math.max(...crossAisles) / 10;
  const inAisle = () => ({ aisle: `A${random.below(aisles)}`, y: random.below(deepest) * 10 });
  const anywhere = () => ({ x: random.below(13) * 10 - 20, y: random.below(34) * 10 - 50 });
  return parseSite({
    site_name: 'odd',
    aisles: Object.fromEntries(Array.from({ length: aisles }, (_, aisle) => [`A${aisle}`, { x: aisle * 30 }])),
    cross_aisles: crossAisles,
    locations: Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`L${index}`, inAisle()])),
    points: Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`P${index}`, anywhere()])),
  });
}

describe('a site of aisles', () => {
  const site = parseSite({
    site_name: 'Two blocks',
    unit: 'm',
    aisles: { A: { x: 0 }, B: { x: 10 } },
    cross_aisles: [100, 0, 50],
    locations: {
      A1: { aisle: 'A', y: 10 },
      A2: { aisle: 'A', y: 45 },
      A3: { aisle: 'A', y: 80 },
      B1: { aisle: 'B', y: 10 },
      B2: { aisle: 'B', y: 45 },
      Rack: { x: 4, y: 20 },
      Front: { x: 6, y: 0 },
      Back: { x: 6, y: 100 },
    },
    points: { Door: { x: 10, y: -5 }, Office: { x: 0, y: -8 } },
  });

  it.each([
    ['A1', 'A1', 0, 'a place is at no distance from itself'],
    ['A1', 'A3', 70, 'straight along an aisle'],
    ['A1', 'B1', 30, 'aisle changed at the nearer cross aisle, in front'],
    ['A2', 'B2', 20, 'aisle changed at the nearer cross aisle, behind'],
    ['A3', 'B1', 80, 'no detour when a cross aisle is on the way'],
    ['Office', 'Door', 13, 'straight over the open floor'],
    ['Office', 'B1', 28, 'from the open floor into an aisle'],
    ['Rack', 'A1', 14, 'a place amid the racks is reached from the nearest aisle'],
    ['Front', 'Back', 108, 'from one cross aisle to another by way of the nearer aisle'],
  ])('measures %s to %s as %d: %s', (from, to, distance) => {
    expect([site.distance(from, to), site.distance(to, from)]).toEqual([distance, distance]);
  });

  it('returns the corners of a walk', () => {
    expect(site.path('A1', 'B1')).toEqual([
      { x: 0, y: 10 },
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
    ]);
  });

  it('has its name, unit, places and floor plan', () => {
    expect({ name: site.name, unit: site.unit, names: site.names, aisles: site.plan?.aisles }).toEqual({
      name: 'Two blocks',
      unit: 'm',
      names: ['A1', 'A2', 'A3', 'B1', 'B2', 'Rack', 'Front', 'Back', 'Door', 'Office'],
      aisles: [
        { name: 'A', x: 0, fromY: 0, toY: 100 },
        { name: 'B', x: 10, fromY: 0, toY: 100 },
      ],
    });
    expect(site.plan?.crossAisles).toEqual([0, 50, 100]);
    expect(site.plan?.positions.get('Door')).toEqual({ x: 10, y: -5 });
    expect([site.has('Rack'), site.has('rack')]).toEqual([true, false]);
  });

  it('measures among many places as it measures between two', () => {
    const places = ['Back', 'A1', 'Office', 'B1', 'A1'];
    const matrix = parseSite({
      site_name: 'M',
      names: ['a', 'b', 'c'],
      matrix: [
        [0, 1, 2],
        [3, 0, 4],
        [5, 6, 0],
      ],
    });
    for (const [at, some] of [[site, places] as const, [matrix, ['c', 'a', 'b', 'a']] as const]) {
      const between = at.distancesAmong(some);
      const measured = some.map((_, from) => some.map((__, to) => between(from, to)));
      expect(measured).toEqual(some.map((from) => some.map((to) => at.distance(from, to))));
    }
    expect(() => site.distancesAmong(['A1', 'Z9'])).toThrow(new RangeError('site Two blocks has no place Z9'));
  });

  it('throws for a place that it does not have', () => {
    expect(() => site.distance('A1', 'Z9')).toThrow(new RangeError('site Two blocks has no place Z9'));
  });

  it('walks back out of a dead end', () => {
    const comb = parseSite({
      site_name: 'Comb',
      aisles: { A: { x: 0 }, B: { x: 10 } },
      cross_aisles: [0],
      locations: { A1: { aisle: 'A', y: 30 }, B1: { aisle: 'B', y: 20 } },
    });
    expect([comb.unit, comb.distance('A1', 'B1')]).toEqual(['cm', 60]);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'has walks as long as it says, both ways, and no short cuts by way of a third place (layout %d)',
    (seed) => {
      const odd = oddSite(seed);
      const wrong: string[] = [];
      for (const a of odd.names) {
        for (const b of odd.names) {
          const distance = odd.distance(a, b);
          if (lengthOf(odd.path(a, b)) !== distance || odd.distance(b, a) !== distance) wrong.push(`${a} ${b}`);
          for (const via of odd.names) {
            if (odd.distance(a, via) + odd.distance(via, b) < distance) wrong.push(`${a} ${via} ${b}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('a site given as a matrix', () => {
  it('keeps distances that differ each way, and ignores the diagonal', () => {
    const site = parseSite({
      site_name: 'M',
      names: ['a', 'b'],
      matrix: [
        [9, 1],
        [2, 9],
      ],
    });
    expect([site.distance('a', 'b'), site.distance('b', 'a'), site.distance('a', 'a')]).toEqual([1, 2, 0]);
    expect([site.plan, site.path('a', 'b'), site.names]).toEqual([undefined, undefined, ['a', 'b']]);
  });
});

describe('the built-in Example', () => {
  it('has the names known of the real one, and a front and a back cross aisle', () => {
    const site = exampleSite();
    expect([site.name, site.unit, site.names.length]).toEqual(['Example', 'cm', 43]);
    expect(
      ['BIG Location', 'A01', 'B08', 'C02', 'D06', 'D10', 'Start', 'End'].filter((name) => !site.has(name)),
    ).toEqual([]);
    expect([
      site.distance('Start', 'A01'),
      site.distance('A01', 'B01'),
      site.distance('A10', 'B10'),
      site.distance('D06', 'End'),
      site.distance('BIG Location', 'B10'),
    ]).toEqual([300, 500, 500, 800, 250]);
  });
});

describe('a site file at fault', () => {
  it('is rejected with every problem and its place', () => {
    const failure = failureOf({
      site_name: '',
      aisles: { A: { x: '0' }, B: { x: 1 }, C: { x: 1 } },
      cross_aisles: [],
      locations: { 'a/b': { aisle: 'Q', y: 1 }, c: { x: 1 }, d: { aisle: 'A', x: 1, y: 2 } },
      points: { d: { x: 0, y: null } },
      zones: 1,
    });
    expect([failure.failure, failure.code, failure.message]).toEqual([
      'usage',
      'bad_site_file',
      'site file: /zones: unknown field "zones", expected one of: site_name, unit, aisles, cross_aisles, locations, points (and 9 more)',
    ]);
    expect(failure.details.slice(1)).toEqual([
      { path: '/site_name', message: 'expected a text, found an empty one' },
      { path: '/aisles/A/x', message: 'expected a number, found the string "0"' },
      { path: '/aisles/C/x', message: 'aisle "C" is where aisle "B" is (x = 1)' },
      { path: '/cross_aisles', message: 'expected at least one cross aisle: nobody could change aisle' },
      { path: '/locations/a~1b/aisle', message: 'no aisle "Q" in "aisles"' },
      { path: '/locations/c/y', message: 'expected a number, found nothing' },
      { path: '/locations/d/x', message: 'either "aisle" or "x" places it, not both' },
      { path: '/points/d', message: '"d" is among the locations already' },
      { path: '/points/d/y', message: 'expected a number, found null' },
    ]);
  });

  it('is rejected when its matrix is not square, negative or names a place twice', () => {
    expect(failureOf({ site_name: 'M', names: ['a', 'a', 3], matrix: [[0, -1, 1], [0, 0], 'x'] }).details).toEqual([
      { path: '/names/2', message: 'expected a text, found the number 3' },
      { path: '/names/1', message: '"a" is the name of place 0 already' },
      { path: '/matrix/0/1', message: 'expected a distance, found -1' },
      { path: '/matrix/1', message: 'expected 3 distances, one for each name, found 2' },
      { path: '/matrix/2', message: 'expected a list, found the string "x"' },
    ]);
  });

  it.each([
    [null, { path: '', message: 'expected an object, found null' }],
    [[], { path: '', message: 'expected an object, found a list' }],
    [
      { site_name: 'E', names: [], matrix: [] },
      { path: '/names', message: 'expected at least one place' },
    ],
    [
      { site_name: 'E', aisles: {}, cross_aisles: [], locations: {} },
      { path: '/locations', message: 'expected at least one place' },
    ],
  ])('is refused when there is nothing in it: %j', (value, detail) => {
    expect(failureOf(value).details).toEqual([detail]);
  });
});
