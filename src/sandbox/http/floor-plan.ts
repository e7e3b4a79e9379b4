/** The floor plan of the sandbox's site with the last route, as SVG. */
import { floorLines, frameOf, pointsOf, rounded, viewBoxOf } from '../../site/floor-plan-svg.ts';
import { type Html, html } from '../../lib/text/html.ts';
import type { Site } from '../../site/model.ts';

/** `undefined` for a site without a floor plan. `walk`: the places of a route in order. */
export function renderFloorPlan(site: Site, walk: readonly string[] | undefined): Html | undefined {
  const { plan } = site;
  if (plan === undefined) return undefined;
  const frame = frameOf(plan);
  const walked = new Set(walk);
  const named = [...plan.positions].map(([name, at]) => {
    const [x, y] = [rounded(at.x), rounded(-at.y)];
    const state = walked.has(name) ? 'walked' : 'passed';
    return html`<circle cx="${x}" cy="${y}" r="${frame.unit}" class="${state}"><title>${name}</title></circle>`;
  });
  return html`<svg viewBox="${viewBoxOf(frame)}" role="img" aria-labelledby="plan-title">
    <title id="plan-title">${describe(site, walk)}</title>
    <g class="aisles" stroke-width="${frame.unit * 2}">${floorLines(plan)}</g>
    <g class="route" stroke-width="${frame.unit * 0.7}">${routeOf(site, walk ?? [])}</g>
    <g class="places">${named}</g>
  </svg>`;
}

function describe(site: Site, walk: readonly string[] | undefined): string {
  const what = `Floor plan of ${site.name}`;
  return walk === undefined ? `${what}; no route yet` : `${what}; the last route: ${walk.join(', ')}`;
}

function routeOf(site: Site, walk: readonly string[]): readonly Html[] {
  const corners = walk.slice(1).flatMap((to, index) => site.path(walk[index] ?? to, to) ?? []);
  return corners.length === 0 ? [] : [html`<polyline points="${pointsOf(corners)}" />`];
}
