/** Two answers side by side, for a terminal or a text file. */
import type { AnswerDifference } from '../../answers/diff/compare.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { type ComparedFile, headOf, sectionsOf } from './sections.ts';
import { cutList, type ListOptions } from '../terminal/long-list.ts';
import { renderTable } from '../terminal/table.ts';

/** Lines without line ends. */
export function* renderDifference(
  difference: AnswerDifference,
  files: readonly [ComparedFile, ComparedFile],
  options: ListOptions,
): Generator<string, void> {
  const { style } = options;
  const [title = '', ...sides] = headOf(difference, files);
  yield style.bold(title);
  for (const side of sides) yield cleanText(side);
  for (const { sentence, columns, rows } of sectionsOf(difference, files)) {
    yield '';
    if (sentence !== undefined) yield style.yellow(cleanText(sentence));
    if (columns.length === 0) continue;
    const { shown, rest } = cutList(rows, options);
    yield* renderTable(columns, shown, options);
    yield* rest;
  }
}
