/** A floor plan as SVG: the background that walks are drawn on. */
import { type Html, html } from '../lib/text/html.ts';
import type { FloorPlan, Position } from './model.ts';

/** The part of the plane that a drawing shows, as the `viewBox` of SVG has it: `y` grows downwards. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A hundredth of the longer side: the unit of line widths and letters. */
  readonly unit: number;
}

/** Share of the plan's longer side that is left blank around it. */
const MARGIN = 0.06;

/** Everything on the plan, with a margin of this share of the longer side. */
export function frameOf(plan: FloorPlan, share = MARGIN): Frame {
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
  if (left > right) include(0, 0);
  const margin = Math.max(right - left, high - low, 1) * share;
  const width = right - left + 2 * margin;
  const height = high - low + 2 * margin;
  return { x: left - margin, y: -high - margin, width, height, unit: Math.max(width, height) / 100 };
}

/** `viewBox` of the whole drawing. */
export function viewBoxOf({ x, y, width, height }: Frame): string {
  return [x, y, width, height].map(rounded).join(' ');
}

/** Aisles and cross aisles as lines. */
export function floorLines({ aisles, crossAisles }: FloorPlan): readonly Html[] {
  if (aisles.length === 0) return [];
  const xs = aisles.map(({ x }) => x);
  const along = aisles.map(({ x, fromY, toY }) => line({ x, y: fromY }, { x, y: toY }));
  const across = crossAisles.map((y) => line({ x: Math.min(...xs), y }, { x: Math.max(...xs), y }));
  return [...along, ...across];
}

/** The `points` of a polyline: up on the page is away from the front. */
export function pointsOf(corners: readonly Position[]): string {
  return corners.map(({ x, y }) => `${rounded(x)},${rounded(-y)}`).join(' ');
}

/** A coordinate to the thousandth: enough for a picture, without the tails of binary fractions. */
export function rounded(value: number): string {
  const text = String(Math.round(value * 1000) / 1000);
  return text === '-0' ? '0' : text;
}

function line(from: Position, to: Position): Html {
  const [x1, y1, x2, y2] = [from.x, -from.y, to.x, -to.y].map(rounded);
  return html`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" />`;
}
