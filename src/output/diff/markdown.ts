/** Two answers side by side, for a pull request or a summary of a CI run. */
import type { AnswerDifference } from '../../answers/diff/compare.ts';
import { type ComparedFile, headOf, sectionsOf } from './sections.ts';
import { cutList, type ListOptions } from '../terminal/long-list.ts';
import { inMarkdown, type Markdown, markdownRow } from '../../lib/text/markdown-text.ts';
import { PLAIN_STYLE } from '../terminal/style.ts';
import type { Column } from '../terminal/table.ts';

/** GitHub's Markdown. Lines without line ends. */
export function* renderDifferenceMarkdown(
  difference: AnswerDifference,
  files: readonly [ComparedFile, ComparedFile],
  { all }: Pick<ListOptions, 'all'>,
): Generator<Markdown, void> {
  const [title = '', ...sides] = headOf(difference, files);
  yield inMarkdown`## ${title}`;
  yield inMarkdown``;
  for (const side of sides) yield inMarkdown`- ${side}`;
  for (const { sentence, columns, rows } of sectionsOf(difference, files)) {
    yield inMarkdown``;
    if (sentence !== undefined) {
      yield inMarkdown`${sentence}`;
      if (columns.length > 0) yield inMarkdown``;
    }
    if (columns.length === 0) continue;
    const { shown, rest } = cutList(rows, { all, style: PLAIN_STYLE, width: undefined });
    yield markdownRow(columns.map(titleOf));
    yield markdownRow(columns.map(({ align }) => (align === 'right' ? '--:' : '---')));
    for (const cells of shown) yield markdownRow(cells);
    for (const line of rest) {
      yield inMarkdown``;
      yield inMarkdown`${line}`;
    }
  }
}

function titleOf({ title }: Column): string {
  return title.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
