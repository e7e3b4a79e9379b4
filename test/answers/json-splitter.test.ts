import { describe, expect, it } from 'vitest';
import { AnswerLimitError } from '../../src/answers/limit.ts';
import { JsonDepthError } from '../../src/lib/json/scanner.ts';
import { createJsonSplitter, type JsonPlan } from '../../src/answers/json-splitter.ts';
import { MAX_ANSWER_VALUE_BYTES } from '../../src/limits.ts';

/** Pushes `text` in chunks of `size` bytes, each in memory that is overwritten afterwards. */
function feed(plan: JsonPlan, text: string | Uint8Array, size = Number.POSITIVE_INFINITY): boolean {
  const splitter = createJsonSplitter(plan);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = new Uint8Array(bytes.subarray(at, Math.min(bytes.length, at + size)));
    splitter.push(chunk);
    chunk.fill(0x58);
  }
  return splitter.end();
}

/** Takes the whole document, and tells what was taken. */
function taken(text: string | Uint8Array, size?: number): unknown[] {
  const values: unknown[] = [];
  feed({ take: 'whole', value: (value) => values.push(value) }, text, size);
  return values;
}

function faultOf(text: string | Uint8Array, size?: number): string {
  try {
    feed({ take: 'scalar', value: () => undefined }, text, size);
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
  return 'none';
}

const DOCUMENTS = [
  '{}',
  '[]',
  ' { "a" : [ 1 , -0 , 0.5 , 1e3 , 1E+3 , -1.25e-2 , 0e0 ] , "b" : { } } \n',
  '"text \\"quoted\\" \\\\ \\u00e9 \\ud83d\\ude00 é 倉庫 😀"',
  'true',
  'false',
  'null',
  '42',
  '-7.5',
  '[[[[]]],{"a":{"b":[{}]}}]',
  '{"":"","\\u0061":1,"__proto__":{"x":1},"constructor":null}',
];

describe('a splitter that takes the document whole', () => {
  for (const text of DOCUMENTS) {
    it(`reads ${JSON.stringify(text)} the same in one chunk, byte by byte and in threes`, () => {
      const expected = [JSON.parse(text)];
      expect([taken(text), taken(text, 1), taken(text, 3)]).toEqual([expected, expected, expected]);
    });
  }

  it('drops a byte order mark, also when it is split', () => {
    expect([taken('\ufeff{"a":1}'), taken('\ufeff{"a":1}', 1)]).toEqual([[{ a: 1 }], [{ a: 1 }]]);
  });

  it('tells an empty document from a value', () => {
    const plan: JsonPlan = { take: 'whole', value: () => undefined };
    expect([feed(plan, ''), feed(plan, ' \n\t'), feed(plan, '\ufeff'), feed(plan, 'null')]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('bytes that are not JSON', () => {
  const BROKEN = [
    '{"a":1,}',
    '[1,]',
    '[,1]',
    '{,}',
    '{"a"}',
    '{"a":}',
    '{"a" 1}',
    '{a:1}',
    "{'a':1}",
    '[1 2]',
    '{"a":1 "b":2}',
    '[}',
    '{]',
    '[1}',
    '{"a":[1}',
    ']',
    '{} {}',
    '{}x',
    'null null',
    '01',
    '-',
    '+1',
    '1.',
    '.5',
    '1e',
    '1e+',
    '--1',
    '1.e3',
    '-a',
    'nul',
    'nulll',
    'True',
    'NaN',
    'undefined',
    '"\\x"',
    '"\\u12g4"',
    '"a\nb"',
    '"a\u0000b"',
    '<html>',
    '// comment\n{}',
    '{"a":1',
    '[',
    '"open',
    '"\\',
    '"\\u00',
    '{"a":',
    '{"a',
    '\ufeff\ufeff{}',
  ];
  for (const text of BROKEN) {
    it(`are refused: ${JSON.stringify(text)}, as JSON.parse does`, () => {
      const clean = text.startsWith('\ufeff') ? text.slice(1) : text;
      expect(() => JSON.parse(clean)).toThrow(SyntaxError);
      expect(faultOf(text)).not.toBe('none');
      expect(faultOf(text, 1)).toBe(faultOf(text));
    });
  }

  it('are named with their place', () => {
    expect([faultOf('{"a":1,}'), faultOf('<html>', 1), faultOf('"a\nb"'), faultOf('[1,2')]).toEqual([
      "not JSON: '}' at byte 7",
      "not JSON: '<' at byte 0",
      'not JSON: byte 0xa at byte 2',
      'the JSON is cut off: it ends after 4 bytes, in the middle',
    ]);
  });
});

describe('a splitter with a plan', () => {
  it('takes the named fields and the items one by one, and builds nothing else', () => {
    const log: unknown[] = [];
    const plan: JsonPlan = {
      take: 'fields',
      fields: new Map<string, JsonPlan>([
        ['name', { take: 'scalar', value: (value) => log.push(['name', value]) }],
        [
          'rows',
          {
            take: 'items',
            item: { take: 'whole', value: (value) => log.push(['row', value]) },
            begin: (matches) => log.push(['rows', matches]),
            end: () => log.push(['rows end']),
          },
        ],
      ]),
      begin: (matches) => log.push(['document', matches]),
      end: () => log.push(['document end']),
    };
    const text =
      '{"skip":{"name":"inner","rows":[1]},"na\\u006de":"x","rows":[{"a":[1,2]},3,"four",null],"more":[[{}]]}';
    const expected = [
      ['document', true],
      ['name', 'x'],
      ['rows', true],
      ['row', { a: [1, 2] }],
      ['row', 3],
      ['row', 'four'],
      ['row', null],
      ['rows end'],
      ['document end'],
    ];
    for (const size of [1, 2, 7, 1000]) {
      log.length = 0;
      feed(plan, text, size);
      expect(log).toEqual(expected);
    }
  });

  it('tells values of another type than planned, and goes on behind them', () => {
    const log: unknown[] = [];
    const items = (name: string): [string, JsonPlan] => [
      name,
      {
        take: 'items',
        item: { take: 'fields', fields: new Map(), begin: (matches) => log.push([name, 'item', matches]) },
        begin: (matches) => log.push([name, matches]),
      },
    ];
    feed(
      {
        take: 'fields',
        fields: new Map<string, JsonPlan>([
          items('a'),
          items('b'),
          items('c'),
          ['s', { take: 'scalar', value: (value) => log.push(['s', value]) }],
        ]),
      },
      '{"a":{"a":[1]},"b":"text","c":[{"x":1},[2],3],"s":{"deep":[1]},"s":[],"s":7}',
    );
    expect(log).toEqual([
      ['a', false],
      ['b', false],
      ['c', true],
      ['c', 'item', true],
      ['c', 'item', false],
      ['c', 'item', false],
      ['s', undefined],
      ['s', undefined],
      ['s', 7],
    ]);
  });

  const lists = (levels: number): string => `{"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  const objects = (levels: number): string => `${'{"taken":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

  it.each([
    ['that it passes over', lists],
    ['that it builds', objects],
  ])('A6: takes nesting %s 512 levels deep, and no deeper', (_what, nested) => {
    const plan: JsonPlan = { take: 'fields', fields: new Map([['taken', { take: 'whole', value: () => undefined }]]) };
    expect(feed(plan, nested(512), 64)).toBe(true);
    expect(() => feed(plan, nested(513), 64)).toThrow(JsonDepthError);
    expect(() => feed(plan, nested(513))).toThrow('more than 512 levels of nesting at byte');
  });

  const whole: JsonPlan = { take: 'whole', value: () => undefined };

  it.each<[string, JsonPlan, (size: number) => string]>([
    ['a text', whole, (size) => `"${'x'.repeat(size - 2)}"`],
    ['a list', whole, (size) => `[${'1'.repeat(size - 2)}]`],
    ['a key', { take: 'fields', fields: new Map() }, (size) => `{"${'x'.repeat(size - 2)}":1}`],
  ])('A6: builds %s up to its limit, and nothing longer, in whatever chunks it comes', (_what, plan, sized) => {
    for (const chunk of [997, 65_536, Number.POSITIVE_INFINITY]) {
      expect(feed(plan, sized(MAX_ANSWER_VALUE_BYTES), chunk)).toBe(true);
      expect(() => feed(plan, sized(MAX_ANSWER_VALUE_BYTES + 1), chunk)).toThrow(
        new AnswerLimitError('a value of the answer is longer than 1 MB'),
      );
    }
  });
});
