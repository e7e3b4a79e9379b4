/** What an audit and the gates say of one answer, in words and as a JUnit report. */
import { type Finding, type FindingClass, FINDING_CHECKS, FINDING_CLASSES } from '../domain/finding.ts';
import type { GateVerdict } from '../domain/gates.ts';
import { cleanText } from './clean-text.ts';
import type { JunitCase, JunitSuite } from './junit.ts';

/** `2 picks of the request are missing from the answer: p1, p7`, in one clean line. */
export function findingText({ message, count, examples }: Finding): string {
  const more = count > examples.length ? ', …' : '';
  return cleanText(`${message}: ${examples.join(', ')}${more}`);
}

/** `gate saving<5%: saving is 3.2 %`, in one clean line. */
export function verdictText({ expression, reason }: GateVerdict): string {
  return cleanText(`gate ${expression}: ${reason}`);
}

/**
 * One suite for the audit with a case for each class of finding, one for the gates with a case for each. `subject` says
 * which answer it is (a wave, a request id). `findings` is undefined when the request is not known: then all cases of
 * the audit are skipped. With `strict` findings are failures, else they are skipped with the finding as the reason.
 */
export function judgementSuites(
  subject: string,
  findings: readonly Finding[] | undefined,
  verdicts: readonly GateVerdict[],
  { strict }: { readonly strict: boolean },
): readonly JunitSuite[] {
  const byClass = new Map(findings?.map((finding) => [finding.class, finding]));
  const audit: JunitSuite = {
    name: 'audit',
    cases: FINDING_CLASSES.map((name) => {
      if (findings === undefined) return { name, classname: subject, skipped: 'the request is not known' };
      return findingCase(subject, name, byClass.get(name), strict);
    }),
  };
  if (verdicts.length === 0) return [audit];
  return [audit, { name: 'gates', cases: verdicts.map((verdict) => gateCase(subject, verdict)) }];
}

function findingCase(classname: string, name: FindingClass, finding: Finding | undefined, strict: boolean): JunitCase {
  if (finding === undefined) return { name, classname };
  if (!strict) return { name, classname, skipped: findingText(finding) };
  const lines = [`expected: ${FINDING_CHECKS[name].check}`, ...finding.examples];
  const text = lines.map((line) => cleanText(line)).join('\n');
  return { name, classname, failure: { message: cleanText(finding.message), text } };
}

function gateCase(classname: string, { expression: name, tripped, reason }: GateVerdict): JunitCase {
  const message = cleanText(reason);
  return tripped ? { name, classname, failure: { message, text: message } } : { name, classname };
}
