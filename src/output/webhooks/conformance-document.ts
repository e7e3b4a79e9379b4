/** The checks of an endpoint for other readers than people at a terminal: Markdown, JSON, JUnit. */
import {
  type ConformanceReport,
  type ConformanceResult,
  countsOf,
  curedByCode,
  fixOf,
  outcomeOf,
  summaryOf,
} from '../../webhooks/testing/conformance-report.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { JunitCase, JunitSuite } from '../../lib/text/junit.ts';
import { inMarkdown, type Markdown, markdownCodeBlock, markdownRow } from '../../lib/text/markdown-text.ts';
import type { FrameworkFix } from '../../webhooks/frameworks/fixes.ts';
import { FRAMEWORKS } from '../../webhooks/frameworks/frameworks.ts';
import { testAnswerJson } from './test-answer.ts';

/**
 * A heading, a sentence and a table with every fact of each check, for a pull request or a ticket; below it the code that
 * was asked for (`fixes`), where code is the cure.
 */
export function* renderConformanceMarkdown(
  report: ConformanceReport,
  fixes: readonly FrameworkFix[] = [],
): Generator<Markdown, void> {
  const { failed } = countsOf(report);
  // The user's own address may be followed.
  const [scheme = '', ...rest] = report.url.split('://');
  const address = inMarkdown`${scheme}://${rest.join('://')}`;
  yield inMarkdown`# Webhook endpoint`;
  yield inMarkdown``;
  yield failed === 0
    ? inMarkdown`${address}: ${summaryOf(report)}.`
    : inMarkdown`${address}: **${summaryOf(report)}**.`;
  yield inMarkdown``;
  yield inMarkdown`| | check | sent | came back | should be | why | fix |`;
  yield inMarkdown`| --- | --- | --- | --- | --- | --- | --- |`;
  for (const result of report.results) {
    const { passed, title, sent, received, excerpt, remark, expected, why } = result;
    const outcome = outcomeOf(result);
    const more = passed ? remark : excerpt;
    const back = more === undefined ? received : `${received} (${more})`;
    const word = outcome === 'FAIL' ? inMarkdown`**FAIL**` : outcome;
    yield markdownRow([word, title, sent, back, expected, why, fixOf(result, report) ?? '']);
  }
  const cured = curedByCode(report).map(({ name }) => name);
  if (cured.length === 0) return;
  for (const { framework, code } of fixes) {
    yield inMarkdown``;
    yield inMarkdown`Code for ${FRAMEWORKS[framework].label} that passes ${cured.join(', ')}:`;
    yield inMarkdown``;
    yield* markdownCodeBlock(code);
  }
}

/** One document; with `fixes` where `--framework` asked for code. */
export function conformanceJson(
  report: ConformanceReport,
  fixes: readonly FrameworkFix[] | undefined,
): Readonly<Record<string, unknown>> {
  const counts = countsOf(report);
  return {
    v: 1,
    type: 'suite',
    url: report.url,
    timeout_ms: report.timeoutMs,
    passed: counts.failed === 0,
    counts,
    skipped: report.skipped,
    checks: report.results.map((result) => {
      const { name, title, passed, required, sent, received, expected, why, remark, answers } = result;
      const fix = fixOf(result, report);
      return {
        name,
        title,
        passed,
        required,
        sent,
        received: cleanText(received),
        expected,
        why,
        fix: fix === undefined ? null : cleanText(fix),
        remark: (passed ? remark : undefined) ?? null,
        answers: answers.map(testAnswerJson),
      };
    }),
    ...(fixes === undefined ? {} : { fixes: curedByCode(report).length === 0 ? [] : fixes }),
  };
}

/** One testcase a check; what need not pass is skipped then. */
export function conformanceJunit(report: ConformanceReport): readonly JunitSuite[] {
  const cases = report.results.map((result) => ({
    name: result.title,
    classname: `webhook.${result.name}`,
    ...{
      ok: {},
      FAIL: { failure: failureOf(result, report) },
      note: { skipped: `${result.received}; not required: ${result.why}` },
    }[outcomeOf(result)],
  }));
  return [{ name: `webhook endpoint ${report.url}`, cases }];
}

/** For an endpoint at whose address there is nothing: the one thing that could be checked. `text` may have many lines. */
export function deadTargetJunit(url: string, failure: NonNullable<JunitCase['failure']>): readonly JunitSuite[] {
  const name = `webhook endpoint ${url}`;
  return [{ name, cases: [{ name: 'there is an endpoint', classname: 'webhook.target', failure }] }];
}

function failureOf(result: ConformanceResult, report: ConformanceReport): { message: string; text: string } {
  const { sent, received, excerpt, expected, why } = result;
  return {
    message: `${received}; should be: ${expected}`,
    text: [
      `sent: ${sent}`,
      `came back: ${received}`,
      ...(excerpt === undefined ? [] : [`said: ${excerpt}`]),
      `should be: ${expected}`,
      `why: ${why}`,
      `fix: ${fixOf(result, report) ?? ''}`,
    ].join('\n'),
  };
}
