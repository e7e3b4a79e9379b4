import { expect, test } from 'vitest';
import { createClock } from '../../../../src/platform/clock.ts';
import type { PostgresClient } from '../../../../src/platform/host.ts';
import { CliError } from '../../../../src/errors.ts';
import { inSession, type SessionOptions } from '../../../../src/state/postgres/admin/session.ts';
import { schemaOfTest, type PostgresSchema } from '../../../support/postgres.ts';

function optionsFor(schema: PostgresSchema, changes: Partial<SessionOptions> = {}): SessionOptions {
  const stop = new AbortController().signal;
  return {
    connect: () => schema.connect(),
    place: 'the server',
    clock: createClock(),
    stop,
    answerMs: 60_000,
    ...changes,
  };
}

test('a session ends its connection, after success and after failure', async () => {
  const schema = await schemaOfTest();
  const clients: PostgresClient[] = [];
  const connect = async (): Promise<PostgresClient> => {
    const client = await schema.connect();
    clients.push(client);
    return client;
  };
  const options = optionsFor(schema, { connect });
  expect(await inSession(options, async (client) => (await client.query('SELECT 1 AS one')).rows)).toEqual([
    { one: 1 },
  ]);
  await expect(
    inSession(options, async () => {
      throw new RangeError('of the work');
    }),
  ).rejects.toThrow(new RangeError('of the work'));
  expect(clients.map(({ isOpen }) => isOpen)).toEqual([false, false]);
});

test('a session rejects with the reason to stop, and with one for a server that does not answer in time', async () => {
  const schema = await schemaOfTest();
  const stop = new AbortController();
  const started = Promise.withResolvers<void>();
  const stopped = inSession(optionsFor(schema, { stop: stop.signal }), async (client) => {
    await client.query('SELECT 1');
    started.resolve();
    await client.query('SELECT pg_sleep(600)');
  });
  await started.promise;
  const reason = new CliError('interrupted', 'interrupted');
  stop.abort(reason);
  await expect(stopped).rejects.toBe(reason);
  await expect(
    inSession(optionsFor(schema, { answerMs: 300 }), (client) => client.query('SELECT pg_sleep(600)')),
  ).rejects.toMatchObject({ code: 'state_unavailable', message: 'the server did not answer within 300 ms' });
  const never = optionsFor(schema, { answerMs: 20, connect: () => new Promise(() => undefined) });
  await expect(inSession(never, async () => undefined)).rejects.toMatchObject({ code: 'state_unavailable' });
});
