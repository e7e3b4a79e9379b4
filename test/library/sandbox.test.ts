import { expect, test } from 'vitest';

import { createClient, verifyDelivery } from '../../src/index.ts';
import { CliError, createSandbox, type SandboxEvent } from '../../src/sandbox-entry.ts';
import { startReceiver } from '../support/receiver.ts';

const PICKS = [{ pick_id: '1', order_id: 'A', location_id: 'A01' }];

test('runs on a free port of this machine by default, and closes it when stopped', async () => {
  const sandbox = await createSandbox();
  const { port, apiKey, secret } = sandbox;
  expect(sandbox.url).toBe(`http://127.0.0.1:${port}`);
  expect([apiKey, secret]).toEqual([expect.stringMatching(/^sandbox_/), expect.stringMatching(/^whsec_/)]);
  const answer = await fetch(`${sandbox.url}/optimize/route/000000000000000000000000`, {
    headers: { 'x-api-key': apiKey },
  });
  expect([answer.status, answer.headers.get('x-optipick-sandbox')]).toEqual([404, '1']);
  await sandbox.stop();
  await sandbox.stop();
  await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
});

test('runs twice side by side, and stops by "await using"', async () => {
  let urls: readonly string[];
  {
    await using first = await createSandbox();
    await using second = await createSandbox();
    expect(first.url).not.toBe(second.url);
    urls = [first.url, second.url];
  }
  await expect(Promise.any(urls.map((url) => fetch(url)))).rejects.toThrow('All promises were rejected');
});

test('sends a webhook that verifies and leads to the result', async () => {
  await using receiver = await startReceiver();
  const events: SandboxEvent[] = [];
  await using sandbox = await createSandbox({ latency: 0, onEvent: (notice) => events.push(notice) });
  expect(sandbox.addEndpoint(receiver.url, { events: ['cluster.optimized'] })).toEqual({
    id: expect.stringMatching(/^ep_/),
    url: receiver.url,
  });
  const client = createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const { requestId } = await client.submit('cluster', { site_name: 'Example', picks: PICKS });
  const check = verifyDelivery({ secret: sandbox.secret, ...(await receiver.next()) });
  expect(check).toMatchObject({ ok: true, kind: undefined, event: undefined, requestId });
  expect((await client.get('cluster', requestId)).state).toBe('done');
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['submitted', 'finished', 'request']));
});

test('takes a site, a key and a shape of answers of its own', async () => {
  await using sandbox = await createSandbox({
    site: {
      site_name: 'Mini',
      unit: 'm',
      names: ['P', 'Q'],
      matrix: [
        [0, 3],
        [5, 0],
      ],
    },
    apiKey: 'test-key',
    submitShape: 'bare',
    latency: 0,
  });
  const answer = await fetch(`${sandbox.url}/optimize/route?synchronous=false`, {
    method: 'POST',
    headers: { 'x-api-key': 'test-key', 'content-type': 'application/json' },
    body: JSON.stringify({
      site_name: 'Mini',
      start_points: 'P',
      end_points: 'P',
      picks: [{ pick_id: 'q', location_id: 'Q' }],
    }),
  });
  const id: unknown = await answer.json();
  expect(id).toEqual(expect.stringMatching(/^[0-9a-f]{24}$/));
  const client = createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const done = await client.wait('route', String(id), { intervalMs: 10 });
  expect([done.answer.unit, done.answer.optimal_distance]).toEqual(['m', 8]);
});

test('rejects invalid options as usage, and leaves no port open', async () => {
  const codes: string[] = [];
  for (const options of [{ faults: { drop: 2 } }, { timeScale: 0 }, { secret: 'whsec_!' }, { site: {} as never }]) {
    const error: unknown = await createSandbox(options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    codes.push(error instanceof CliError ? `${error.failure} ${error.code}` : String(error));
  }
  await using sandbox = await createSandbox();
  expect(() => sandbox.addEndpoint('https://example.com/hook')).toThrow(
    'the sandbox sends webhooks to this machine only, not to example.com',
  );
  expect(codes).toEqual(['usage bad_faults', 'usage bad_sandbox_option', 'usage bad_secret', 'usage bad_site_file']);
});

test('W9: names the event in a webhook with the rich payload', async () => {
  await using receiver = await startReceiver();
  await using sandbox = await createSandbox({ latency: 0, payloadShape: 'rich' });
  sandbox.addEndpoint(receiver.url);
  const client = createClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const { requestId } = await client.submit('cluster', { site_name: 'Example', picks: PICKS });
  const check = verifyDelivery({ secret: sandbox.secret, ...(await receiver.next()) });
  expect(check).toMatchObject({ ok: true, kind: 'cluster', event: 'cluster.optimized', requestId });
});

test('N10: answers errors in the chosen shape', async () => {
  await using sandbox = await createSandbox({ errorShape: 'coded' });
  const answer = await fetch(`${sandbox.url}/optimize/route`, { method: 'POST' });
  expect([answer.status, await answer.json()]).toEqual([403, { code: 'forbidden', params: {}, message: 'Forbidden' }]);
});
