import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../src/lib/seeded-random.ts';
import { utf8Text } from '../../src/lib/bytes/utf8-text.ts';
import { bytesView, prettyJson } from '../../src/pages/bytes.ts';

const TEXTS = ['', 'a', 'a "quoted" text', String.raw`\\`, '{[:,]}', 'line\nend', 'é 木 🏭', '\u2028', '  ', '\\"'];

/** Any JSON value, smaller the deeper it is. */
function valueOf(random: Random, depth = 0): unknown {
  const count = random.below(4);
  switch (random.below(depth > 4 ? 4 : 6)) {
    case 0:
      return TEXTS[random.below(TEXTS.length)];
    case 1:
      return [0, -1, 1.5, 1e21, 1e-7, 12_345_678][random.below(6)];
    case 2:
      return [true, false, null][random.below(3)];
    case 3:
      return random.below(2) === 0 ? [] : {};
    case 4:
      return Array.from({ length: count }, () => valueOf(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: count }, (_, at) => [
          `${TEXTS[random.below(TEXTS.length)]}${at}`,
          valueOf(random, depth + 1),
        ]),
      );
  }
}

describe('pretty JSON', () => {
  test('has the lines of JSON.stringify, however the text was written', () => {
    const random = createRandom(17);
    for (let round = 0; round < 2000; round += 1) {
      const value = valueOf(random);
      const pretty = JSON.stringify(value, undefined, 2);
      for (const written of [JSON.stringify(value), JSON.stringify(value, undefined, '\t'), `\r\n ${pretty}\n`]) {
        expect(prettyJson(written)).toBe(pretty);
      }
    }
  });

  test('leaves every digit, escape and name as it was written', () => {
    const written = String.raw`{"n":12345678901234567890.10,"e":-0.0E+07,"n":1,"s":"\u00e9\/\"\\","l":[ ],"o":{ },"a":[[],{}]}`;
    expect(prettyJson(written)).toBe(String.raw`{
  "n": 12345678901234567890.10,
  "e": -0.0E+07,
  "n": 1,
  "s": "\u00e9\/\"\\",
  "l": [],
  "o": {},
  "a": [
    [],
    {}
  ]
}`);
  });
});

/** What stands in the views, without marks. */
function shown(bytes: Uint8Array, json?: string): Readonly<Record<string, string>> {
  const views = bytesView({ bytes, json, name: 'body' }).text.matchAll(/<summary>(\w+)<\/summary>(.*?)<\/details>/gs);
  return Object.fromEntries(
    [...views].map(([, title = '', content = '']) => [title, content.replaceAll(/<[^>]*>/g, '')]),
  );
}

describe('the bytes of a body', () => {
  test('that are not UTF-8 are shown as hexadecimal digits, sixteen a line', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0x0a]), Buffer.from('A wave of picks')]);
    expect(shown(bytes)).toEqual({
      Raw: 'It is not text: see the hexadecimal digits.',
      Hex: `00000000  ff fe 00 0a 41 20 77 61  76 65 20 6f 66 20 70 69  ····A wave of pi
00000010  63 6b 73                                          cks`,
    });
  });

  test('that are JSON are pretty, raw and hexadecimal, and their signs stay text', () => {
    const text = '{"a":"<b>"}';
    expect(shown(Buffer.from(text), text)).toEqual({
      Pretty: '{\n  &quot;a&quot;: &quot;&lt;b&gt;&quot;\n}',
      Raw: '{&quot;a&quot;:&quot;&lt;b&gt;&quot;}',
      Hex: '00000000  7b 22 61 22 3a 22 3c 62  3e 22 7d                 {&quot;a&quot;:&quot;&lt;b&gt;&quot;}',
    });
  });

  test('that are many are shown up to a size that is said', () => {
    const { Raw = '', Hex = '' } = shown(Buffer.alloc(70_000, 'a'));
    expect(Raw).toMatch(/^a{65536}The first \S+ \w+ of \S+ \w+\.$/);
    expect(Hex.split('\n')).toHaveLength(256);
    expect(Hex).toMatch(/The first \S+ \w+ of \S+ \w+\.$/);
  });

  test('are text also where they are cut in the middle of a character', () => {
    const bytes = Buffer.from('wave 木');
    expect(utf8Text(bytes, true)).toBe('wave 木');
    expect(utf8Text(bytes.subarray(0, -1), true)).toBe('wave ');
    expect(utf8Text(Uint8Array.of(0xe6, 0x41), true)).toBeUndefined();
  });

  test('that are none are called empty', () => {
    expect(bytesView({ bytes: new Uint8Array(0), json: undefined, name: 'body' }).text).toBe(
      '<p class="note">The body is empty.</p>',
    );
  });
});
