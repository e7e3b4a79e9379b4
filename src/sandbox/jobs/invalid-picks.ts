/** Which picks can be used, and why the others cannot. */
import type { PickDocument } from '../../requests/schema.ts';
import type { LocationRules } from './location-rules.ts';
import type { Site } from '../../site/model.ts';

/** Magic locations for tests: unless the site has one of that name, each stands for the site's first location. */
const FAIL = 'FAIL';
const SLOW = 'SLOW';

export interface ValidPick {
  readonly input: PickDocument;
  /** Where it can be picked, in the given order; at least one. */
  readonly options: readonly {
    /** As the request names it. */
    readonly name: string;
    /** As the site names it. */
    readonly place: string;
  }[];
}

/** An entry of the answer's `invalid_picks`. */
export interface InvalidPickEntry {
  readonly pick_id: string;
  readonly location_id: readonly string[];
  readonly asis_sequence: number | null;
  readonly priority: number;
  readonly sequence_priority: number | null;
  readonly sku_id: string | null;
  readonly quantity: number | null;
  readonly order_id: string | null;
  readonly hu_id: string | null;
  readonly hu_type: string | null;
  readonly location_id_processed: readonly string[] | null;
  readonly reason: 'Location not found' | 'No matching regex' | 'Order contains invalid pick';
}

export interface SortingRules {
  readonly site: Site;
  readonly rules: LocationRules;
  /** `allow_regex_default`: a name that no rule matches is used as it is. */
  readonly keepUnmatched: boolean;
  /** With `REMOVE_ORDERS` one invalid pick makes its whole order invalid. */
  readonly handling: 'IGNORE' | 'REMOVE_PICKS' | 'REMOVE_ORDERS';
}

export interface SortedPicks {
  readonly valid: readonly ValidPick[];
  /** With the place of each in the request. */
  readonly invalid: readonly { readonly index: number; readonly pick: InvalidPickEntry }[];
  readonly fails: boolean;
  readonly slow: boolean;
}

/** A pick is valid when at least one of its locations is known to the site. */
export function sortPicks(picks: readonly PickDocument[], rules: SortingRules): SortedPicks {
  const checked = picks.map((pick) => checkPick(pick, rules));
  const invalidOrders = new Set<string>();
  if (rules.handling === 'REMOVE_ORDERS') {
    for (const { input, reason } of checked) {
      if (reason !== undefined && typeof input.order_id === 'string') invalidOrders.add(input.order_id);
    }
  }
  const valid: ValidPick[] = [];
  const invalid: { index: number; pick: InvalidPickEntry }[] = [];
  for (const [index, { input, options, processed, reason }] of checked.entries()) {
    const isInInvalidOrder = typeof input.order_id === 'string' && invalidOrders.has(input.order_id);
    const why = reason ?? (isInInvalidOrder ? 'Order contains invalid pick' : undefined);
    if (why === undefined) valid.push({ input, options });
    else invalid.push({ index, pick: invalidPick(input, processed, why) });
  }
  const names = new Set(picks.flatMap(namesOf));
  const isMagic = (name: string): boolean => names.has(name) && !rules.site.has(name);
  return { valid, invalid, fails: isMagic(FAIL), slow: isMagic(SLOW) };
}

/** The locations of a pick, one or several, as they were sent. */
export function namesOf({ location_id: names }: PickDocument): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}

type RepeatedFields = Pick<
  InvalidPickEntry,
  'asis_sequence' | 'priority' | 'sequence_priority' | 'sku_id' | 'quantity' | 'order_id' | 'hu_id' | 'hu_type'
>;

/** Fields that every pick of an answer repeats from the request, in this order; what was not sent is `null`. */
export function repeatedFields(input: PickDocument): RepeatedFields {
  return {
    asis_sequence: input.asis_sequence ?? null,
    priority: input.priority ?? 0,
    sequence_priority: input.sequence_priority ?? null,
    sku_id: input.sku_id ?? null,
    quantity: input.quantity ?? null,
    order_id: input.order_id ?? null,
    hu_id: input.hu_id ?? null,
    hu_type: input.hu_type ?? null,
  };
}

interface CheckedPick extends ValidPick {
  readonly processed: readonly string[];
  readonly reason: 'Location not found' | 'No matching regex' | undefined;
}

function checkPick(input: PickDocument, { site, rules, keepUnmatched }: SortingRules): CheckedPick {
  const options: { name: string; place: string }[] = [];
  const processed: string[] = [];
  for (const name of namesOf(input)) {
    const magic = (name === FAIL || name === SLOW) && !site.has(name);
    const place = magic ? site.names[0] : (rules(name) ?? (keepUnmatched ? name : undefined));
    if (place === undefined) continue;
    processed.push(place);
    if (site.has(place)) options.push({ name, place });
  }
  const reason = processed.length === 0 ? 'No matching regex' : 'Location not found';
  return { input, options, processed, reason: options.length === 0 ? reason : undefined };
}

function invalidPick(
  input: PickDocument,
  processed: readonly string[],
  reason: InvalidPickEntry['reason'],
): InvalidPickEntry {
  return {
    pick_id: input.pick_id,
    location_id: namesOf(input),
    ...repeatedFields(input),
    location_id_processed: processed.length === 0 ? null : processed,
    reason,
  };
}
