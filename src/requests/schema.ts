/**
 * The schema of a request: the one table of fields, types and enumerations, by kind. Facts: the OptiPick
 * documentation, "Optimize Route" and "Optimize Cluster". The readable part of those pages ends early, so unknown
 * fields pass (loose objects).
 *
 * The message of each schema says what was expected, worded to follow "expected": `expected a whole number`.
 */
import { isRecord } from '../lib/json/loose-fields.ts';
import * as v from 'valibot';
import type { Kind } from '../kinds.ts';

const text = v.string('a text');
const name = v.pipe(v.string('a text'), v.nonEmpty('a text that is not empty'));
const number = v.pipe(v.number('a number'), v.finite('a finite number'));
const wholeNumber = v.pipe(v.number('a whole number'), v.integer('a whole number'));
const flag = v.boolean('true or false');
/** How a time is written is not documented. */
const time = v.custom<string | number>(
  (value) => typeof value === 'string' || typeof value === 'number',
  'a text or a number',
);
const list = v.array(v.unknown(), 'a list');
const object = v.custom<Readonly<Record<string, unknown>>>(isRecord, 'an object');

const onePlace = v.pipe(v.string('a text or a list of texts'), v.nonEmpty('a text that is not empty'));
const somePlaces = v.pipe(v.array(name), v.minLength(1, 'a list with at least one location'));
/** One location, or several. Chosen by shape, so that an error inside a list is that of its item. */
const places = v.lazy((value): v.GenericSchema<string | string[]> => (Array.isArray(value) ? somePlaces : onePlace));

export const ROUTING_POLICIES = ['ASIS', 'OPTIMIZED', 'AUTOSTORE'] as const;
export const PICK_VIOLATION_HANDLINGS = ['IGNORE', 'REMOVE_PICKS', 'REMOVE_ORDERS'] as const;

const sharedPick = {
  pick_id: name,
  location_id: places,
  asis_sequence: v.nullish(wholeNumber),
  priority: v.nullish(wholeNumber),
  sequence_priority: v.nullish(wholeNumber),
  sku_id: v.nullish(text),
  quantity: v.nullish(number),
  order_id: v.nullish(text),
  hu_id: v.nullish(text),
  hu_type: v.nullish(text),
  wave_id: v.nullish(text),
  release_time: v.nullish(time),
  due_time: v.nullish(time),
};

const clusterOnlyPick = {
  list_id: v.nullish(text),
  sku_width: v.nullish(number),
  sku_height: v.nullish(number),
  sku_depth: v.nullish(number),
  sku_weight: v.nullish(number),
};

const sharedParameters = {
  allow_interpolation: v.optional(flag),
  location_regex: v.nullish(list),
  allow_regex_default: v.optional(flag),
  routing_policy: v.optional(v.picklist(ROUTING_POLICIES, oneOf(ROUTING_POLICIES))),
  asis_routing: v.nullish(flag),
  pick_violation_handling: v.optional(v.picklist(PICK_VIOLATION_HANDLINGS, oneOf(PICK_VIOLATION_HANDLINGS))),
  duration: v.optional(object),
};

const routeOnlyParameters = {
  generate_instructions: v.optional(flag),
  allow_loop_closing: v.optional(flag),
};

const clusterOnlyParameters = {
  max_runtime: v.optional(number),
};

const sharedRequest = {
  wave_id: v.nullish(text),
  site_name: name,
  start_points: v.nullish(places),
  end_points: v.nullish(places),
  extra: v.nullish(object),
};

const routeOnlyRequest = { route_id: v.nullish(text) };

const routePick = v.looseObject(sharedPick, 'an object');
const clusterPick = v.looseObject({ ...sharedPick, ...clusterOnlyPick });
const routeParameters = v.looseObject({ ...sharedParameters, ...routeOnlyParameters }, 'an object');
const clusterParameters = v.looseObject({ ...sharedParameters, ...clusterOnlyParameters }, 'an object');

const picksOf = <Pick extends v.GenericSchema>(pick: Pick) =>
  v.pipe(v.array(pick, 'a list of picks'), v.minLength(1, 'at least one pick'));

const routeRequest = v.looseObject({
  ...sharedRequest,
  ...routeOnlyRequest,
  parameters: v.optional(routeParameters),
  picks: picksOf(routePick),
});
const clusterRequest = v.looseObject({
  ...sharedRequest,
  parameters: v.optional(clusterParameters),
  picks: picksOf(clusterPick),
});

/** A pick of either kind that passed the schema: one of a cluster has every field that one of a route has. */
export type PickDocument = v.InferOutput<typeof clusterPick>;
/** Requests that passed the schema. */
export type RouteDocument = v.InferOutput<typeof routeRequest>;
export type ClusterDocument = v.InferOutput<typeof clusterRequest>;

/** What is documented of a field beside its type, for people. */
export const FIELD_NOTES: ReadonlyMap<string, string> = new Map([
  ['location_id', 'of several, any will do'],
  ['asis_sequence', 'place in the as-is route'],
  ['priority', 'deprecated: higher is picked first'],
  ['sequence_priority', 'lower is picked first, the opposite of priority'],
  ['list_id', 'the as-is list of the pick'],
  ['asis_routing', 'deprecated: forces routing_policy to ASIS'],
  ['max_runtime', "seconds, approximate; the API's default is 60"],
  ['extra', 'comes back unchanged in the answer'],
  ['location_regex', 'pairs of pattern and replacement; how a pair is written is not documented'],
  ['duration', 'its own fields are not documented'],
]);

/** Schemas by field name. */
export type Fields = Readonly<Record<string, v.GenericSchema>>;

/** One object of a request: its known fields, and the names that pass without a warning though the schema lacks them. */
export interface Level {
  readonly fields: Fields;
  /** Fields without which the API refuses the request. */
  readonly required: readonly string[];
  /** Fields of the other kind, whose files are often the same, and of the API's older edition. */
  readonly tolerated: readonly string[];
}

export interface RequestSchema {
  readonly request: Level;
  readonly parameters: Level;
  readonly pick: Level;
}

const olderRequest = ['handling_units'];
const olderParameters = ['allow_extrapolation', 'generate_visualization', 'location_intersection_fallback'];

/** The known fields of a request, by kind. */
export const REQUEST_SCHEMAS = {
  route: {
    request: levelOf(routeRequest.entries, olderRequest),
    parameters: levelOf(routeParameters.entries, [...olderParameters, ...Object.keys(clusterOnlyParameters)]),
    pick: levelOf(routePick.entries, Object.keys(clusterOnlyPick)),
  },
  cluster: {
    request: levelOf(clusterRequest.entries, [...olderRequest, ...Object.keys(routeOnlyRequest)]),
    parameters: levelOf(clusterParameters.entries, [...olderParameters, ...Object.keys(routeOnlyParameters)]),
    pick: levelOf(clusterPick.entries, []),
  },
} as const satisfies Record<Kind, RequestSchema>;

/** What a field takes, worded as errors have it: `a whole number`. */
export function expectedOf(schema: v.GenericSchema): string {
  // No JSON holds a symbol, so that every schema rejects one and says what it expected.
  return v.safeParse(schema, Symbol('none')).issues?.[0].message ?? 'anything';
}

function levelOf(fields: Fields, tolerated: readonly string[]): Level {
  const required = Object.entries(fields)
    .filter(([, schema]) => schema.type !== 'nullish' && schema.type !== 'optional')
    .map(([field]) => field);
  return { fields, required, tolerated };
}

function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
