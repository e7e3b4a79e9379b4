import { describe, expect, it } from 'vitest';
import { formatDistance } from '../../src/answers/distance.ts';

describe('a distance', () => {
  it('has three digits or a decimal in metric units, in km from 1000 m', () => {
    expect([
      formatDistance(8402.228192776922, 'cm'),
      formatDistance(13899.510205263432, 'CM'),
      formatDistance(1234567.8, 'cm'),
      formatDistance(84022, 'mm'),
      formatDistance(840, 'dm'),
      formatDistance(84.0222, 'm'),
      formatDistance(1.5, ' km '),
      formatDistance(8402.2, 'centimeters'),
      formatDistance(0, 'cm'),
    ]).toEqual(['84.0 m', '139 m', '12.35 km', '84.0 m', '84.0 m', '84.0 m', '1.50 km', '84.0 m', '0.0 m']);
  });

  it('keeps its form where it is rounded up', () => {
    const meters = [99.94, 99.95, 999.4, 999.5, -99.95, -1234, 0.095, 0.094];
    expect(meters.map((value) => formatDistance(value, 'm'))).toEqual([
      '99.9 m',
      '100 m',
      '999 m',
      '1.00 km',
      '-100 m',
      '-1.23 km',
      '0.1 m',
      '9.4 cm',
    ]);
  });

  it('of a few centimeters is shown in centimeters, also one of a hair', () => {
    expect([0.0184, 0.01, 0.000_084].map((value) => formatDistance(value, 'm'))).toEqual([
      '1.8 cm',
      '1 cm',
      '0.0084 cm',
    ]);
  });

  it('keeps any other unit', () => {
    expect([
      formatDistance(123.4, 'ft'),
      formatDistance(1200, 'steps'),
      formatDistance(12345.6789, 'ft'),
      formatDistance(7, ''),
      formatDistance(1e30, 'ft'),
    ]).toEqual(['123 ft', '1200 steps', '12346 ft', '7.0', '1e+30 ft']);
  });
});
