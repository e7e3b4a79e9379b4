import { describe, expect, test } from 'vitest';
import { editDistance, foldedDistance, nearestWord } from '../../../src/lib/text/did-you-mean.ts';

describe('the edit distance', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['pick', 'pick', 0],
    ['pick', 'pack', 1],
    ['pick', 'picks', 1],
    ['loction_id', 'location_id', 1],
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('of "%s" and "%s" is %d', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
    expect(editDistance(right, left)).toBe(distance);
  });

  test('gives up above the limit', () => {
    expect(editDistance('kitten', 'sitting', 3)).toBe(3);
    expect(editDistance('kitten', 'sitting', 2)).toBe(3);
    expect(editDistance('a', 'abcdefgh', 2)).toBe(3);
  });

  test('does not count case and separators when folded', () => {
    expect(foldedDistance('maxRuntime', 'max_runtime')).toBe(0);
    expect(foldedDistance('Max-Runtim', 'max_runtime')).toBe(1);
  });
});

describe('the nearest known word', () => {
  const known = ['pick_id', 'location_id', 'asis_sequence', 'sku_id', 'quantity', 'order_id', 'site_name'];

  test.each([
    ['loction_id', 'location_id'],
    ['locationId', 'location_id'],
    ['LOCATION_ID', 'location_id'],
    ['location-id', 'location_id'],
    ['location', 'location_id'],
    ['Site', 'site_name'],
    ['quantitty', 'quantity'],
    ['qantity', 'quantity'],
    ['pickd_i', 'pick_id'],
    ['asis_seqence', 'asis_sequence'],
    ['colour', undefined],
    ['weight_class', undefined],
    ['', undefined],
    ['x'.repeat(1000), undefined],
    ['__proto__', undefined],
  ])('of "%s" is %s', (word, nearest) => {
    expect(nearestWord(word, known)).toBe(nearest);
  });

  test('is the first of several that are equally near', () => {
    expect(nearestWord('sku_i', ['sku_a', 'sku_b'])).toBe('sku_a');
  });

  test('is none when nothing is known', () => {
    expect(nearestWord('pick_id', [])).toBeUndefined();
  });
});
