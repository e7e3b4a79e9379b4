/** The checks of an endpoint for other readers than people at a terminal: Markdown, JSON, JUnit. */
import {
  type ConformanceReport,
  type ConformanceResult,
  failedChecks,
} from '../../webhooks/testing/conformance-report.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { JunitCase, JunitSuite } from '../../lib/text/junit.ts';
import { inMarkdown, type Markdown, markdownRow } from '../../lib/text/markdown-text.ts';
import { testAnswerJson } from './test-answer.ts';

/** A heading, a sentence and a table with every fact of each check, for a pull request or a ticket. */
export function* renderConformanceMarkdown(report: ConformanceReport): Generator<Markdown, void> {
  const failed = failedChecks(report).length;
  const all = report.results.length;
  // The user's own address may be followed.
  const [scheme = '', ...rest] = report.url.split('://');
  const address = inMarkdown`${scheme}://${rest.join('://')}`;
  yield inMarkdown`# Webhook endpoint`;
  yield inMarkdown``;
  yield failed === 0
    ? inMarkdown`${address}: all ${all} checks passed.`
    : inMarkdown`${address}: **${failed} of ${all} checks failed**.`;
  yield inMarkdown``;
  yield inMarkdown`| | check | sent | came back | should | why |`;
  yield inMarkdown`| --- | --- | --- | --- | --- | --- |`;
  for (const { passed, title, sent, received, excerpt, remark, expected, why } of report.results) {
    const more = passed ? remark : excerpt;
    const back = more === undefined ? received : `${received} (${more})`;
    yield markdownRow([passed ? 'ok' : inMarkdown`**FAIL**`, title, sent, back, expected, why]);
  }
}

/** One document. */
export function conformanceJson(report: ConformanceReport): Readonly<Record<string, unknown>> {
  const failed = failedChecks(report).length;
  return {
    v: 1,
    type: 'suite',
    url: report.url,
    timeout_ms: report.timeoutMs,
    passed: failed === 0,
    counts: { checks: report.results.length, passed: report.results.length - failed, failed },
    checks: report.results.map(({ name, title, passed, sent, received, expected, why, remark, answers }) => ({
      name,
      title,
      passed,
      sent,
      received: cleanText(received),
      expected,
      why,
      remark: (passed ? remark : undefined) ?? null,
      answers: answers.map(testAnswerJson),
    })),
  };
}

/** One testcase a check. */
export function conformanceJunit(report: ConformanceReport): readonly JunitSuite[] {
  const cases = report.results.map((result) => ({
    name: result.title,
    classname: `webhook.${result.name}`,
    ...(result.passed ? {} : { failure: failureOf(result) }),
  }));
  return [{ name: `webhook endpoint ${report.url}`, cases }];
}

/** For an endpoint at whose address there is nothing: the one thing that could be checked. `text` may have many lines. */
export function deadTargetJunit(url: string, failure: NonNullable<JunitCase['failure']>): readonly JunitSuite[] {
  const name = `webhook endpoint ${url}`;
  return [{ name, cases: [{ name: 'there is an endpoint', classname: 'webhook.target', failure }] }];
}

function failureOf({ sent, received, excerpt, expected, why }: ConformanceResult): { message: string; text: string } {
  return {
    message: `${received}; should be: ${expected}`,
    text: [
      `sent: ${sent}`,
      `came back: ${received}`,
      ...(excerpt === undefined ? [] : [`said: ${excerpt}`]),
      `should: ${expected}`,
      `why: ${why}`,
    ].join('\n'),
  };
}
