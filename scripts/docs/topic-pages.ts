/** The pages that show what `optipick help <topic>` prints. */
import { exitCodeInWords } from '../../src/commands/help/topics/exit-codes.ts';
import type { TopicPart } from '../../src/commands/help/topics/parts.ts';
import { TOPIC_PARTS } from '../../src/commands/help/topics/topics.ts';
import { HELP_TOPICS, type TopicName } from '../../src/commands/shared/help-topics.ts';
import { ERROR_CODES } from '../../src/error-codes.ts';
import { code, codes, fenced, prose, table } from './markdown.ts';

/** Contents by path. */
export function topicPages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/reference/ci.md', page('ci')],
    ['docs/reference/environment.md', page('environment')],
    ['docs/reference/exit-codes.md', [page('exit-codes'), ...errorCodes()].join('\n\n')],
    ['docs/reference/fields.md', fieldPage()],
    ['docs/reference/output.md', page('output')],
    ['docs/reference/webhooks.md', page('webhooks')],
  ]);
}

function page(name: TopicName): string {
  return [`# ${titleOf(name)}`, printedBy(name), body(name, 2)].join('\n\n');
}

/** JSON and tables describe the same fields. */
function fieldPage(): string {
  const names: readonly TopicName[] = ['request', 'csv'];
  const parts = names.flatMap((name) => [`## ${titleOf(name)}`, printedBy(name), body(name, 3)]);
  return ['# Fields and columns', ...parts].join('\n\n');
}

function titleOf(name: TopicName): string {
  return HELP_TOPICS.find((topic) => topic.name === name)?.title ?? name;
}

function printedBy(name: TopicName): string {
  return `\`optipick help ${name}\` prints this on a terminal.`;
}

function body(name: TopicName, level: number): string {
  return TOPIC_PARTS[name]()
    .map((part) => markdown(part, level))
    .join('\n\n');
}

function markdown(part: TopicPart, level: number): string {
  if (typeof part === 'string') return prose(part.replaceAll(/\s+/g, ' '));
  if ('heading' in part) return `${'#'.repeat(level)} ${prose(part.heading)}`;
  if ('code' in part) return fenced(part.language, part.code);
  const rows = part.rows.map((cells) =>
    cells.map((cell, at) => (NAMES.has(part.heads[at] ?? '') ? codes(cell) : prose(cell.replaceAll(/\s+/g, ' ')))),
  );
  return table(part.heads, rows);
}

/** Columns of what is typed as it is. */
const NAMES: ReadonlySet<string> = new Set(['Field', 'Column', 'Variable', 'Extension']);

function errorCodes(): readonly string[] {
  const sections = Object.entries(ERROR_CODES).flatMap(([failure, codes]) => [
    `### ${exitCodeInWords(failure)}`,
    table(
      ['Error code', 'Cause', 'Fix'],
      Object.entries(codes).map(([name, { cause, fix }]) => [code(name), prose(cause), prose(fix)]),
    ),
  ]);
  return [
    '## Error codes',
    'A code that goes with several exit codes is listed below each of them. Codes stay as they are; new ones may be added.',
    ...sections,
  ];
}
