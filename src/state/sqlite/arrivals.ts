/** Which webhooks listeners on this machine have received, for those who wait for the same result by asking. */
import type { Clock, Database, Statement } from '../../platform/host.ts';

export interface Arrivals {
  /** The number of the newest delivery about this request, 0 for none; numbers grow. */
  newest(requestId: string): number;
  /** Calls back once, when a delivery newer than `after` is there. Returns what ends the watching. */
  watch(requestId: string, after: number, arrived: (number: number) => void): () => void;
}

interface Watcher {
  readonly requestId: string;
  readonly after: number;
  readonly arrived: (number: number) => void;
}

const LOOK_MS = 250;

/**
 * Looks at an open, migrated database: one cheap question each quarter of a second for all who wait, and a lookup only
 * after somebody has written. A state that cannot be read is one in which nothing arrives: asking goes on without.
 */
export function createArrivals(database: Database, clock: Pick<Clock, 'sleep'>): Arrivals {
  const watchers = new Set<Watcher>();
  let idle: AbortController | undefined;
  let version: Statement | undefined;
  let lookup: Statement | undefined;
  let seen: unknown;

  const newest = (requestId: string): number => {
    try {
      lookup ??= database.prepare('SELECT max(sequence) AS newest FROM deliveries WHERE request_id = ?');
      return Number(lookup.get(requestId)?.['newest'] ?? 0);
    } catch {
      return 0;
    }
  };

  /** Whether another connection has written since the last call. */
  const changed = (): boolean => {
    const before = seen;
    try {
      version ??= database.prepare('PRAGMA data_version');
      seen = version.get()?.['data_version'];
    } catch {
      return false;
    }
    return seen !== before;
  };

  const look = async (ended: AbortSignal): Promise<void> => {
    while (!ended.aborted) {
      try {
        await clock.sleep(LOOK_MS, ended);
      } catch (error) {
        if (!ended.aborted) throw error;
        return;
      }
      if (!changed()) continue;
      for (const { requestId, after, arrived } of watchers) {
        const number = newest(requestId);
        if (number > after) arrived(number);
      }
    }
  };

  return {
    newest,
    watch(requestId, after, arrived) {
      const end = (): void => {
        watchers.delete(watcher);
        if (watchers.size > 0) return;
        // Nothing may keep the program alive when nobody waits.
        idle?.abort();
        idle = undefined;
      };
      const watcher: Watcher = {
        requestId,
        after,
        arrived(number) {
          end();
          arrived(number);
        },
      };
      watchers.add(watcher);
      if (idle === undefined) {
        idle = new AbortController();
        void look(idle.signal);
      }
      return end;
    },
  };
}
