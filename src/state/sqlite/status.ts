import type { Database } from '../../platform/host.ts';
import type { LiveOwner, StateContents } from '../contents.ts';
import { countDeliveries } from './deliveries.ts';
import { MIGRATIONS } from './migrations.ts';
import { countRejections } from './rejections.ts';
import { prepared } from './statements.ts';
import { IS_FREE } from './steps.ts';

export interface SqliteStatus {
  readonly version: number;
  readonly bytes: number;
  /** `undefined` where another version of optipick has written it: its tables are others. */
  readonly contents: StateContents | undefined;
  /** How many rejected requests are stored; `undefined` as `contents`. */
  readonly rejections: number | undefined;
}

/** Of an open database, which need not be migrated. */
export function sqliteStatus(database: Database, now: number): SqliteStatus {
  const number = (pragma: string): number => Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
  const version = number('user_version');
  const isCurrent = version === MIGRATIONS.length;
  return {
    version,
    bytes: number('page_count') * number('page_size'),
    contents: isCurrent ? contentsOf(database, now) : undefined,
    rejections: isCurrent ? countRejections(database) : undefined,
  };
}

function contentsOf(database: Database, now: number): StateContents {
  const oldest = prepared(
    database,
    `SELECT received_at FROM deliveries WHERE sequence = (SELECT min(delivery) FROM steps WHERE state = 'pending')`,
  ).get();
  return {
    deliveries: countDeliveries(database),
    oldestPendingAt: oldest && Number(oldest['received_at']),
    owners: liveOwners(database, now),
  };
}

/** Who works on steps in a migrated database. */
export function liveOwners(database: Database, now: number): readonly LiveOwner[] {
  return prepared(
    database,
    `SELECT owner, count(*) AS steps FROM steps
     WHERE state = 'pending' AND owner IS NOT NULL AND NOT ${IS_FREE}
     GROUP BY owner ORDER BY owner`,
  )
    .all({ now })
    .map(({ owner, steps }) => ({ owner: String(owner), steps: Number(steps) }));
}
