/**
 * A JUnit report: the one form of test results that every CI server shows. There is no standard for it; this keeps to
 * what Jenkins, GitLab, GitHub's actions and Azure all read.
 */

export interface JunitCase {
  readonly name: string;
  /** What the case belongs to, such as the answer that was judged; CI servers group by it. */
  readonly classname: string;
  /** Absent when the case passed. The message is one line; the text may have many. */
  readonly failure?: { readonly message: string; readonly text: string } | undefined;
  /** Why the case could not be judged. A failure wins. */
  readonly skipped?: string | undefined;
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

/** The whole file, line end included, in UTF-8 once encoded. Characters that XML cannot hold are left out. */
export function renderJunit(suites: readonly JunitSuite[]): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  const all = suites.flatMap(({ cases }) => cases);
  lines.push(`<testsuites ${attributes({ name: 'optipick', ...countsOf(all) })}>`);
  for (const { name, cases } of suites) {
    lines.push(`  <testsuite ${attributes({ name, ...countsOf(cases) })}>`, ...cases.flatMap(caseLines));
    lines.push('  </testsuite>');
  }
  lines.push('</testsuites>', '');
  return lines.join('\n');
}

/** `errors` is what broke the run itself: then there is no report. */
function countsOf(cases: readonly JunitCase[]): Readonly<Record<string, number>> {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter(({ failure, skipped: reason }) => failure === undefined && reason !== undefined).length;
  return { tests: cases.length, failures, errors: 0, skipped };
}

function caseLines({ name, classname, failure, skipped }: JunitCase): readonly string[] {
  const head = `    <testcase ${attributes({ name, classname })}`;
  if (failure !== undefined) {
    const { message, text } = failure;
    return [`${head}>`, `      <failure ${attributes({ message })}>${escapeText(text)}</failure>`, '    </testcase>'];
  }
  if (skipped !== undefined) {
    return [`${head}>`, `      <skipped ${attributes({ message: skipped })}/>`, '    </testcase>'];
  }
  return [`${head}/>`];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeAttribute(String(value))}"`)
    .join(' ');
}

/** Not a `Char` of XML 1.0 (section 2.2): most control characters, half a surrogate pair, U+FFFE and U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A parser turns a bare CR into LF (section 2.11), and `]]>` may not stand in text. */
function escapeText(text: string): string {
  return text
    .replaceAll(FORBIDDEN, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** A parser turns white space in an attribute into plain spaces (section 3.3.3). */
function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
}
