/** A pooler that lends a connection for one transaction: nothing of a session lasts, and nobody says so. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { HAS_POOLER, startPooler, type Pooler } from '../../support/pooler.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { NOW, SCOPE } from '../inbox-support.ts';
import { acceptAllInto, acceptInto, inboxIn, openStateAt } from './shared.ts';

describe.skipIf(!HAS_POOLER)('through PgBouncer, which only Debian has here,', () => {
  let server: PostgresServer;
  let pooler: Pooler;
  beforeAll(async () => {
    server = await createPostgresServer();
    pooler = await startPooler(server);
  }, 180_000);
  afterAll(async () => {
    await pooler.end();
    await server.end();
  });

  const url = (parameters: string): string => server.url(parameters, undefined, `127.0.0.1:${pooler.port}`);

  test('a state is created and used by several, whatever the environment of psql says', async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('PGOPTIONS', '-c geqo=off');
    const place = url('?schema=pooled&migrate=auto');
    const inboxes = await Promise.all(Array.from({ length: 4 }, () => inboxIn(place)));
    const ids = Array.from({ length: 50 }, (_, index) => `msg_${index}`);
    const answers = await Promise.all(inboxes.map((inbox) => acceptAllInto(inbox, ids)));
    expect(answers.flat().filter((answer) => answer === 'new')).toHaveLength(50);
    const claims = await Promise.all(
      inboxes.map((inbox, owner) => inbox.claim({ owner: `${owner}`, limits: { [SHOW]: 20 }, now: NOW })),
    );
    expect(new Set(claims.flat().map(({ delivery }) => delivery.id)).size).toBe(50);
    expect(claims.flat()).toHaveLength(50);
  });

  test('deliveries are stored one after the other, whichever connection is lent', async () => {
    const place = url('?schema=lent&migrate=auto');
    const inboxes = await Promise.all(Array.from({ length: 8 }, () => inboxIn(place)));
    const answers = await Promise.all(
      inboxes.map(async (inbox, listener) => {
        const all: string[] = [];
        for (let number = 0; number < 20; number += 1) all.push(await acceptInto(inbox, `msg_${listener}_${number}`));
        return all;
      }),
    );
    expect(new Set(answers.flat())).toEqual(new Set(['new']));
    expect(await inboxes[0]?.counts()).toMatchObject({ pending: 160 });
  });

  test('notifications do not arrive, which a test of them finds out', async () => {
    const state = await openStateAt(url('?schema=unheard&migrate=auto'));
    onTestFinished(state.wakeUps.listen(() => undefined));
    expect(await state.wakeUps.test()).toBe(false);
    expect(await acceptInto(state.inbox(SCOPE), 'one')).toBe('new');
    expect(await state.wakeUps.test()).toBe(false);
  });

  test('a pooler that is gone is reported to each sender', async () => {
    const inbox = await inboxIn(url('?schema=pooled&migrate=auto'));
    expect(await acceptInto(inbox, 'before')).toBe('new');
    await pooler.end();
    expect(await acceptAllInto(inbox, ['one', 'two'])).toEqual(['state_unavailable', 'state_unavailable']);
    pooler = await startPooler(server);
  });
});
