import { describe, expect, test } from 'vitest';
import { decodeSource } from '../../src/requests/encoding.ts';
import { caught, utf8 } from './errors.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('the text of a file', () => {
  test('is its UTF-8', () => {
    const { name, text } = decodeSource('r.json', utf8('{"a":"é€😀"}'));
    expect({ name, text }).toEqual({ name: 'r.json', text: '{"a":"é€😀"}' });
  });

  test('has no byte order mark, and columns do not count it', () => {
    const source = decodeSource('r.json', utf8('\ufeff{"a":1}'));
    expect([source.text, source.place(0)]).toEqual(['{"a":1}', 'r.json:1:1']);
  });

  test('may lie in the middle of a larger buffer', () => {
    const bytes = utf8('xx{"a":1}xx');
    expect(decodeSource('r.json', bytes.subarray(2, 9)).text).toBe('{"a":1}');
  });
});

describe('a file that is not UTF-8 text', () => {
  const asUtf8 = (encoding: string) =>
    `save it as UTF-8, for example: iconv -f ${encoding} -t UTF-8 request.json > request-utf8.json`;
  const asJson = 'give the request as JSON text in UTF-8';

  test.each<[string, Uint8Array, string, string]>([
    ['UTF-16 with a mark', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'is UTF-16 text, JSON is UTF-8', asUtf8('UTF-16')],
    [
      'big-endian UTF-16',
      Buffer.from('\ufeff{"a":1}', 'utf16le').swap16(),
      'is UTF-16 text, JSON is UTF-8',
      asUtf8('UTF-16'),
    ],
    ['UTF-16 without a mark', Buffer.from('{"a":1}', 'utf16le'), 'is UTF-16 text, JSON is UTF-8', asUtf8('UTF-16LE')],
    [
      'big-endian UTF-16 without a mark',
      Buffer.from('{"a":1}', 'utf16le').swap16(),
      'is UTF-16 text, JSON is UTF-8',
      asUtf8('UTF-16BE'),
    ],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), 'is UTF-32 text, JSON is UTF-8', asUtf8('UTF-32')],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'is compressed (gzip)', asJson],
    [
      'a workbook',
      Buffer.from('PK\u0003\u0004xl/', 'latin1'),
      'is an Excel workbook',
      'save it as CSV UTF-8 (File > Save As) and submit that',
    ],
  ])('is reported as %s', (_, bytes, words, hint) => {
    expect(caught(() => decodeSource('r.json', bytes))).toEqual({
      failure: 'usage',
      code: 'invalid_encoding',
      message: `r.json ${words}`,
      hint,
      details: [],
    });
  });

  test.each<[string, Uint8Array, number, string, string]>([
    ['in the first character', latin1('é'), 0, 'e9', 'r.json:1:1'],
    ['in a text', latin1('{\n "a": "café"}'), 12, 'e9', 'r.json:2:11'],
    ['behind good characters', Buffer.concat([utf8('{"a":"é😀'), latin1('ü"}')]), 12, 'fc', 'r.json:1:10'],
    [
      'in a stray continuation',
      Buffer.concat([utf8('[😀'), Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80])]),
      5,
      '80',
      'r.json:1:4',
    ],
    ['in a cut character', utf8('["€').subarray(0, 4), 2, 'e2', 'r.json:1:3'],
    [
      'far behind',
      Buffer.concat([utf8('é'.repeat(50_000)), latin1('ñ'), utf8('é'.repeat(50_000))]),
      100_000,
      'f1',
      'r.json:1:50001',
    ],
  ])('names the first bad byte %s', (_, bytes, offset, byte, place) => {
    expect(caught(() => decodeSource('r.json', bytes))).toEqual({
      failure: 'usage',
      code: 'invalid_encoding',
      message: `r.json is not UTF-8 text: byte 0x${byte} at offset ${offset} (saved as Windows-1252 or Latin-1?)`,
      hint: asUtf8('WINDOWS-1252'),
      details: [{ path: '', message: 'here is the first byte that is not UTF-8', place }],
    });
  });

  test.each(['', ' \r\n\t', '\ufeff', '\ufeff\n'])('is told to be empty: %j', (text) => {
    expect(caught(() => decodeSource('<stdin>', utf8(text)))).toEqual({
      failure: 'usage',
      code: 'empty_input',
      message: '<stdin> is empty',
      hint: 'a request is an object with "site_name" and "picks"',
      details: [],
    });
  });
});
