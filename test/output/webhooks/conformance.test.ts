import { describe, expect, test } from 'vitest';
import type { ConformanceReport, ConformanceResult } from '../../../src/webhooks/testing/conformance-report.ts';
import {
  conformanceJson,
  conformanceJunit,
  renderConformanceMarkdown,
} from '../../../src/output/webhooks/conformance-document.ts';
import { renderConformance } from '../../../src/output/webhooks/conformance-table.ts';
import { PLAIN_STYLE } from '../../../src/output/terminal/style.ts';

const well: ConformanceResult = {
  name: 'duplicate',
  title: 'accepts a message that comes again',
  passed: true,
  sent: 'one message three times',
  expected: '2xx',
  why: 'it happens',
  received: '3 × 204 in 5 ms',
  excerpt: undefined,
  remark: 'look again',
  answers: [{ status: 204, durationMs: 5, body: '', location: undefined, error: undefined }],
};
const wrong: ConformanceResult = {
  name: 'stale',
  title: 'refuses an old delivery',
  passed: false,
  sent: 'a delivery signed 10 minutes ago, as whoever has recorded one could send it',
  expected: '4xx (400 or 401)',
  why: 'it could be sent again at any time',
  received: 'connection reset\u001b[31m',
  excerpt: 'oh | <no>',
  remark: undefined,
  answers: [{ status: undefined, durationMs: 7, error: 'connection reset\u001b[31m', reached: true, late: false }],
};
const report: ConformanceReport = { url: 'http://127.0.0.1:3000/a_b', timeoutMs: 15_000, results: [well, wrong] };

const table = (width: number | undefined, verbose = false, results = report.results): string =>
  [...renderConformance({ ...report, results }, { width, style: PLAIN_STYLE, verbose })].join('\n');

describe('the table', () => {
  test('explains what failed and what is remarked on', () => {
    expect(table(80)).toBe(`      CHECK                               CAME BACK         SHOULD
ok    accepts a message that comes again  3 × 204 in 5 ms   2xx
FAIL  refuses an old delivery             connection reset  4xx (400 or 401)

ok  accepts a message that comes again (duplicate)
  sent       one message three times
  came back  3 × 204 in 5 ms
  should     2xx
  why        it happens
  remark     look again

FAIL  refuses an old delivery (stale)
  sent       a delivery signed 10 minutes ago, as whoever has recorded one could
             send it
  came back  connection reset
             oh | <no>
  should     4xx (400 or 401)
  why        it could be sent again at any time

1 of 2 checks failed`);
  });

  test('breaks no line in a pipe, and has all columns there', () => {
    const lines = table(undefined).split('\n');
    expect(lines[0]).toMatch(/SHOULD +SENT$/);
    expect(lines).toContain(`  sent       ${wrong.sent}`);
  });

  test('explains all with verbose, and else nothing when all is well', () => {
    const quiet = { ...well, remark: undefined };
    expect(table(80, false, [quiet])).not.toContain('why');
    expect(table(80, true, [quiet])).toContain('\n  why        it happens\n');
    expect(table(80, false, [quiet]).endsWith('\n\nall 1 checks passed')).toBe(true);
  });
});

test('the Markdown holds every fact in one line each, as text', () => {
  expect(Array.from(renderConformanceMarkdown(report), ({ text }) => text).slice(2)).toEqual([
    String.raw`http://127.0.0.1:3000/a\_b: **1 of 2 checks failed**.`,
    '',
    '| | check | sent | came back | should | why |',
    '| --- | --- | --- | --- | --- | --- |',
    '| ok | accepts a message that comes again | one message three times | 3 × 204 in 5 ms (look again) | 2xx | it happens |',
    String.raw`| **FAIL** | refuses an old delivery | ${wrong.sent} | connection reset (oh &#124; &lt;no&gt;) | 4xx (400 or 401) | it could be sent again at any time |`,
  ]);
});

test('the JSON holds every fact and every answer', () => {
  expect(conformanceJson(report)).toEqual({
    v: 1,
    type: 'suite',
    url: report.url,
    timeout_ms: 15_000,
    passed: false,
    counts: { checks: 2, passed: 1, failed: 1 },
    checks: [
      {
        name: 'duplicate',
        title: well.title,
        passed: true,
        sent: well.sent,
        received: well.received,
        expected: '2xx',
        why: well.why,
        remark: 'look again',
        answers: [{ status: 204, duration_ms: 5, body: '', error: null }],
      },
      {
        name: 'stale',
        title: wrong.title,
        passed: false,
        sent: wrong.sent,
        received: 'connection reset',
        expected: wrong.expected,
        why: wrong.why,
        remark: null,
        answers: [{ status: null, duration_ms: 7, body: '', error: 'connection reset' }],
      },
    ],
  });
});

test('the JUnit report has a case for each check, and its failure tells all', () => {
  expect(conformanceJunit(report)).toEqual([
    {
      name: 'webhook endpoint http://127.0.0.1:3000/a_b',
      cases: [
        { name: well.title, classname: 'webhook.duplicate' },
        {
          name: wrong.title,
          classname: 'webhook.stale',
          failure: {
            message: 'connection reset\u001b[31m; should be: 4xx (400 or 401)',
            text: `sent: ${wrong.sent}\ncame back: connection reset\u001b[31m\nsaid: oh | <no>\nshould: 4xx (400 or 401)\nwhy: ${wrong.why}`,
          },
        },
      ],
    },
  ]);
});
