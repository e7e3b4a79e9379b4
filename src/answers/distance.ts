/** How many metres one of a unit is. `cm` is the API's documented default; which others it can send is not documented. */
const METRES: ReadonlyMap<string, number> = new Map([
  ['mm', 0.001],
  ['cm', 0.01],
  ['dm', 0.1],
  ['m', 1],
  ['km', 1000],
]);

/**
 * A distance of an answer for people: metres to the millimetre for metric units (`84.022 m`, `12,345.678 m`), anything
 * else as it was given (`123.4 ft`).
 */
export function formatDistance(value: number, unit: string): string {
  const metres = METRES.get(unit.trim().toLowerCase());
  if (metres === undefined) {
    const text = formatNumber(value, 3);
    return `${/\.\d{3}$/.test(text) ? text.replace(/\.?0+$/, '') : text} ${unit}`.trimEnd();
  }
  return `${formatNumber(value * metres, 3)} m`;
}

/** `1234.5` with 2 decimals is `1,234.50`. Never `-0`; from 1e21 on as JavaScript writes it (`1e+21`). */
export function formatNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return String(value);
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return /^-[0.,]+$/.test(text) ? text.slice(1) : text;
}
