/** A whole state behind an address, as commands open it, and what tests of its failures ask of it. */
import { readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { CliError } from '../../../src/errors.ts';
import { createClock } from '../../../src/platform/clock.ts';
import type { Clock } from '../../../src/platform/host.ts';
import { openPostgres } from '../../../src/platform/postgres.ts';
import { parseStateUrl } from '../../../src/settings/state-url.ts';
import type { Inbox } from '../../../src/state/inbox.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import type { DoorOptions } from '../../../src/state/postgres/door.ts';
import { migrate } from '../../../src/state/postgres/migrations.ts';
import { openPostgresState, type PostgresState } from '../../../src/state/postgres/state.ts';
import { connectTo } from '../../support/postgres.ts';
import { deliveryOf, SCOPE } from '../inbox-support.ts';

/** What a door to this address is made of. */
export async function doorTo(url: string, clock: Clock = createClock()): Promise<DoorOptions & { clock: Clock }> {
  const address = parseStateUrl(url);
  const { password = '', rootCertificates } = address;
  return {
    address,
    openPostgres,
    password: async () => password,
    rootCertificates: rootCertificates && (await readFile(rootCertificates, 'utf8')),
    clock,
    name: 'test',
  };
}

/** Closed when the test ends. */
export async function openStateAt(url: string, clock?: Clock): Promise<PostgresState> {
  const state = openPostgresState(await doorTo(url, clock));
  onTestFinished(() => state.close());
  return state;
}

export async function inboxIn(url: string, clock?: Clock): Promise<Inbox> {
  return (await openStateAt(url, clock)).inbox(SCOPE);
}

/** Creates the tables. */
export async function migrateAt(url: string): Promise<void> {
  const address = parseStateUrl(url);
  const client = await connectTo(address);
  try {
    await migrate(client, address.schema, 'test');
  } finally {
    await client.end();
  }
}

/** `new`, `duplicate`, or the code of the failure. */
export function acceptInto(inbox: Inbox, id: string): Promise<string> {
  return inbox.accept(deliveryOf({ id, receivedAt: Date.now() }), [SHOW]).catch(codeOf);
}

/** Of how many a sender is answered: all, or the test ends. */
export function acceptAllInto(inbox: Inbox, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map((id) => acceptInto(inbox, id)));
}

export function codeOf(error: unknown): string {
  if (error instanceof CliError) return error.code;
  throw error;
}

/** The failure of what must fail. */
export async function failureOf(work: Promise<unknown>): Promise<CliError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('it should have failed');
}
