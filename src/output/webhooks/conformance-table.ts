import {
  type ConformanceReport,
  type ConformanceResult,
  countsOf,
  curedByCode,
  fixOf,
  type Outcome,
  outcomeOf,
  summaryOf,
} from '../../webhooks/testing/conformance-report.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { cutToWidth } from '../../lib/text/display-width.ts';
import { wrapLine } from '../../lib/text/wrap.ts';
import type { Style } from '../terminal/style.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { FrameworkFix } from '../../webhooks/frameworks/fixes.ts';
import { likelyOfAnswers } from '../../webhooks/frameworks/likely.ts';
import { moreCode, renderFrameworkFixes, renderFrameworkLines } from './framework-fixes.ts';

export interface ConformanceTableOptions {
  /** Columns of the terminal; `undefined` for a pipe, where nothing is cut. */
  readonly width: number | undefined;
  readonly style: Style;
  /** Explains every check, not only those that failed. */
  readonly verbose: boolean;
  /** The code that was asked for. */
  readonly fixes: readonly FrameworkFix[] | undefined;
}

const COLUMNS: readonly Column[] = [
  { title: '', narrowest: 4 },
  { title: 'check', narrowest: 34 },
  { title: 'came back', narrowest: 16 },
  { title: 'should be', drop: 1, narrowest: 16 },
  { title: 'name', drop: 2, narrowest: 20 },
];

/**
 * A table of all checks; below it what was sent, came back and should have, why, and what to change, for those that failed. What
 * failed for the same reason is explained once.
 */
export function* renderConformance(
  report: ConformanceReport,
  options: ConformanceTableOptions,
): Generator<string, void> {
  const { width, style, verbose } = options;
  const { results } = report;
  const rows = results.map((result) => {
    const { title, received, expected, name } = result;
    return [outcomeOf(result), title, received, expected, name];
  });
  for (const [index, line] of [...renderTable(COLUMNS, rows, { width, style })].entries()) {
    const result = results[index - 1];
    yield result === undefined ? line : colored(line, outcomeOf(result), style);
  }
  const explained = verbose
    ? results
    : results.filter((result) => outcomeOf(result) === 'FAIL' || (result.passed && result.remark !== undefined));
  const seen = new Set<string>();
  for (const result of explained) {
    const fix = fixOf(result, report);
    if (!verbose && fix !== undefined && seen.has(fix)) continue;
    if (fix !== undefined) seen.add(fix);
    const alike = verbose || fix === undefined ? [] : explained.filter((each) => fixOf(each, report) === fix).slice(1);
    yield '';
    yield* explain(result, { fix, alike, width, style });
  }
  yield* renderCode(report, options);
  yield '';
  const { failed, notes } = countsOf(report);
  const more = notes > 0 && !verbose ? ' (explained with -v)' : '';
  for (const line of linesOf(`${summaryOf(report)}${more}`, width)) {
    yield failed === 0 ? style.green(line) : style.red(line);
  }
}

/** The code that cures some of the failed checks, or how to see it. Nothing where code is not the cure. */
function* renderCode(report: ConformanceReport, view: ConformanceTableOptions): Generator<string, void> {
  const cured = curedByCode(report).map(({ name }) => name);
  if (cured.length === 0) return;
  yield '';
  const passes = `that passes ${cured.join(', ')}`;
  if (view.fixes !== undefined) {
    yield* linesOf(`Code ${passes}:`, view.width);
    yield '';
    yield* renderFrameworkFixes(view.fixes, view);
    return;
  }
  if (cured.includes('exact-body')) {
    yield* linesOf('The bytes of the body, for exact-body:', view.width);
    yield* renderFrameworkLines(likelyOfAnswers(answersOf(report)), view);
    yield '';
  }
  yield* moreCode(`code ${passes}`, view);
}

function answersOf({ results }: ConformanceReport) {
  return results.flatMap(({ answers }) => answers.flatMap((answer) => (answer.status === undefined ? [] : [answer])));
}

const COLORS = { ok: 'green', FAIL: 'red', note: 'yellow' } as const;

/** The first word of a line alone: colors must not count when a table is laid out. */
function colored(line: string, outcome: Outcome, style: Style): string {
  return `${style[COLORS[outcome]](outcome)}${line.slice(outcome.length)}`;
}

interface Explanation {
  readonly fix: string | undefined;
  /** What failed for the same reason. */
  readonly alike: readonly ConformanceResult[];
  readonly width: number | undefined;
  readonly style: Style;
}

function* explain(result: ConformanceResult, { fix, alike, width, style }: Explanation): Generator<string, void> {
  const { passed, name, title, sent, received, expected, why, excerpt, remark } = result;
  const outcome = outcomeOf(result);
  yield `${style[COLORS[outcome]](outcome.padEnd(4))}  ${style.bold(title)} ${style.dim(`(${name})`)}`;
  yield* labelled('sent', sent, width);
  yield* labelled('came back', received, width);
  if (excerpt !== undefined) for (const line of labelled('', excerpt, width)) yield style.dim(line);
  yield* labelled('should be', expected, width);
  yield* labelled('why', why, width);
  if (alike.length > 0) yield* labelled('also', alike.map((each) => each.name).join(', '), width);
  if (fix !== undefined) for (const line of labelled('fix', fix, width)) yield style.cyan(line);
  if (passed && remark !== undefined) for (const line of labelled('remark', remark, width)) yield style.yellow(line);
}

const LABEL_WIDTH = 17;
/** Below that a column of words is no help. */
const NARROWEST_TEXT = 20;

/** `      sent       a delivery ...`; on a terminal broken between words, the next lines below the first. */
function* labelled(label: string, text: string, width: number | undefined): Generator<string, void> {
  const room = width === undefined ? undefined : Math.max(NARROWEST_TEXT, width - LABEL_WIDTH);
  let head = `      ${label}`.padEnd(LABEL_WIDTH);
  for (const line of linesOf(text, room)) {
    yield `${head}${line}`;
    head = ' '.repeat(LABEL_WIDTH);
  }
}

/** Broken between words; a word that is wider than the room is cut. */
function linesOf(text: string, room: number | undefined): readonly string[] {
  const clean = cleanText(text);
  return room === undefined ? [clean] : wrapLine(clean, room).map((line) => cutToWidth(line, room));
}
