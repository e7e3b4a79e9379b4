import { describe, expect, it } from 'vitest';
import { createHtmlReport } from '../../../src/output/html/report.ts';
import { PALETTES } from '../../../src/output/html/report-style.ts';
import type { ReportEntry } from '../../../src/output/answers/report-model.ts';
import { trafficOf } from '../../../src/output/html/walk-traffic.ts';
import { entryOf, exampleEntry, routeAnswer } from '../../support/report-entry.ts';

function report(...entries: readonly ReportEntry[]): string {
  const made = createHtmlReport({ total: entries.length, planFor: () => undefined });
  for (const [index, entry] of entries.entries()) made.add(index, entry);
  return [...made.render()].join('');
}

/** What a reader sees between the tags of the body, a line for each row or paragraph. */
function wordsOf(html: string): readonly string[] {
  return (html.split('<body>')[1] ?? '')
    .replaceAll(/<\/(?:tr|p|h\d|dd|caption|summary|figcaption)>/g, '\u0000')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .split('\u0000')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const FINDINGS = [
  { class: 'missing_pick', message: '4 picks are missing', count: 4, examples: ['p1', 'p2', 'p3'] },
] as const;
const GATES = [
  { expression: 'saving<5%', tripped: false, reason: 'saving is 39.6%' },
  { expression: 'clusters>2', tripped: true, reason: 'clusters is 3' },
];

describe('a report in HTML', () => {
  it('tells of one answer: saving, figures, gates, audit, clusters on both sides, picks', () => {
    const words = wordsOf(report(exampleEntry({ gates: GATES, findings: FINDINGS })));
    expect(words.filter((line) => !/pick_\d/.test(line))).toEqual([
      'Cluster · Example',
      '39.6% less walking',
      '84.0 m instead of 139 m for the same 10 picks: 55.0 m saved.',
      'As-is 139 m',
      'Optimized 84.0 m',
      'picks 10',
      'orders 5',
      'clusters 3 3 lists as-is',
      'computed in 189 ms',
      'standing 1 gate tripped',
      'request 67507ad05e593173d0313e0f · answered 2024-12-04T16:52:49.303000 (no time zone given)',
      'Gates',
      'Gates',
      'gate fails if because',
      '✓ passed saving<5% saving is 39.6%',
      '✕ tripped clusters>2 clusters is 3',
      'Audit',
      'Findings of the audit',
      'what such as',
      '! finding 4 picks are missing p1 , p2 , p3 , …',
      'Clusters',
      'As-is: 3 lists',
      'As-is: 3 lists',
      'list orders picks distance',
      'list_0 2 4 70.2 m',
      'list_1 2 4 36.7 m',
      'list_2 1 2 32.1 m',
      'Optimized: 3 clusters',
      'Optimized: 3 clusters',
      'cluster orders picks distance',
      'cluster_0 1 2 17.7 m',
      'cluster_1 2 4 41.1 m',
      'cluster_2 2 4 25.2 m',
      'Both sides hold the same picks, grouped anew: the bars share one scale, the rows do not belong together.',
      'Orders of each cluster',
      'cluster orders',
      'cluster_0 order_3',
      'cluster_1 order_0, order_2',
      'cluster_2 order_1, order_4',
      'Picks',
      'All picks, cluster by cluster',
      'Picks',
      'pick location order list today',
      'cluster_0',
      'cluster_1',
      'cluster_2',
      'Distances and groups as the API has answered. Made with optipick.',
    ]);
    expect(words.filter((line) => /pick_\d/.test(line))).toHaveLength(10);
  });

  it('says that the audit passed', () => {
    expect(wordsOf(report(exampleEntry()))).toContain('audit passed');
    const tripped = wordsOf(report(exampleEntry({ gates: GATES })));
    expect(tripped).toContain('audit passed');
    expect(tripped).toContain('standing 1 gate tripped');
    expect(wordsOf(report(exampleEntry({ findings: FINDINGS })))).not.toContain('audit passed');
    expect(wordsOf(report(exampleEntry({ request: undefined })))).not.toContain('audit passed');
  });

  it('never ends a line between a number and its unit', () => {
    const html = report(exampleEntry());
    expect(html).toContain('84.0\u00a0m instead of 139\u00a0m for the same 10 picks: 55.0\u00a0m saved.');
    expect(html).toContain('189\u00a0ms');
    expect(html).not.toMatch(/\d (?:m|ms|s|km)\b/);
  });

  it('has walking time and cost among the figures, and what they are computed from', () => {
    const rates = { speed: 1.2, wage: { perHour: 25, currency: '€', isBefore: true } };
    const made = createHtmlReport({ total: 2, planFor: () => undefined, rates });
    made.add(0, exampleEntry({ name: 'W1' }));
    made.add(1, exampleEntry({ name: 'W2' }));
    const words = wordsOf([...made.render()].join(''));
    expect(words.filter((line) => line.startsWith('walking '))).toEqual([
      'walking time 2 min 20 s instead of 3 min 52 s',
      'walking cost €0.97 instead of €1.61',
      'walking time 1 min 10 s instead of 1 min 56 s',
      'walking cost €0.49 instead of €0.80',
      'walking time 1 min 10 s instead of 1 min 56 s',
      'walking cost €0.49 instead of €0.80',
    ]);
    expect(words.filter((line) => line.includes('walking at 1.2 m/s and €25.00/h'))).toHaveLength(2);
  });

  it('of a route without as-is figures says why there is no saving, and lists the stops as walked', () => {
    const invalid = { pick_id: 'x1', location_id: ['Z9'], reason: 'Location not found' };
    const answer = routeAnswer(2, { asis_distance: null, invalid_picks: [invalid] });
    expect(wordsOf(report(entryOf(answer)))).toEqual([
      'Route · Example · wave W7',
      '30.0 m of walking',
      'For 2 picks. What that saves cannot be told: the answer has no as-is distance: send asis_sequence with every pick.',
      'picks 2 and 1 invalid',
      'standing 1 invalid pick',
      'request 67507ad05e593173d0313e10',
      '1 invalid pick',
      'Invalid picks by reason',
      'reason picks such as',
      'Location not found 1 x1 (Z9)',
      'Pick list',
      'Picks',
      'stop sequence pick location',
      '1 1 p1 A01',
      '2 2 p2 A02',
      'Distances and groups as the API has answered. Made with optipick.',
    ]);
  });

  it('of several begins with what they save together, a line for each, and leads to each', () => {
    const made = createHtmlReport({ total: 3, planFor: () => undefined });
    made.add(2, entryOf(routeAnswer(1, { error: 'no way' }), { name: 'W3' }));
    made.add(0, exampleEntry({ name: 'W1' }));
    made.addUnanswered(1, { name: 'W2', requestId: undefined, problem: 'HTTP 500' });
    const html = [...made.render()].join('');
    const words = wordsOf(html);
    expect(words.slice(0, words.indexOf('Cluster · Example · W1'))).toEqual([
      '3 requests · Example',
      '39.6% less walking',
      '84.0 m instead of 139 m for 10 picks in 1 request: 55.0 m saved.',
      'As-is 139 m',
      'Optimized 84.0 m',
      'requests 3',
      'picks 10',
      'clusters 3',
      'standing 2 not in order',
      'Requests',
      'Requests with what each saves',
      'wave picks as-is optimized saved standing',
      'W1 10 139 m 84.0 m 39.6% ✓ in order',
      'W2 ✕ no answer: HTTP 500',
      'W3 1 40.0 m 30.0 m 25.0% ✕ failed: no way',
    ]);
    const targets = [...html.matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
    expect(targets).toEqual(['r1', 'r3']);
    for (const id of targets) expect(html).toContain(`id="${id}"`);
  });

  it('has ids once, and a label for every part that names one', () => {
    const html = report(exampleEntry(), entryOf(routeAnswer(3)), exampleEntry({ gates: GATES }));
    const ids = [...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const labels = [...html.matchAll(/aria-labelledby="([^"]*)"/g)].flatMap(([, names = '']) => names.split(' '));
    expect(labels.filter((label) => !ids.includes(label))).toEqual([]);
  });

  it('is built of nothing but itself, whatever the texts of others say', () => {
    const evil = `</style><script>alert(1)</script><img src=//evil.example/x onerror="x">'"&\u0007\u001b[31m\u202e`;
    const pick = { pick_id: evil, location_id: [evil], order_id: evil, list_id: evil, sku_id: evil };
    const cluster = { list_id: evil, order_ids: [evil], picks: [pick], estimated_distance: 1 };
    const answer = {
      type: 'CLUSTER',
      site_name: evil,
      wave_id: evil,
      request_id: evil,
      timestamp: evil,
      unit: evil,
      optimal_clusters: [cluster],
      asis_clusters: [cluster],
      asis_distance: 2,
      optimal_distance: 1,
      invalid_picks: [{ pick_id: evil, location_id: [evil], reason: evil }],
    };
    const finding = { ...FINDINGS[0], message: evil, examples: [evil] };
    const gate = { expression: evil, tripped: true, reason: evil };
    const entry = entryOf(answer, { name: evil, findings: [finding], gates: [gate], request: exampleEntry().request });
    const failed = entryOf({ ...answer, error: evil }, { name: evil });
    for (const html of [report(entry), report(entry, failed)]) {
      expect(html.match(/<(?:script|img|link|iframe|object|base)\b/g)).toBeNull();
      expect(html.match(/<\/style>/g)).toHaveLength(1);
      // No address but the names of the fragments of the page.
      expect(html.match(/(?:href|src|action)="(?!#)[^"]*"|url\(|@import/g)).toBeNull();
      expect(html.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/g)).toBeNull();
      // Each quote of a text is spelt: no attribute was opened by one.
      expect(html.match(/ onerror=&quot;x&quot;/g)?.length).toBe(html.match(/onerror/g)?.length);
    }
  });

  it('of a thousand waves stays small, and says what it leaves out', () => {
    const made = createHtmlReport({ total: 1000, planFor: () => undefined });
    for (let index = 0; index < 1000; index += 1) made.add(index, exampleEntry({ name: `W${index}` }));
    const html = [...made.render()].join('');
    expect(html.length).toBeLessThan(1_000_000);
    expect(html.match(/<article/g)).toHaveLength(25);
    expect(html).toContain('Only the first 25 requests are shown in full');
    expect(wordsOf(html).filter((line) => /^W\d+ 10 139 m/.test(line))).toHaveLength(1000);
  });

  it('of very many picks lists some, and says how many are missing', () => {
    const words = wordsOf(report(entryOf(routeAnswer(6000))));
    expect(words.filter((line) => /^\d+ \d+ p\d+ A\d\d$/.test(line))).toHaveLength(5000);
    expect(words).toContain('… and 1000 more picks; CSV and JSON hold all.');
  });
});

describe('the colors of the report', () => {
  const TEXTS = ['ink', 'muted', 'good', 'warning', 'bad'] as const;
  const SHAPES = ['asis', 'optimal'] as const;

  it.each(['light', 'dark'] as const)('contrast with the ground in the %s scheme', (scheme) => {
    const palette = PALETTES[scheme];
    for (const ground of [palette.ground, palette.surface]) {
      for (const name of TEXTS) expect([name, contrast(palette[name], ground) >= 4.5]).toEqual([name, true]);
      for (const name of SHAPES) expect([name, contrast(palette[name], ground) >= 3]).toEqual([name, true]);
    }
    // Walks are drawn on the floor, too.
    for (const color of [...palette.walks, ...SHAPES.map((name) => palette[name])]) {
      for (const ground of [palette.surface, palette.floor]) {
        expect([color, ground, contrast(color, ground) >= 3]).toEqual([color, ground, true]);
      }
    }
  });
});

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('traffic', () => {
  it('counts how often each stretch is walked, in either direction', () => {
    const up = [
      { x: 0, y: 0 },
      { x: 0, y: 10 },
      { x: 5, y: 10 },
    ];
    const half = [
      { x: 0, y: 4 },
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ];
    expect(trafficOf([up, half])).toEqual([
      { from: { x: 0, y: 0 }, to: { x: 0, y: 4 }, passes: 2 },
      { from: { x: 0, y: 4 }, to: { x: 0, y: 10 }, passes: 1 },
      { from: { x: 0, y: 10 }, to: { x: 5, y: 10 }, passes: 1 },
    ]);
  });
});
