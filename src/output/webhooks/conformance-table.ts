import {
  type ConformanceReport,
  type ConformanceResult,
  failedChecks,
} from '../../webhooks/testing/conformance-report.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { displayWidth } from '../../lib/text/display-width.ts';
import type { Style } from '../terminal/style.ts';
import { type Column, renderTable } from '../terminal/table.ts';

export interface ConformanceTableOptions {
  /** Columns of the terminal; `undefined` for a pipe, where nothing is cut. */
  readonly width: number | undefined;
  readonly style: Style;
  /** Explains every check, not only those that failed. */
  readonly verbose: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: '', narrowest: 4 },
  { title: 'check', narrowest: 60 },
  { title: 'came back', narrowest: 16 },
  { title: 'should', drop: 1, narrowest: 20 },
  { title: 'sent', drop: 2, narrowest: 60 },
];

/** A table of all checks; below it what was sent, came back and should have, and why, for those that failed. */
export function* renderConformance(
  report: ConformanceReport,
  { width, style, verbose }: ConformanceTableOptions,
): Generator<string, void> {
  const rows = report.results.map(rowOf);
  for (const [index, line] of [...renderTable(COLUMNS, rows, { width, style })].entries()) {
    const result = report.results[index - 1];
    yield result === undefined ? line : colored(line, result, style);
  }
  const explained = verbose
    ? report.results
    : report.results.filter(({ passed, remark }) => !passed || remark !== undefined);
  for (const result of explained) {
    yield '';
    yield* explain(result, style, width);
  }
  yield '';
  yield summaryOf(report, style);
}

function rowOf({ passed, title, received, expected, sent }: ConformanceResult): readonly string[] {
  return [passed ? 'ok' : 'FAIL', title, received, expected, sent];
}

/** The first word of a line alone: colors must not count when a table is laid out. */
function colored(line: string, { passed }: ConformanceResult, style: Style): string {
  const word = passed ? 'ok' : 'FAIL';
  return `${(passed ? style.green : style.red)(word)}${line.slice(word.length)}`;
}

function* explain(result: ConformanceResult, style: Style, width: number | undefined): Generator<string, void> {
  const { passed, name, title, sent, received, expected, why, excerpt, remark } = result;
  yield `${passed ? style.green('ok') : style.red('FAIL')}  ${style.bold(title)} ${style.dim(`(${name})`)}`;
  yield* labelled('sent', sent, width);
  yield* labelled('came back', received, width);
  if (excerpt !== undefined) for (const line of labelled('', excerpt, width)) yield style.dim(line);
  yield* labelled('should', expected, width);
  yield* labelled('why', why, width);
  if (passed && remark !== undefined) for (const line of labelled('remark', remark, width)) yield style.yellow(line);
}

const LABEL_WIDTH = 13;
/** Below that a column of words is no help. */
const NARROWEST_TEXT = 20;

/** `  sent       a delivery ...`; on a terminal broken between words, the next lines below the first. */
function* labelled(label: string, text: string, width: number | undefined): Generator<string, void> {
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(NARROWEST_TEXT, width - LABEL_WIDTH);
  let head = `  ${label}`.padEnd(LABEL_WIDTH);
  let line = '';
  for (const word of cleanText(text).split(' ')) {
    if (line !== '' && displayWidth(`${line} ${word}`) > room) {
      yield `${head}${line}`;
      head = ' '.repeat(LABEL_WIDTH);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  yield `${head}${line}`;
}

function summaryOf(report: ConformanceReport, style: Style): string {
  const failed = failedChecks(report).length;
  const all = report.results.length;
  return failed === 0 ? style.green(`all ${all} checks passed`) : style.red(`${failed} of ${all} checks failed`);
}
