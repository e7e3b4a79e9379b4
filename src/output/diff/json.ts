/** Two answers side by side, for a program. */
import { type AnswerDifference, type AnswerFigures, type ComparedCluster, isSame } from '../../answers/diff/compare.ts';
import type { ComparedFile } from './sections.ts';

/**
 * The document of `diff --json`: `a`, `b` and `difference` (`b` less `a`) have the same figures; what an answer does not
 * tell is null. Distances are in `unit`; where that is null the units differ, cannot be converted, and distances have
 * no difference.
 */
export function differenceDocument(
  difference: AnswerDifference,
  files: readonly [ComparedFile, ComparedFile],
): Readonly<Record<string, unknown>> {
  const { kind, unit, before, after, clusters, regrouped, relocated, onlyBefore, onlyAfter, sequence } = difference;
  const [a, b] = [figuresOf(before), figuresOf(after)];
  const [fileA, fileB] = files;
  return {
    v: 1,
    type: 'diff',
    kind,
    unit: unit ?? null,
    same: isSame(difference),
    a: { ...sourceOf(fileA), ...a },
    b: { ...sourceOf(fileB), ...b },
    difference: changeOf(a, b, unit !== undefined),
    clusters: clusters.map(({ before: one, after: other, shared }) => ({
      a: clusterOf(one),
      b: clusterOf(other),
      shared_picks: shared,
      distance_difference:
        unit === undefined || one?.distance === undefined || other?.distance === undefined
          ? null
          : other.distance - one.distance,
    })),
    regrouped_picks: regrouped.map(({ pickId, before: from, after: to }) => ({ pick_id: pickId, a: from, b: to })),
    relocated_picks: relocated.map(({ pickId, before: from, after: to }) => ({ pick_id: pickId, a: from, b: to })),
    only_in_a: onlyBefore,
    only_in_b: onlyAfter,
    sequence:
      sequence === undefined
        ? null
        : {
            common_stops: sequence.common,
            moved_stops: sequence.moved.map(({ pickId, before: from, after: to }) => ({
              pick_id: pickId,
              a: from,
              b: to,
            })),
            reversed: sequence.isReversed,
          },
  };
}

function sourceOf({ name, summary }: ComparedFile): Readonly<Record<string, string | null>> {
  return {
    file: name,
    request_id: summary.requestId ?? null,
    site_name: summary.siteName ?? null,
    wave_id: summary.waveId ?? null,
    unit: summary.unit,
  };
}

type Figures = Readonly<Record<string, number | null>>;

function figuresOf(figures: AnswerFigures): Figures {
  return {
    asis_distance: figures.asisDistance ?? null,
    optimal_distance: figures.optimalDistance ?? null,
    saving_percent: figures.saving ?? null,
    clusters: figures.clusters ?? null,
    orders: figures.orders,
    picks: figures.picks,
    invalid_picks: figures.invalidPicks,
    computation_time: figures.computationTime ?? null,
  };
}

function changeOf(a: Figures, b: Figures, hasUnit: boolean): Figures {
  return Object.fromEntries(
    Object.entries(a).map(([name, before]) => {
      const after = b[name] ?? null;
      const isKnown = before !== null && after !== null && (hasUnit || !name.endsWith('_distance'));
      return [name, isKnown ? after - before : null];
    }),
  );
}

function clusterOf(cluster: ComparedCluster | undefined): Readonly<Record<string, unknown>> | null {
  if (cluster === undefined) return null;
  const { listId, orders, picks, distance } = cluster;
  return { list_id: listId, orders, picks, distance: distance ?? null };
}
