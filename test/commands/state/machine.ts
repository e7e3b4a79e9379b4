/** Machines in memory whose state is a file, a schema of PostgreSQL, or both. */
import { join } from 'node:path';
import { main } from '../../../src/app/main.ts';
import { createInbox } from '../../../src/context/inbox-services.ts';
import { openSubmissions } from '../../../src/context/api-services.ts';
import { stateFolder } from '../../../src/settings/paths.ts';
import { EXEC, forwardStep, SHOW } from '../../../src/state/delivery-steps.ts';
import { STATE_FILE } from '../../../src/state/sqlite/database.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createFakeHost, type FakeHost, type FakeHostOptions } from '../../support/fake-host.ts';
import type { Ended } from '../../support/run.ts';
import type { PostgresSchema } from '../../support/postgres.ts';
import { deliveryOf, keyOf, NOW, SCOPE } from '../../state/inbox-support.ts';

export const FILE = '/home/picker/.local/state/optipick/optipick.db';

/** What a relay token of these tests holds, to be looked for where it must not be. */
export const TOKEN = 'c_relay-token-of-a-test';

/** Its clock stands still: a server is not waited for as on one that jumps. */
export function createMachine({
  env = {},
  ...options
}: FakeHostOptions & { readonly url?: string | undefined } = {}): FakeHost {
  const shared = options.url === undefined ? {} : { OPTIPICK_STATE_URL: options.url };
  return createFakeHost({
    files: { [FILE]: '' },
    clock: createFakeClock({ start: NOW + 1000, auto: false }),
    ...options,
    env: { NO_COLOR: '1', ...shared, ...env },
  });
}

/** One command on a machine that has run others before. */
export async function runOn(host: FakeHost, ...argv: readonly string[]): Promise<Ended> {
  const [stdout, stderr] = [host.stdoutText.length, host.stderrText.length];
  const code = await main(host, argv);
  return { code, stdout: host.stdoutText.slice(stdout), stderr: host.stderrText.slice(stderr) };
}

export const FORWARD = forwardStep('http://127.0.0.1:3000/hooks?token=hush');

/**
 * Puts into the file of a machine: deliveries that are pending, failed and done, with an answer, of two scopes and with the same id;
 * submissions; postings of which two are of one content; a relay token.
 */
export async function fillFile(host: FakeHost): Promise<void> {
  const folder = stateFolder(host);
  const inbox = createInbox(host, folder, SCOPE);
  const names = ['msg_pending', 'msg_failed', 'msg_done', 'msg_bytes'];
  for (const [index, id] of names.entries()) {
    const bytes = Uint8Array.from([0, 255, 10, 34, index]);
    const body = id === 'msg_bytes' ? { body: bytes, verified: false, kind: 'route', event: 'x\u0000y' } : {};
    await inbox.accept(
      deliveryOf({ id, receivedAt: NOW + index, ...(body as Partial<ReturnType<typeof deliveryOf>>) }),
      id === 'msg_bytes' ? [] : [SHOW, EXEC, FORWARD],
    );
  }
  const at = NOW + 10;
  await inbox.claim({ owner: 'gone', limits: { [SHOW]: 3 }, now: at });
  const result = { siteName: 'Hal \u0000"ü"', waveId: 'w1', asis: 20, optimal: 12.5, unit: 'm', failed: false };
  for (const id of names.slice(1, 3)) {
    await inbox.settle(await keyOf(inbox, id, SHOW), 'gone', { status: 'done', at, result });
  }
  await inbox.claim({ owner: 'gone', limits: { [EXEC]: 9, [FORWARD]: 9 }, now: at });
  const answer = { status: 500, headers: [['x', '1']] as const, body: Uint8Array.from([0, 1, 2]), isCut: true };
  await inbox.settle(await keyOf(inbox, 'msg_failed', EXEC), 'gone', { status: 'failed', at, error: 'exec: 3\u0000' });
  await inbox.settle(await keyOf(inbox, 'msg_failed', FORWARD), 'gone', {
    status: 'retry',
    at,
    nextAttemptAt: at + 60_000,
    error: 'answered 500',
    answer,
  });
  for (const step of [EXEC, FORWARD]) {
    await inbox.settle(await keyOf(inbox, 'msg_done', step), 'gone', { status: 'done', at });
  }
  const other = createInbox(host, folder, 'http://127.0.0.1:4010');
  await other.accept(deliveryOf({ id: 'msg_done', receivedAt: NOW + 20 }), ['*']);
  const state = await openSubmissions(host);
  const common = { baseUrl: SCOPE, profile: 'default', kind: 'route' } as const;
  await state.submissions.remember({ ...common, requestId: 'one', siteName: 'Example', waveId: 'w\u0000' });
  await state.submissions.remember({ ...common, requestId: 'two' });
  await state.submissions.settle('one', SCOPE, 'done');
  const content = (digest: string) => ({ baseUrl: SCOPE, kind: 'route', digest }) as const;
  const first = await state.postings.begin(content('aa'), 'wave-1');
  await host.clock.advance(5);
  await state.postings.begin(content('aa'), 'wave-1');
  await state.postings.begin(content('bb'), 'wave-2');
  await state.postings.accepted(first, 'one');
  const database = await host.openDatabase(join(folder, STATE_FILE));
  database.prepare('INSERT INTO relay_tokens VALUES (?, ?, ?)').run('default', 'api.relay.svix.com', TOKEN);
  // Its owner has died.
  database.exec(`UPDATE steps SET lease_until = 1 WHERE owner IS NOT NULL`);
}

/** With the address of a shared state as it may be elsewhere: that of a test differs from run to run. */
export function withoutAddress(text: string, { address }: PostgresSchema): string {
  const port = String(address.hosts[0]?.port);
  return text
    .replaceAll(
      `postgres://owner:***@127.0.0.1:${port}/postgres?schema=${address.schema}`,
      'postgres://owner:***@db/optipick',
    )
    .replaceAll(address.schema, 'optipick')
    .replaceAll(`127.0.0.1:${port}`, '127.0.0.1:5432');
}
