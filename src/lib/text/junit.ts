/**
 * A JUnit report: the one form of test results that every CI server shows. There is no standard for it; this keeps to
 * what Jenkins, GitLab, GitHub's actions and Azure all read.
 */

import { createTemplate, joined, type Markup } from './markup.ts';
import { cleanText } from './sanitize-terminal.ts';

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

type Xml = Markup<'xml'>;

/** Its values stand in attributes. */
const xml = createTemplate<'xml'>(escapeAttribute);

/** Its values stand between tags. */
const content = createTemplate<'xml'>(escapeText);

/** The whole file, line end included, in UTF-8 once encoded. */
export function renderJunit(suites: readonly JunitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const parts = suites.map(
    ({ name, cases }) => xml`  <testsuite ${attributes({ name, ...countsOf(cases) })}>
${cases.map(caseLines)}  </testsuite>
`,
  );
  return xml`<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${attributes({ name: 'optipick', ...countsOf(all) })}>
${parts}</testsuites>
`.text;
}

/** `errors` is what broke the run itself: then there is no report. */
function countsOf(cases: readonly JunitCase[]): Readonly<Record<string, number>> {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter(({ failure, skipped: reason }) => failure === undefined && reason !== undefined).length;
  return { tests: cases.length, failures, errors: 0, skipped };
}

function caseLines({ name, classname, failure, skipped }: JunitCase): Xml {
  const head = xml`    <testcase ${attributes({ name, classname })}`;
  if (failure !== undefined) {
    const { message, text } = failure;
    return xml`${head}>
      <failure ${attributes({ message })}>${content`${text}`}</failure>
    </testcase>
`;
  }
  if (skipped === undefined) return xml`${head}/>\n`;
  return xml`${head}>
      <skipped ${attributes({ message: skipped })}/>
    </testcase>
`;
}

type Attribute = 'name' | 'classname' | 'message' | 'tests' | 'failures' | 'errors' | 'skipped';

function attributes(values: Readonly<Partial<Record<Attribute, string | number>>>): readonly Xml[] {
  const parts = Object.entries(values).map(([name, value]) => xml`${name}="${value}"`);
  return joined(parts, xml` `);
}

/** Not a `Char` of XML 1.0 (section 2.2): most control characters, half a surrogate pair, U+FFFE and U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** `]]>` may not stand in text. What CI servers show of it must not reorder or hide either. */
function escapeText(text: string): string {
  return cleanText(text, { multiline: true })
    .replaceAll(FORBIDDEN, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** A parser turns white space in an attribute into plain spaces (section 3.3.3). */
function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
}
