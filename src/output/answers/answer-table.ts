import { type AnswerSummary, invalidPickCount } from '../../answers/answer.ts';
import { counted, formatDuration, formatNumber } from '../../lib/text/numbers.ts';
import { savedPercent, savedTotal } from './saving-text.ts';
import { classifyAnswer, failureReason } from '../../answers/job-state.ts';
import { type Kind, KINDS } from '../../kinds.ts';
import { savingOf } from '../../answers/saving.ts';
import type { ListOptions } from '../terminal/long-list.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { renderClusters } from './cluster-table.ts';
import { distanceText } from './distance-text.ts';
import { type AnswerTableOptions, costLines } from './walking-cost-text.ts';
import { renderStops } from './stop-table.ts';
import type { Style } from '../terminal/style.ts';

/** An answer for the one who runs the picking: what to walk, how far it is, and what is saved. Lines without line ends. */
export function* renderAnswer(summary: AnswerSummary, options: AnswerTableOptions): Generator<string, void> {
  const { style } = options;
  const state = classifyAnswer(200, summary);
  yield titleOf(summary, style);
  if (state === 'failed') {
    yield `${style.red('failed:')} ${cleanText(failureReason(summary))}`;
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

function titleOf(summary: AnswerSummary, style: Style): string {
  const parts = [
    summary.siteName,
    waveOf(summary),
    summary.routeId === undefined ? undefined : `route ${summary.routeId}`,
    summary.requestId ?? 'no request id',
  ];
  const kind = summary.kind === undefined ? 'Answer' : KINDS[summary.kind].title;
  const rest = parts.filter((part) => part !== undefined).map((part) => ` · ${cleanText(part)}`);
  return `${style.bold(kind)}${rest.join('')}`;
}

function waveOf({ waveId }: AnswerSummary): string | undefined {
  return waveId === undefined ? undefined : `wave ${waveId}`;
}

function* renderTotals(summary: AnswerSummary, { style, rates }: AnswerTableOptions): Generator<string, void> {
  const saving = savingOf(summary);
  yield label('picks', countsOf(summary), style);
  yield label('distance', walkOf(summary), style);
  if ('reason' in saving) {
    yield label('saved', `n/a: ${saving.reason}`, style);
  } else {
    yield label('saved', savedTotal(saving, summary.unit, style), style);
    for (const { name, before, after, change } of costLines(saving, summary.unit, rates)) {
      yield label(name, `${before} -> ${after}, ${change}`, style);
    }
  }
  if (summary.computationTime !== undefined) {
    yield label('computed', `in ${formatDuration(summary.computationTime * 1000)}`, style);
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

function label(name: string, text: string, style: Style): string {
  return `${style.dim(name.padEnd(8))}  ${text}`;
}

/** As many reasons as fit a screen: the documentation knows three, a server may send any text. */
const REASONS = 20;

function* renderInvalidPicks({ invalidPicks }: AnswerSummary, { style, all }: ListOptions): Generator<string, void> {
  yield style.yellow(counted(invalidPickCount(invalidPicks), 'invalid pick'));
  const shown = all ? invalidPicks : invalidPicks.slice(0, REASONS);
  for (const group of shown) {
    const examples = group.examples.map((example) => cleanText(example)).join(', ');
    const others = group.count > group.examples.length ? ', …' : '';
    yield `  ${cleanText(group.reason)}: ${formatNumber(group.count, 0)} (${examples}${others})`;
  }
  const hidden = invalidPicks.length - shown.length;
  if (hidden > 0) yield style.dim(`… ${formatNumber(hidden, 0)} more reasons; --all shows them`);
}
