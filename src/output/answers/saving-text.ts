/** What an optimization saves, in words. */
import type { AnswerSummary } from '../../answers/answer.ts';
import { savingOf, type Saving } from '../../answers/saving.ts';
import type { Style } from '../terminal/style.ts';
import { distanceText } from './distance-text.ts';
import { formatPercent } from '../../lib/text/numbers.ts';

/** `39.6% less walking` */
export function walkingChange({ percent }: Pick<Saving, 'percent'>): string {
  if (percent === 0) return 'as much walking as today';
  return `${formatPercent(Math.abs(percent))} ${percent < 0 ? 'more' : 'less'} walking`;
}

/** `55.0 m saved`, `3.1 m longer`; `distance` writes the distance. */
export function savedDistance({ saved }: Pick<Saving, 'saved'>, unit: string, distance = distanceText): string {
  return `${distance(Math.abs(saved), unit)} ${saved < 0 ? 'longer' : 'saved'}`;
}

/** `39.6% saved`, `3.1% longer`, `saving n/a` */
export function savedPercent(summary: Pick<AnswerSummary, 'kind' | 'asisDistance' | 'optimalDistance'>): string {
  const saving = savingOf(summary);
  if ('reason' in saving) return 'saving n/a';
  return saving.saved < 0 ? `${formatPercent(-saving.percent)} longer` : `${formatPercent(saving.percent)} saved`;
}

/** `55.0 m (39.6%)`, `3.1 m longer (-3.1%)` */
export function savedTotal({ saved, percent }: Saving, unit: string, style: Style): string {
  const text = `${distanceText(Math.abs(saved), unit)}${saved < 0 ? ' longer' : ''} (${formatPercent(percent)})`;
  return saved < 0 ? style.yellow(text) : style.green(text);
}

/** Cell of a table: `39.6%`, `n/a`, or nothing where there is no answer. */
export function percentCell(summary: AnswerSummary | undefined): string {
  if (summary === undefined) return '';
  const saving = savingOf(summary);
  return 'reason' in saving ? 'n/a' : formatPercent(saving.percent);
}

/** Cell of a table: a distance of an answer, `n/a`, or nothing where there is no answer. */
export function distanceCell(
  summary: AnswerSummary | undefined,
  field: 'asisDistance' | 'optimalDistance',
  distance = distanceText,
): string {
  return summary === undefined ? '' : distance(summary[field], summary.unit);
}
