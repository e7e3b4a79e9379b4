import { describe, expect, test } from 'vitest';
import { decodeWindows1252, encodeWindows1252 } from '../../../src/lib/bytes/windows-1252.ts';

/** Code points of 0x80 to 0x9f, from the index of the WHATWG Encoding Standard. */
const INDEX = [
  8364, 129, 8218, 402, 8222, 8230, 8224, 8225, 710, 8240, 352, 8249, 338, 141, 381, 143, 144, 8216, 8217, 8220, 8221,
  8226, 8211, 8212, 732, 8482, 353, 8250, 339, 157, 382, 376,
];

describe('Windows-1252', () => {
  test('has every byte where the standard has it, both ways', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = decodeWindows1252(bytes);
    expect(Array.from(text, (one) => one.codePointAt(0))).toEqual(
      [...bytes].map((byte) => (byte >= 0x80 && byte <= 0x9f ? INDEX[byte - 0x80] : byte)),
    );
    expect(encodeWindows1252(text)).toEqual(bytes);
  });

  test('has no other characters', () => {
    expect(encodeWindows1252('Gdańsk')).toBeUndefined();
    expect(encodeWindows1252('😀')).toBeUndefined();
  });
});
