import { expect, test } from 'vitest';
import { compressText } from '../../../src/sandbox/jobs/compressed-text.ts';

test.each([
  ['short', 'Gäng 7 😀'],
  ['long', JSON.stringify(Array.from({ length: 5000 }, (_, at) => ({ at, name: 'Gäng 7 😀' })))],
])('a %s text is read as it was, again and again', (_, text) => {
  const packed = compressText(text);
  expect([packed(), packed()]).toEqual([text, text]);
});
