import { describe, expect, test } from 'vitest';
import { parseSize } from '../../../src/commands/shared/size.ts';
import { caught } from '../../requests/errors.ts';

describe('a size', () => {
  test.each<[string, number]>([
    ['1mb', 1_048_576],
    ['1MB', 1_048_576],
    ['1 MiB', 1_048_576],
    ['1m', 1_048_576],
    ['64kb', 65_536],
    ['1.5k', 1_536],
    ['2g', 2_147_483_648],
    ['512', 512],
    ['512b', 512],
    ['0', 0],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text, '--max-body')).toBe(bytes);
  });

  test.each(['', 'mb', '-1mb', '1 megabyte', '1,5mb', '1bb', '1ib', '1e3', `${'9'.repeat(20)}gb`])(
    'is not "%s"',
    (text) => {
      expect(caught(() => parseSize(text, '--max-body'))).toEqual({
        failure: 'usage',
        code: 'invalid_size',
        message: `--max-body: "${text}" is not a size`,
        hint: 'write a number and a unit: 512b, 64kb, 1mb or 1gb (powers of 1024); a bare number is bytes',
        details: [],
      });
    },
  );
});
