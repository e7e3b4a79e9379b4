/** Numbers as people read them; JSON and CSV have every digit. */

/** With this many decimals and without thousands marks. Never `-0`; from 1e21 on as JavaScript writes it (`1e+21`). */
export function formatNumber(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}

/** With every digit; empty where there is no number. */
export function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

/** `1 pick`, `2500 picks`, `2 deliveries` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count, 0)} ${count === 1 ? one : many}`;
}

/** `39.6%` */
export function formatPercent(percent: number): string {
  return `${formatNumber(percent, 1)}%`;
}

/** `812 bytes`, `12 KB`, `3.4 MB`, `20.1 GB`; powers of 1024. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return counted(bytes, 'byte');
  if (bytes < 1024 ** 2) return `${formatNumber(bytes / 1024, 0)} KB`;
  if (bytes < 1024 ** 3) return `${formatNumber(bytes / 1024 ** 2, 1)} MB`;
  return `${formatNumber(bytes / 1024 ** 3, 1)} GB`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 30 min`, `2 d 3 h`, of milliseconds. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${formatNumber(ms, 0)} ms`;
  if (Math.round(ms / 100) < 600) return `${Math.round(ms / 100) / 10} s`;
  if (Math.round(ms / 1000) * 1000 < HOUR) return inTwo(ms, MINUTE, 'min', 1000, 's');
  if (Math.round(ms / MINUTE) * MINUTE < DAY) return inTwo(ms, HOUR, 'h', MINUTE, 'min');
  return inTwo(ms, DAY, 'd', HOUR, 'h');
}

function inTwo(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const total = Math.round(ms / small);
  const rest = total % (large / small);
  const whole = `${formatNumber((total - rest) / (large / small), 0)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

/** The difference of two sums of the same numbers, which is 0 when they differ only by rounding. */
export function differenceOf(one: number, other: number): number {
  const difference = one - other;
  return Math.abs(difference) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other)) ? 0 : difference;
}

const AGE_UNITS = [
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
] as const;

/** `3 min`, `now` below one; of an age in milliseconds. */
export function ageText(ms: number): string {
  const [unit, size] = AGE_UNITS.find(([, least]) => ms >= least) ?? [];
  return unit === undefined ? 'now' : `${Math.floor(ms / size)} ${unit}`;
}
