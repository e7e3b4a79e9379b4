/** Two answers side by side, for a pull request or a summary of a CI run. */
import type { AnswerDifference } from '../domain/answer-difference.ts';
import type { AnswerOptions } from './answer-options.ts';
import { cleanText } from './clean-text.ts';
import { type ComparedFile, headOf, sectionsOf } from './difference-rows.ts';
import { cutList } from './long-list.ts';
import { PLAIN_STYLE } from './style.ts';
import type { Column } from './table.ts';

/** GitHub's Markdown. Lines without line ends. */
export function* renderDifferenceMarkdown(
  difference: AnswerDifference,
  files: readonly [ComparedFile, ComparedFile],
  { all }: Pick<AnswerOptions, 'all'>,
): Generator<string, void> {
  const [title = '', ...sides] = headOf(difference, files);
  yield `## ${escaped(title)}`;
  yield '';
  for (const side of sides) yield `- ${escaped(side)}`;
  for (const { sentence, columns, rows } of sectionsOf(difference, files)) {
    yield '';
    if (sentence !== undefined) {
      yield escaped(sentence);
      if (columns.length > 0) yield '';
    }
    if (columns.length === 0) continue;
    yield row(columns.map(({ title: name }) => name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())));
    yield row(columns.map(markOf));
    const { shown, rest } = cutList(rows, { all, style: PLAIN_STYLE });
    for (const cells of shown) yield row(cells.map(escaped));
    for (const line of rest) {
      yield '';
      yield escaped(line);
    }
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function markOf({ align }: Column): string {
  return align === 'right' ? '--:' : '---';
}

/** Text of a server that is to be read as text: no table, link, emphasis or HTML comes of it. */
function escaped(text: string): string {
  return cleanText(text).replaceAll(/[\\`*_[\]<|~&]/g, (sign) => `\\${sign}`);
}
