/** One aisle of a warehouse with two cross aisles: where its picks are, measured from the front. */
export interface AislePicks {
  readonly x: number;
  readonly picks: readonly number[];
}

/**
 * What the part of the walk left of here looks like: degree at the front and at the back end of the
 * aisle (U odd, E even, 0 none) and the number of connected parts.
 */
type State = 'UU1' | 'E01' | '0E1' | 'EE1' | 'EE2' | '000' | '001';
type Table = Readonly<Partial<Record<State, State>>>;

/** What each way to walk one aisle makes of a state. */
const TRAVERSE: Table = { UU1: 'EE1', E01: 'UU1', '0E1': 'UU1', EE1: 'UU1', EE2: 'UU1', '000': 'UU1' };
const FROM_FRONT: Table = { UU1: 'UU1', E01: 'E01', '0E1': 'EE2', EE1: 'EE1', EE2: 'EE2', '000': 'E01' };
const FROM_BACK: Table = { UU1: 'UU1', E01: 'EE2', '0E1': '0E1', EE1: 'EE1', EE2: 'EE2', '000': '0E1' };
const FROM_BOTH: Table = { UU1: 'UU1', E01: 'EE2', '0E1': 'EE2', EE1: 'EE1', EE2: 'EE2', '000': 'EE2' };
const TWICE: Table = { UU1: 'UU1', E01: 'EE1', '0E1': 'EE1', EE1: 'EE1', EE2: 'EE1', '000': 'EE1' };
const SKIP: Table = { UU1: 'UU1', E01: 'E01', '0E1': '0E1', EE1: 'EE1', EE2: 'EE2', '000': '000', '001': '001' };

/** What each number of walks along the two cross aisles, to the next aisle, makes of a state. */
const CROSSINGS: readonly { readonly walks: number; readonly table: Table }[] = [
  { walks: 0, table: { E01: '001', '0E1': '001', EE1: '001', '000': '000', '001': '001' } },
  { walks: 2, table: { UU1: 'UU1' } },
  { walks: 2, table: { E01: 'E01', EE1: 'E01' } },
  { walks: 2, table: { '0E1': '0E1', EE1: '0E1' } },
  { walks: 4, table: { E01: 'EE2', '0E1': 'EE2', EE1: 'EE1', EE2: 'EE2' } },
];

function waysThrough(picks: readonly number[], depth: number): readonly { cost: number; table: Table }[] {
  if (picks.length === 0) {
    return [
      { cost: 0, table: SKIP },
      { cost: depth, table: TRAVERSE },
    ];
  }
  const sorted = picks.toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).map((y, index) => y - (sorted[index] ?? y));
  const ways = [
    { cost: depth, table: TRAVERSE },
    { cost: 2 * (sorted.at(-1) ?? 0), table: FROM_FRONT },
    { cost: 2 * (depth - (sorted[0] ?? 0)), table: FROM_BACK },
    { cost: 2 * depth, table: TWICE },
  ];
  if (gaps.length > 0) ways.push({ cost: 2 * (depth - Math.max(...gaps)), table: FROM_BOTH });
  return ways;
}

function advance(costs: ReadonlyMap<State, number>, cost: number, table: Table, into: Map<State, number>): void {
  for (const [state, before] of costs) {
    const next = table[state];
    if (next !== undefined) into.set(next, Math.min(into.get(next) ?? Number.POSITIVE_INFINITY, before + cost));
  }
}

/**
 * The length of the shortest closed walk past all picks of a single-block warehouse: the dynamic
 * program of Ratliff and Rosenthal (1983). The depot is a pick at depth 0. Aisles from left to right.
 */
export function singleBlockOptimum(aisles: readonly AislePicks[], depth: number): number {
  let costs = new Map<State, number>([['000', 0]]);
  for (const [index, { x, picks }] of aisles.entries()) {
    const walked = new Map<State, number>();
    for (const { cost, table } of waysThrough(picks, depth)) advance(costs, cost, table, walked);
    const next = aisles[index + 1];
    if (next === undefined) {
      costs = walked;
      continue;
    }
    costs = new Map();
    for (const { walks, table } of CROSSINGS) advance(walked, walks * (next.x - x), table, costs);
  }
  return Math.min(...(['E01', '0E1', 'EE1', '001'] as const).map((state) => costs.get(state) ?? Infinity));
}
