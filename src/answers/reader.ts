import { AnswerLimitError, createAnswerBudget } from './limit.ts';
import type { AnswerSummary } from './answer.ts';
import { type AnswerDetails, createDetailLists } from './details.ts';
import { totalDistance } from './distance.ts';
import { createJsonSplitter, type JsonPlan } from './json-splitter.ts';
import { type AnswerLists, createSkippedLists, createSummaryLists, type ListCollector } from './summary-lists.ts';
import { type AnswerTexts, createAnswerTexts } from './texts.ts';
import { inWalkingOrder } from './walking-order.ts';
import { JsonDepthError } from '../lib/json/scanner.ts';
import { MAX_JSON_DEPTH } from '../limits.ts';
import { type Kind, KINDS } from '../kinds.ts';
import type { Redact } from '../settings/redaction.ts';
import { errorOf, numberOf, textOf } from '../lib/json/loose-fields.ts';

/** Top-level fields that are read as they are. */
const HEAD = [
  'type',
  'request_id',
  'id',
  '_id',
  'site_name',
  'wave_id',
  'route_id',
  'timestamp',
  'computation_time',
  'error',
  'status',
  'message',
  'detail',
  'unit',
  'asis_distance',
  'optimal_distance',
  'visualization_url',
] as const;

/** Those that may come as an object and still say something. */
const WHOLE: ReadonlySet<string> = new Set(['error', 'message', 'detail']);

/** The documented default of the answer's `unit`. */
const DEFAULT_UNIT = 'cm';

const ASIS_CLUSTERS = 'asis_clusters';

/** Reads JSON of an answer in chunks; `T` is what is made of it. */
interface Reader<T> {
  /** Throws {@link AnswerLimitError} at the first limit that is passed, and nothing else. */
  push(chunk: Uint8Array): void;
  /** A field of the head that has been read so far; `undefined` when there is none yet. */
  field(name: string): unknown;
  /**
   * Call once, after the last chunk. Throws `SyntaxError` when the bytes are not one JSON document. `undefined` when the
   * document is not an object (`null`, a string, a list) or there were no bytes.
   */
  end(): T | undefined;
}

/** In memory: one small object for each stop of a route, and one element of a list at a time. */
export type AnswerReader = Reader<AnswerSummary>;

/** In memory: one small object for each pick, and one element of a list at a time. */
export type DetailsReader = Reader<AnswerDetails>;

export interface AnswerReaderOptions {
  /** `false`: the picks and clusters are checked and passed over, which costs half the time and memory. */
  readonly lists?: boolean | undefined;
  /** Strikes secrets out of every text. An id that holds one is none. Default: texts are as they came. */
  readonly redact?: Redact | undefined;
}

/**
 * Reads the answer of either kind, in the current and the older edition, while it arrives. Nothing is required: a
 * field of another type than documented counts as absent, an unknown field is passed over, of two equal keys the last
 * one counts.
 */
export function createAnswerReader({ lists = true, redact = unchanged }: AnswerReaderOptions = {}): AnswerReader {
  const texts = createAnswerTexts(redact, createAnswerBudget(lists));
  return createReader(texts, lists ? createSummaryLists(texts) : createSkippedLists(texts));
}

/** The same pick by pick. */
export function createDetailsReader({ redact = unchanged }: Pick<AnswerReaderOptions, 'redact'> = {}): DetailsReader {
  const texts = createAnswerTexts(redact, createAnswerBudget(true));
  const lists = createDetailLists(texts);
  const reader = createReader(texts, lists);
  return {
    ...reader,
    end() {
      const summary = reader.end();
      if (summary === undefined) return undefined;
      return {
        summary,
        sentAsisDistance: numberOf(reader.field('asis_distance')),
        sentOptimalDistance: numberOf(reader.field('optimal_distance')),
        ...lists.details(),
      };
    },
  };
}

const unchanged: Redact = (text) => text;

function createReader({ shared, redact }: AnswerTexts, lists: AnswerLists): AnswerReader {
  const head = new Map<string, unknown>();
  const present = new Set<string>();
  let isObject = false;
  let failure: unknown;

  const headField = (name: string): [string, JsonPlan] => [
    name,
    WHOLE.has(name)
      ? { take: 'whole', value: (value) => head.set(name, errorOf(value)) }
      : { take: 'scalar', value: (value) => head.set(name, value) },
  ];
  const list = (name: string, { plan, reset }: ListCollector<unknown>): [string, JsonPlan] => [
    name,
    {
      take: 'items',
      item: plan,
      begin(isList) {
        if (isList) present.add(name);
        else present.delete(name);
        reset();
      },
    },
  ];
  const splitter = createJsonSplitter({
    take: 'fields',
    fields: new Map([
      ...HEAD.map(headField),
      list(KINDS.route.result, lists.stops),
      list(KINDS.cluster.result, lists.clusters),
      list(ASIS_CLUSTERS, lists.asisClusters),
      list('invalid_picks', lists.invalidPicks),
    ]),
    begin: (matches) => (isObject = matches),
  });

  return {
    push(chunk) {
      if (failure !== undefined) return;
      try {
        splitter.push(chunk);
      } catch (error) {
        if (error instanceof AnswerLimitError) throw error;
        if (error instanceof JsonDepthError) {
          throw new AnswerLimitError(`the answer has more than ${MAX_JSON_DEPTH} levels of nesting`);
        }
        // Thrown at the end: whoever pushes is copying the bytes on, which works all the same.
        failure = error;
      }
    },
    field: (name) => head.get(name),
    end() {
      if (failure !== undefined) throw failure as Error;
      return splitter.end() && isObject ? summary() : undefined;
    },
  };

  function summary(): AnswerSummary {
    const text = (name: string): string | undefined => shared(textOf(head.get(name)));
    const computationTime = numberOf(head.get('computation_time'));
    const { stops, clusters, asisClusters, invalidPicks } = lists.summarize();
    return {
      kind: kindOf(),
      requestId: unredacted(textOf(head.get('request_id')), redact),
      siteName: text('site_name'),
      waveId: text('wave_id'),
      routeId: text('route_id'),
      timestamp: text('timestamp'),
      computationTime,
      error: text('error'),
      status: text('status'),
      message: text('message') ?? text('detail'),
      unit: text('unit') ?? DEFAULT_UNIT,
      asisDistance: numberOf(head.get('asis_distance')) ?? totalDistance(asisClusters),
      optimalDistance: numberOf(head.get('optimal_distance')) ?? totalDistance(clusters),
      visualizationUrl: text('visualization_url'),
      hasResult: present.has(KINDS.route.result) || present.has(KINDS.cluster.result) || computationTime !== undefined,
      stops: inWalkingOrder(stops),
      clusters,
      asisClusters: asisClusters.length === 0 ? undefined : asisClusters.length,
      picks: stops.length + clusters.reduce((sum, { picks }) => sum + picks, 0),
      invalidPicks,
    };
  }

  function kindOf(): Kind | undefined {
    const type = textOf(head.get('type'))?.toUpperCase();
    if (type === KINDS.cluster.type) return 'cluster';
    if (type === KINDS.route.type) return 'route';
    if (present.has(KINDS.cluster.result) || present.has(ASIS_CLUSTERS)) return 'cluster';
    return present.has(KINDS.route.result) || textOf(head.get('route_id')) !== undefined ? 'route' : undefined;
  }
}

/** An id that a redaction has changed names nothing any more. */
export function unredacted(id: string | undefined, redact: Redact): string | undefined {
  return id !== undefined && redact(id) === id ? id : undefined;
}
