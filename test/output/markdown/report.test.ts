import { describe, expect, it } from 'vitest';
import { createMarkdownReport } from '../../../src/output/markdown/report.ts';
import { inMarkdown, markdownCode } from '../../../src/lib/text/markdown-text.ts';
import type { ReportEntry } from '../../../src/output/answers/report-model.ts';
import { entryOf, exampleEntry, routeAnswer } from '../../support/report-entry.ts';

function report(...entries: readonly ReportEntry[]): string {
  const made = createMarkdownReport({ total: entries.length });
  for (const [index, entry] of entries.entries()) made.add(index, entry);
  return [...made.render()].join('');
}

const GATES = [
  { expression: 'saving<5%', tripped: false, reason: 'saving is 39.6%' },
  { expression: 'clusters>2', tripped: true, reason: 'clusters is 3' },
];
const FINDINGS = [
  {
    class: 'missing_pick',
    message: '4 picks of the request are missing from the answer',
    count: 4,
    examples: ['p1', 'p2', 'p3'],
  },
] as const;

describe('a report in Markdown', () => {
  it('tells of one answer: the saving, gates, audit, clusters', () => {
    expect(report(exampleEntry({ name: 'W1', gates: GATES, findings: FINDINGS }))).toBe(`## Cluster · Example · \`W1\`

**39.6% less walking**: 139 m → 84.0 m, 55.0 m saved

10 picks in 3 clusters (as-is 3) · computed in 189 ms · request \`67507ad05e593173d0313e0f\`

### Gates

| gate | fails if | because |
| --- | --- | --- |
| ✅ passed | \`saving<5%\` | saving is 39.6% |
| ❌ tripped | \`clusters>2\` | clusters is 3 |

### Audit

- ⚠️ 4 picks of the request are missing from the answer: \`p1\`, \`p2\`, \`p3\`, …

### Clusters

| cluster | orders | picks | locations | distance | order ids |
| --- | ---: | ---: | ---: | ---: | --- |
| \`cluster_0\` | 1 | 2 | 2 | 17.7 m | \`order_3\` |
| \`cluster_1\` | 2 | 4 | 4 | 41.1 m | \`order_0\`, \`order_2\` |
| \`cluster_2\` | 2 | 4 | 4 | 25.2 m | \`order_1\`, \`order_4\` |
`);
  });

  it('says that the audit passed, in one line', () => {
    expect(report(exampleEntry())).toContain('\n\n✅ Audit: passed\n\n### Clusters');
  });

  it('has a line of walking time and cost, of one answer and of all', () => {
    const rates = { speed: 1.2, wage: { perHour: 25, currency: 'EUR', isBefore: false } };
    const made = createMarkdownReport({ total: 2, rates });
    made.add(0, exampleEntry());
    made.add(1, exampleEntry());
    const lines = [...made.render()].join('').split('\n');
    expect(lines.filter((line) => line.startsWith('Walking '))).toEqual([
      'Walking time 3 min 52 s → 2 min 20 s, 1 min 32 s saved; cost 1.61 EUR → 0.97 EUR, 0.64 EUR saved (at 1.2 m/s and 25.00 EUR/h)',
      'Walking time 1 min 56 s → 1 min 10 s, 46 s saved; cost 0.80 EUR → 0.49 EUR, 0.31 EUR saved (at 1.2 m/s and 25.00 EUR/h)',
      'Walking time 1 min 56 s → 1 min 10 s, 46 s saved; cost 0.80 EUR → 0.49 EUR, 0.31 EUR saved (at 1.2 m/s and 25.00 EUR/h)',
    ]);
  });

  it('of a route has the pick list, cut with a word about the rest, and the invalid picks by reason', () => {
    const invalid = ['x1', 'x2', 'x3', 'x4'].map((pick_id) => ({
      pick_id,
      location_id: ['Z9|Z8'],
      reason: 'Location not found',
    }));
    const lines = report(entryOf(routeAnswer(22, { invalid_picks: invalid, asis_distance: null }))).split('\n');
    expect(lines.filter((line) => !/^\| (?:[3-9]|1\d|20) /.test(line))).toEqual([
      '## Route · Example · wave `W7`',
      '',
      '**30.0 m** of walking. Saving n/a: the answer has no as-is distance: send asis\\_sequence with every pick',
      '',
      '22 picks · request `67507ad05e593173d0313e10`',
      '',
      '### ⚠️ 4 invalid picks',
      '',
      '| reason | picks | such as |',
      '| --- | ---: | --- |',
      '| Location not found | 4 | <code>x1 (Z9&#124;Z8)</code>, <code>x2 (Z9&#124;Z8)</code>, <code>x3 (Z9&#124;Z8)</code>, … |',
      '',
      '### Pick list',
      '',
      '| # | location | pick |',
      '| ---: | --- | --- |',
      '| 1 | `A01` | `p1` |',
      '| 2 | `A02` | `p2` |',
      '',
      '… 2 more picks not shown; CSV and JSON hold all.',
      '',
    ]);
  });

  it('of several has an overview with totals, and each folded below', () => {
    const made = createMarkdownReport({ total: 4 });
    // As they come; the report has the order of the input.
    made.add(1, entryOf(routeAnswer(1, { error: 'no <way> #1' }), { name: 'W2', kind: 'route' }));
    made.addUnanswered(3, { name: 'W4', requestId: undefined, problem: 'HTTP 500' });
    made.add(0, exampleEntry({ name: 'W1' }));
    made.add(2, entryOf(routeAnswer(1), { name: 'W3 @all', gates: GATES.slice(1) }));
    const text = [...made.render()].join('');
    expect(text.split('<details>')[0]).toBe(`## 4 requests · Example

**36.3% less walking**: 179 m → 114 m, 65.0 m saved (2 can be compared)

| wave | clusters | picks | as-is | optimized | saved |  |
| --- | ---: | ---: | ---: | ---: | ---: | --- |
| \`W1\` | 3 | 10 | 139 m | 84.0 m | 39.6% | ✅ in order |
| \`W2\` |  | 1 | 40.0 m | 30.0 m | 25.0% | ❌ failed: no &lt;way&gt; #&#8203;1 |
| \`W3 @all\` |  | 1 | 40.0 m | 30.0 m | 25.0% | ❌ 1 gate tripped |
| \`W4\` |  |  |  |  |  | ❌ no answer: HTTP 500 |

`);
    expect(text.match(/<details>.*/g)).toEqual([
      '<details><summary>✅ <code>W1</code>: 39.6% saved, in order</summary>',
      '<details><summary>❌ <code>W2</code>: 25.0% saved, failed: no &lt;way&gt; #&#8203;1</summary>',
      '<details><summary>❌ <code>W3 @&#8203;all</code>: 25.0% saved, 1 gate tripped</summary>',
    ]);
    expect(text).toContain('\n❌ **No result**: no &lt;way&gt; #&#8203;1\n');
  });

  it('of a thousand stays small enough for GitHub, and says what it leaves out', () => {
    const made = createMarkdownReport({ total: 1000 });
    for (let index = 0; index < 1000; index += 1) made.add(index, exampleEntry({ name: `W${index}` }));
    const text = [...made.render()].join('');
    expect(text.length).toBeLessThan(65_536);
    expect(text.match(/<details>/g)).toHaveLength(20);
    expect(text).toContain('\n… 800 more not shown; they are in the totals.\n');
    expect(text).toMatch(/\nOnly the first 20 are shown in full; CSV and JSON hold all\.\n$/);
  });

  it('of nothing but a failure says it', () => {
    const made = createMarkdownReport({ total: 1 });
    made.addUnanswered(0, { name: 'W1', requestId: undefined, problem: 'the API cannot be reached' });
    expect([...made.render()].join('')).toBe('## ❌ no answer: the API cannot be reached\n');
  });
});

describe('text of others', () => {
  it.each([
    [
      '*bold* _it_ `code` [link](x) ![i](y) ~s~ $x$',
      '\\*bold\\* \\_it\\_ \\`code\\` \\[link\\](x) !\\[i\\](y) \\~s\\~ \\$x\\$',
    ],
    ['a|b\\|c', 'a&#124;b\\\\&#124;c'],
    ['<img src=x onerror=y> &amp;', '&lt;img src=x onerror=y&gt; &amp;amp;'],
    ['@octo/team fixes #12 and GH-12', '@&#8203;octo/team fixes #&#8203;12 and GH-&#8203;12'],
    ['see https://evil.example and www.evil.example', 'see https:&#47;/evil.example and www&#46;evil.example'],
    ['two\nlines \u001b[31mred\u202e', 'two lines red'],
  ])('%j is prose that does nothing', (text, expected) => {
    expect(inMarkdown`${text}`.text).toBe(expected);
  });

  it.each([
    ['A01', '`A01`'],
    ['@user <b>', '`@user <b>`'],
    ['A01|B07', '<code>A01&#124;B07</code>'],
    ['a`b', '<code>a\\`b</code>'],
    [' ', ''],
  ])('%j is an id as code', (text, expected) => {
    expect(markdownCode(text).text).toBe(expected);
  });
});
