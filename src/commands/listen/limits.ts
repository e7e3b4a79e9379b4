/** Which limits were reached, and what the port rejected by itself: counted for the health check, limits reported once. */
import type { Output } from '../../output/terminal/print.ts';
import type { PortRejection } from '../../platform/host.ts';
import type { Reports } from './reports.ts';

/** What is said the first time. */
const WORDS = {
  overloaded:
    'too many bytes are being received at the same time: further requests are answered 503 until some are done',
  rejected_records: 'the records of rejected requests have reached their limit: no more are written (--record-limit)',
  too_many_connections: 'too many connections are open: further ones are closed',
  too_many_requests: 'a sender does not wait for its answers: its connection is closed',
} as const;

type Limit = keyof typeof WORDS;

export interface LimitCounts {
  reached(limit: Limit | PortRejection['reason']): void;
  /** By name; only what happened. */
  counts(): Readonly<Record<string, number>>;
}

export function createLimitCounts(output: Pick<Output, 'warn'>, reports: Reports): LimitCounts {
  const counts = new Map<string, number>();
  return {
    reached(limit) {
      const before = counts.get(limit) ?? 0;
      counts.set(limit, before + 1);
      const words = limit in WORDS ? WORDS[limit as Limit] : undefined;
      if (before === 0 && words !== undefined) reports.print(() => output.warn(words));
    },
    counts: () => Object.fromEntries(counts),
  };
}
