import { CliError } from '../../errors.ts';
import { waitAtMost } from '../../lib/async/with-timeout.ts';
import type { Clock, PostgresClient } from '../../platform/host.ts';
import { answerInTime } from './answer-in-time.ts';
import type { Lane } from './lane.ts';
import { channelOf } from './schema.ts';

/** Each notification wakes everybody, and costs a commit of its own. */
const NOTIFY_PAUSE_MS = 20;

/** A notification to oneself comes with the answer to the statement, unless a pooler is between. */
const TEST_MS = 2000;

/** Notifications between machines: a hint that saves up to a second of waiting, and never more. */
export interface WakeUps {
  /** Calls back when another machine has stored something. Returns what ends that. */
  listen(heard: () => void): () => void;
  /** Tells the others that something was stored. */
  notify(): void;
  /** Whether notifications arrive. A pooler takes `LISTEN` and passes none on, without an error. */
  test(): Promise<boolean>;
  /** For each new connection of the lane, which is destroyed when that fails. */
  connected(client: PostgresClient): Promise<void>;
  /** Waits for what is being sent; nothing is sent from then on. */
  close(): Promise<void>;
}

export function createWakeUps({
  lane,
  schema,
  isOn,
  clock,
}: {
  readonly lane: () => Lane;
  readonly schema: string;
  readonly isOn: boolean;
  readonly clock: Pick<Clock, 'sleep'>;
}): WakeUps {
  const channel = channelOf(schema);
  const listeners = new Set<() => void>();
  const listening = new WeakSet<PostgresClient>();
  let heardMyself: (() => void) | undefined;
  let notifying: Promise<void> | undefined;
  let isAgain = false;
  let isClosed = false;

  const listenOn = async (client: PostgresClient): Promise<void> => {
    if (listening.has(client)) return;
    listening.add(client);
    client.onNotification((isOwn) => {
      if (isOwn) heardMyself?.();
      else for (const heard of listeners) heard();
    });
    await client.query(`LISTEN "${channel}"`);
  };

  const send = async (): Promise<void> => {
    do {
      isAgain = false;
      await attempt(() => lane().run((client) => client.query('SELECT pg_notify($1, $2)', [channel, ''])));
      await clock.sleep(NOTIFY_PAUSE_MS);
    } while (isAgain);
    notifying = undefined;
  };

  return {
    listen(heard) {
      listeners.add(heard);
      if (isOn) void attempt(() => lane().run(listenOn));
      return () => void listeners.delete(heard);
    },
    notify() {
      if (!isOn || isClosed) return;
      isAgain = true;
      notifying ??= send();
    },
    async test() {
      if (!isOn) return false;
      const heard = Promise.withResolvers<void>();
      let isHeard = false;
      heardMyself = () => {
        isHeard = true;
        heard.resolve();
      };
      try {
        await lane().run(async (client) => {
          await listenOn(client);
          await client.query('SELECT pg_notify($1, $2)', [channel, '']);
        });
        await waitAtMost(clock, TEST_MS, heard.promise);
        return isHeard;
      } finally {
        heardMyself = undefined;
      }
    },
    async connected(client) {
      if (isOn && listeners.size > 0) await answerInTime(clock, client, () => listenOn(client));
    },
    async close() {
      isClosed = true;
      isAgain = false;
      await notifying;
    },
  };
}

/** Nothing depends on a hint: whoever works on the same connection reports what is wrong with it. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
}
