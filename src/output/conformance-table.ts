import { type ConformanceReport, type ConformanceResult, failedChecks } from '../domain/conformance.ts';
import { cleanText } from './clean-text.ts';
import type { Style } from './style.ts';
import { type Column, renderTable } from './table.ts';

export interface ConformanceTableOptions {
  /** Columns of the terminal; `undefined` for a pipe, where nothing is cut. */
  readonly width: number | undefined;
  readonly style: Style;
  /** Explains every check, not only those that failed. */
  readonly verbose: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: '', narrowest: 4 },
  { title: 'check', narrowest: 30 },
  { title: 'came back', narrowest: 16 },
  { title: 'should', drop: 1, narrowest: 20 },
  { title: 'sent', drop: 2, narrowest: 40 },
];

/** A table of all checks; below it what was sent, came back and should have, and why, for those that failed. */
export function* renderConformance(
  report: ConformanceReport,
  { width, style, verbose }: ConformanceTableOptions,
): Generator<string, void> {
  const rows = report.results.map(rowOf);
  for (const [index, line] of [...renderTable(COLUMNS, rows, { width, style })].entries()) {
    const result = report.results[index - 1];
    yield result === undefined ? line : coloured(line, result, style);
  }
  const explained = verbose
    ? report.results
    : report.results.filter(({ passed, remark }) => !passed || remark !== undefined);
  for (const result of explained) {
    yield '';
    yield* explain(result, style);
  }
  yield '';
  yield summaryOf(report, style);
}

function rowOf({ passed, title, received, expected, sent }: ConformanceResult): readonly string[] {
  return [passed ? 'ok' : 'FAIL', title, received, expected, sent];
}

/** The first word of a line alone: colours must not count when a table is laid out. */
function coloured(line: string, { passed }: ConformanceResult, style: Style): string {
  const word = passed ? 'ok' : 'FAIL';
  return `${(passed ? style.green : style.red)(word)}${line.slice(word.length)}`;
}

function* explain(result: ConformanceResult, style: Style): Generator<string, void> {
  const { passed, name, title, sent, received, expected, why, said, remark } = result;
  yield `${passed ? style.green('ok') : style.red('FAIL')}  ${style.bold(title)} ${style.dim(`(${name})`)}`;
  yield `  sent       ${cleanText(sent)}`;
  yield `  came back  ${cleanText(received)}`;
  if (said !== undefined) yield `             ${style.dim(cleanText(said))}`;
  yield `  should     ${cleanText(expected)}`;
  yield `  why        ${cleanText(why)}`;
  if (passed && remark !== undefined) yield `  remark     ${style.yellow(cleanText(remark))}`;
}

function summaryOf(report: ConformanceReport, style: Style): string {
  const failed = failedChecks(report).length;
  const all = report.results.length;
  return failed === 0 ? style.green(`all ${all} checks passed`) : style.red(`${failed} of ${all} checks failed`);
}
