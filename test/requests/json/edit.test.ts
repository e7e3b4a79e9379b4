import { describe, expect, test } from 'vitest';
import { inField, serialize, withField } from '../../../src/requests/json/edit.ts';
import { parseJson } from '../../../src/requests/json/parser.ts';
import { createFlagSource, createTextSource } from '../../../src/requests/json/source.ts';
import { textOf } from '../errors.ts';

const parse = (text: string) => parseJson(createTextSource('r.json', text));
const flag = (json: string) => createFlagSource('--param x', json);

describe('a written tree', () => {
  test.each<[string, string]>([
    ['{ "b" : 1.0 ,\n"a":[ ] , "c":{ } }', '{"b":1.0,"a":[],"c":{}}'],
    ['[9007199254740993, 1e400, -0, 0.10]', '[9007199254740993,1e400,-0,0.10]'],
    ['{"__proto__": {"x": 1}, "constructor": null}', '{"__proto__":{"x":1},"constructor":null}'],
    ['{"\\u00e9\\/": "\\ud800 \\u0041  é😀"}', '{"\\u00e9\\/":"\\ud800 \\u0041  é😀"}'],
    [' "x" ', '"x"'],
  ])('%s is compact and otherwise unchanged', (text, written) => {
    expect(textOf(serialize(parse(text)))).toBe(written);
  });

  test('is whole when it is large', () => {
    const text = `[${Array.from({ length: 50_000 }, (_, index) => `{"é":"pick 😀 ${index}"}`).join(',')}]`;
    expect(textOf(serialize(parse(text)))).toBe(text);
  });
});

describe('a field', () => {
  test.each<[string, string[], string, string]>([
    ['{"a":1,"b":2,"c":3}', ['b'], ' [ 1.0 ] ', '{"a":1,"b":[1.0],"c":3}'],
    ['{"a":1}', ['b'], '"x"', '{"a":1,"b":"x"}'],
    ['{}', ['parameters', 'k'], '1e400', '{"parameters":{"k":1e400}}'],
    ['{"parameters":null}', ['parameters', 'k'], 'true', '{"parameters":{"k":true}}'],
    ['{"parameters":{"k":1,"l":2}}', ['parameters', 'k'], '{"x":[]}', '{"parameters":{"k":{"x":[]},"l":2}}'],
    ['{"a":1}', ['__proto__'], '{}', '{"a":1,"__proto__":{}}'],
    ['{"\\u0061":1}', ['a'], '2', '{"\\u0061":2}'],
    ['{}', ['a"b'], '1', '{"a\\"b":1}'],
  ])('of %s at %j is set to %s', (text, path, json, written) => {
    expect(textOf(serialize(withField(parse(text), path, flag(json))))).toBe(written);
  });

  test('leaves the old tree as it was', () => {
    const tree = parse('{"a":{"b":1}}');
    withField(tree, ['a', 'b'], flag('2'));
    expect(textOf(serialize(tree))).toBe('{"a":{"b":1}}');
  });

  test('cannot be set in a list', () => {
    expect(() => withField(parse('{"a":[]}'), ['a', 'b'], flag('1'))).toThrow(
      new TypeError('a field cannot be set in a array'),
    );
  });

  test('can hold a whole tree', () => {
    expect(textOf(serialize(inField('picks', parse('[1, 2]'))))).toBe('{"picks":[1,2]}');
  });
});
