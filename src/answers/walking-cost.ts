/** What distances mean in time and money, at a speed and a wage of the user's own. */
import { CliError } from '../errors.ts';
import { convertLength, lengthUnitOf } from './length-unit.ts';

export interface Wage {
  readonly perHour: number;
  /** As it was given, before or after the amount: `€`, `EUR`; empty when none was. */
  readonly currency: string;
  readonly isBefore: boolean;
}

export interface WalkingRates {
  /** Meters a second. */
  readonly speed: number;
  readonly wage: Wage | undefined;
}

/** Of one distance. */
export interface WalkingCost {
  readonly milliseconds: number;
  /** In the currency of the wage; `undefined` without one. */
  readonly amount: number | undefined;
}

const HOUR = 3_600_000;

/** `undefined` for a distance in a unit that is not known. */
export function walkingCost(distance: number, unit: string, { speed, wage }: WalkingRates): WalkingCost | undefined {
  const known = lengthUnitOf(unit);
  if (known === undefined) return undefined;
  const milliseconds = (convertLength(distance, known, 'm') / speed) * 1000;
  return { milliseconds, amount: wage === undefined ? undefined : (milliseconds / HOUR) * wage.perHour };
}

/** Of both flags; `undefined` without a speed. Throws `CliError` `usage` for a wage alone. */
export function walkingRatesOf(flags: { readonly pickSpeed?: number; readonly wage?: Wage }): WalkingRates | undefined {
  const { pickSpeed: speed, wage } = flags;
  if (speed !== undefined) return { speed, wage };
  if (wage === undefined) return undefined;
  throw new CliError('usage', '--wage needs --pick-speed', {
    code: 'conflicting_options',
    hint: 'give the speed of a picker, for example --pick-speed 1.2m/s',
  });
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, h: 3600 };

/** Faster than any picker or truck: a mistake in the unit. */
const FASTEST = 20;

/** `--pick-speed`: meters a second of `1.2m/s`, `4.5 km/h`, `70m/min`, `4ft/s`. Throws `CliError` `usage` (`bad_speed`). */
export function parseSpeed(text: string): number {
  const [, digits = '', length = '', time = ''] =
    /^(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)\/([a-z]+)$/.exec(text.trim().toLowerCase()) ?? [];
  const unit = lengthUnitOf(length);
  const seconds = SECONDS[time];
  const speed = unit === undefined || seconds === undefined ? 0 : convertLength(Number(digits), unit, 'm') / seconds;
  if (speed > 0 && speed <= FASTEST) return speed;
  const why = speed > FASTEST ? `is faster than ${FASTEST} m/s` : 'is not a speed';
  throw new CliError('usage', `--pick-speed: "${text}" ${why}`, {
    code: 'bad_speed',
    hint: 'write a number and a unit: 1.2m/s, 70m/min or 4.5km/h',
  });
}

/** `--wage`: `25/h`, `25.50 EUR/h`, `€25/h`. Throws `CliError` `usage` (`bad_wage`). */
export function parseWage(text: string): Wage {
  const [, before = '', digits = '', after = ''] =
    /^([A-Z]{3}|\p{Sc}|)\s*(\d{1,9}(?:\.\d+)?)\s*([A-Z]{3}|\p{Sc}|)\/h$/u.exec(text.trim()) ?? [];
  const perHour = Number(digits);
  if (perHour > 0 && (before === '' || after === '')) {
    return { perHour, currency: before + after, isBefore: /^\p{Sc}$/u.test(before) };
  }
  throw new CliError('usage', `--wage: "${text}" is not an amount an hour`, {
    code: 'bad_wage',
    hint: 'write a number and /h, with a currency if you like: 25/h, 25.50EUR/h',
  });
}
