/**
 * The one table that tells routes from clusters: paths, event names, the words people see.
 * Nobody else spells a path. Facts: the OptiPick documentation, "Optimize Route", "Get Route
 * Response", "Optimize Cluster", "Get Cluster Response" and "Asynchronous communication".
 */
interface KindSpec {
  readonly kind: 'route' | 'cluster';
  /** POST here; GET `{path}/{request_id}`. */
  readonly path: string;
  /** Event type of the webhook; also sent as `{event}.{site name}.{user id}`. */
  readonly event: string;
  /** The answer's `type` field. */
  readonly type: string;
  /** The array in the answer whose presence means that the job is done. */
  readonly result: string;
  readonly title: string;
  /** What one group of the answer's table is called. */
  readonly purpose: string;
}

export const KINDS = {
  route: {
    kind: 'route',
    path: '/optimize/route',
    event: 'route.optimized',
    type: 'ROUTE',
    result: 'picks',
    title: 'Route',
    purpose: 'order the picks of a route so that the picker walks less',
  },
  cluster: {
    kind: 'cluster',
    path: '/optimize/cluster',
    event: 'cluster.optimized',
    type: 'CLUSTER',
    result: 'optimal_clusters',
    title: 'Cluster',
    purpose: 'group orders into clusters that are picked in one walk each',
  },
} as const satisfies Record<string, KindSpec>;

export type Kind = keyof typeof KINDS;

/** In the order in which an id of unknown kind is tried (the API does not tell). */
export const KIND_NAMES = ['cluster', 'route'] as const satisfies readonly Kind[];

export function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}

/** `/optimize/cluster/67507ad05e593173d0313e0f` */
export function answerPath(kind: Kind, requestId: string): string {
  return `${KINDS[kind].path}/${encodeURIComponent(requestId)}`;
}

/**
 * The kind that an event type names: `route.optimized`, `cluster.optimized.Example.673f…`.
 * `undefined` for anything else.
 */
export function kindOfEvent(eventType: string): Kind | undefined {
  return KIND_NAMES.find((kind) => eventType === KINDS[kind].event || eventType.startsWith(`${KINDS[kind].event}.`));
}

/** In every answer of a sandbox, and in none of the API. */
export const SANDBOX_HEADER = 'x-optipick-sandbox';
