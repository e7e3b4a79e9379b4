import { expect, test } from 'vitest';
import { differenceJson, firstDifference } from '../../../../src/webhooks/diagnosis/changes/first-difference.ts';

type Body = string | Uint8Array;

function between(signed: Body, received: Body): unknown {
  const found = firstDifference(Buffer.from(signed as string), Buffer.from(received as string));
  return found === undefined ? undefined : differenceJson(found);
}

const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('equal bodies have none', () => {
  expect(between('{"a":1}', '{"a":1}')).toBeUndefined();
});

test.each<[string, Body, Body, object]>([
  ['the first byte', 'a', 'b', { offset: 0, line: 1, column: 1, signed: 'a', received: 'b' }],
  ['the end of the signed body', '{}', '{}\n', { offset: 2, line: 1, column: 3, signed: '', received: '\n' }],
  ['the end of the received body', 'ab\ncd', 'ab\nc', { offset: 4, line: 2, column: 2, signed: 'd', received: '' }],
  ['a later line', '{\n  "é": 1\n}', '{\n  "é": 2\n}', { offset: 10, line: 2, column: 8, signed: '1\n}' }],
  [
    'the middle of a character',
    'ü!',
    'û!',
    { offset: 1, column: 1, signed: 'ü!', received: 'û!', signed_hex: 'c3bc21' },
  ],
  [
    'a byte that is not UTF-8',
    'Zü',
    latin('Zü'),
    { offset: 1, column: 2, signed: 'ü', received: '\uFFFD', received_hex: 'fc' },
  ],
  [
    'a lone continuation byte',
    '5 €',
    latin('5 \x80'),
    { offset: 2, column: 3, signed: '€', received: '\uFFFD', received_hex: '80' },
  ],
])('%s', (_, signed, received, expected) => {
  expect(between(signed, received)).toMatchObject(expected);
});

test('excerpts have up to 24 bytes and end between characters', () => {
  expect(between('x', `y${'a'.repeat(22)}€uro`)).toMatchObject({ received: `y${'a'.repeat(22)}` });
  expect(between('x', 'y'.repeat(100))).toMatchObject({ received: 'y'.repeat(24), received_hex: '79'.repeat(24) });
});
