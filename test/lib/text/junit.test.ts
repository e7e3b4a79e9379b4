import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { type JunitSuite, renderJunit } from '../../../src/lib/text/junit.ts';
import { parseXml, type XmlElement } from '../../support/xml.ts';

const hasPython = (await execa('python3', ['-c', 'import xml.etree.ElementTree'], { reject: false })).exitCode === 0;

const SUITES: readonly JunitSuite[] = [
  {
    name: 'audit',
    cases: [
      { name: 'missing_pick', classname: 'wave 7' },
      { name: 'wrong_location', classname: 'wave 7', failure: { message: '2 picks', text: 'p1 at A01\np2 at B02' } },
      { name: 'cluster_limit', classname: 'wave 7', skipped: 'no limits were sent' },
      { name: 'both', classname: 'wave 7', failure: { message: 'm', text: '' }, skipped: 'never shown' },
    ],
  },
  { name: 'gates', cases: [{ name: 'saving<5%', classname: 'wave 7' }] },
  { name: 'nothing', cases: [] },
];

/** Characters that must be escaped, or cannot be there at all. */
const AWKWARD = `<a href="x">&amp; 'q' ]]> \ttab \r\nnext\rlast \u0000\u0007\u001b[31m\u000b\uffff\ufffe \ud800 \udc00 é 倉 😀 \u0085`;
/** Without what XML 1.0 cannot hold and what acts on a terminal. */
const KEPT = `<a href="x">&amp; 'q' ]]> \ttab \nnext\nlast \n \ufffd \ufffd é 倉 😀 \n`;
const AWKWARD_SUITES: readonly JunitSuite[] = [
  {
    name: AWKWARD,
    cases: [
      { name: AWKWARD, classname: AWKWARD, failure: { message: AWKWARD, text: AWKWARD } },
      { name: AWKWARD, classname: AWKWARD, skipped: AWKWARD },
    ],
  },
];

describe('a JUnit report', () => {
  it('has the counts, cases and reasons that were given', () => {
    expect(renderJunit(SUITES)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="optipick" tests="5" failures="2" errors="0" skipped="1">
  <testsuite name="audit" tests="4" failures="2" errors="0" skipped="1">
    <testcase name="missing_pick" classname="wave 7"/>
    <testcase name="wrong_location" classname="wave 7">
      <failure message="2 picks">p1 at A01
p2 at B02</failure>
    </testcase>
    <testcase name="cluster_limit" classname="wave 7">
      <skipped message="no limits were sent"/>
    </testcase>
    <testcase name="both" classname="wave 7">
      <failure message="m"></failure>
    </testcase>
  </testsuite>
  <testsuite name="gates" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="saving&lt;5%" classname="wave 7"/>
  </testsuite>
  <testsuite name="nothing" tests="0" failures="0" errors="0" skipped="0">
  </testsuite>
</testsuites>
`);
  });

  it('is a document when there is nothing to report', () => {
    expect(parseXml(renderJunit([]))).toEqual({
      name: 'testsuites',
      attributes: { name: 'optipick', tests: '0', failures: '0', errors: '0', skipped: '0' },
      text: '\n',
      children: [],
    });
  });

  it('gives back every text whole, but for what XML cannot hold or what would act on a terminal', () => {
    expect(textsOf(parseXml(renderJunit(AWKWARD_SUITES)))).toEqual(Array.from({ length: 8 }, () => KEPT));
  });

  it.runIf(hasPython)('reads the same to another parser (skipped where there is no python3)', async () => {
    for (const suites of [SUITES, AWKWARD_SUITES, []]) {
      const document = renderJunit(suites);
      const { stdout } = await execa('python3', ['-c', TREE_AS_JSON], { input: Buffer.from(document) });
      expect(JSON.parse(stdout)).toEqual(parseXml(document));
    }
  });
});

/** Every text that a caller gives: names, class names, messages, reasons. */
function textsOf(root: XmlElement): readonly string[] {
  const own =
    root.name === 'testsuites' ? [] : ['name', 'classname', 'message'].flatMap((key) => root.attributes[key] ?? []);
  return [...own, ...(root.name === 'failure' ? [root.text] : []), ...root.children.flatMap(textsOf)];
}

/** As `XmlElement`: ElementTree keeps text behind a child as the child's tail. */
const TREE_AS_JSON = `
import json, sys
import xml.etree.ElementTree as tree
def plain(element):
    text = (element.text or '') + ''.join(child.tail or '' for child in element)
    return {'name': element.tag, 'attributes': element.attrib, 'text': text, 'children': [plain(one) for one in element]}
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))
`;
