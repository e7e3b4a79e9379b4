/** The warehouse from above, with the last route, as SVG. */
import { type Html, html } from './html.ts';
import type { FloorPlan, Position, Site } from './model.ts';

/** Share of the plan's longer side that is left blank around it. */
const MARGIN = 0.06;

/** `undefined` for a site without a floor plan. `walk`: the places of a route in order. */
export function renderFloorPlan(site: Site, walk: readonly string[] | undefined): Html | undefined {
  const { plan } = site;
  if (plan === undefined) return undefined;
  const { x, y, width, height } = boundsOf(plan);
  const unit = Math.max(width, height) / 100;
  const walked = new Set(walk);
  const named = [...plan.positions].map(
    ([name, at]) =>
      html`<circle cx="${at.x}" cy="${-at.y}" r="${unit}" class="${walked.has(name) ? 'walked' : 'passed'}">
        <title>${name}</title>
      </circle>`,
  );
  return html`<svg viewBox="${x} ${y} ${width} ${height}" role="img" aria-labelledby="plan-title">
    <title id="plan-title">${describe(site, walk)}</title>
    <g class="aisles" stroke-width="${unit * 2}">${linesOf(plan)}</g>
    <g class="route" stroke-width="${unit * 0.7}">${routeOf(site, walk ?? [])}</g>
    <g class="places">${named}</g>
  </svg>`;
}

function describe(site: Site, walk: readonly string[] | undefined): string {
  const what = `Floor plan of ${site.name}`;
  return walk === undefined ? `${what}; no route yet` : `${what}; the last route: ${walk.join(', ')}`;
}

/** Up on the page is away from the front: y is turned round. */
function boundsOf(plan: FloorPlan): { x: number; y: number; width: number; height: number } {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  const include = (x: number, y: number): void => {
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (const { x, y } of plan.positions.values()) include(x, y);
  for (const { x, fromY, toY } of plan.aisles) {
    include(x, fromY);
    include(x, toY);
  }
  const margin = Math.max(right - left, high - low, 1) * MARGIN;
  return { x: left - margin, y: -high - margin, width: right - left + 2 * margin, height: high - low + 2 * margin };
}

function linesOf({ aisles, crossAisles }: FloorPlan): readonly Html[] {
  const xs = aisles.map(({ x }) => x);
  const along = aisles.map(({ x, fromY, toY }) => line({ x, y: fromY }, { x, y: toY }));
  const across = crossAisles.map((y) => line({ x: Math.min(...xs), y }, { x: Math.max(...xs), y }));
  return xs.length === 0 ? [] : [...along, ...across];
}

function line(from: Position, to: Position): Html {
  return html`<line x1="${from.x}" y1="${-from.y}" x2="${to.x}" y2="${-to.y}" />`;
}

function routeOf(site: Site, walk: readonly string[]): readonly Html[] {
  const corners = walk.slice(1).flatMap((to, index) => site.path(walk[index] ?? to, to) ?? []);
  if (corners.length === 0) return [];
  return [html`<polyline points="${corners.map(({ x, y }) => `${x},${-y}`).join(' ')}" />`];
}
