/** A network that loses what is sent over it, or only the answer. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { createPostgresServer, type PostgresServer } from '../../support/postgres-server.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { NOW, keyOf } from '../inbox-support.ts';
import { acceptAllInto, acceptInto, failureOf, inboxIn, migrateAt, openStateAt } from './shared.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await createPostgresServer();
  await migrateAt(server.url());
});
afterAll(() => server.end());

async function proxied(): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
  const proxy = await startTcpProxy(server.port);
  onTestFinished(() => proxy.end());
  return { proxy, url: server.url('?listen=off', undefined, `127.0.0.1:${proxy.port}`) };
}

test('a delivery whose acknowledgement is lost is rejected, and known when it is sent again', async () => {
  const { proxy, url } = await proxied();
  const inbox = await inboxIn(url);
  await acceptInto(inbox, 'before');
  for (const id of ['one', 'two', 'three']) {
    proxy.cutNextAnswer();
    expect(await acceptInto(inbox, id)).toBe('state_unavailable');
    await expect.poll(() => acceptInto(inbox, id)).toBe('duplicate');
    expect(await inbox.find(id)).toHaveLength(1);
  }
});

test('a request whose posting is written down with a lost answer is not posted by anybody else', async () => {
  const { proxy, url } = await proxied();
  const state = await openStateAt(url);
  const content = { baseUrl: 'https://example.com', kind: 'route', digest: 'of a request' } as const;
  await state.postings.last(content);
  proxy.cutNextAnswer();
  expect(await failureOf(state.postings.beginFirst(content, 'wave.csv'))).toMatchObject({ code: 'state_unavailable' });
  await expect
    .poll(() => state.postings.beginFirst(content, 'wave.csv').catch(() => undefined))
    .toMatchObject({
      state: 'uncertain',
    });
});

test('an attempt whose end is written down with a lost answer is not made again', async () => {
  const { proxy, url } = await proxied();
  const inbox = await inboxIn(url);
  await acceptInto(inbox, 'attempted');
  await inbox.claim({ owner: 'me', limits: { [SHOW]: 100 }, now: NOW });
  const key = await keyOf(inbox, 'attempted', SHOW);
  proxy.cutNextAnswer();
  expect(await failureOf(inbox.settle(key, 'me', { status: 'done', at: NOW }))).toMatchObject({ retryable: true });
  const settled = (): Promise<boolean | undefined> =>
    inbox.settle(key, 'me', { status: 'done', at: NOW }).catch(() => undefined);
  await expect.poll(settled).toBe(false);
  expect((await inbox.find('attempted'))[0]?.status).toBe('done');
});

test('a network that swallows everything keeps no sender waiting, and is used again when it is back', async () => {
  const { proxy, url } = await proxied();
  const inbox = await inboxIn(url);
  await acceptInto(inbox, 'before the cut');
  proxy.swallow();
  const ids = ['swallowed 1', 'swallowed 2', 'swallowed 3'];
  const rejected = ['state_unavailable', 'state_unavailable', 'state_unavailable'];
  expect(await acceptAllInto(inbox, ids)).toEqual(rejected);
  // The new connection is taken, too, and never answered.
  expect(await acceptAllInto(inbox, ids)).toEqual(rejected);
  proxy.heal();
  await expect.poll(() => acceptInto(inbox, ids[0] ?? '')).toMatch(/new|duplicate/);
  for (const answer of await acceptAllInto(inbox, ids)) expect(answer).toMatch(/new|duplicate/);
});

test('a network that swallows everything once it is connected is left by the next attempt', async () => {
  const { proxy, url } = await proxied();
  // The server answers the password, and nothing after it.
  const swallowing = setInterval(() => proxy.swallow(), 1);
  const inbox = await inboxIn(url);
  expect(await acceptInto(inbox, 'at first')).toBe('state_unavailable');
  clearInterval(swallowing);
  proxy.heal();
  await expect.poll(() => acceptInto(inbox, 'at first')).toMatch(/new|duplicate/);
});

test('an idle connection that is cut costs no delivery', async () => {
  const { proxy, url } = await proxied();
  const inbox = await inboxIn(url);
  await acceptInto(inbox, 'idle');
  proxy.cut();
  await new Promise((resolve) => void setTimeout(resolve, 50));
  expect(await acceptInto(inbox, 'after the cut')).toBe('new');
});
