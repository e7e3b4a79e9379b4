/**
 * The API's JSON documents as types, for those who call it from TypeScript. Facts: the OptiPick documentation,
 * "Optimize Route", "Get Route Response", "Optimize Cluster" and "Get Cluster Response". The readable part of those
 * pages ends early: every object may hold more than is named here.
 */
import type { Kind } from '../kinds.ts';

interface Open {
  readonly [field: string]: unknown;
}

/** One pick of a route. */
export interface RoutePick extends Open {
  readonly pick_id: string;
  /** One location, or alternatives of which the best is chosen. */
  readonly location_id: string | string[];
  /** Place in the as-is route; as-is distances need it. */
  readonly asis_sequence?: number | null | undefined;
  /** Deprecated: higher is picked first. */
  readonly priority?: number | null | undefined;
  /** Lower is picked first: the opposite of `priority`. */
  readonly sequence_priority?: number | null | undefined;
  readonly sku_id?: string | null | undefined;
  readonly quantity?: number | null | undefined;
  readonly order_id?: string | null | undefined;
  readonly hu_id?: string | null | undefined;
  readonly hu_type?: string | null | undefined;
  readonly wave_id?: string | null | undefined;
  readonly release_time?: string | number | null | undefined;
  readonly due_time?: string | number | null | undefined;
}

/** One pick of a cluster problem. */
export interface ClusterPick extends RoutePick {
  /** The list that the pick is on today; as-is clusters need it. */
  readonly list_id?: string | null | undefined;
  readonly sku_width?: number | null | undefined;
  readonly sku_height?: number | null | undefined;
  readonly sku_depth?: number | null | undefined;
  readonly sku_weight?: number | null | undefined;
}

/** Further parameters are sent as they are: the API has some that no document names. */
export interface Parameters extends Open {
  readonly allow_interpolation?: boolean | undefined;
  readonly location_regex?: unknown[] | null | undefined;
  readonly allow_regex_default?: boolean | undefined;
  readonly routing_policy?: 'ASIS' | 'OPTIMIZED' | 'AUTOSTORE' | undefined;
  /** Deprecated: forces `routing_policy` to `ASIS`. */
  readonly asis_routing?: boolean | null | undefined;
  readonly pick_violation_handling?: 'IGNORE' | 'REMOVE_PICKS' | 'REMOVE_ORDERS' | undefined;
  readonly duration?: Readonly<Record<string, unknown>> | undefined;
}

export interface RouteParameters extends Parameters {
  readonly generate_instructions?: boolean | undefined;
  readonly allow_loop_closing?: boolean | undefined;
}

export interface ClusterParameters extends Parameters {
  /** Seconds, approximate; the API's default is 60. */
  readonly max_runtime?: number | undefined;
}

interface Request extends Open {
  readonly wave_id?: string | null | undefined;
  readonly site_name: string;
  readonly start_points?: string | string[] | null | undefined;
  readonly end_points?: string | string[] | null | undefined;
  /** Comes back unchanged in the answer. */
  readonly extra?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface RouteRequest extends Request {
  readonly route_id?: string | null | undefined;
  readonly parameters?: RouteParameters | undefined;
  readonly picks: readonly RoutePick[];
}

export interface ClusterRequest extends Request {
  readonly parameters?: ClusterParameters | undefined;
  readonly picks: readonly ClusterPick[];
}

/** A pick that was left out, as it was sent. */
export interface InvalidPick extends Open {
  readonly pick_id: string;
  readonly location_id: readonly string[];
  readonly location_id_processed?: readonly string[] | null;
  /** `Location not found`, `No matching regex`, `Order contains invalid pick`. */
  readonly reason?: string;
}

interface AnswerHead extends Open {
  readonly type?: string;
  readonly site_name?: string | null;
  readonly wave_id?: string | null;
  readonly request_id?: string | null;
  /** Without a zone: not UTC. */
  readonly timestamp?: string;
  /** Seconds. */
  readonly computation_time?: number;
  /** Why the job failed. */
  readonly error?: string | null;
  readonly invalid_picks?: readonly InvalidPick[];
  /** Unit of all distances; `cm` when absent. */
  readonly unit?: string | null;
  readonly extra?: Readonly<Record<string, unknown>> | null;
  readonly asis_distance?: number | null;
  readonly optimal_distance?: number | null;
}

/** A pick in its place in the route. */
export interface RoutedPick extends Open {
  readonly pick_id: string;
  /** The location chosen. */
  readonly location_id: string;
  /** Place in the optimized route; whether it counts from 0 or 1 is not documented. */
  readonly optim_sequence: number;
  readonly order_id?: string | null;
}

export interface RouteAnswer extends AnswerHead {
  readonly route_id?: string | null;
  readonly picks?: readonly RoutedPick[];
}

/** A pick as it was sent, inside a cluster: its `list_id` is that of today. */
export interface ClusteredPick extends Open {
  readonly pick_id: string;
  readonly location_id: readonly string[];
  readonly order_id: string;
  readonly list_id?: string | null;
}

export interface Cluster extends Open {
  readonly list_id: string;
  readonly picks?: readonly ClusteredPick[];
  readonly order_ids?: readonly string[];
  readonly estimated_distance?: number | null;
}

export interface ClusterAnswer extends AnswerHead {
  readonly asis_clusters?: readonly Cluster[];
  readonly optimal_clusters?: readonly Cluster[];
}

interface Documents {
  readonly route: { readonly request: RouteRequest; readonly answer: RouteAnswer };
  readonly cluster: { readonly request: ClusterRequest; readonly answer: ClusterAnswer };
}

export type RequestOf<K extends Kind> = Documents[K]['request'];
export type AnswerOf<K extends Kind> = Documents[K]['answer'];
