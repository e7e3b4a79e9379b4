/** Which webhooks have arrived, for those who wait for the same result by asking. */
import type { Database, Statement } from '../platform/host.ts';
import { stateError, STATE_FILE } from './database.ts';

/** Every method throws `CliError` `environment` when the state cannot be read. */
export interface Arrivals {
  /** Whether another process has written since the last call. Far cheaper than looking. */
  changed(): boolean;
  /** The number of the newest delivery about this request, 0 for none. Numbers grow. */
  newest(requestId: string): number;
}

/** What listeners on this machine have received, in an open, migrated database. `place` is where it is, for messages. */
export function createArrivals(database: Database, place: string = STATE_FILE): Arrivals {
  let version: Statement | undefined;
  let lookup: Statement | undefined;
  let seen: unknown;
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw stateError(error, place);
    }
  };
  return {
    changed: () =>
      guarded(() => {
        version ??= database.prepare('PRAGMA data_version');
        const before = seen;
        seen = version.get()?.['data_version'];
        return seen !== before;
      }),
    newest: (requestId) =>
      guarded(() => {
        lookup ??= database.prepare('SELECT max(sequence) AS newest FROM deliveries WHERE request_id = ?');
        return Number(lookup.get(requestId)?.['newest'] ?? 0);
      }),
  };
}
