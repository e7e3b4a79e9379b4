/** Walking time and cost, in words. */
import { type Wage, walkingCost, type WalkingRates } from '../../answers/walking-cost.ts';
import { formatDuration, formatNumber } from '../../lib/text/numbers.ts';
import type { Saving } from '../../answers/saving.ts';
import type { ListOptions } from '../terminal/long-list.ts';

/** One figure before and after the optimization. */
export interface CostLine {
  readonly name: 'time' | 'cost';
  readonly before: string;
  readonly after: string;
  /** `46 s saved`, `€0.10 more` */
  readonly change: string;
}

/** Walking time, and with a wage its cost; empty when the unit of the distances is not known. */
export function costLines(
  { asis, optimal }: Saving,
  unit: string,
  rates: WalkingRates | undefined,
): readonly CostLine[] {
  if (rates === undefined) return [];
  const [before, after] = [walkingCost(asis, unit, rates), walkingCost(optimal, unit, rates)];
  if (before === undefined || after === undefined) return [];
  const line = (name: CostLine['name'], from: number, to: number, format: (value: number) => string): CostLine => ({
    name,
    before: format(from),
    after: format(to),
    change: `${format(Math.abs(from - to))} ${to > from ? 'more' : 'saved'}`,
  });
  // The difference is that of the numbers that people see.
  const time = line('time', toSeconds(before.milliseconds), toSeconds(after.milliseconds), formatDuration);
  const { wage } = rates;
  if (wage === undefined || before.amount === undefined || after.amount === undefined) return [time];
  return [time, line('cost', toCents(before.amount), toCents(after.amount), (amount) => moneyText(amount, wage))];
}

/** `1.2 m/s`, `1.2 m/s and €25.00/h` */
export function ratesText({ speed, wage }: WalkingRates): string {
  const walking = `${Number(speed.toPrecision(3))} m/s`;
  return wage === undefined ? walking : `${walking} and ${moneyText(wage.perHour, wage)}/h`;
}

function toSeconds(milliseconds: number): number {
  return Math.round(milliseconds / 1000) * 1000;
}

function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** `€12.40`, `12.40 EUR`, `12.40` */
function moneyText(amount: number, { currency, isBefore }: Wage): string {
  const number = formatNumber(amount, 2);
  if (currency === '') return number;
  return isBefore ? `${currency}${number}` : `${number} ${currency}`;
}

/** What tables of answers are given beside the answers. */
export interface AnswerTableOptions extends ListOptions {
  readonly rates?: WalkingRates | undefined;
  /** The ids of the orders of each cluster, in the order of the clusters, to be listed. */
  readonly orders?: readonly (readonly string[])[] | undefined;
}
