/** `Retry-After`: when the server wants the next request. */
import type { HttpHeaders } from '../lib/net/http.ts';
import { MAX_RETRY_AFTER_MS } from '../limits.ts';

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

/** `7 s`, `12 min`, `5 h`, `a day or more`: never shorter than what was asked for. */
export function retryAfterInWords(ms: number): string {
  if (ms >= MAX_RETRY_AFTER_MS) return 'a day or more';
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
