import { describe, expect, test } from 'vitest';
import { parseSpeed, parseWage, walkingCost, walkingRatesOf } from '../../src/answers/walking-cost.ts';

const euro = { perHour: 25, currency: '€', isBefore: true };

describe('a speed', () => {
  test.each([
    ['1.2m/s', 1.2],
    ['.5 m/s', 0.5],
    ['72m/min', 1.2],
    ['4.5 km/h', 1.25],
    ['120 CM/S', 1.2],
    ['10ft/s', 3.048],
    ['2 meters/sec', 2],
    ['20m/s', 20],
  ])('of %s is %d meters a second', (text, speed) => {
    expect(parseSpeed(text)).toBeCloseTo(speed, 10);
  });

  test.each(['1.2', '1.2m', 'm/s', '-1m/s', '0m/s', '1,2m/s', '1.2m/d', '1.2 parsec/s', '1e2m/s', 'fast', ''])(
    'cannot be "%s"',
    (text) => {
      expect(() => parseSpeed(text)).toThrow(
        expect.objectContaining({
          failure: 'usage',
          code: 'bad_speed',
          message: `--pick-speed: "${text}" is not a speed`,
        }),
      );
    },
  );

  test('that nobody walks at is a mistake in the unit', () => {
    expect(() => parseSpeed('1200m/s')).toThrow('--pick-speed: "1200m/s" is faster than 20 m/s');
  });
});

describe('a wage', () => {
  test.each([
    ['25/h', { perHour: 25, currency: '', isBefore: false }],
    ['€25/h', euro],
    ['25.50EUR/h', { perHour: 25.5, currency: 'EUR', isBefore: false }],
    ['EUR 25/h', { perHour: 25, currency: 'EUR', isBefore: false }],
    ['25 £/h', { perHour: 25, currency: '£', isBefore: false }],
  ])('of %s is an amount an hour', (text, wage) => {
    expect(parseWage(text)).toEqual(wage);
  });

  test.each(['25', '25/d', '25,50/h', '0/h', '-3/h', '€25EUR/h', 'a lot/h', ''])('cannot be "%s"', (text) => {
    expect(() => parseWage(text)).toThrow(
      expect.objectContaining({
        failure: 'usage',
        code: 'bad_wage',
        message: `--wage: "${text}" is not an amount an hour`,
      }),
    );
  });
});

describe('the cost of walking', () => {
  test('is time at the speed, and money at the wage', () => {
    expect(walkingCost(86_400, 'm', { speed: 1.2, wage: euro })).toEqual({ milliseconds: 72_000_000, amount: 500 });
    expect(walkingCost(12_000, 'cm', { speed: 1.2, wage: undefined })).toEqual({
      milliseconds: 100_000,
      amount: undefined,
    });
  });

  test('is not known for a distance in an unknown unit', () => {
    expect(walkingCost(120, 'paces', { speed: 1.2, wage: euro })).toBeUndefined();
  });

  test('needs a speed', () => {
    expect(walkingRatesOf({})).toBeUndefined();
    expect(walkingRatesOf({ pickSpeed: 1, wage: euro })).toEqual({ speed: 1, wage: euro });
    expect(() => walkingRatesOf({ wage: euro })).toThrow('--wage needs --pick-speed');
  });
});
