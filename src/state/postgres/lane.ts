import type { Clock, PostgresClient } from '../../platform/host.ts';
import { CliError } from '../../errors.ts';
import { endInTime } from './answer-in-time.ts';
import { isConflict, isConnectionLost, stateFailure } from './failure.ts';

/** How long a piece of work may take, waiting for its turn included: less than a sender of webhooks waits. */
export const DEADLINE_MS = 4000;

export type PostgresWork<T> = (client: PostgresClient) => Promise<T>;

/** One connection, opened on first use, for one piece of work after the other. */
export interface Lane {
  /**
   * Rejects with `CliError` `environment` when the connection cannot be had, breaks, or does not answer by `until` (on the
   * monotonic clock; default {@link DEADLINE_MS} from now). Whether the server has done the work is then unknown. What waits behind it is
   * rejected with it: a sender that is told at once tries again when the server is back. After a conflict with another transaction the
   * work is done once more.
   */
  run<T>(work: PostgresWork<T>, until?: number): Promise<T>;
  /** Ends what is running, and the connection. */
  close(): Promise<void>;
}

export interface LaneOptions {
  /** Opens a connection that can be used at once. Rejects with `CliError`. */
  readonly connect: () => Promise<PostgresClient>;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** The address without its password. */
  readonly place: string;
}

interface Job {
  readonly work: PostgresWork<unknown>;
  readonly since: number;
  readonly until: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  isLate?: boolean;
}

export function createLane({ connect, clock, place }: LaneOptions): Lane {
  let waiting: Job[] = [];
  let draining: Promise<void> | undefined;
  let connection: Promise<PostgresClient> | undefined;

  const notInTime = ({ since, until }: Job): CliError =>
    new CliError('environment', `${place} did not answer within ${Math.round((until - since) / 1000)} s`, {
      code: 'state_unavailable',
      hint: 'the database is overloaded, hangs, or cannot be reached: optipick state status',
      retryable: true,
    });

  const connected = async (): Promise<PostgresClient> => {
    const client = await connection;
    if (client?.isOpen === true) return client;
    client?.destroy();
    const opening = (connection = connect());
    opening.catch(() => {
      if (connection === opening) connection = undefined;
    });
    return await opening;
  };

  const drop = async (): Promise<void> => {
    const broken = connection;
    connection = undefined;
    try {
      (await broken)?.destroy();
    } catch {
      // It could never be opened: whoever waited for it has had the error.
    }
  };

  const perform = async (job: Job): Promise<unknown> => {
    const client = await connected();
    for (let attempt = 1; ; attempt += 1) {
      if (job.isLate === true) throw new Error('its time is over');
      try {
        return await job.work(client);
      } catch (error) {
        if (attempt === 2 || !isConflict(error)) throw error;
      }
    }
  };

  const inTime = async (job: Job): Promise<unknown> => {
    const ended = new AbortController();
    const late = Promise.withResolvers<never>();
    const giveUp = (): void => {
      job.isLate = true;
      late.reject(notInTime(job));
    };
    clock.sleep(job.until - clock.monotonic(), ended.signal).then(giveUp, ignore);
    const performing = perform(job);
    try {
      return await Promise.race([performing, late.promise]);
    } finally {
      ended.abort();
      performing.catch(ignore);
    }
  };

  const drain = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      // Nobody waits for it, and the connection has done nothing wrong.
      if (clock.monotonic() >= job.until) {
        job.reject(notInTime(job));
        continue;
      }
      try {
        job.resolve(await inTime(job));
      } catch (error) {
        const failure = stateFailure(error, place);
        job.reject(failure);
        if (!isConnectionLost(error)) continue;
        void drop();
        for (const each of waiting) each.reject(failure);
        waiting = [];
      }
    }
    draining = undefined;
  };

  return {
    run<T>(work: PostgresWork<T>, until = clock.monotonic() + DEADLINE_MS): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const since = clock.monotonic();
        waiting.push({ work, since, until, resolve: resolve as (value: unknown) => void, reject });
        draining ??= drain();
      });
    },
    async close() {
      await draining;
      const open = connection;
      connection = undefined;
      const client = await open?.catch(ignore);
      if (client !== undefined) await endInTime(clock, client);
    },
  };
}

function ignore(): undefined {
  // Whoever waits has had the error.
}
