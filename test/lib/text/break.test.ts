import { expect, test } from 'vitest';
import { displayWidth } from '../../../src/lib/text/display-width.ts';
import { breakText } from '../../../src/lib/text/wrap.ts';

test('a text that fits, and any text without a width, stays as it is', () => {
  expect(breakText('two  words', { width: 10 })).toEqual(['two  words']);
  expect(breakText('x'.repeat(500), { width: undefined })).toEqual(['x'.repeat(500)]);
  expect(breakText('', { width: 10 })).toEqual(['']);
});

test('lines break at blanks, and later ones are indented', () => {
  expect(breakText('the body was re-serialized', { width: 12, indent: '  ' })).toEqual([
    'the body was',
    '  re-seriali',
    '  zed',
  ]);
});

test.each([1, 2, 3, 7, 20])('no line is wider than %i columns, with wide characters too', (width) => {
  const lines = breakText('倉庫 in Zürich: 包装 whsec_abcdefghijklmnopqrstuvwxyz', { width });
  // A wide character takes two columns, however narrow the terminal.
  expect(lines.filter((line) => displayWidth(line) > Math.max(2, width))).toEqual([]);
  expect(lines.join('').replaceAll(' ', '')).toBe('倉庫inZürich:包装whsec_abcdefghijklmnopqrstuvwxyz');
});

test('an indent wider than the terminal comes to an end, too', () => {
  expect(breakText('ab cd', { width: 1, indent: '    ' })).toEqual(['a', '    b', '    c', '    d']);
});

test('no accent is parted from its letter', () => {
  expect(breakText('e\u0301e\u0301e\u0301', { width: 2 })).toEqual(['e\u0301e\u0301', 'e\u0301']);
});
