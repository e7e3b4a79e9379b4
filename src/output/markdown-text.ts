/** Text of others in the Markdown of GitHub: shown as it is, and nothing else done by it. */
import { cleanText } from './clean-text.ts';

/** What formats, wherever it stands in a line (a dollar begins mathematics), and what makes a link or a mention. */
const SPECIAL = /:\/\/|\bwww\.|[&<>@#|\\`*_[\]~$]/gi;

const SPELT: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '@': '@&#8203;',
  '#': '#&#8203;',
  '://': ':&#47;/',
};

/**
 * Prose. An `@` and a `#` get a character without width behind them, so that nobody is called and no issue is linked:
 * GitHub looks for these after it has resolved the escapes. An address does not become a link.
 */
export function markdownText(text: string): string {
  return cleanText(text).replace(SPECIAL, (found) => {
    if (found.length > 1 && found !== '://') return `${found.slice(0, -1)}&#46;`;
    return SPELT[found] ?? `\\${found}`;
  });
}

/** An id as code. Backticks and bars, which end code or a cell of a table, are spelt in HTML. */
export function markdownCode(text: string): string {
  const clean = cleanText(text);
  if (clean.trim() === '') return '';
  return /[`|]/.test(clean) ? `<code>${markdownText(clean)}</code>` : `\`${clean}\``;
}

/** An id as code where GitHub reads HTML and no Markdown: in a `<summary>`. */
export function htmlCode(text: string): string {
  return `<code>${htmlText(text)}</code>`;
}

/** Text where GitHub reads HTML and no Markdown. */
export function htmlText(text: string): string {
  return cleanText(text).replace(/[&<>@#]/g, (found) => SPELT[found] ?? found);
}

export interface MarkdownColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A table, from cells that are Markdown already. */
export function* markdownTable(
  columns: readonly MarkdownColumn[],
  rows: Iterable<readonly string[]>,
): Generator<string, void> {
  yield rowOf(columns.map(({ title }) => title));
  yield rowOf(columns.map(({ align }) => (align === 'right' ? '---:' : '---')));
  for (const row of rows) yield rowOf(row);
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
