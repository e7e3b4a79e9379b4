import { describe, expect, test } from 'vitest';
import type { ConformanceReport, ConformanceResult } from '../../../src/webhooks/testing/conformance-report.ts';
import {
  conformanceJson,
  conformanceJunit,
  renderConformanceMarkdown,
} from '../../../src/output/webhooks/conformance-document.ts';
import { conformanceAnnotations } from '../../../src/output/webhooks/conformance-annotations.ts';
import { renderConformance } from '../../../src/output/webhooks/conformance-table.ts';
import { PLAIN_STYLE } from '../../../src/output/terminal/style.ts';

const well: ConformanceResult = {
  name: 'duplicate',
  title: 'accepts a repeated message',
  required: true,
  passed: true,
  sent: 'one message three times',
  expected: '2xx',
  why: 'it happens',
  received: '3 × 204 in 5 ms',
  excerpt: undefined,
  remark: 'look again',
  answers: [{ status: 204, durationMs: 5, body: '', madeWith: '', location: undefined, error: undefined }],
};
const wrong: ConformanceResult = {
  name: 'stale',
  title: 'rejects an old delivery',
  required: true,
  passed: false,
  sent: 'a delivery signed 10 minutes ago, as whoever has recorded one could send it',
  expected: '4xx (400 or 401)',
  why: 'it could be sent again at any time',
  received: 'connection reset\u001b[31m',
  excerpt: 'oh | <no>',
  remark: undefined,
  answers: [{ status: undefined, durationMs: 7, error: 'connection reset\u001b[31m', reached: true, late: false }],
};
const FIX = 'read the log of the receiver: it closed the connection without an answer';
const report: ConformanceReport = {
  url: 'http://127.0.0.1:3000/a_b',
  timeoutMs: 15_000,
  results: [well, wrong],
  skipped: [],
};

const table = (width: number | undefined, verbose = false, results = report.results): string =>
  [...renderConformance({ ...report, results }, { width, style: PLAIN_STYLE, verbose, fixes: undefined })].join('\n');

describe('the table', () => {
  test('explains what failed and what is remarked on', () => {
    expect(table(80)).toBe(`      CHECK                       CAME BACK         SHOULD BE         NAME
ok    accepts a repeated message  3 × 204 in 5 ms   2xx               duplicate
FAIL  rejects an old delivery     connection reset  4xx (400 or 401)  stale

ok    accepts a repeated message (duplicate)
      sent       one message three times
      came back  3 × 204 in 5 ms
      should be  2xx
      why        it happens
      remark     look again

FAIL  rejects an old delivery (stale)
      sent       a delivery signed 10 minutes ago, as whoever has recorded one
                 could send it
      came back  connection reset
                 oh | <no>
      should be  4xx (400 or 401)
      why        it could be sent again at any time
      fix        read the log of the receiver: it closed the connection without
                 an answer

1 of 2 checks failed`);
  });

  test('explains once what failed for the same reason, and all of it with verbose', () => {
    const future = { ...wrong, name: 'future', title: 'rejects a delivery of the future' } as const;
    const results = [well, wrong, future];
    expect(table(undefined, false, results).match(/^ {6}fix/gm)).toHaveLength(1);
    expect(table(undefined, false, results)).toContain('\n      also       future\n');
    expect(table(undefined, true, results).match(/^ {6}fix/gm)).toHaveLength(2);
  });

  test('has a note for what need not pass, and no failure', () => {
    const note = { ...wrong, name: 'webhook-headers', title: 'accepts webhook-* headers', required: false } as const;
    const text = table(undefined, false, [{ ...well, remark: undefined }, note]);
    expect(text).toContain('\nnote  accepts webhook-* headers');
    expect(text).not.toContain('fix');
    expect(text.endsWith('\n\n1 of 2 checks passed; 1 note (explained with -v)')).toBe(true);
  });

  test('names what was skipped', () => {
    const skipped = { ...report, results: [{ ...well, remark: undefined }], skipped: ['stale', 'future'] } as const;
    const lines = [
      ...renderConformance(skipped, { width: undefined, style: PLAIN_STYLE, verbose: false, fixes: undefined }),
    ];
    expect(lines.at(-1)).toBe('the one check passed; 2 skipped (stale, future)');
  });

  test('breaks no line in a pipe, and has all columns there', () => {
    const lines = table(undefined).split('\n');
    expect(lines[0]).toMatch(/SHOULD BE +NAME$/);
    expect(lines).toContain(`      sent       ${wrong.sent}`);
  });

  test('explains all with verbose, and else nothing when all is well', () => {
    const quiet = { ...well, remark: undefined };
    expect(table(80, false, [quiet])).not.toContain('why');
    expect(table(80, true, [quiet])).toContain('\n      why        it happens\n');
    expect(table(80, false, [quiet]).endsWith('\n\nthe one check passed')).toBe(true);
  });
});

test('the Markdown holds every fact in one line each, as text', () => {
  expect(Array.from(renderConformanceMarkdown(report), ({ text }) => text).slice(2)).toEqual([
    String.raw`http://127.0.0.1:3000/a\_b: **1 of 2 checks failed**.`,
    '',
    '| | check | sent | came back | should be | why | fix |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    '| ok | accepts a repeated message | one message three times | 3 × 204 in 5 ms (look again) | 2xx | it happens |  |',
    String.raw`| **FAIL** | rejects an old delivery | ${wrong.sent} | connection reset (oh &#124; &lt;no&gt;) | 4xx (400 or 401) | it could be sent again at any time | ${FIX} |`,
  ]);
});

test('the JSON holds every fact and every answer', () => {
  expect(conformanceJson(report, undefined)).toEqual({
    v: 1,
    type: 'suite',
    url: report.url,
    timeout_ms: 15_000,
    passed: false,
    counts: { checks: 2, passed: 1, failed: 1, notes: 0 },
    skipped: [],
    checks: [
      {
        name: 'duplicate',
        title: well.title,
        passed: true,
        sent: well.sent,
        received: well.received,
        expected: '2xx',
        why: well.why,
        required: true,
        fix: null,
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
        required: true,
        fix: FIX,
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
            text: `sent: ${wrong.sent}\ncame back: connection reset\u001b[31m\nsaid: oh | <no>\nshould be: 4xx (400 or 401)\nwhy: ${wrong.why}\nfix: ${FIX}`,
          },
        },
      ],
    },
  ]);
});

test('what need not pass is skipped in the JUnit report', () => {
  const note = { ...wrong, required: false };
  const [suite] = conformanceJunit({ ...report, results: [note] });
  expect(suite?.cases).toEqual([
    {
      name: wrong.title,
      classname: 'webhook.stale',
      skipped: expect.stringMatching(/^connection reset.*; not required: it could be sent again at any time$/),
    },
  ]);
});

test('an annotation is one line, whatever the endpoint and its address hold', () => {
  const hostile = {
    ...wrong,
    title: 'rejects: 100%, always',
    received: '401\r\n::error::forged\n##[error]%0A',
  };
  const [error, notice, ...more] = conformanceAnnotations({
    ...report,
    url: 'http://127.0.0.1:3000/a%2Cb',
    results: [well, hostile, { ...hostile, name: 'webhook-headers', required: false }],
  });
  expect(more).toEqual([]);
  expect(error).toMatch(/^::error title=webhook rejects%3A 100%25%2C always \(stale\)::Sent /);
  expect(notice).toMatch(/^::notice title=webhook .* \(webhook-headers\)::Sent /);
  for (const line of [error, notice]) {
    expect(line).not.toMatch(/[\r\n]/);
    expect(line).toContain('to http://127.0.0.1:3000/a%252Cb. Came back: 401');
    expect(line).toContain('%250A. Should be: 4xx (400 or 401). Fix: ');
  }
});
