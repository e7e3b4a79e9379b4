/** Requests of every kind that the sandbox can answer, drawn from a seed. */
import { createRandom, type Random } from '../../../src/lib/seeded-random.ts';

export type Json = Record<string, unknown>;

const PLACES = ['A', 'B', 'C', 'D'].flatMap((aisle) =>
  Array.from({ length: 10 }, (_, bay) => `${aisle}${String(bay + 1).padStart(2, '0')}`),
);

export interface RandomRequest {
  readonly kind: 'route' | 'cluster';
  readonly body: Json & { readonly picks: readonly Json[] };
}

/**
 * Limits, alternatives, invalid picks, rules for names, priorities, policies, lists that split orders, orders of one
 * pick and of many. The same for the same seed.
 */
export function randomRequest(kind: 'route' | 'cluster', seed: number): RandomRequest {
  const random = createRandom(seed * 2 + (kind === 'route' ? 0 : 1));
  const chance = (share: number): boolean => random.next() < share;
  const parameters: Json = {};
  const hasRules = chance(0.3);
  if (hasRules) {
    const rule = [String.raw`^X-([A-Z]\d+)(-\d)?$`, String.raw`\1`];
    parameters['location_regex'] = [chance(0.5) ? rule : { pattern: rule[0], replacement: rule[1] }];
    if (chance(0.3)) parameters['allow_regex_default'] = false;
  }
  const handling = (['IGNORE', 'REMOVE_PICKS', 'REMOVE_ORDERS'] as const)[random.below(3)];
  if (handling !== 'IGNORE' || chance(0.5)) parameters['pick_violation_handling'] = handling;
  if (chance(0.2)) parameters['routing_policy'] = chance(0.5) ? 'ASIS' : 'AUTOSTORE';
  if (kind === 'cluster') addLimits(parameters, random);
  const nameOf = (): string => {
    const place = anyOf(PLACES, random);
    if (!hasRules || (chance(0.2) && parameters['allow_regex_default'] !== false)) return place;
    return `X-${place}${chance(0.5) ? `-${random.below(3)}` : ''}`;
  };
  const size = 1 + random.below(30);
  const orders = 1 + random.below(size);
  const lists = 1 + random.below(6);
  const with_ = {
    list: chance(0.8),
    asis: chance(0.8),
    priority: chance(0.2),
    sequencePriority: chance(0.2),
    size: chance(0.5),
    order: kind === 'cluster' ? !chance(0.1) : chance(0.7),
    ordersOnLists: chance(0.7),
    invalid: handling !== 'IGNORE' && chance(0.7),
  };
  const picks = Array.from({ length: size }, (_, index): Json => {
    const order = random.below(orders);
    const isBad = with_.invalid && index > 0 && chance(0.15);
    const names = isBad ? ['NOPE'] : [nameOf()];
    const alternatives = isBad ? 0 : random.below(12) - 8;
    for (let more = 0; more < alternatives; more += 1) names.push(chance(0.2) ? 'NOPE' : nameOf());
    const pick: Json = { pick_id: `p${index}`, location_id: names.length === 1 && chance(0.7) ? names[0] : names };
    if (with_.order && !chance(0.05)) pick['order_id'] = `o${order}`;
    if (with_.list) pick['list_id'] = `l${(with_.ordersOnLists ? order : index) % lists}`;
    if (with_.asis) pick['asis_sequence'] = index + 1;
    if (with_.priority) pick['priority'] = random.below(3);
    if (with_.sequencePriority && chance(0.8)) pick['sequence_priority'] = random.below(3);
    if (with_.size) {
      Object.assign(pick, {
        sku_id: `s${random.below(5)}`,
        sku_weight: random.next() * 3,
        quantity: 1 + random.below(4),
      });
      for (const side of ['sku_width', 'sku_height', 'sku_depth']) if (chance(0.9)) pick[side] = random.next() * 2;
    }
    return pick;
  });
  return {
    kind,
    body: {
      site_name: 'Example',
      ...(chance(0.5) ? { wave_id: `w${seed}` } : {}),
      ...(chance(0.7) ? { start_points: chance(0.5) ? 'Start' : ['Start', 'A01'] } : {}),
      ...(chance(0.7) ? { end_points: 'End' } : {}),
      parameters,
      picks,
    },
  };
}

function addLimits(parameters: Json, random: Random): void {
  const limits = {
    max_orders: () => 1 + random.below(5),
    max_locations: () => 1 + random.below(8),
    max_distance: () => 2000 + random.below(6000),
    max_volume: () => 1 + random.next() * 40,
    max_weight: () => 1 + random.next() * 30,
    max_surface: () => 1 + random.next() * 30,
  };
  for (const [name, draw] of Object.entries(limits)) if (random.next() < 0.25) parameters[name] = draw();
}

export function anyOf<T>(values: readonly T[], random: Random): T {
  return values[random.below(values.length)] as T;
}

const JUNK = [
  null,
  0,
  -1,
  1.5,
  '',
  'x',
  true,
  [],
  {},
  [[]],
  [null],
  { pick_id: 7 },
  1e308,
  Number.MAX_SAFE_INTEGER,
  '__proto__',
];

/** Puts junk in place of some values, drops some, and doubles some. */
export function disturb(value: unknown, random: Random): unknown {
  if (random.next() < 0.04) return anyOf<unknown>(JUNK, random);
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) =>
      random.next() < 0.05 ? [item, item].slice(random.below(3)) : [disturb(item, random)],
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, disturb(inner, random)]));
}
