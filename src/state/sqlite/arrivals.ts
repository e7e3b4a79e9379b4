import type { Clock, Database } from '../../platform/host.ts';
import { createArrivalWatchers } from '../arrival-watchers.ts';
import type { Arrivals } from '../arrivals.ts';
import { prepared } from './statements.ts';

const CHECK_MS = 250;

/**
 * Reads an open, migrated database: one cheap query each quarter of a second for all watchers, and a lookup only after
 * another process has written. A state that cannot be read is one in which nothing arrives: polling goes on without it.
 */
export function createSqliteArrivals(database: Database, clock: Pick<Clock, 'sleep'>): Arrivals {
  let version: unknown;

  const countOf = (requestId: string): number => {
    try {
      const sql = 'SELECT count(*) AS count FROM deliveries WHERE request_id = ?';
      return Number(prepared(database, sql).get(requestId)?.['count']);
    } catch {
      return 0;
    }
  };

  /** Whether another connection has written since the last call. */
  const changed = (): boolean => {
    const before = version;
    try {
      version = prepared(database, 'PRAGMA data_version').get()?.['data_version'];
    } catch {
      return false;
    }
    return version !== before;
  };

  const check = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      try {
        await clock.sleep(CHECK_MS, stop);
      } catch (error) {
        if (!stop.aborted) throw error;
        return;
      }
      if (!changed()) continue;
      for (const requestId of watchers.requestIds()) watchers.arrived(requestId, countOf(requestId));
    }
  };

  const watchers = createArrivalWatchers(check);
  return { count: async (requestId) => countOf(requestId), watch: watchers.watch };
}
