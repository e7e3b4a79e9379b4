/** A server that takes connections and answers nothing: it is stopped, or its disk is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEADLINE_MS } from '../../../src/state/postgres/lane.ts';
import { parseStateUrl } from '../../../src/settings/state-url.ts';
import { connectTo } from '../../support/postgres.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { NOW } from '../inbox-support.ts';
import { acceptAllInto, acceptInto, codeOf, failureOf, inboxIn, migrateAt } from './shared.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await createPostgresServer();
  await migrateAt(server.url());
});
afterAll(async () => {
  server.resume();
  await server.end();
});

test('a server that hangs keeps no sender waiting, however many there are, and is used again when it goes on', async () => {
  const inbox = await inboxIn(server.url());
  await acceptInto(inbox, 'before');
  server.pause();
  const ids = Array.from({ length: 16 }, (_, index) => `msg_${index}`);
  const answers = new Set<string>();
  const waits: number[] = [];
  const until = performance.now() + 2 * DEADLINE_MS;
  const send = async (id: string): Promise<void> => {
    while (performance.now() < until) {
      const start = performance.now();
      answers.add(await acceptInto(inbox, id));
      waits.push(performance.now() - start);
    }
  };
  await Promise.all(ids.map(send));
  expect([...answers]).toEqual(['state_unavailable']);
  // Twice the deadline is for a busy machine: a sender that hangs waits for as long as the server does.
  expect(Math.max(...waits)).toBeLessThan(2 * DEADLINE_MS);
  // After the first ones nobody waits for the deadline.
  expect(waits.length).toBeGreaterThan(10 * ids.length);

  server.resume();
  await expect.poll(() => acceptInto(inbox, 'after')).toMatch(/new|duplicate/);
  for (const answer of await acceptAllInto(inbox, ids)) expect(answer).toMatch(/new|duplicate/);
});

test('what failed while a server hung is told what to look at', async () => {
  const inbox = await inboxIn(server.url());
  await acceptInto(inbox, 'before');
  server.pause();
  const failure = await failureOf(inbox.claim({ owner: 'me', limits: { show: 1 }, now: NOW }));
  expect(failure.message).toMatch(
    /^postgres:\/\/owner:\*\*\*@\S+ (?:did not answer within 4 s|cannot be used: there was no answer within 2 s)$/,
  );
  expect(failure).toMatchObject({ code: 'state_unavailable', retryable: true });
  server.resume();
  await expect
    .poll(() => inbox.claim({ owner: 'me', limits: { show: 1 }, now: NOW }).then(() => 'claimed', codeOf))
    .toBe('claimed');
});

test('a lock that somebody holds is waited for until the deadline, and what was sent meanwhile is stored once', async () => {
  const inbox = await inboxIn(server.url());
  const other = await connectTo(parseStateUrl(server.url()));
  await other.query('BEGIN');
  await other.query('LOCK TABLE optipick.deliveries IN EXCLUSIVE MODE');
  expect(await acceptAllInto(inbox, ['late', 'later'])).toEqual(['state_unavailable', 'state_unavailable']);
  await other.query('ROLLBACK');
  await other.end();
  for (const answer of await acceptAllInto(inbox, ['late', 'later'])) expect(answer).toMatch(/new|duplicate/);
  expect(await inbox.find('late')).toHaveLength(1);
});
