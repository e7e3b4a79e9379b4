/** Which limits were reached: each is reported once, and counted for the health check. */
import type { Output } from '../../output/print.ts';
import type { Reports } from './listen-reports.ts';

/** What is said the first time. */
const WORDS = {
  overloaded:
    'too many bytes are being received at the same time: further requests are answered 503 until some are done',
  rejected_records: 'the records of rejected requests have reached their limit: no more are written (--record-limit)',
  lines: 'these lines are not read fast enough: further ones are only counted',
  connections: 'too many connections are open: further ones are closed',
} as const;

export type Limit = keyof typeof WORDS;

export interface LimitCounts {
  reached(limit: Limit): void;
  /** By limit; only those that were reached. */
  counts(): Readonly<Record<string, number>>;
}

export function createLimitCounts(output: Pick<Output, 'warn'>, reports: Reports): LimitCounts {
  const counts = new Map<Limit, number>();
  return {
    reached(limit) {
      const before = counts.get(limit) ?? 0;
      counts.set(limit, before + 1);
      if (before === 0) reports.print(() => output.warn(WORDS[limit]));
    },
    counts: () => Object.fromEntries(counts),
  };
}
