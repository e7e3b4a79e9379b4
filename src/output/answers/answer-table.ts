import { type AnswerSummary, invalidPickCount } from '../../answers/answer.ts';
import { counted, formatDuration, formatNumber } from '../../lib/text/numbers.ts';
import { savedPercent, savedTotal } from './saving-text.ts';
import { classifyAnswer, failureReason } from '../../answers/job-state.ts';
import { type Kind, KINDS } from '../../kinds.ts';
import { savingOf } from '../../answers/saving.ts';
import { type ListOptions, restOf } from '../terminal/long-list.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { renderClusters } from './cluster-table.ts';
import { distanceText } from './distance-text.ts';
import { type AnswerTableOptions, costLines } from './walking-cost-text.ts';
import { renderStops } from './stop-table.ts';
import { labelled } from '../terminal/failure.ts';
import type { TableOptions } from '../terminal/table.ts';

/** An answer for the one who runs the picking: what to walk, how far it is, and what is saved. Lines without line ends. */
export function* renderAnswer(summary: AnswerSummary, options: AnswerTableOptions): Generator<string, void> {
  const { style, width } = options;
  const state = classifyAnswer(200, summary);
  yield* titleOf(summary, options);
  if (state === 'failed') {
    yield* labelled('failed:', style.red, cleanText(failureReason(summary)), width);
  } else if (state === 'pending') {
    yield `${style.yellow('not finished')}${summary.status === undefined ? '' : `: ${cleanText(summary.status)}`}`;
  }
  if (summary.clusters.length > 0) {
    yield '';
    yield* renderClusters(summary, options);
  }
  if (summary.stops.length > 0) {
    yield '';
    yield* renderStops(summary, options);
  }
  if (state === 'done') {
    yield '';
    yield* renderTotals(summary, options);
  }
  if (summary.invalidPicks.length > 0) {
    yield '';
    yield* renderInvalidPicks(summary, options);
  }
  if (summary.visualizationUrl !== undefined) {
    yield '';
    yield `picture: ${style.cyan(cleanText(summary.visualizationUrl))}`;
  }
}

/** One line for a stream of answers: kind, site, wave, id, the walk before and after, the saving (or the failure). */
export function renderAnswerLine(kind: Kind, summary: AnswerSummary): string {
  const words = [kind, summary.siteName, waveOf(summary), summary.requestId ?? 'no request id'];
  const state = classifyAnswer(200, summary);
  if (state === 'failed') words.push(`failed: ${failureReason(summary)}`);
  else if (state === 'pending') words.push('not finished');
  else words.push(walkOf(summary), savedPercent(summary));
  return words
    .filter((word) => word !== undefined)
    .map((word) => cleanText(word))
    .join('  ');
}

function titleOf(summary: AnswerSummary, { style, width }: ListOptions): readonly string[] {
  const parts = [
    summary.siteName,
    waveOf(summary),
    summary.routeId === undefined ? undefined : `route ${summary.routeId}`,
    summary.requestId ?? 'no request id',
  ];
  const kind = summary.kind === undefined ? 'Answer' : KINDS[summary.kind].title;
  const rest = parts.filter((part) => part !== undefined).map((part) => `· ${cleanText(part)}`);
  const [first = '', ...more] = wrapBehind(`${kind} `, rest.join(' '), width, 2);
  return [style.bold(kind) + first.slice(kind.length), ...more];
}

function waveOf({ waveId }: AnswerSummary): string | undefined {
  return waveId === undefined ? undefined : `wave ${waveId}`;
}

function* renderTotals(summary: AnswerSummary, options: AnswerTableOptions): Generator<string, void> {
  const saving = savingOf(summary);
  yield* label('picks', countsOf(summary), options);
  yield* label('distance', walkOf(summary), options);
  if ('reason' in saving) {
    yield* label('saved', `n/a: ${saving.reason}`, options);
  } else {
    // Short, and colored: colors must not count when a text is wrapped.
    yield* label('saved', savedTotal(saving, summary.unit, options.style), { ...options, width: undefined });
    for (const { name, before, after, change } of costLines(saving, summary.unit, options.rates)) {
      yield* label(name, `${before} -> ${after}, ${change}`, options);
    }
  }
  if (summary.computationTime !== undefined) {
    yield* label('computed', `in ${formatDuration(summary.computationTime * 1000)}`, options);
  }
}

function countsOf({ picks, clusters, asisClusters, kind }: AnswerSummary): string {
  const count = formatNumber(picks, 0);
  if (kind !== 'cluster') return count;
  const before = asisClusters === undefined ? '' : ` (as-is ${formatNumber(asisClusters, 0)})`;
  return `${count} in ${counted(clusters.length, 'cluster')}${before}`;
}

/** `139 m -> 84.0 m`; the optimized distance alone when there is nothing to compare with. */
function walkOf({ asisDistance, optimalDistance, unit }: AnswerSummary): string {
  const after = distanceText(optimalDistance, unit);
  return asisDistance === undefined ? after : `${distanceText(asisDistance, unit)} -> ${after}`;
}

function* label(name: string, text: string, { style, width }: TableOptions): Generator<string, void> {
  const column = name.padEnd(8);
  const [first = '', ...more] = wrapBehind(`${column}  `, text, width);
  yield style.dim(column) + first.slice(column.length);
  yield* more;
}

/** As many reasons as fit a screen: the documentation knows three, a server may send any text. */
const REASONS = 20;

function* renderInvalidPicks({ invalidPicks }: AnswerSummary, options: ListOptions): Generator<string, void> {
  const { style, all, width } = options;
  yield style.yellow(counted(invalidPickCount(invalidPicks), 'invalid pick'));
  const shown = all ? invalidPicks : invalidPicks.slice(0, REASONS);
  for (const group of shown) {
    const examples = group.examples.map((example) => cleanText(example)).join(', ');
    const others = group.count > group.examples.length ? ', …' : '';
    const text = `${cleanText(group.reason)}: ${formatNumber(group.count, 0)} (${examples}${others})`;
    yield* wrapBehind('  ', text, width, 4);
  }
  const hidden = invalidPicks.length - shown.length;
  if (hidden > 0) yield* restOf(hidden, 'more reasons', options);
}
