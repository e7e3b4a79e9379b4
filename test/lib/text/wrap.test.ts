import { describe, expect, test } from 'vitest';
import { wrapBehind, wrapItem, wrapLine, wrapText } from '../../../src/lib/text/wrap.ts';

describe('a paragraph', () => {
  test('is cut between words, and as late as possible', () => {
    expect(wrapLine('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrapLine('one two three', 13)).toEqual(['one two three']);
  });

  test('loses the blanks it was written with', () => {
    expect(wrapLine(' one\n  two ', 20)).toEqual(['one two']);
  });

  test('is cut inside JSON after a comma, without a blank', () => {
    expect(wrapLine('a line {"v":1,"type":"result","state":"done"}', 22)).toEqual([
      'a line {"v":1,',
      '"type":"result",',
      '"state":"done"}',
    ]);
  });

  test('leaves a word that is too wide alone on its line, whole', () => {
    expect(wrapLine('see https://example.com/a/b now', 10)).toEqual(['see', 'https://example.com/a/b', 'now']);
  });

  test('is measured in columns of a terminal', () => {
    expect(wrapLine('倉庫 倉庫 倉庫', 9)).toEqual(['倉庫 倉庫', '倉庫']);
  });

  test('without words is one empty line', () => {
    expect(wrapLine('', 10)).toEqual(['']);
  });
});

describe('a text behind a head', () => {
  test('that fits, or that goes to a pipe, is as it was written', () => {
    expect(wrapBehind('a:  ', 'two  words', 14)).toEqual(['a:  two  words']);
    expect(wrapBehind('', 'x'.repeat(500), undefined)).toEqual(['x'.repeat(500)]);
  });

  test('goes on below its beginning, or as far in as it is told, and has the whole width on each line', () => {
    expect(wrapBehind('hint: ', 'one two three', 13)).toEqual(['hint: one two', '      three']);
    expect(wrapBehind('cause: ', 'one two three four', 14, 2)).toEqual(['cause: one two', '  three four']);
    expect(wrapBehind('- ', 'one two three', 9, 4)).toEqual(['- one two', '    three']);
  });

  test('leaves the head alone on its line where no word has room beside it', () => {
    expect(wrapBehind('the cause: ', 'one eleven', 12, 2)).toEqual(['the cause:', '  one eleven']);
  });

  test.each([0, 1, 2, 5])('ends on a terminal of %i columns', (width) => {
    expect(wrapBehind('ab: ', 'cd ef', width).join('').replaceAll(' ', '')).toBe('ab:cdef');
  });
});

describe('an item', () => {
  test('has its text in the column, on every line', () => {
    expect(wrapItem('--all', 'do not cut lists', 6, 20)).toEqual(['  --all   do not cut', '          lists']);
  });

  test('with a term wider than the column has it on a line of its own', () => {
    expect(wrapItem('--output <file>', 'write here', 6, 30)).toEqual(['  --output <file>', '          write here']);
  });
});

describe('a text', () => {
  test('joins lines to paragraphs, which a full stop, colon or semicolon ends', () => {
    expect(wrapText('One\nsentence.\nWith --json:\nthat;\nthis', 40)).toEqual([
      'One sentence.',
      'With --json:',
      'that;',
      'this',
    ]);
  });

  test('joins JSON that was written in several lines without a blank', () => {
    expect(wrapText('{"a":1,\n"b":2}', 40)).toEqual(['{"a":1,"b":2}']);
    expect(wrapText('  {"a":1,\n  "b":2}', 40)).toEqual(['  {"a":1,"b":2}']);
  });

  test('leaves JSON that is indented for people in its lines', () => {
    const json = '{\n  "site_name": "Example",\n  "wave_id": "W1",\n  "picks": []\n}';
    expect(wrapText(json, 60)).toEqual(json.split('\n'));
  });

  test('leaves empty lines and indented lines where they are', () => {
    expect(wrapText('zsh:\n  source a\n  source b\n\nThen go on', 40)).toEqual([
      'zsh:',
      '  source a',
      '  source b',
      '',
      'Then go on',
    ]);
  });

  test('wraps the text beside a term under itself, also where it was written in several lines', () => {
    expect(wrapText('  us-east  one two\n           three\n  eu       four', 18)).toEqual([
      '  us-east  one two',
      '           three',
      '  eu       four',
    ]);
    expect(wrapText('  us-east  one two\n           three\n  eu       four', 60)).toEqual([
      '  us-east  one two three',
      '  eu       four',
    ]);
  });
});
