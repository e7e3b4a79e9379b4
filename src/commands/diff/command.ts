/** `optipick diff`: compares two answers. */
import type { Command } from 'commander';
import type { Context } from '../../context/context.ts';
import type { AnswerDifference } from '../../answers/diff/compare.ts';
import { CliError } from '../../errors.ts';
import type { ListOptions } from '../../output/terminal/long-list.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { ComparedFile } from '../../output/diff/sections.ts';
import { createStyle } from '../../output/terminal/style.ts';
import { outputOption, withHelp, type ContextSource, type CommandDeclaration } from '../shared/options.ts';
import type { AnswerFile } from './answer-file.ts';
import { refuseUnwritable, writeOutput } from '../shared/output-file.ts';

type Format = 'table' | 'json' | 'md';

/** By name, and by the extension of a file. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['table', 'table'],
  ['txt', 'table'],
  ['json', 'json'],
  ['md', 'md'],
]);

interface DiffOptions {
  readonly format?: string;
  readonly output?: string;
  readonly all?: boolean;
}

export const DIFF: CommandDeclaration = {
  name: 'diff',
  description: 'Compare two answers: figures, clusters, what moved.',
  declare: declareDiff,
};

function declareDiff(command: Command, context: ContextSource): void {
  command
    .argument('<a.json>', 'a stored answer, or - for stdin')
    .argument('<b.json>', 'the one to compare it with, or - for stdin')
    .option('--format <format>', 'table, md or json')
    .addOption(outputOption('write it to a file; the extension decides the format'))
    .option('--all', 'do not cut long lists');
  withHelp(command, {
    output: `The figures of both, clusters matched by what they hold (names say nothing), and picks that
moved, are missing or new; for routes how many stops changed place.
With --json {"v":1,"type":"diff","kind":"cluster","unit":"cm","same":false,"a":{...},"b":{...},
"difference":{...},"clusters":[...],"regrouped_picks":[...],"relocated_picks":[...],
"only_in_a":[...],"only_in_b":[...],"sequence":null}; differences are b less a.`,
    examples: [
      ['optipick diff before.json after.json', 'what has changed'],
      ['optipick diff before.json after.json --format md >> "$GITHUB_STEP_SUMMARY"', 'in a CI run'],
      ['optipick cluster get 67507ad05e593173d0313e0f --json | optipick diff before.json - --json', 'for a program'],
    ],
    failures: [
      ['usage', 'a file cannot be read, holds no answer, or one answers a route and one a cluster'],
      ['environment', 'the output file cannot be written'],
    ],
  });
  command.action((first: string, second: string, options: DiffOptions) => diff(context(), [first, second], options));
}

async function diff(context: Context, [first, second]: readonly [string, string], options: DiffOptions): Promise<void> {
  const { host, output } = context;
  const format = formatOf(options, output.json);
  if (first === '-' && second === '-') {
    throw new CliError('usage', 'both answers are read from stdin, which can be read only once', {
      code: 'stdin_taken',
      hint: 'give one of the two as a file',
    });
  }
  if (options.output !== undefined) await refuseUnwritable(host, options.output);
  const { readAnswerFile } = await import('./answer-file.ts');
  const before = await readAnswerFile(context, first);
  const after = await readAnswerFile(context, second);
  if (before.kind !== after.kind) throw differentKinds(before, after);
  for (const warning of mismatches(before, after)) await output.warn(warning);

  const { compareAnswers } = await import('../../answers/diff/compare.ts');
  const difference = compareAnswers(before.kind, before.details, after.details);
  const files = [sideOf(before), sideOf(after)] as const;
  const all = options.all ?? false;
  if (options.output === undefined) {
    const style = await output.style();
    const lines = await render(format, difference, files, { width: output.width, style, all });
    // JSON holds every text unchanged.
    if (format === 'json') await output.document([...lines, ''].join('\n'));
    else await output.lines(lines);
    return;
  }
  const lines = await render(format, difference, files, { width: undefined, style: await createStyle(0), all });
  await writeOutput(host, options.output, [...lines, ''].join('\n'));
}

async function render(
  format: Format,
  difference: AnswerDifference,
  files: readonly [ComparedFile, ComparedFile],
  options: ListOptions,
): Promise<Iterable<string>> {
  if (format === 'json') {
    const { differenceDocument } = await import('../../output/diff/json.ts');
    return [JSON.stringify(differenceDocument(difference, files))];
  }
  if (format === 'md') {
    const { renderDifferenceMarkdown } = await import('../../output/diff/markdown.ts');
    return Array.from(renderDifferenceMarkdown(difference, files, options), ({ text }) => text);
  }
  const { renderDifference } = await import('../../output/diff/terminal.ts');
  return renderDifference(difference, files, options);
}

function sideOf({ name, details }: AnswerFile): ComparedFile {
  return { name, summary: details.summary };
}

/** Differences that make a comparison questionable but not impossible, as warnings. */
function mismatches({ details: one }: AnswerFile, { details: other }: AnswerFile): readonly string[] {
  const pairs = [
    ['sites', one.summary.siteName, other.summary.siteName],
    ['waves', one.summary.waveId, other.summary.waveId],
  ] as const;
  return pairs.flatMap(([what, before, after]) =>
    before === undefined || after === undefined || before === after
      ? []
      : [`the answers are of different ${what}: ${cleanText(before)}, ${cleanText(after)}`],
  );
}

function differentKinds(before: AnswerFile, after: AnswerFile): CliError {
  const message = `${before.name} answers a ${before.kind} and ${after.name} a ${after.kind}: they cannot be compared`;
  return new CliError('usage', message, {
    code: 'different_kinds',
    hint: 'compare two answers of one kind',
  });
}

function formatOf({ format, output }: DiffOptions, json: boolean): Format {
  const extension = /\.([A-Za-z0-9]+)$/.exec(output ?? '')?.[1]?.toLowerCase();
  const word = format ?? (json ? 'json' : extension);
  const known = word === undefined ? 'table' : FORMATS.get(word);
  if (known !== undefined && (format === undefined || known === format)) return known;
  throw new CliError(
    'usage',
    `unknown output format "${word}" (from ${format === undefined ? `the extension of ${output}` : '--format'})`,
    {
      code: 'unknown_format',
      hint: 'the formats are table (.txt), md (.md) and json (.json); choose one with --format',
    },
  );
}
