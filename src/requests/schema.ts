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
  /** Place in the as-is route. */
  asis_sequence: v.nullish(wholeNumber),
  /** Deprecated: higher is picked first. */
  priority: v.nullish(wholeNumber),
  /** Lower is picked first: the opposite of `priority`. */
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
  /** The as-is list of the pick. */
  list_id: v.nullish(text),
  sku_width: v.nullish(number),
  sku_height: v.nullish(number),
  sku_depth: v.nullish(number),
  sku_weight: v.nullish(number),
};

const sharedParameters = {
  allow_interpolation: v.optional(flag),
  /** Pairs of pattern and replacement; how a pair is written is not documented. */
  location_regex: v.nullish(list),
  allow_regex_default: v.optional(flag),
  routing_policy: v.optional(v.picklist(ROUTING_POLICIES, oneOf(ROUTING_POLICIES))),
  /** Deprecated: forces `routing_policy` to `ASIS`. */
  asis_routing: v.nullish(flag),
  pick_violation_handling: v.optional(v.picklist(PICK_VIOLATION_HANDLINGS, oneOf(PICK_VIOLATION_HANDLINGS))),
  /** Its own fields are not documented. */
  duration: v.optional(object),
};

const routeOnlyParameters = {
  generate_instructions: v.optional(flag),
  allow_loop_closing: v.optional(flag),
};

const clusterOnlyParameters = {
  /** Seconds, approximate; the API's default is 60. */
  max_runtime: v.optional(number),
};

const sharedRequest = {
  wave_id: v.nullish(text),
  site_name: name,
  start_points: v.nullish(places),
  end_points: v.nullish(places),
  /** Comes back unchanged in the answer. */
  extra: v.nullish(object),
};

const routeOnlyRequest = { route_id: v.nullish(text) };

const routePick = v.looseObject(sharedPick, 'an object');
const clusterPick = v.looseObject({ ...sharedPick, ...clusterOnlyPick });
const routeParameters = v.looseObject({ ...sharedParameters, ...routeOnlyParameters });
const clusterParameters = v.looseObject({ ...sharedParameters, ...clusterOnlyParameters });

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
