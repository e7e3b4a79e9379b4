import { createDoor, type DoorOptions } from './door.ts';
import { createLane } from './lane.ts';
import { inSchema } from './schema.ts';
import { createPostgresArrivals } from './arrivals.ts';
import { createPostgresInbox } from './inbox.ts';
import { createPostgresPostings } from './postings.ts';
import { createPostgresRelayTokens } from './relay-tokens.ts';
import { createPostgresSubmissions } from './submissions.ts';
import { createWakeUps, type WakeUps } from './wake-ups.ts';
import type { Clock } from '../../platform/host.ts';
import type { Arrivals } from '../arrivals.ts';
import type { Inbox } from '../inbox.ts';
import type { Postings } from '../postings.ts';
import type { RelayTokens } from '../relay-tokens.ts';
import type { Submissions } from '../submissions.ts';

export interface PostgresState {
  /** The address without its password. */
  readonly place: string;
  /** What is odd about the address, though it can be used. */
  readonly warnings: readonly string[];
  /** Its deliveries are accepted over a connection of their own. */
  inbox(scope: string): Inbox;
  readonly submissions: Submissions;
  readonly postings: Postings;
  readonly arrivals: Arrivals;
  readonly relayTokens: RelayTokens;
  /** Whether listeners notify each other. */
  readonly notifies: boolean;
  readonly wakeUps: Pick<WakeUps, 'listen' | 'test'>;
  /** Ends what is running, and the connections. */
  close(): Promise<void>;
}

/** The state in a schema of PostgreSQL. Connected to on first use. */
export function openPostgresState(options: DoorOptions & { readonly clock: Clock }): PostgresState {
  const { address, clock } = options;
  const door = createDoor(options);
  const { place } = door;
  const at = inSchema(address.schema);
  const wakeUps = createWakeUps({ lane: () => working, schema: address.schema, isOn: address.listens, clock });
  const accepting = createLane({ connect: () => door.connect(), clock, place });
  const working = createLane({
    async connect() {
      const client = await door.connect();
      await wakeUps.connected(client);
      return client;
    },
    clock,
    place,
  });
  return {
    place,
    warnings: address.warnings,
    inbox: (scope) =>
      createPostgresInbox({ at, accepting, working, clock, scope, time: 'server', stored: () => wakeUps.notify() }),
    submissions: createPostgresSubmissions(working, at, clock),
    postings: createPostgresPostings(working, at, clock),
    arrivals: createPostgresArrivals({ lane: working, at, wakeUps, clock }),
    relayTokens: createPostgresRelayTokens(working, at),
    notifies: address.listens,
    wakeUps,
    async close() {
      await wakeUps.close();
      await Promise.all([accepting.close(), working.close()]);
    },
  };
}
