/** The checks of an endpoint for other readers than people at a terminal: Markdown, JSON, JUnit. */
import { type ConformanceReport, type ConformanceResult, failedChecks } from '../domain/conformance.ts';
import { cleanText } from './clean-text.ts';
import type { JunitCase, JunitSuite } from './junit.ts';
import { testAnswerJson } from './test-answer.ts';

/** A heading, a sentence and a table with every fact of each check, for a pull request or a ticket. */
export function* renderConformanceMarkdown(report: ConformanceReport): Generator<string, void> {
  const failed = failedChecks(report).length;
  const all = report.results.length;
  yield '# Webhook endpoint';
  yield '';
  yield `${inMarkdown(report.url)}: ${failed === 0 ? `all ${all} checks passed` : `**${failed} of ${all} checks failed**`}.`;
  yield '';
  yield '| | check | sent | came back | should | why |';
  yield '| --- | --- | --- | --- | --- | --- |';
  for (const { passed, title, sent, received, said, remark, expected, why } of report.results) {
    const more = passed ? remark : said;
    const back = more === undefined ? received : `${received} (${more})`;
    const cells = [passed ? 'ok' : '**FAIL**', ...[title, sent, back, expected, why].map(inMarkdown)];
    yield `| ${cells.join(' | ')} |`;
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
  const message = cleanText(failure.message);
  return [
    { name, cases: [{ name: 'there is an endpoint', classname: 'webhook.target', failure: { ...failure, message } }] },
  ];
}

function failureOf({ sent, received, said, expected, why }: ConformanceResult): { message: string; text: string } {
  const back = cleanText(received);
  return {
    message: `${back}; should be: ${expected}`,
    text: [
      `sent: ${sent}`,
      `came back: ${back}`,
      ...(said === undefined ? [] : [`said: ${cleanText(said)}`]),
      `should: ${expected}`,
      `why: ${why}`,
    ].join('\n'),
  };
}

/** What could end a cell, open a tag or format is text. */
function inMarkdown(text: string): string {
  return cleanText(text).replaceAll(/[\\`*_~[\]<>|&#]/g, (character) => `\\${character}`);
}
