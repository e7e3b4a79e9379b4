import { describe, expect, it } from 'vitest';
import { formatNumber } from '../../src/lib/text/numbers.ts';
import { formatDistance } from '../../src/answers/distance.ts';

describe('a distance', () => {
  it('is shown in metres to the millimetre for metric units', () => {
    expect([
      formatDistance(8402.228192776922, 'cm'),
      formatDistance(13899.510205263432, 'CM'),
      formatDistance(1234567.8, 'cm'),
      formatDistance(84022, 'mm'),
      formatDistance(840, 'dm'),
      formatDistance(84.0222, 'm'),
      formatDistance(1.5, ' km '),
      formatDistance(0, 'cm'),
    ]).toEqual(['84.022 m', '138.995 m', '12,345.678 m', '84.022 m', '84.000 m', '84.022 m', '1,500.000 m', '0.000 m']);
  });

  it('is shown as given for any other unit', () => {
    expect([
      formatDistance(123.4, 'ft'),
      formatDistance(1200, 'steps'),
      formatDistance(12345.6789, 'ft'),
      formatDistance(7, ''),
      formatDistance(1e30, 'ft'),
    ]).toEqual(['123.4 ft', '1,200 steps', '12,345.679 ft', '7', '1e+30 ft']);
  });
});

describe('a number', () => {
  it('is grouped by thousands in front of the point only', () => {
    expect([
      formatNumber(999, 0),
      formatNumber(1000, 0),
      formatNumber(-1234567.891, 2),
      formatNumber(1234.5678, 4),
      formatNumber(-0.001, 2),
      formatNumber(-0, 0),
      formatNumber(Number.NaN, 2),
      formatNumber(1e21, 2),
    ]).toEqual(['999', '1,000', '-1,234,567.89', '1,234.5678', '0.00', '0', 'NaN', '1e+21']);
  });
});
