/** GitHub's Markdown: text of others is shown as it is, and does nothing else. */
import { createTemplate, joined, type Markup } from './markup.ts';
import { cleanText } from './sanitize-terminal.ts';

export type Markdown = Markup<'markdown'>;

/**
 * A line of Markdown. It must begin with a text of its own: at the beginning of a line a text from outside could still be
 * a list or the underline of a heading.
 */
export const inMarkdown = createTemplate<'markdown'>(escapeText);

/** What formats, wherever it stands in a line (a dollar begins mathematics), and what makes a link or a mention. */
const SPECIAL = /:\/\/|\bwww\.|\bGH-(?=\d)|[&<>@#|\\`*_[\]~$]/gi;

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
function escapeText(text: string): string {
  return cleanText(text).replace(SPECIAL, (found) => {
    if (found.endsWith('.')) return `${found.slice(0, -1)}&#46;`;
    if (found.endsWith('-')) return `${found}&#8203;`;
    return SPELT[found] ?? `\\${found}`;
  });
}

/** Between backticks nothing acts but a backtick, and in a table a bar. */
const between = createTemplate<'markdown'>((text) => text);

/** An id as code. Backticks and bars, which end code or a cell of a table, are spelt in HTML. */
export function markdownCode(text: string): Markdown {
  const clean = cleanText(text);
  if (clean.trim() === '') return inMarkdown``;
  return /[`|]/.test(clean) ? inMarkdown`<code>${clean}</code>` : between`\`${clean}\``;
}

/** Lines of code of our own, none of which is a fence. */
export function* markdownCodeBlock(code: string): Generator<Markdown, void> {
  yield between`\`\`\``;
  for (const line of code.split('\n')) yield between`${line}`;
  yield between`\`\`\``;
}

const inHtml = createTemplate<'markdown'>((text) =>
  cleanText(text).replace(/[&<>@#]/g, (found) => SPELT[found] ?? found),
);

/** An id as code where GitHub reads HTML and no Markdown: in a `<summary>`. */
export function htmlCode(text: string): Markdown {
  return inHtml`<code>${text}</code>`;
}

/** Text where GitHub reads HTML and no Markdown. */
export function htmlText(text: string): Markdown {
  return inHtml`${text}`;
}

/** A string is escaped, Markdown is taken as it is. */
export type MarkdownCell = string | number | Markdown;

export interface MarkdownColumn {
  readonly title: MarkdownCell;
  readonly align?: 'left' | 'right' | undefined;
}

export function* markdownTable(
  columns: readonly MarkdownColumn[],
  rows: Iterable<readonly MarkdownCell[]>,
): Generator<Markdown, void> {
  yield markdownRow(columns.map(({ title }) => title));
  yield markdownRow(columns.map(({ align }) => (align === 'right' ? '---:' : '---')));
  for (const row of rows) yield markdownRow(row);
}

/** One row of a table. */
export function markdownRow(cells: readonly MarkdownCell[]): Markdown {
  const parts = cells.map((cell) => inMarkdown`${cell}`);
  return inMarkdown`| ${joined(parts, inMarkdown` | `)} |`;
}
