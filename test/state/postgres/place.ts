/** Places of the contract suites in a schema of PostgreSQL. */
import type { Clock } from '../../../src/platform/host.ts';
import { createClock } from '../../../src/platform/clock.ts';
import { createPostgresInbox } from '../../../src/state/postgres/inbox.ts';
import { createLane, type Lane } from '../../../src/state/postgres/lane.ts';
import { inSchema, type InSchema } from '../../../src/state/postgres/schema.ts';
import { parseStateUrl, type StateAddress } from '../../../src/settings/state-url.ts';
import type { Inbox } from '../../../src/state/inbox.ts';
import { connectTo, createSchema } from '../../support/postgres.ts';
import { SCOPE } from '../inbox-support.ts';
import type { InboxPlace } from '../inbox-contract.ts';
import { startInboxChild } from '../inbox-process.ts';
import type { StorePlace } from '../store-place.ts';

/** An empty place; `create` makes the store behind a lane. */
export async function createPostgresPlace<Store>(
  create: (lane: Lane, at: InSchema, clock: Pick<Clock, 'now'>) => Store,
): Promise<StorePlace<Store>> {
  const schema = await createSchema();
  const lanes = new Set<Lane>();
  return {
    async open() {
      const lane = laneTo(schema.address);
      lanes.add(lane);
      let now = 0;
      return {
        store: create(lane, inSchema(schema.address.schema), { now: () => (now += 1000) }),
        close: () => lane.close(),
      };
    },
    async end() {
      for (const lane of lanes) await lane.close();
      await schema.end();
    },
  };
}

/** An empty place for an inbox. */
export async function createInboxPlace(): Promise<InboxPlace> {
  const schema = await createSchema();
  const inboxes: Inbox[] = [];
  return {
    async open(scope) {
      const inbox = inboxAt(schema.url, scope);
      inboxes.push(inbox);
      return inbox;
    },
    start: () => startInboxChild(new URL('inbox-child.ts', import.meta.url), schema.url),
    async end() {
      await Promise.all(inboxes.map((inbox) => inbox.close()));
      await schema.end();
    },
  };
}

/** An inbox that goes by the times it is given. */
export function inboxAt(url: string, scope = SCOPE): Inbox {
  const address = parseStateUrl(url);
  return createPostgresInbox({
    at: inSchema(address.schema),
    accepting: laneTo(address),
    working: laneTo(address),
    clock: createClock(),
    scope,
    time: 'caller',
  });
}

function laneTo(address: StateAddress): Lane {
  return createLane({ connect: () => connectTo(address), clock: createClock(), place: 'the test server' });
}
