/** Markdown from texts that are written for a terminal. */
import { wrapText } from '../../src/lib/text/wrap.ts';

/** A table; cells are Markdown. Nothing when there are no rows. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(inCell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function inCell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', String.raw`\|`);
}

/** A code span, with as many backticks as it needs. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** Several, as they are listed: `PGPASSWORD, PGPASSFILE`. */
export function codes(list: string): string {
  return list.split(', ').map(code).join(', ');
}

export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.replace(/\n+$/, '')}\n\`\`\``;
}

/** What is typed or printed, and in a text for a terminal stands in quotes or as it is. */
const LITERALS = [
  // Commands, flags with their values, and single words in quotes; a field with its value.
  /"(?:optipick [^"]*|--[^"]*|[^"\s]+)"|"\w+":\d+/,
  // Flags, with a value that is in quotes or a placeholder.
  /(?<![\w-])--?[a-z][\w-]*(?:[= ]'[^']*'|[= ]<[^>]*>(?:=<[^>]*>)?|=[^\s,;)]+)?/,
  // Names with an underscore, placeholders.
  /\b[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*(?:_[A-Za-z0-9]+|_\.\.\.)|<[^>\s]+>/,
  // Variables, paths and addresses.
  /\$\(\S+|(?:\$\w|~\/|%[A-Z]+%|\b[a-z]+:\/\/)[^\s,;)]*/,
  // JSON; its end is looked for.
  /[{[](?=["{.])/,
];
const LITERAL = new RegExp(LITERALS.map(({ source }) => source).join('|'), 'g');

/** Prose of a help text: what is literal becomes code, what Markdown would read is escaped. */
export function prose(text: string): string {
  let markdown = '';
  let from = 0;
  LITERAL.lastIndex = 0;
  for (let match = LITERAL.exec(text); match !== null; match = LITERAL.exec(text)) {
    const [found] = match;
    const end = /^[{[]/.test(found) ? endOfJson(text, match.index) : match.index + found.length;
    const literal = text.slice(match.index, end);
    markdown += escaped(text.slice(from, match.index)) + code(literal.replace(/^"(.*)"$/, '$1'));
    from = end;
    LITERAL.lastIndex = end;
  }
  return markdown + escaped(text.slice(from));
}

/** Behind the brace that closes the one at `start`. */
function endOfJson(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if ('{['.includes(text.charAt(at))) depth += 1;
    else if ('}]'.includes(text.charAt(at)) && (depth -= 1) === 0) return at + 1;
  }
  return text.length;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_<[\]]/g, String.raw`\$&`);
}

/** A help text of several paragraphs; lines that are indented in it are a block of code. */
export function paragraphs(text: string): string {
  return partsOf(text)
    .map(({ isCode, lines }) => (isCode ? fenced('text', lines.join('\n')) : lines.map(prose).join('\n\n')))
    .join('\n\n');
}

interface Part {
  readonly isCode: boolean;
  readonly lines: readonly string[];
}

/** Paragraphs, each a line, and between them blocks that were indented. */
export function partsOf(text: string): readonly Part[] {
  const parts: { isCode: boolean; lines: string[] }[] = [];
  for (const line of wrapText(text, Number.POSITIVE_INFINITY)) {
    if (line === '') continue;
    const isCode = line.startsWith('  ');
    const last = parts.at(-1);
    if (last?.isCode === isCode) last.lines.push(line.replace(/^ {2}/, ''));
    else parts.push({ isCode, lines: [line.replace(/^ {2}/, '')] });
  }
  return parts;
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  const plain = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
  return plain
    .toLowerCase()
    .trim()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
