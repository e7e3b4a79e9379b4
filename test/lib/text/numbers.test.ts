import { describe, expect, it, test } from 'vitest';
import { counted, formatDuration, formatNumber, formatPercent } from '../../../src/lib/text/numbers.ts';

describe('a number', () => {
  it('has no thousands marks and is never minus zero', () => {
    expect([
      formatNumber(1000, 0),
      formatNumber(-1234567.891, 2),
      formatNumber(1234.5678, 4),
      formatNumber(-0.001, 2),
      formatNumber(-0, 0),
      formatNumber(Number.NaN, 2),
      formatNumber(1e21, 2),
      counted(2500, 'pick'),
      counted(1, 'pick'),
    ]).toEqual(['1000', '-1234567.89', '1234.5678', '0.00', '0', 'NaN', '1e+21', '2500 picks', '1 pick']);
  });
});

describe('a percentage', () => {
  it('has one decimal and no blank', () => {
    expect([39.5502, 100, -3.14, -0.04].map(formatPercent)).toEqual(['39.6%', '100.0%', '-3.1%', '0.0%']);
  });
});

describe('a duration', () => {
  test.each<[number, string]>([
    [0, '0 ms'],
    [12.4, '12 ms'],
    [999.4, '999 ms'],
    [999.5, '1 s'],
    [3_440, '3.4 s'],
    [59_940, '59.9 s'],
    [59_950, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_500, '1 h'],
    [5_400_000, '1 h 30 min'],
    [86_399_999, '1 d'],
    [97_200_000, '1 d 3 h'],
  ])('of %d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
