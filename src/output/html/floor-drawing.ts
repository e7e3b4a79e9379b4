/** Walks drawn on the floor of a site, as SVG that says in words what it shows. */
import { floorLines, frameOf, pointsOf, rounded, viewBoxOf, type Frame } from '../../site/floor-plan-svg.ts';
import type { FloorPlan } from '../../site/model.ts';
import type { Html } from '../../lib/text/html.ts';
import { page } from './html-template.ts';
import type { ReportPlan, ReportWalk } from './floor-walks.ts';
import { trafficOf, type Stretch } from './walk-traffic.ts';

/** As many walks can be told apart by color; of more it is shown how often each stretch is walked. */
export const MOST_COLORED = 6;

/** Stops that are numbered, aisles and places that are named: more would only cover the floor. */
const MOST_NUMBERED = 40;
const MOST_AISLE_NAMES = 30;

/** Room for names and numbers around the floor. */
const MARGIN = 0.1;

export interface FloorDrawing {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the picture shows, for those who do not see it. */
  readonly description: string;
  readonly walks: readonly ReportWalk[];
  /** Whether to number the stops of a single walk. */
  readonly numbered: boolean;
  /** Whether walks begin and end at places of their own, and not at a stop. */
  readonly fromTo: boolean;
  /** Class of a single walk: `asis` or `optimal`. */
  readonly tone: 'asis' | 'optimal';
  /** The most passes of any stretch in all pictures that are compared; see {@link mostPasses}. */
  readonly most: number;
}

export function drawFloor(plan: ReportPlan, drawing: FloorDrawing): Html {
  const { id, title, description, walks, numbered, fromTo, tone, most } = drawing;
  const whole = frameOf(plan.floor, MARGIN);
  const unit = whole.unit * (isWide(plan) ? 0.55 : 1);
  const frame = { ...whole, unit };
  const routes = walks.length > MOST_COLORED ? traffic(plan, walks, most, unit) : lanes(plan, walks, tone, unit);
  return page`<svg class="floor" viewBox="${viewBoxOf(frame)}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${title}</title>
<desc id="${id}-text">${description}</desc>
<g class="aisles" id="${id}-aisles" stroke-width="${rounded(unit * 4.4)}">${floorLines(plan.floor)}</g>
${aisleNames(plan.floor, frame)}
<g class="route">${routes}</g>
<g class="places">${placesOf(plan.floor, walks, tone, unit)}</g>
${fromTo ? endsOf(plan.floor, walks, frame) : undefined}
${numbered && walks.length === 1 ? numbersOf(plan.floor, walks[0]?.places ?? [], fromTo, frame) : undefined}
</svg>`;
}

/** One walk among many, small: the floor is that of the picture with the id `floorId`. */
export function drawSmallFloor(plan: ReportPlan, { places }: ReportWalk, title: string, floorId: string): Html {
  const frame = frameOf(plan.floor, MARGIN / 2);
  const unit = frame.unit * (isWide(plan) ? 0.7 : 1);
  const stops = [...new Set(places)].flatMap((place) => {
    const at = plan.floor.positions.get(place);
    return at === undefined
      ? []
      : page`<circle cx="${rounded(at.x)}" cy="${rounded(-at.y)}" r="${rounded(unit * 1.9)}" class="optimal" />`;
  });
  return page`<svg class="floor" viewBox="${viewBoxOf(frame)}" role="img" aria-label="${title}">
<use href="#${floorId}-aisles" class="aisles" />
<g class="route"><polyline class="optimal" points="${pointsOf(plan.path(places))}" stroke-width="${rounded(unit * 1.5)}" /></g>
<g class="places">${stops}</g>
</svg>`;
}

/** Whether two pictures of it go below each other and not side by side: then all in them is drawn finer. */
export function isWide({ floor }: ReportPlan): boolean {
  const { width, height } = frameOf(floor, MARGIN);
  return width > height * 1.25;
}

/** Class of the walk at this place among several. */
export function walkClass(index: number, count: number, tone: FloorDrawing['tone']): string {
  return count === 1 ? tone : `walk${index + 1}`;
}

/** For {@link FloorDrawing.most}. */
export function mostPasses(plan: ReportPlan, pictures: readonly (readonly ReportWalk[])[]): number {
  let most = 1;
  for (const walks of pictures) for (const { passes } of trafficIn(plan, walks)) most = Math.max(most, passes);
  return most;
}

function trafficIn(plan: ReportPlan, walks: readonly ReportWalk[]): readonly Stretch[] {
  return trafficOf(walks.map(({ places }) => plan.path(places)));
}

/** Side by side, each in its color. */
function lanes(
  plan: ReportPlan,
  walks: readonly ReportWalk[],
  tone: FloorDrawing['tone'],
  unit: number,
): readonly Html[] {
  const width = unit * (walks.length === 1 ? 0.9 : 0.6);
  return walks.map(({ places }, index) => {
    const shift = rounded((index - (walks.length - 1) / 2) * width * 1.15);
    const tag = walkClass(index, walks.length, tone);
    const points = pointsOf(plan.path(places));
    return page`<polyline class="${tag}" points="${points}" stroke-width="${rounded(width)}" transform="translate(${shift} ${shift})" />`;
  });
}

/** The wider, the more often it is walked. */
function traffic(plan: ReportPlan, walks: readonly ReportWalk[], most: number, unit: number): readonly Html[] {
  const [thinnest, widest] = [unit * 0.35, unit * 3.6];
  return trafficIn(plan, walks).map(({ from, to, passes }) => {
    const width = rounded(Math.max(thinnest, (widest * passes) / most));
    const [x1, y1, x2, y2] = [from.x, -from.y, to.x, -to.y].map(rounded);
    return page`<line class="passes" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke-width="${width}" />`;
  });
}

function aisleNames({ aisles }: FloorPlan, { unit }: Frame): Html | undefined {
  if (aisles.length > MOST_AISLE_NAMES) return undefined;
  const names = aisles.map(({ name, x, toY }) => {
    const y = rounded(-toY - unit * 2.6);
    return page`<text x="${rounded(x)}" y="${y}" text-anchor="middle">${name}</text>`;
  });
  return page`<g class="names" font-size="${rounded(unit * 3)}">${names}</g>`;
}

function placesOf(
  { positions }: FloorPlan,
  walks: readonly ReportWalk[],
  tone: FloorDrawing['tone'],
  unit: number,
): readonly Html[] {
  const classes = new Map<string, string>();
  for (const [index, { places }] of walks.entries()) {
    const tag = walks.length > MOST_COLORED ? 'passes' : walkClass(index, walks.length, tone);
    for (const place of places) classes.set(place, tag);
  }
  return [...positions].map(([name, at]) => {
    const tag = classes.get(name);
    const radius = rounded(unit * (tag === undefined ? 0.45 : walks.length > MOST_COLORED ? 0.7 : 1.05));
    const [x, y] = [rounded(at.x), rounded(-at.y)];
    return page`<circle cx="${x}" cy="${y}" r="${radius}" class="${tag ?? 'passed'}"><title>${name}</title></circle>`;
  });
}

/** Width of a letter, in parts of its height: roughly. */
const LETTER = 0.62;

/** Where the walks begin and end, by name: below the place, and where names would meet on a line of their own. */
function endsOf({ positions }: FloorPlan, walks: readonly ReportWalk[], { unit, x: left, width }: Frame): Html {
  const names = new Set(walks.flatMap(({ places }) => [places[0], places.at(-1)]).filter((name) => name !== undefined));
  const size = unit * 3;
  // Names of more places than this would cover each other.
  const places = [...names].slice(0, 4).flatMap((name) => {
    const at = positions.get(name);
    if (at === undefined) return [];
    const anchor = at.x < left + width / 4 ? 'start' : at.x > left + (width * 3) / 4 ? 'end' : 'middle';
    const length = name.length * size * LETTER;
    const begin = at.x - length * { start: 0, middle: 0.5, end: 1 }[anchor];
    return [{ name, at, anchor, begin, end: begin + length }];
  });
  let filledTo = -Infinity;
  let line = 0;
  const labels = places
    .toSorted((one, other) => one.begin - other.begin)
    .map(({ name, at, anchor, begin, end }) => {
      line = begin < filledTo + size ? line + 1 : 0;
      filledTo = Math.max(filledTo, end);
      const y = rounded(-at.y + unit * 4.4 + line * size * 1.15);
      return page`<text x="${rounded(at.x)}" y="${y}" text-anchor="${anchor}">${name}</text>`;
    });
  return page`<g class="ends" font-size="${rounded(size)}" stroke-width="${rounded(unit * 0.7)}">${labels}</g>`;
}

/** In which place of the walk each stop is, beside it. */
function numbersOf(
  { positions }: FloorPlan,
  places: readonly string[],
  fromTo: boolean,
  { unit, x: left, width }: Frame,
): Html | undefined {
  const stops = fromTo ? places.slice(1, -1) : places;
  if (stops.length > MOST_NUMBERED) return undefined;
  const visits = new Map<string, number[]>();
  for (const [index, place] of stops.entries()) visits.set(place, [...(visits.get(place) ?? []), index + 1]);
  const texts = [...visits].map(([place, numbers]) => {
    const at = positions.get(place);
    if (at === undefined) return page``;
    // On the right there is no room beside the last aisle.
    const [side, anchor] = at.x > left + width * 0.75 ? [-1, 'end'] : [1, 'start'];
    const [x, y] = [rounded(at.x + side * unit * 2), rounded(-at.y + unit * 0.95)];
    return page`<text x="${x}" y="${y}" text-anchor="${anchor}">${numbers.join(', ')}</text>`;
  });
  return page`<g class="numbers" font-size="${rounded(unit * 2.7)}" stroke-width="${rounded(unit * 0.7)}">${texts}</g>`;
}
