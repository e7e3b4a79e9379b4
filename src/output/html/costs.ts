/** Walking time and cost among the figures of a report. */
import type { NoSaving, Saving } from '../../answers/saving.ts';
import type { WalkingRates } from '../../answers/walking-cost.ts';
import type { Html } from '../../lib/text/html.ts';
import { costLines, ratesText } from '../answers/walking-cost-text.ts';
import type { Figure } from './head.ts';
import { page } from './html-template.ts';
import { unbroken } from './measures.ts';

export function costFigures(
  saving: Saving | NoSaving | undefined,
  unit: string,
  rates: WalkingRates | undefined,
): readonly Figure[] {
  if (saving === undefined || 'reason' in saving) return [];
  return costLines(saving, unit, rates).map(({ name, before, after }) => ({
    name: `walking ${name}`,
    value: unbroken(after),
    remark: `instead of ${unbroken(before)}`,
  }));
}

/** What the figures are computed from. */
export function ratesNote(rates: WalkingRates | undefined): Html | undefined {
  return rates && page` · walking at ${unbroken(ratesText(rates))}, without the time at each place`;
}
