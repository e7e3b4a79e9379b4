/** What a gate can be set on. */
import { type AnswerDetails, orderCount } from '../details.ts';
import type { Finding } from '../audit/finding.ts';
import type { Kind } from '../../kinds.ts';
import { LENGTH_UNITS } from '../length-unit.ts';
import { savingOf } from '../saving.ts';
import { differenceOf } from '../../lib/text/numbers.ts';

/** What is measured: decides which units fit. */
export type Dimension = 'percent' | 'distance' | 'time' | 'count';

/** Units that may follow the number. Without one a percentage is meant, seconds, a number of things; a distance needs one. */
export const UNITS_OF: Readonly<Record<Dimension, readonly string[]>> = {
  percent: ['%'],
  distance: LENGTH_UNITS,
  time: ['s', 'ms'],
  count: [],
};

/** A percentage, a distance in the answer's unit, seconds, or a count; or why this answer has none, for a person. */
export type Measured = number | { readonly reason: string };

interface MetricSpec {
  readonly dimension: Dimension;
  /** Answers of only one kind have it; absent: both. */
  readonly kind?: Kind;
  readonly measure: (answer: AnswerDetails, findings: readonly Finding[] | undefined) => Measured;
}

/** In the order in which they are listed. */
export const GATE_METRICS = {
  saving: {
    dimension: 'percent',
    measure({ summary }) {
      const saving = savingOf(summary);
      return 'reason' in saving ? saving : saving.percent;
    },
  },
  saved: {
    dimension: 'distance',
    measure({ summary }) {
      const { asisDistance: asis, optimalDistance: optimal } = summary;
      if (asis !== undefined && optimal !== undefined) return differenceOf(asis, optimal);
      const saving = savingOf(summary);
      return 'reason' in saving ? saving : saving.saved;
    },
  },
  asis_distance: {
    dimension: 'distance',
    measure({ summary }) {
      // The reason names what is missing in the request.
      const saving = savingOf({ ...summary, optimalDistance: 0 });
      return summary.asisDistance ?? ('reason' in saving ? saving : saving.asis);
    },
  },
  optimal_distance: {
    dimension: 'distance',
    measure: ({ summary }) => summary.optimalDistance ?? { reason: 'the answer has no optimized distance' },
  },
  longest_cluster: {
    dimension: 'distance',
    kind: 'cluster',
    measure({ clusters }) {
      const distances = clusters.flatMap(({ distance }) => distance ?? []);
      if (clusters.length === 0) return { reason: 'the answer has no clusters' };
      if (distances.length < clusters.length) return { reason: 'not every cluster of the answer has a distance' };
      return distances.reduce((longest, distance) => Math.max(longest, distance));
    },
  },
  picks: { dimension: 'count', measure: ({ summary }) => summary.picks },
  invalid_picks: { dimension: 'count', measure: ({ invalidPicks }) => invalidPicks.length },
  orders: { dimension: 'count', measure: orderCount },
  stops: { dimension: 'count', kind: 'route', measure: ({ stops }) => stops.length },
  clusters: { dimension: 'count', kind: 'cluster', measure: ({ clusters }) => clusters.length },
  asis_clusters: {
    dimension: 'count',
    kind: 'cluster',
    measure: ({ summary }) =>
      summary.asisClusters ?? { reason: 'the answer has no as-is clusters: send list_id with every pick' },
  },
  computation_time: {
    dimension: 'time',
    measure: ({ summary }) => summary.computationTime ?? { reason: 'the answer has no computation time' },
  },
  findings: {
    dimension: 'count',
    measure: (_, findings) => findings?.length ?? { reason: 'the request is not known, and so nothing was audited' },
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type GateMetric = keyof typeof GATE_METRICS;

export const GATE_METRIC_NAMES = Object.keys(GATE_METRICS) as readonly GateMetric[];

/** A metric with its optional fields. */
export function metricOf(name: GateMetric): MetricSpec {
  return GATE_METRICS[name];
}
