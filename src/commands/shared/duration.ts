/** Durations as people type them. */
import { CliError } from '../../errors.ts';

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/**
 * Milliseconds of `500ms`, `90s`, `10m`, `2h`, `1d`, `1h30m`; decimals are fine and a bare number is seconds. `what` is
 * the flag or variable, for the message. Throws `CliError` `usage` for anything else.
 */
export function parseDuration(text: string, what: string): number {
  const trimmed = text.trim().toLowerCase();
  const bare = /^(?:\d+(?:\.\d+)?|\.\d+)$/.test(trimmed);
  const parts = bare ? [`${trimmed}s`] : (trimmed.match(/[\d.]+[a-z]+/g) ?? []);
  let total = parts.join('') === (bare ? `${trimmed}s` : trimmed) && parts.length > 0 ? 0 : Number.NaN;
  let largest = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)([a-z]+)$/.exec(part) ?? [];
    const ms = UNITS.find(([name]) => name === unit)?.[1];
    // From large to small, each unit once: `30m1h` is a mistake.
    if (ms === undefined || ms >= largest) total = Number.NaN;
    else total += Number(digits) * ms;
    largest = ms ?? largest;
  }
  const rounded = Math.round(total);
  if (Number.isSafeInteger(rounded)) return rounded;
  throw new CliError('usage', `${what}: "${text}" is not a duration`, {
    code: 'invalid_duration',
    hint: 'write a number and a unit: 500ms, 90s, 10m, 2h or 1d; a bare number is seconds',
  });
}
