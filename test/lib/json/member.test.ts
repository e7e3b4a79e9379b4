import { describe, expect, it } from 'vitest';
import { createMemberTap } from '../../../src/lib/json/member.ts';
import { createLineColumnCounter } from '../../../src/lib/json/line-column.ts';

/** The objects that were tapped, as text, and whether a whole document was seen. */
function tapped(text: string, size: number): { readonly found: readonly string[]; readonly isWhole: boolean } {
  const found: string[] = [];
  const tap = createMemberTap('result', {
    begin: () => found.push(''),
    push: (chunk) => found.push((found.pop() ?? '') + Buffer.from(chunk).toString('latin1')),
  });
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) tap.push(bytes.subarray(at, at + size));
  tap.end();
  return { found, isWhole: tap.isWhole };
}

const DOCUMENTS: readonly (readonly [string, readonly string[]])[] = [
  ['{"v":1,"result":{"a":[1,{"result":{}}],"b":"}"} }', ['{"a":[1,{"result":{}}],"b":"}"}']],
  ['{"result" : {} , "result":{"x":1}}', ['{}', '{"x":1}']],
  ['{"result":null,"results":{"a":1},"resul":{"b":1},"RESULT":{}}', []],
  ['{"result":[{"a":1}],"x":{"result":{"b":1}}}', []],
  ['{"":{"result":{}},"resultresultresultresult":{"a":1},"result":{"c":"\\u00e9"}}', ['{"c":"\\u00e9"}']],
  ['[{"result":{"a":1}}]', []],
  ['"result"', []],
  ['7', []],
];

describe('the object under a key', () => {
  it.each(DOCUMENTS)('is passed on from %s', (text, found) => {
    for (const size of [1, 2, 3, 5, 8, 1000]) expect(tapped(text, size).found).toEqual(found);
  });

  it('is known to be part of a whole document once that has ended', () => {
    expect([tapped('{"result":{}}', 3).isWhole, tapped('[1]', 1).isWhole]).toEqual([true, true]);
    const tap = createMemberTap('result', { begin: () => undefined, push: () => undefined });
    tap.push(Buffer.from('{"a":1'));
    expect(tap.isWhole).toBe(false);
    expect(() => tap.end()).toThrow(SyntaxError);
  });
});

describe('a place', () => {
  const placeAfter = (text: string, size: number): string => {
    const places = createLineColumnCounter();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) places.push(bytes.subarray(at, at + size));
    return places.place();
  };

  it.each([
    ['', '1:1'],
    ['abc', '1:4'],
    ['abc\n', '2:1'],
    ['a\n\nbc', '3:3'],
    ['a\r\nb', '2:2'],
    ['{"é":"倉😀"', '1:11'],
    ['é\né', '2:2'],
  ])('behind %j is %s', (text, place) => {
    for (const size of [1, 2, 3, 1000]) expect(placeAfter(text, size)).toBe(place);
  });
});
