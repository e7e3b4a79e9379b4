/** What an optimization saves, in words. */
import type { AnswerSummary } from '../../answers/answer.ts';
import { formatPercent, savingOf, type Saving } from '../../answers/saving.ts';
import type { Style } from '../terminal/style.ts';
import { distanceText } from './distance-text.ts';

/** `39.55 % less walking` */
export function walkingChange({ percent }: Pick<Saving, 'percent'>): string {
  if (percent === 0) return 'as much walking as today';
  return `${formatPercent(Math.abs(percent))} ${percent < 0 ? 'more' : 'less'} walking`;
}

/** `54.972 m saved`, `3.100 m longer` */
export function savedDistance({ saved }: Pick<Saving, 'saved'>, unit: string): string {
  return `${distanceText(Math.abs(saved), unit)} ${saved < 0 ? 'longer' : 'saved'}`;
}

/** `39.55 % saved`, `3.10 % longer`, `saving n/a` */
export function savedPercent(summary: AnswerSummary): string {
  const saving = savingOf(summary);
  if ('reason' in saving) return 'saving n/a';
  return saving.saved < 0 ? `${formatPercent(-saving.percent)} longer` : `${formatPercent(saving.percent)} saved`;
}

/** `54.972 m (39.55 %)`, `3.100 m longer (-3.10 %)` */
export function savedTotal({ saved, percent }: Saving, unit: string, style: Style): string {
  const text = `${distanceText(Math.abs(saved), unit)}${saved < 0 ? ' longer' : ''} (${formatPercent(percent)})`;
  return saved < 0 ? style.yellow(text) : style.green(text);
}

/** Cell of a table: `39.55 %`, `n/a`, or nothing where there is no answer. */
export function percentCell(summary: AnswerSummary | undefined): string {
  if (summary === undefined) return '';
  const saving = savingOf(summary);
  return 'reason' in saving ? 'n/a' : formatPercent(saving.percent);
}

/** Cell of a table: a distance of an answer, `n/a`, or nothing where there is no answer. */
export function distanceCell(summary: AnswerSummary | undefined, field: 'asisDistance' | 'optimalDistance'): string {
  return summary === undefined ? '' : distanceText(summary[field], summary.unit);
}
