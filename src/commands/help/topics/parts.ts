/** What a topic consists of: laid out here for a terminal, and for the docs by `scripts/docs/topic-page.ts`. */
import { wrapBehind, wrapItem, wrapLine } from '../../../lib/text/wrap.ts';

/** A paragraph, a heading, a table, or lines that stay as they are. */
export type TopicPart = string | TopicHeading | TopicTable | TopicCode;

interface TopicHeading {
  readonly heading: string;
}

interface TopicTable {
  readonly heads: readonly string[];
  /** A cell for each head; the last is prose. */
  readonly rows: readonly (readonly string[])[];
}

interface TopicCode {
  readonly language: 'bash' | 'csv' | 'json';
  readonly code: string;
}

/** In lines of at most `width` columns, but for code. */
export function renderTopic(title: string, parts: readonly TopicPart[], width: number): readonly string[] {
  const lines: string[] = [title];
  let isIntroduced = false;
  for (const part of parts) {
    if (!isIntroduced) lines.push('');
    lines.push(...renderPart(part, width));
    isIntroduced = typeof part === 'string' ? part.endsWith(':') : 'heading' in part;
  }
  return lines;
}

function renderPart(part: TopicPart, width: number): readonly string[] {
  if (typeof part === 'string') return wrapLine(part, width);
  if ('heading' in part) return wrapLine(`${part.heading}:`, width);
  if ('code' in part)
    return part.code
      .trimEnd()
      .split('\n')
      .flatMap((line) => codeLine(part.language, line, width));
  const widths = part.heads.map((_, at) => Math.max(...part.rows.map((cells) => cells[at]?.length ?? 0)));
  const rows = part.rows.map((cells) => {
    const terms = cells.slice(0, -1).map((cell, at) => cell.padEnd(widths[at] ?? 0));
    return [terms.join('  ').trimEnd(), cells.at(-1) ?? ''] as const;
  });
  const column = Math.min(Math.max(...rows.map(([term]) => term.length)), Math.floor(width / 3));
  return rows.flatMap(([term, text]) => wrapItem(term, text, column, width));
}

/** JSON goes on in the next line after a comma; other code means something else then. */
function codeLine(language: TopicCode['language'], line: string, width: number): readonly string[] {
  const [indent = ''] = /^ */.exec(line) ?? [];
  return language === 'json' ? wrapBehind(`  ${indent}`, line.trim(), width) : [`  ${line}`];
}
