import { createWaiter } from '../../lib/async/waiter.ts';
import { CliError } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import { createArrivalWatchers } from '../arrival-watchers.ts';
import type { Arrivals } from '../arrivals.ts';
import type { Lane } from './lane.ts';
import { storable } from './packed.ts';
import type { InSchema } from './schema.ts';
import type { WakeUps } from './wake-ups.ts';

const CHECK_MS = 1000;

/** Between two looks, however many notifications come. */
const LEAST_PAUSE_MS = 100;

const COUNTS = `SELECT request_id, count(*) AS count FROM @deliveries WHERE request_id = ANY ($1::text[]) GROUP BY request_id`;

/**
 * One query for all that is waited for, each second and after each notification. A state that cannot be read is one in
 * which nothing arrives: polling goes on without it.
 */
export function createPostgresArrivals({
  lane,
  at,
  wakeUps,
  clock,
}: {
  readonly lane: Lane;
  readonly at: InSchema;
  readonly wakeUps: WakeUps;
  readonly clock: Pick<Clock, 'sleep'>;
}): Arrivals {
  const countsOf = async (requestIds: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    try {
      const { rows } = await lane.run((client) => client.query(at(COUNTS), [requestIds.map(storable)]));
      return new Map(rows.map((row) => [String(row['request_id']), Number(row['count'])]));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return new Map();
    }
  };

  const look = async (stop: AbortSignal): Promise<void> => {
    const waiter = createWaiter(clock);
    const pause = createWaiter(clock);
    stop.addEventListener('abort', () => {
      waiter.wake();
      pause.wake();
    });
    const deafen = wakeUps.listen(() => waiter.wake());
    try {
      while (!stop.aborted) {
        for (const [requestId, count] of await countsOf(watchers.requestIds())) watchers.arrived(requestId, count);
        await pause.wait(LEAST_PAUSE_MS);
        await waiter.wait(CHECK_MS);
      }
    } finally {
      deafen();
    }
  };

  const watchers = createArrivalWatchers(look);
  return {
    count: async (requestId) => (await countsOf([requestId])).get(storable(requestId)) ?? 0,
    watch: watchers.watch,
  };
}
