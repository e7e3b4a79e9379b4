import { describe, expect, test } from 'vitest';
import { openPlans } from '../../../src/commands/shared/report-plan.ts';
import type { Context } from '../../../src/context/context.ts';
import { createHtmlReport } from '../../../src/output/html/report.ts';
import type { ReportEntry } from '../../../src/output/answers/report-model.ts';
import { type ReportPlan, walksOf } from '../../../src/output/html/floor-walks.ts';
import { readRequestDetails } from '../../../src/requests/details.ts';
import { createFakeHost } from '../../support/fake-host.ts';
import { entryOf, exampleEntry } from '../../support/report-entry.ts';

/** As much of a context as the plans ask for. */
function contextAt(
  baseUrl: string,
  files: Readonly<Record<string, string>> = {},
  warn: (text: string) => Promise<void> = () => Promise.reject(new Error('nothing to warn of')),
): Context {
  const settings = async () => ({ baseUrl: { value: baseUrl } });
  const host = createFakeHost({ files });
  return { host, settings, output: { warn }, stop: new AbortController().signal } as unknown as Context;
}

async function examplePlan(): Promise<ReportPlan> {
  const plan = (await openPlans(contextAt('http://127.0.0.1:4010'), undefined))('Example');
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const ROUTE = {
  type: 'ROUTE',
  site_name: 'Example',
  picks: [
    { pick_id: '1', location_id: 'A02', asis_sequence: 2, optim_sequence: 0 },
    { pick_id: '2', location_id: 'B01', asis_sequence: 1, optim_sequence: 1 },
  ],
  asis_distance: 2400,
  optimal_distance: 1900,
};
const REQUEST = {
  site_name: 'Example',
  start_points: 'Start',
  end_points: ['End'],
  picks: [
    { pick_id: '1', location_id: 'A02' },
    { pick_id: '2', location_id: ['D01', 'B01'] },
  ],
};
const route = (more: Partial<ReportEntry> = {}): ReportEntry =>
  entryOf(ROUTE, { request: readRequestDetails(Buffer.from(JSON.stringify(REQUEST))), ...more });

const LAYOUT = {
  site_name: 'Hall 7',
  unit: 'm',
  aisles: { X: { x: 0 } },
  cross_aisles: [0],
  locations: { A02: { aisle: 'X', y: 2 }, B01: { aisle: 'X', y: 5 } },
};

describe('the plan of a report', () => {
  test('is that of the sandbox for its Example, and for no other site or server', async () => {
    const local = await openPlans(contextAt('http://localhost:4010'), undefined);
    expect([local('Example')?.siteName, local('Hall 7'), local(undefined)]).toEqual(['Example', undefined, undefined]);
    const remote = await openPlans(contextAt('https://optipick.api.optioryx.com'), undefined);
    expect(remote('Example')).toBeUndefined();
  });

  test('is the layout that was given, for whatever the site is called', async () => {
    const context = contextAt('https://optipick.api.optioryx.com', { 'hall.json': JSON.stringify(LAYOUT) });
    const planFor = await openPlans(context, 'hall.json');
    expect([planFor('Main')?.siteName, planFor(undefined)?.unit]).toEqual(['Hall 7', 'm']);
  });

  test('is none for a layout of distances alone, and that is said', async () => {
    const warnings: string[] = [];
    const files = { 'far.json': '{"site_name":"Far","names":["A","B"],"matrix":[[0,1],[1,0]]}' };
    const warn = async (text: string): Promise<void> => void warnings.push(text);
    const planFor = await openPlans(contextAt('http://127.0.0.1:1', files, warn), 'far.json');
    expect([planFor('Far'), warnings]).toEqual([
      undefined,
      ['far.json gives distances and no positions: the report has no floor plan'],
    ]);
  });

  test('that is at fault, or cannot be read, is a usage failure', async () => {
    const context = contextAt('http://127.0.0.1:1', { 'bad.json': '{"aisles":{}}', 'no.json': '{' });
    const failures = await Promise.allSettled(
      ['bad.json', 'no.json', 'none.json'].map((file) => openPlans(context, file)),
    );
    expect(failures.map((end) => (end as PromiseRejectedResult).reason)).toMatchObject([
      { failure: 'usage', code: 'bad_site_file' },
      { failure: 'usage', code: 'bad_site_file' },
      { failure: 'usage', code: 'input_not_readable' },
    ]);
  });
});

describe('the walks of a report', () => {
  test('of a route: today in its as-is order at the first place of each pick, then as the answer says', async () => {
    expect(walksOf(route(), await examplePlan())).toEqual({
      before: [
        { name: '', picks: 2, missing: 0, answered: 2400, distance: 3700, places: ['Start', 'D01', 'A02', 'End'] },
      ],
      after: [
        { name: '', picks: 2, missing: 0, answered: 1900, distance: 1900, places: ['Start', 'A02', 'B01', 'End'] },
      ],
      ownOrder: false,
      fromTo: true,
    });
  });

  test('without the request begin and end at the stops; without as-is order there is no today', async () => {
    const picks = ROUTE.picks.map(({ pick_id, location_id, optim_sequence }) => ({
      pick_id,
      location_id,
      optim_sequence,
    }));
    const walks = walksOf(entryOf({ ...ROUTE, picks }), await examplePlan());
    expect([walks?.before, walks?.after[0]?.places, walks?.fromTo]).toEqual([undefined, ['A02', 'B01'], false]);
  });

  test('of clusters: the lists as they are walked, and a short walk through each cluster', async () => {
    const entry = exampleEntry();
    const walks = walksOf(entry, await examplePlan());
    expect([walks?.ownOrder, walks?.before?.length, walks?.after.map(({ name }) => name)]).toEqual([
      true,
      3,
      ['cluster_0', 'cluster_1', 'cluster_2'],
    ]);
    const after = walks?.after ?? [];
    expect(after.every(({ places }) => places[0] === 'Start' && places.at(-1) === 'End')).toBe(true);
    expect(after.flatMap(({ places }) => places.slice(1, -1)).toSorted()).toEqual(
      entry.details.clusters.flatMap(({ picks }) => picks.flatMap(({ locations }) => locations)).toSorted(),
    );
  });

  test('leave out places that the plan does not have, and are not there when it has none of them', async () => {
    const plan = await examplePlan();
    const picks = [...ROUTE.picks, { pick_id: '3', location_id: 'Z9', optim_sequence: 2 }];
    expect(walksOf(entryOf({ ...ROUTE, picks }), plan)?.after[0]).toMatchObject({ missing: 1, places: ['A02', 'B01'] });
    expect(walksOf(entryOf({ ...ROUTE, picks: picks.slice(2) }), plan)).toBeUndefined();
  });
});

describe('the drawing of the walks', () => {
  const drawn = async (entry: ReportEntry): Promise<string> => {
    const plan = await examplePlan();
    const report = createHtmlReport({ total: 1, planFor: () => plan });
    report.add(0, entry);
    return [...report.render()].join('');
  };

  test('says in words what it shows, and has the same numbers in a table', async () => {
    const html = await drawn(route());
    expect([...html.matchAll(/<(title|desc) id="r1-\w+-\w+">([^<]*)</g)].map(([, , text]) => text)).toEqual([
      'Floor plan of Example. As-is: 24.0\u00a0m',
      'The walk: Start, D01, A02, End.',
      'Floor plan of Example. Optimized: 19.0\u00a0m',
      'The walk: Start, A02, B01, End.',
    ]);
    const [, line] = [...html.matchAll(/points="([^"]*)"/g)].map(([, points = '']) => points.split(' '));
    // Up on the page is away from the front.
    expect([...new Set(line)]).toEqual(['0,200', '0,0', '0,-200', '300,0', '300,-100', '900,0', '900,200']);
    expect(html).toMatch(/24\.0\u00a0m<\/td><td class="n">37\.0\u00a0m<\/td><td>Start, D01, A02, End</);
    // 24 m in the answer, 37 m on the plan.
    expect(html).toContain('Some walks are longer or shorter on the plan than the answer says');
  });

  test('of a wide floor goes below the other, and names that would meet are below each other', async () => {
    const wide = {
      ...LAYOUT,
      aisles: { X: { x: 0 }, Y: { x: 30 } },
      cross_aisles: [0, 9],
      points: { 'Packing station north': { x: 12, y: -1 }, Conveyor: { x: 16, y: -1 } },
    };
    const planFor = await openPlans(contextAt('http://127.0.0.1:1', { 'w.json': JSON.stringify(wide) }), 'w.json');
    const report = createHtmlReport({ total: 1, planFor });
    const request = { ...REQUEST, start_points: 'Packing station north', end_points: 'Conveyor' };
    report.add(0, route({ request: readRequestDetails(Buffer.from(JSON.stringify(request))) }));
    const html = [...report.render()].join('');
    expect(html).toContain('<div class="stacked">');
    const labels = /<g class="ends".*?<\/g>/s.exec(html)?.[0] ?? '';
    const [north, conveyor] = [...labels.matchAll(/ y="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(conveyor).toBeGreaterThan(north ?? Infinity);
  });

  test('of many clusters shows how often each stretch is walked', async () => {
    const list = (name: string, places: readonly string[]): object => ({
      list_id: name,
      picks: places.map((place) => ({ pick_id: name + place, location_id: [place], order_id: name })),
      estimated_distance: 1000,
    });
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const clusters = names.map((name, index) => list(name, [`A0${index + 1}`, 'A10']));
    const html = await drawn(entryOf({ type: 'CLUSTER', site_name: 'Example', optimal_clusters: clusters }));
    // In the plan of all; the small ones below it have a line each.
    expect(html.slice(0, html.indexOf('class="plans"'))).not.toContain('<polyline');
    expect(html.match(/<line class="passes"/g)).toHaveLength(7);
    expect(html).toContain('the widest in both pictures: 7 times.');
    expect(html).toContain('is a short one that optipick has drawn, not an order of the API.');
  });
});
