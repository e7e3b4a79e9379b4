import { afterEach, describe, expect, test } from 'vitest';

import { TransportError } from '../../src/lib/net/http.ts';
import type { Clock } from '../../src/platform/host.ts';
import { createHttp } from '../../src/platform/http/http.ts';
import { serveHttp } from '../../src/platform/server/server.ts';
import { createSandboxApp, type SandboxApp } from '../../src/sandbox/app.ts';
import type { SandboxEvent } from '../../src/sandbox/events.ts';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { routeOf } from './bench.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
};

interface Served {
  readonly app: SandboxApp;
  readonly url: string;
  readonly events: SandboxEvent[];
  /** Resolves with the first attempt of a webhook that is told of. */
  readonly attempt: Promise<SandboxEvent>;
}

async function serve(options: SandboxConfig): Promise<Served> {
  const events: SandboxEvent[] = [];
  const attempt = Promise.withResolvers<SandboxEvent>();
  const app = createSandboxApp(
    {
      latency: 0,
      onEvent(notice) {
        events.push(notice);
        if (notice.type === 'attempt') attempt.resolve(notice);
      },
      ...options,
    },
    {
      clock,
      http: createHttp({}),
      randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
      asset: async () => new Uint8Array(0),
    },
  );
  const server = await serveHttp(
    app.http,
    { host: '127.0.0.1', port: 0, maxBodyBytes: 1024 * 1024 },
    { platform: 'linux' },
  );
  closing.push(async () => {
    await app.stop();
    await server.close(100);
  });
  return { app, url: server.url, events, attempt: attempt.promise };
}

describe('on a real port', () => {
  test('a job is submitted, its webhook arrives signed, and its answer is fetched', async () => {
    const receiver = await startScriptedServer([{ status: 204 }]);
    closing.push(() => receiver.close());
    const { app, url, attempt } = await serve({});
    app.addEndpoint(`${receiver.url}/webhook`);
    const submitted = await fetch(`${url}/optimize/route?synchronous=false`, {
      method: 'POST',
      headers: { 'x-api-key': app.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(routeOf('A01', 'B02')),
    });
    const { request_id: id } = (await submitted.json()) as { request_id: string };
    expect(await attempt).toMatchObject({ number: 1, attempt: { succeeded: true, status: 204 } });
    const [seen] = receiver.seen;
    expect([seen?.method, seen?.url, seen?.body]).toEqual(['POST', '/webhook', JSON.stringify({ request_id: id })]);
    expect(seen?.headers).toMatchObject({
      'content-type': 'application/json',
      'svix-id': expect.stringMatching(/^msg_/) as string,
      'svix-signature': expect.stringMatching(/^v1,/) as string,
    });
    const answer = await fetch(`${url}/optimize/route/${id}`, { headers: { 'x-api-key': app.apiKey } });
    expect([answer.status, answer.headers.get('x-optipick-sandbox')]).toEqual([200, '1']);
    expect(await answer.json()).toMatchObject({ type: 'ROUTE', request_id: id });
  });

  test('an unreachable target is reported in words', async () => {
    const dead = await startScriptedServer([]);
    await dead.close();
    const { app, url, attempt } = await serve({});
    app.addEndpoint(dead.url);
    await fetch(`${url}/optimize/cluster?synchronous=false`, {
      method: 'POST',
      headers: { 'x-api-key': app.apiKey },
      body: JSON.stringify(routeOf('A01')),
    });
    expect(await attempt).toMatchObject({
      attempt: { succeeded: false, status: undefined, error: expect.stringMatching(/refused/) as string },
      nextAttemptAt: expect.any(Number) as number,
    });
  });

  test('a dropped connection gives no answer, although the job was accepted', async () => {
    const { app, url, events } = await serve({ faults: { drop: 1 } });
    const http = createHttp({});
    const call = http({
      method: 'POST',
      url: `${url}/optimize/route?synchronous=false`,
      headers: { 'x-api-key': app.apiKey },
      body: JSON.stringify(routeOf('A01')),
    });
    await expect(call).rejects.toBeInstanceOf(TransportError);
    expect(events.map(({ type }) => type)).toContain('submitted');
  });
});
