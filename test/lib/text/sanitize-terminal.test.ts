import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../src/lib/text/sanitize-terminal.ts';

const ESC = '\u001b';

describe('cleaned text', () => {
  it('has no colors, cursor moves, titles, links or clipboard orders', () => {
    expect(
      [
        `${ESC}[31mred${ESC}[0m`,
        `${ESC}[2J${ESC}[1;1Htop`,
        `${ESC}]0;title\u0007text`,
        `${ESC}]8;;https://evil.example${ESC}\\link${ESC}]8;;${ESC}\\`,
        `${ESC}]52;c;ZXZpbA==\u0007x`,
        `${ESC}Pdevice${ESC}\\y`,
        `${ESC}cz`,
        `${ESC}(Bw`,
        '\u009b31mC1 red\u009b0m',
        '\u009d0;title\u009ctext',
      ].map((text) => cleanText(text)),
    ).toEqual(['red', 'top', 'text', 'link', 'x', 'y', 'z', 'w', 'C1 red', 'text']);
  });

  it('keeps what follows an unfinished sequence, and is harmless all the same', () => {
    expect(
      [`${ESC}]0;title`, `${ESC}[`, ESC, `a${ESC}${ESC}[31mb`, `\u009d\u009dtail`].map((text) => cleanText(text)),
    ).toEqual(['0;title', '', '', 'ab', 'tail']);
  });

  it('has no control characters; line breaks and tabs become spaces', () => {
    expect(cleanText('a\u0000b\u0007c\u0008d\u007fe\u0080f\u009fg')).toBe('abcdefg');
    expect(cleanText('a\nb\tc\r\nd\re\u0085f\u2028g\u2029h\u000bi')).toBe('a b c d e f g h i');
  });

  it('keeps line breaks and tabs where several lines are wanted', () => {
    expect(cleanText('a\nb\tc\r\nd\re\u2028f', { multiline: true })).toBe('a\nb\tc\nd\ne\nf');
  });

  it('has nothing that reorders or hides', () => {
    expect(cleanText('abc\u202edcba\u202c \u2066x\u2069 \u200ey\u200f \u061cz')).toBe('abcdcba x y z');
    expect(cleanText('A\u200b0\u20601\ufeff\u00ad\u180e\u{e0041}')).toBe('A01');
    expect(cleanText('A\u200d0\u200c1 倉\u200d\u200d庫')).toBe('A01 倉庫');
  });

  it('keeps every script, accents, emoji and their joiners', () => {
    const texts = [
      'Zürich',
      'e\u0301',
      '倉庫 A-01',
      'مخزن',
      'می\u200cخواهم',
      '👩\u200d👩\u200d👧',
      '❤\ufe0f',
      'plain ~ text',
    ];
    expect(texts.map((text) => cleanText(text))).toEqual(texts);
  });

  it('has no half surrogate pairs', () => {
    expect(cleanText('a\ud83dz')).toBe('a\ufffdz');
  });

  it('is the same when cleaned again', () => {
    const once = cleanText(`${ESC}[${ESC}[31m31m\u202e${ESC}]x${ESC}[0m`);
    expect([cleanText(once), /[\u0000-\u001f\u007f-\u009f]/.test(once)]).toEqual([once, false]);
  });

  it('is made of a megabyte of hostile text without backtracking', () => {
    const size = 200_000;
    expect(
      [ESC, `${ESC}]`, '\u009d', '\u200d', `${ESC}[0`, '\u009b;'].map(
        (part) => cleanText(`${part.repeat(size)}é`).length < size * 3,
      ),
    ).toEqual(Array(6).fill(true));
  });
});
