import { describe, expect, test } from 'vitest';
import { createLineEditor } from '../../../src/platform/terminal/line-editor.ts';

/** What comes of some keys, in as many chunks. */
function type(...chunks: (string | Uint8Array)[]) {
  const editor = createLineEditor();
  const outcomes = chunks.map((chunk) => editor.take(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  const last = outcomes.at(-1);
  return {
    line: editor.line(),
    state: last?.state,
    rest: Buffer.from(last?.rest ?? []).toString(),
    shown: outcomes.map((outcome) => outcome.shown).join(''),
  };
}

describe('keys of a terminal', () => {
  test.each([
    ['Enter', 'abc\r', 'abc', ''],
    ['a line feed', 'abc\n', 'abc', ''],
    ['both, as one', 'abc\r\n', 'abc', ''],
    ['Ctrl-D after some text', 'abc\u0004', 'abc', ''],
    ['the first of two lines that were pasted', 'abc\r\ndef\r\n', 'abc', 'def\r\n'],
    ['at once: an empty line', '\r', '', ''],
  ])('end the line: %s', (_, keys, line, rest) => {
    expect(type(keys)).toEqual({ line, state: 'done', rest, shown: line });
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-C after some text', 'abc\u0003'],
    ['Ctrl-D on an empty line', '\u0004'],
    ['Ctrl-D on a line emptied again', 'a\u007F\u0004'],
  ])('stop: %s', (_, keys) => {
    expect(type(keys).state).toBe('stopped');
  });

  test.each([
    ['Backspace', 'abx\u007Fc', 'abc'],
    ['Ctrl-H', 'abx\bc', 'abc'],
    ['Backspace over a character of four bytes', 'a🙂\u007Fbc', 'abc'],
    ['more backspaces than characters', 'x\u007F\u007F\u007Fabc', 'abc'],
    ['Ctrl-U', 'xyz\u0015abc', 'abc'],
    ['Ctrl-W', 'a xyz  \u0017bc', 'a bc'],
  ])('take back: %s', (_, keys, line) => {
    expect(type(keys).line).toBe(line);
  });

  test('that take back rub out what was shown, and no more', () => {
    expect(type('ab\u007F\u007F\u007Fc')).toEqual({ line: 'c', state: 'open', rest: '', shown: 'ab\b \b\b \bc' });
  });

  test.each([
    ['arrows', 'a\u001B[Db\u001B[Cc'],
    ['arrows in application mode', 'a\u001BODb\u001BOCc'],
    ['Delete, F5 and Ctrl-Left', 'a\u001B[3~b\u001B[15~\u001B[1;5Dc'],
    ['Alt with a letter', 'a\u001Bxbc'],
    ['the brackets of a paste', '\u001B[200~abc\u001B[201~'],
    ['Tab, Ctrl-A and Ctrl-Z', '\tab\u0001\u001Ac'],
    ['Escape twice before an arrow', 'ab\u001B\u001B[Dc'],
  ])('mean nothing: %s', (_, keys) => {
    expect(type(keys)).toEqual({ line: 'abc', state: 'open', rest: '', shown: 'abc' });
  });

  test('count after a lone Escape when they are control keys', () => {
    expect(type('abc\u001B\r')).toMatchObject({ line: 'abc', state: 'done' });
    expect(type('abc\u001B\u0003')).toMatchObject({ state: 'stopped' });
  });

  test('may be cut anywhere', () => {
    const bytes = Buffer.from('aé🙂\u001B[1;5D\u001B[200~€\r');
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(type(...chunks)).toEqual({ line: 'aé🙂€', state: 'done', rest: '', shown: 'aé🙂€' });
  });
});
