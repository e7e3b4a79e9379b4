/** Text in lines of a terminal's width. */
import { displayWidth } from './display-width.ts';

/** One paragraph in lines of at most `width` columns; JSON, which has no blanks, is cut after commas. A wider word stands alone. */
export function wrapLine(text: string, width: number): readonly string[] {
  return fill(wordsOf(text), width);
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Words in lines of at most `width` columns, with blanks between; the first line has `taken` columns less. */
export function fill(words: readonly string[], width: number, taken = 0): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let room = width - taken;
  for (const word of words) {
    for (const [index, piece] of word.split(/(?<=,)(?=["{[])/).entries()) {
      const longer = line === '' ? piece : `${line}${index === 0 ? ' ' : ''}${piece}`;
      const canBreak = line !== '' || room < width;
      if (canBreak && displayWidth(longer) > room) {
        lines.push(line);
        line = piece;
        room = width;
      } else line = longer;
    }
  }
  return [...lines, line];
}

/**
 * A text behind its `head`, as it is where that fits or there is no width (a pipe); else in lines, of which those below start
 * `indent` columns in.
 */
export function wrapBehind(
  head: string,
  text: string,
  width: number | undefined,
  indent = displayWidth(head),
): readonly string[] {
  if (width === undefined || displayWidth(head + text) <= width) return [head + text];
  const [first = '', ...rest] = fill(wordsOf(text), width - indent, displayWidth(head) - indent);
  return [first === '' ? head.trimEnd() : head + first, ...rest.map((line) => ' '.repeat(indent) + line)];
}

/** A text beside its `head` where both fit a line, else wrapped below it, two columns in. */
export function wrapBelow(head: string, text: string, width: number | undefined): readonly string[] {
  const line = `${head}  ${text}`;
  return width === undefined || displayWidth(line) <= width ? [line] : [head, ...wrapBehind('  ', text, width)];
}

/** `term` in a column of `column` characters, or on a line of its own when it is longer, and the wrapped text beside it. */
export function wrapItem(term: string, text: string, column: number, width: number): readonly string[] {
  const isLong = term.length > column;
  const head = `  ${isLong ? '' : term.padEnd(column)}`.padEnd(column + 4);
  const lines = wrapBehind(head, text, width).map((line) => line.trimEnd());
  return isLong ? [`  ${term}`, ...lines] : lines;
}

/**
 * A text written in lines of any length, in lines of at most `width`: lines are joined to paragraphs, and one that ends with a
 * full stop, colon or semicolon ends its paragraph. An indented line stays one, but for JSON that goes on after a comma; where
 * two blanks part a term from its text, the lines below that start under the text belong to it.
 */
export function wrapText(text: string, width: number): readonly string[] {
  return blocksOf(text).flatMap(({ lead, text: body }) => wrapBehind(lead, body, width).map((line) => line.trimEnd()));
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
