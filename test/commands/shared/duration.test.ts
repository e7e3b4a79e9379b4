import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../src/commands/shared/duration.ts';
import { caught } from '../../requests/errors.ts';

describe('a duration', () => {
  test.each<[string, number]>([
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['90', 90_000],
    ['0', 0],
    ['1.5', 1_500],
    ['0.5s', 500],
    ['.5m', 30_000],
    ['1h30m', 5_400_000],
    ['1m0.5s', 60_500],
    [' 10S ', 10_000],
    ['0.4ms', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text, '--timeout')).toBe(ms);
  });

  test.each([
    '',
    ' ',
    's',
    '-5s',
    '+5',
    '5 minutes',
    '5min',
    '1,5s',
    '1.5.2s',
    '1e3',
    '30m1h',
    '1s1s',
    '5s5',
    'NaN',
    'Infinity',
    '9'.repeat(400),
    '1..5s',
  ])('is not "%s"', (text) => {
    expect(caught(() => parseDuration(text, '--timeout'))).toEqual({
      failure: 'usage',
      code: 'invalid_duration',
      message: `--timeout: "${text}" is not a duration`,
      hint: 'write a number and a unit: 500ms, 90s, 10m, 2h or 1d; a bare number is seconds',
      details: [],
    });
  });
});
