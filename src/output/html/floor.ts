/** The walks of an answer on the floor, before and after, and the same in numbers. */
import { counted, formatNumber } from '../../lib/text/numbers.ts';
import type { Html } from '../../lib/text/html.ts';
import { convertLength, lengthUnitOf } from '../../answers/length-unit.ts';
import {
  drawFloor,
  drawSmallFloor,
  isWide,
  MOST_COLORED,
  mostPasses,
  walkClass,
  type FloorDrawing,
} from './floor-drawing.ts';
import { cell, page, row, table } from './html-template.ts';
import type { ReportPlan, ReportWalk, ReportWalks } from './floor-walks.ts';
import { distanceText } from './measures.ts';

/** Walks of either time in the table below the pictures, and places in a row of it. */
const ROWS = 60;
const PLACES = 80;

/** `unit` of the answer's distances; `id` unique on the page. */
export function floorPart(plan: ReportPlan, walks: ReportWalks, unit: string, id: string): Html {
  const { before, after } = walks;
  const most = mostPasses(plan, [before ?? [], after]);
  const picture = (when: 'before' | 'after', all: readonly ReportWalk[]): Html => {
    const tone = when === 'before' ? 'asis' : 'optimal';
    const title = `${when === 'before' ? 'As-is' : 'Optimized'}: ${summed(all, unit)}`;
    const drawing: FloorDrawing = {
      id: `${id}-${when}`,
      title: `Floor plan of ${plan.siteName}. ${title}`,
      description: describe(all),
      walks: all,
      numbered: !walks.ownOrder,
      fromTo: walks.fromTo,
      tone,
      most,
    };
    return page`<figure class="${when}">
${drawFloor(plan, drawing)}
<figcaption><strong>${title}</strong>${keyOf(all, tone, most)}</figcaption>
</figure>
`;
  };
  // On paper a table of many walks takes pages to say what their pictures show.
  const isLong = (before?.length ?? 0) + after.length > 2 * MOST_COLORED;
  const pictures = [...(before === undefined ? [] : [picture('before', before)]), picture('after', after)];
  const layout = isWide(plan) ? 'stacked' : 'two';
  return page`<div class="${layout}">
${pictures}</div>
${smallPlans(plan, walks, unit, id)}${remarks(plan, walks, unit).map((text) => page`<p class="note">${text}</p>\n`)}
<details class="${isLong ? 'screen' : 'walks'}"><summary>The walks in numbers</summary>
${walkTable(plan, walks, unit)}</details>
`;
}

/** Small pictures of single walks. */
const SMALL_PLANS = 60;

/** One picture for each walk where colors cannot tell them apart. */
function smallPlans(plan: ReportPlan, { after }: ReportWalks, unit: string, id: string): Html | undefined {
  if (after.length <= MOST_COLORED) return undefined;
  const figures = after.slice(0, SMALL_PLANS).map((walk) => {
    const about = `${distanceText(walk.answered, unit)}, ${counted(walk.picks, 'pick')}`;
    return page`<figure>
${drawSmallFloor(plan, walk, `Floor plan of ${walk.name}: ${placesText(walk)}`, `${id}-after`)}
<figcaption><strong>${walk.name}</strong> ${about}</figcaption>
</figure>
`;
  });
  const hidden = after.length - figures.length;
  const more = hidden > 0 ? page`<p class="note">… and ${counted(hidden, 'more walk')}.</p>` : undefined;
  return page`<div class="plans">
${figures}</div>
${more}`;
}

function summed(walks: readonly ReportWalk[], unit: string): string {
  const total = walks.every((walk) => walk.answered !== undefined)
    ? walks.reduce((sum, walk) => sum + (walk.answered ?? 0), 0)
    : undefined;
  const length = distanceText(total, unit);
  return walks.length === 1 ? length : `${counted(walks.length, 'walk')}, ${length}`;
}

/** For those who do not see the picture; the table has the rest. */
function describe(walks: readonly ReportWalk[]): string {
  const [first] = walks;
  if (first !== undefined && walks.length === 1) return `The walk: ${placesText(first)}.`;
  const named = walks.slice(0, MOST_COLORED).map((walk) => `${walk.name}: ${placesText(walk)}.`);
  const more = walks.length > MOST_COLORED ? ` And ${counted(walks.length - MOST_COLORED, 'more walk')}.` : '';
  return `${named.join(' ')}${more} All are in the table below.`;
}

function placesText({ places }: ReportWalk): string {
  const more = places.length > PLACES ? `, and ${formatNumber(places.length - PLACES, 0)} more` : '';
  return `${places.slice(0, PLACES).join(', ')}${more}`;
}

function keyOf(walks: readonly ReportWalk[], tone: FloorDrawing['tone'], most: number): Html | undefined {
  if (walks.length === 1) return undefined;
  if (walks.length > MOST_COLORED) {
    return page`<p class="note">The wider a line, the more often it is walked; the widest in both pictures: ${counted(most, 'time')}.</p>`;
  }
  const items = walks.map(
    ({ name }, index) => page`<li><span class="${walkClass(index, walks.length, tone)}"></span>${name}</li>`,
  );
  return page`<ul class="key">${items}</ul>`;
}

/** What must be known to read the pictures right. */
function remarks(plan: ReportPlan, { before, after, ownOrder, fromTo }: ReportWalks, unit: string): readonly string[] {
  const all = [...(before ?? []), ...after];
  const texts: string[] = [];
  if (ownOrder) {
    texts.push(
      'Clustering groups picks and does not sequence them: within each optimized cluster the order of the walk is a short one that optipick has drawn, not an order of the API.',
    );
  }
  if (before === undefined) texts.push('The answer does not tell how these picks are walked today.');
  if (!fromTo)
    texts.push('Where the walks begin and end is not known here: only the ways between the stops are drawn.');
  const missing = after.reduce((sum, walk) => sum + walk.missing, 0);
  if (missing > 0) texts.push(`${counted(missing, 'pick')} at places that are not on the plan could not be drawn.`);
  if (fromTo && missing === 0 && all.some((walk) => differs(walk, plan.unit, unit))) {
    texts.push(
      'Some walks are longer or shorter on the plan than the answer says: the layout, or the way it is walked, is not quite the one that the API reckons with. The table has both lengths.',
    );
  }
  return texts;
}

/** By more than a hundredth: distances that the API has rounded do not differ. */
function differs({ answered, distance }: ReportWalk, planUnit: string, unit: string): boolean {
  const [from, to] = [lengthUnitOf(planUnit), lengthUnitOf(unit)];
  if (answered === undefined || from === undefined || to === undefined) return false;
  return Math.abs(convertLength(distance, from, to) - answered) > Math.max(answered, 1) * 0.01;
}

function walkTable(plan: ReportPlan, { before, after }: ReportWalks, unit: string): Html {
  const all = [
    ...(before ?? []).map((walk) => ({ when: 'as-is', walk })),
    ...after.map((walk) => ({ when: 'optimized', walk })),
  ];
  const rows = all
    .slice(0, ROWS)
    .map(({ when, walk }) =>
      row([
        cell(when),
        page`<th scope="row">${walk.name === '' ? 'route' : walk.name}</th>`,
        cell(formatNumber(walk.picks, 0), { align: 'right' }),
        cell(distanceText(walk.answered, unit), { align: 'right' }),
        cell(distanceText(walk.distance, plan.unit), { align: 'right' }),
        cell(placesText(walk)),
      ]),
    );
  const columns = [
    { title: '' },
    { title: 'walk' },
    { title: 'picks', align: 'right' },
    { title: 'in the answer', align: 'right' },
    { title: 'as drawn', align: 'right' },
    { title: 'places, in the order drawn' },
  ] as const;
  const hidden = (before ?? []).length + after.length - rows.length;
  const more = hidden > 0 ? page`<p class="note">… and ${counted(hidden, 'more walk')}.</p>` : undefined;
  return page`${table({ caption: 'Walks on the floor plan', columns, rows })}${more}`;
}
