import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/requests/json/parser.ts';
import {
  type JsonNode,
  memberOf,
  placeOf,
  placeOfName,
  pointerTo,
  rawOf,
  scalarOf,
} from '../../../src/requests/json/tree.ts';
import { createTextSource } from '../../../src/requests/json/source.ts';
import { caught, formatDetail } from '../errors.ts';

const parse = (text: string) => parseJson(createTextSource('r.json', text));

/** The tree as plain data: members as pairs, scalars as they are written. */
function outline(node: JsonNode): unknown {
  if (node.type === 'object') return node.members.map(({ name, value }) => [name.text, outline(value)]);
  if (node.type === 'array') return node.items.map(outline);
  return rawOf(node);
}

describe('a document', () => {
  test('keeps the order of its fields and the text of its scalars', () => {
    const text =
      '{ "b" : [ 9007199254740993 , 1.0, 1e400, -0, "\\u00e9\\n" ],\r\n\t"__proto__": {"x": null}, "a": true }';
    expect(outline(parse(text).root)).toEqual([
      ['b', ['9007199254740993', '1.0', '1e400', '-0', '"\\u00e9\\n"']],
      ['__proto__', [['x', 'null']]],
      ['a', 'true'],
    ]);
  });

  test.each<[string, unknown]>([
    ['"a\\u0041\\"\\\\"', 'aA"\\'],
    ['"\\ud83d\\ude00 €"', '😀 €'],
    ['-12.5e-1', -1.25],
    ['1e400', Number.POSITIVE_INFINITY],
    ['true', true],
    ['false', false],
    ['null', null],
  ])('%s is read as its value', (text, value) => {
    const { root } = parse(text);
    expect(root.type === 'object' || root.type === 'array' ? 'no scalar' : scalarOf(root)).toBe(value);
  });

  test('has the places of its values and names, in lines and UTF-16 columns', () => {
    const { root } = parse('{\r\n\t"é😀": 1, "site": {"a": 2},\n  "x": [\n3]}');
    const site = memberOf(root, 'site');
    const list = memberOf(root, 'x')?.value;
    expect([
      placeOf(root),
      site && placeOfName(site),
      site && placeOf(site.value),
      list?.type === 'array' && list.items.map(placeOf),
      memberOf(root, 'absent'),
    ]).toEqual(['r.json:1:1', 'r.json:2:12', 'r.json:2:20', ['r.json:4:1'], undefined]);
  });

  test('counts lone carriage returns as lines when there are no others', () => {
    const { root } = parse('{\r"a":\r 1}');
    expect(memberOf(root, 'a')?.value).toSatisfy((node: JsonNode) => placeOf(node) === 'r.json:3:2');
  });

  test('may be nested 200 levels deep', () => {
    const text = `${'['.repeat(200)}${']'.repeat(200)}`;
    expect(rawOf(parse(text).root)).toBe(text);
  });

  test('is scanned once, however large', () => {
    const text = `[${'{"pick_id":"p","location_id":["A","B"]},'.repeat(100_000)}null]`;
    const { root } = parse(text);
    expect(root.type === 'array' && root.items.length).toBe(100_001);
  });

  test('counts every name that is given twice, however it is written', () => {
    const { duplicates } = parse('{"a":1,\n"b":{"c":1,"\\u0063":2,"c":3},"a":4}');
    expect(duplicates.details.map(formatDetail)).toEqual([
      '/b/c: the field "c" is given twice, first at r.json:2:6 (r.json:2:12)',
      '/b/c: the field "c" is given twice, first at r.json:2:6 (r.json:2:23)',
      '/a: the field "a" is given twice, first at r.json:1:2 (r.json:2:30)',
    ]);
  });

  test('finds a repeated name among many', () => {
    const fields = Array.from({ length: 40 }, (_, index) => `"f${index}":${index}`);
    const { duplicates } = parse(`{${[...fields, '"f3":0', '"f39":0'].join(',')}}`);
    expect(duplicates.details.map((detail) => detail.path)).toEqual(['/f3', '/f39']);
  });

  test('escapes its pointers', () => {
    expect(pointerTo(['a/b', 'c~d', 0, ''])).toBe('/a~1b/c~0d/0/');
  });
});

describe('a syntax error', () => {
  const END = 'the file ends inside';
  test.each<[string, string]>([
    // cut off
    ['{', `${END} the object that begins at r.json:1:1 (r.json:1:2)`],
    ['{"a":', `/a: ${END} the object that begins at r.json:1:1 (r.json:1:6)`],
    ['{"a"', `/a: ${END} the object that begins at r.json:1:1 (r.json:1:5)`],
    ['{"a":1,', `${END} the object that begins at r.json:1:1 (r.json:1:8)`],
    ['{"a":[1, 2', `/a: ${END} the list that begins at r.json:1:6 (r.json:1:11)`],
    ['["abc', '/0: a text begins here and the file ends inside it: its closing quote is missing (r.json:1:2)'],
    ['["abc\\', '/0: a text begins here and the file ends inside it: its closing quote is missing (r.json:1:2)'],
    // commas and colons
    ['{"a":1,\n}', 'trailing comma before "}": remove it (r.json:1:7)'],
    ['{"a":[1, ]}', '/a: trailing comma before "]": remove it (r.json:1:8)'],
    ['[1,,2]', '/1: a value is missing before "," (r.json:1:4)'],
    ['{"a":1,,"b":2}', 'a field is missing before "," (r.json:1:8)'],
    ['{"a":1\n "b":2}', 'missing comma before "b" (r.json:2:2)'],
    ['[{}\n{}]', 'missing comma before "{" (r.json:2:1)'],
    ['[1 2]', 'missing comma before 2 (r.json:1:4)'],
    ['[1;2]', 'unexpected ";": expected "," or "]" (r.json:1:3)'],
    ['{"a" 1}', '/a: missing ":" after "a" (r.json:1:6)'],
    ['{"a"=1}', '/a: "=" after "a": write ":" (r.json:1:5)'],
    ['{"a"}', '/a: the field "a" has no value (r.json:1:5)'],
    ['{"a":}', '/a: a value is missing before "}" (r.json:1:6)'],
    ['{:1}', 'a field name is missing before ":" (r.json:1:2)'],
    ['[:1]', '/0: a value is missing before ":" (r.json:1:2)'],
    // brackets
    ['{"a":[1}', '/a: expected "]" to close what begins at r.json:1:6, found "}" (r.json:1:8)'],
    ['{"a":1]', 'expected "}" to close what begins at r.json:1:1, found "]" (r.json:1:7)'],
    ['{}}', '"}" closes nothing (r.json:1:3)'],
    ['{}\n{}', 'a second document begins here: a request file holds one (r.json:2:1)'],
    ['{} x', 'unexpected "x" behind the end of the document (r.json:1:4)'],
    // quotes
    ["{'a':1}", "a text takes double quotes, not ' (r.json:1:2)"],
    ["[1, 'b']", "/1: a text takes double quotes, not ' (r.json:1:5)"],
    ['{“a”:1}', 'a text takes straight double quotes ("), not “ (r.json:1:2)'],
    ['{a:1}', 'field name without quotes: write "a" (r.json:1:2)'],
    ['{7:1}', 'a field name is a text: write "7" (r.json:1:2)'],
    ['[A01]', '/0: text without quotes: write "A01" (r.json:1:2)'],
    ['["say "hi"!"]', 'the text ends here: a double quote inside a text is written \\" (r.json:1:8)'],
    // other languages
    ['// picks\n{}', 'JSON has no comments: remove it (r.json:1:1)'],
    ['{"a":1 /* b */}', 'JSON has no comments: remove it (r.json:1:8)'],
    ['{\n# b\n}', 'JSON has no comments: remove it (r.json:2:1)'],
    ['[NaN]', '/0: NaN is no JSON number: leave the field out or write null (r.json:1:2)'],
    ['[Infinity]', '/0: Infinity is no JSON number: leave the field out or write null (r.json:1:2)'],
    ['[-Infinity]', '/0: -Infinity is no JSON number: leave the field out or write null (r.json:1:2)'],
    ['[None]', '/0: None is no JSON value: write null (r.json:1:2)'],
    ['[True]', '/0: True is no JSON value: write true (r.json:1:2)'],
    ['[constructor]', '/0: text without quotes: write "constructor" (r.json:1:2)'],
    ['<html>', 'this is HTML or XML, not JSON (r.json:1:1)'],
    // numbers
    ['[007]', '/0: a number has no leading zero: write "007" to keep it as a text (r.json:1:2)'],
    ['[+1]', '/0: a number has no plus sign (r.json:1:2)'],
    ['[.5]', '/0: a number begins with a digit: write 0.5 for .5 (r.json:1:2)'],
    ['[1.]', '/0: digits are missing behind the point of 1. (r.json:1:2)'],
    ['[1e+]', '/0: digits are missing in the exponent of 1e+ (r.json:1:2)'],
    ['[0x1F]', '/0: 0x1F is no JSON number: write it in decimal digits (r.json:1:2)'],
    ['[12-A]', 'unexpected "-": expected "," or "]" (r.json:1:4)'],
    ['[12A]', '/0: "12A" is no number: a text needs double quotes (r.json:1:2)'],
    ['[-]', '/0: "-" is no number: a text needs double quotes (r.json:1:2)'],
    // inside texts
    ['["a\nb"]', '/0: a line break inside a text: is its closing quote missing? Else write \\n (r.json:1:4)'],
    ['["a\tb"]', '/0: a tab inside a text: write \\t (r.json:1:4)'],
    ['["a\u0001b"]', '/0: a control character (U+0001) inside a text: write \\u0001 (r.json:1:4)'],
    ['["C:\\dir"]', '/0: \\d is no JSON escape: a backslash itself is written \\\\ (r.json:1:5)'],
    ['["\\u12"]', '/0: \\u needs four hexadecimal digits (r.json:1:3)'],
    // what cannot be seen
    ['{\u00a0"a":1}', 'a no-break space (U+00A0) between values: remove it (r.json:1:2)'],
    ['{"a":\ufeff1}', '/a: a byte order mark (U+FEFF) between values: remove it (r.json:1:6)'],
    ['{"a":\u0002}', '/a: a control character (U+0002) between values: remove it (r.json:1:6)'],
    // deep inside
    ['{"picks":[{"a":1},\n{"b":nul}]}', '/picks/1/b: text without quotes: write "nul" (r.json:2:6)'],
  ])('%j', (text, words) => {
    const { details, ...rest } = caught(() => parse(text));
    expect(rest).toEqual({
      failure: 'usage',
      code: 'invalid_json',
      message: 'r.json is not valid JSON',
      hint: undefined,
    });
    expect(details.map(formatDetail)).toEqual([words]);
  });

  test.each<[string, string, number]>([
    ['lists', '[', 201],
    ['objects', '{"a":', 1001],
  ])('rejects endless nesting of %s', (_, opening, column) => {
    const { details } = caught(() => parse(opening.repeat(1_000_000)));
    expect(details.map(formatDetail)).toEqual([`more than 200 levels of nesting (r.json:1:${column})`]);
  });

  test('is found wherever JSON.parse finds one, and nowhere else', () => {
    const seeds = ['{"a":[1,-2.5e3,"x\\n",true,null,{}],"b":{"c":""}}', '[[],{},"\\u00e9",0]'];
    const extra = '{}[],:"\\ 0.-+eE1tfn\n\u0001\'x'.split('');
    const differences: string[] = [];
    for (const seed of seeds) {
      for (let at = 0; at <= seed.length; at += 1) {
        const variants = [seed.slice(0, at) + seed.slice(at + 1), seed.slice(0, at)];
        for (const char of extra) {
          variants.push(seed.slice(0, at) + char + seed.slice(at), seed.slice(0, at) + char + seed.slice(at + 1));
        }
        for (const variant of variants)
          if (accepts(parse, variant) !== accepts(JSON.parse, variant)) differences.push(variant);
      }
    }
    expect(differences).toEqual([]);
  });
});

function accepts(read: (text: string) => unknown, text: string): boolean {
  try {
    read(text);
    return true;
  } catch {
    return false;
  }
}
