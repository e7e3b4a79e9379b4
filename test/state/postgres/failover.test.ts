/**
 * A primary that is lost, and the standby that takes its place.
 * @module-tag killing
 */
import { expect, onTestFinished, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { deliveryOf } from '../inbox-support.ts';
import { acceptAllInto, acceptInto, failureOf, inboxIn, migrateAt, openStateAt } from './shared.ts';

async function serverOfTest(options?: Parameters<typeof createPostgresServer>[0]): Promise<PostgresServer> {
  const server = await createPostgresServer(options);
  onTestFinished(() => server.end(), 60_000);
  return server;
}

test(
  'a standby is never written to; promoted, it takes what the address of both sends',
  { timeout: 180_000 },
  async () => {
    const primary = await serverOfTest();
    await migrateAt(primary.url());
    const standby = await serverOfTest({ standbyOf: primary });
    // The standby is the first to be asked.
    const both = primary.url('', undefined, `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`);
    const inbox = await inboxIn(both);
    const ids = Array.from({ length: 20 }, (_, index) => `before ${index}`);
    expect(new Set(await acceptAllInto(inbox, ids))).toEqual(new Set(['new']));
    await primary.followed();

    const alone = await failureOf((await openStateAt(standby.url())).submissions.find('any'));
    expect(alone.message).toMatch(/^postgres:\/\/owner:\*\*\*@127\.0\.0\.1:\d+\/postgres is a standby$/);
    expect(alone).toMatchObject({
      code: 'state_unavailable',
      hint: expect.stringContaining('host1,host2'),
      retryable: true,
    });

    await primary.kill();
    await expect.poll(() => acceptInto(inbox, 'during')).toBe('state_unavailable');
    const failure = await failureOf(inbox.accept(deliveryOf({ id: 'during' }), [SHOW]));
    expect(failure.message.replaceAll(/:\d{4,5}\b/g, ':PORT')).toMatch(
      /^postgres:\/\/owner:\*\*\*@127\.0\.0\.1:PORT,127\.0\.0\.1:PORT\/postgres: none of its hosts accepts writes: 127\.0\.0\.1:PORT is a standby; 127\.0\.0\.1:PORT \w/,
    );

    await standby.promote();
    await expect.poll(() => acceptInto(inbox, 'during')).toBe('new');
    expect(new Set(await acceptAllInto(inbox, ids))).toEqual(new Set(['duplicate']));
    expect(await inbox.counts()).toMatchObject({ pending: 21 });
  },
);
