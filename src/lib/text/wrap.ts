/** Text in lines of a terminal's width. */
import { displayWidth, headOfWidth } from './display-width.ts';

/** One paragraph in lines of at most `width` columns; JSON, which has no blanks, is cut after commas. A wider word stands alone. */
export function wrapLine(text: string, width: number): readonly string[] {
  return fill(
    text.split(/\s+/).filter((word) => word !== ''),
    width,
  );
}

/** Words in lines of at most `width` columns, with blanks between. */
export function fill(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    for (const [index, piece] of word.split(/(?<=,)(?=["{[])/).entries()) {
      const longer = line === '' ? piece : `${line}${index === 0 ? ' ' : ''}${piece}`;
      if (line !== '' && displayWidth(longer) > width) {
        lines.push(line);
        line = piece;
      } else line = longer;
    }
  }
  return [...lines, line];
}

/** A text behind its `head`; the lines below start `indent` columns in. Without a width it is one line. */
export function wrapBehind(
  head: string,
  text: string,
  width: number | undefined,
  indent = displayWidth(head),
): readonly string[] {
  if (width === undefined) return [head + text];
  const [first = '', ...rest] = wrapLine(text, width - Math.max(displayWidth(head), indent));
  return [head + first, ...rest.map((line) => ' '.repeat(indent) + line)];
}

/** `term` in a column of `column` characters, or on a line of its own when it is longer, and the wrapped text beside it. */
export function wrapItem(term: string, text: string, column: number, width: number): readonly string[] {
  const indent = ' '.repeat(column + 4);
  const [first = '', ...rest] = wrapLine(text, width - indent.length);
  const head = term.length > column ? [`  ${term}`, indent + first] : [`  ${term.padEnd(column)}  ${first}`];
  return [...head, ...rest.map((line) => indent + line)].map((line) => line.trimEnd());
}

/**
 * A text written in lines of any length, in lines of at most `width`: lines are joined to paragraphs, and one that ends with a
 * full stop, colon or semicolon ends its paragraph. An indented line stays one, but for JSON that goes on after a comma; where
 * two blanks part a term from its text, the lines below that start under the text belong to it.
 */
export function wrapText(text: string, width: number): readonly string[] {
  return blocksOf(text).flatMap(({ lead, text: body }) => {
    const [first = '', ...rest] = wrapLine(body, width - lead.length);
    const indent = ' '.repeat(lead.length);
    return [lead + first, ...rest.map((line) => indent + line)].map((line) => line.trimEnd());
  });
}

interface Block {
  /** Indentation, and the term that stands in front. */
  readonly lead: string;
  readonly text: string;
}

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    const glue = last === undefined ? undefined : glueOf(last, line);
    if (last !== undefined && glue !== undefined) {
      blocks.splice(-1, 1, { lead: last.lead, text: `${last.text}${glue}${line.trim()}` });
    } else {
      const [lead = ''] = /^ +\S.* {2,}(?=\S)|^ */.exec(line) ?? [];
      blocks.push({ lead, text: line.slice(lead.length) });
    }
  }
  return blocks;
}

/** What stands between a block and the next line when that belongs to it. */
function glueOf({ lead, text }: Block, line: string): '' | ' ' | undefined {
  if (text === '' || line.search(/\S/) !== lead.length) return undefined;
  // JSON in one line, not the one that is indented for people.
  if (text.endsWith(',') && /^\s*"[^"]*":(?! )/.test(line)) return '';
  const isParagraph = lead === '' ? !/[.:;]$/.test(text) : lead.trim() !== '';
  return isParagraph ? ' ' : undefined;
}

export interface BreakOptions {
  /** Columns of the terminal; `undefined` for a pipe, where nothing is wrapped. */
  readonly width: number | undefined;
  /** Stands before each line after the first. */
  readonly indent?: string;
}

/** A cleaned text without colors as lines that fit the terminal, broken at blanks; longer words are broken where the line ends. */
export function breakText(text: string, { width = Infinity, indent = '' }: BreakOptions): readonly string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(/(?<=\S) +(?=\S)/)) {
    let word = piece;
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') {
      lines.push(line);
      word = indent + word;
    }
    // What cannot be broken further is as wide as it is, however narrow the terminal.
    for (let head = headOf(word, width); head !== word; head = headOf(word, width)) {
      lines.push(head);
      word = indent + word.slice(head.length);
    }
    line = word;
  }
  return [...lines, line];
}

/** As much of it as fits, and at least one character, of one or two columns, behind its indent. */
function headOf(word: string, width: number): string {
  const head = headOfWidth(word, width);
  if (head.trim() !== '') return head;
  const text = word.trimStart();
  return word.slice(0, word.length - text.length) + (headOfWidth(text, 1) || headOfWidth(text, 2));
}
