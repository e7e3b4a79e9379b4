import type { Site } from './model.ts';

/**
 * The names of the aisles that one walks along on the way between two places, in order. `null` when
 * the site has no floor plan, `[]` when there is no place before, or the way leads through no aisle.
 */
export function hallwaysBetween(
  site: Site,
  from: string | undefined,
  to: string | undefined,
): readonly string[] | null {
  const { plan } = site;
  if (plan === undefined) return null;
  if (from === undefined || to === undefined) return [];
  const corners = site.path(from, to) ?? [];
  const names: string[] = [];
  for (const [index, corner] of corners.entries()) {
    const before = corners[index - 1];
    if (before === undefined || before.x !== corner.x || before.y === corner.y) continue;
    const [low, high] = before.y < corner.y ? [before.y, corner.y] : [corner.y, before.y];
    const aisle = plan.aisles.find(({ x, fromY, toY }) => x === corner.x && low < toY && fromY < high);
    if (aisle !== undefined && names.at(-1) !== aisle.name) names.push(aisle.name);
  }
  return names;
}
