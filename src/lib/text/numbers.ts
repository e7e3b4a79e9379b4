/** `1234.5` with 2 decimals is `1,234.50`. Never `-0`; from 1e21 on as JavaScript writes it (`1e+21`). */
export function formatNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return String(value);
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return /^-[0.,]+$/.test(text) ? text.slice(1) : text;
}

/** With every digit; empty where there is no number. */
export function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

/** `1 pick`, `2,500 picks` */
export function counted(count: number, one: string): string {
  return `${formatNumber(count, 0)} ${count === 1 ? one : `${one}s`}`;
}

/** The difference of two sums of the same numbers, which is 0 when they differ only by rounding. */
export function differenceOf(one: number, other: number): number {
  const difference = one - other;
  return Math.abs(difference) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other)) ? 0 : difference;
}
