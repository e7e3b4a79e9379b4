/** `Retry-After`: when the server wants the next request. */
import type { HttpHeaders } from '../lib/net/http.ts';
import { MAX_RETRY_AFTER_MS } from '../limits.ts';
import { formatDuration } from '../lib/text/numbers.ts';

/**
 * `Retry-After` (seconds or an HTTP date) in milliseconds from `nowMs`, `MAX_RETRY_AFTER_MS` at most; the latest of
 * several. `undefined` when it is absent or neither.
 */
export function retryAfterOf(headers: HttpHeaders, nowMs: number): number | undefined {
  const moments = [headers['retry-after'] ?? []].flat().flatMap((value) => momentOf(value.trim(), nowMs) ?? []);
  return moments.length === 0 ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ...moments));
}

function momentOf(value: string, nowMs: number): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000;
  // The date parser gives a meaning to bare numbers: only what holds letters is a date.
  const date = /[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date - nowMs;
}

/** `7 s`, `12 min 30 s`, `5 h`, `a day or more`: never shorter than what was asked for. */
export function retryAfterInWords(ms: number): string {
  if (ms >= MAX_RETRY_AFTER_MS) return 'a day or more';
  const step = ms < 3_600_000 ? 1000 : 60_000;
  return formatDuration(Math.ceil(ms / step) * step);
}
