/** Two answers side by side, for a pull request or a summary of a CI run. */
import type { AnswerDifference } from '../domain/answer-difference.ts';
import type { AnswerOptions } from './answer-options.ts';
import { type ComparedFile, headOf, sectionsOf } from './difference-rows.ts';
import { cutList } from './long-list.ts';
import { markdownText } from './markdown-text.ts';
import { PLAIN_STYLE } from './style.ts';
import type { Column } from './table.ts';

/** GitHub's Markdown. Lines without line ends. */
export function* renderDifferenceMarkdown(
  difference: AnswerDifference,
  files: readonly [ComparedFile, ComparedFile],
  { all }: Pick<AnswerOptions, 'all'>,
): Generator<string, void> {
  const [title = '', ...sides] = headOf(difference, files);
  yield `## ${markdownText(title)}`;
  yield '';
  for (const side of sides) yield `- ${markdownText(side)}`;
  for (const { sentence, columns, rows } of sectionsOf(difference, files)) {
    yield '';
    if (sentence !== undefined) {
      yield markdownText(sentence);
      if (columns.length > 0) yield '';
    }
    if (columns.length === 0) continue;
    yield row(columns.map(({ title: name }) => name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())));
    yield row(columns.map(markOf));
    const { shown, rest } = cutList(rows, { all, style: PLAIN_STYLE });
    for (const cells of shown) yield row(cells.map(markdownText));
    for (const line of rest) {
      yield '';
      yield markdownText(line);
    }
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function markOf({ align }: Column): string {
  return align === 'right' ? '--:' : '---';
}
