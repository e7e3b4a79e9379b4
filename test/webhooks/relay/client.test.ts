/** The relay client against a relay with each fault that one may have: real WebSockets. */
import { afterEach, describe, expect, test } from 'vitest';
import { readBytes, type Http, type HttpRequest } from '../../../src/lib/net/http.ts';
import { createClock } from '../../../src/platform/clock.ts';
import { connectWebSocket } from '../../../src/platform/http/web-socket.ts';
import { makeRelayToken } from '../../../src/webhooks/relay/address.ts';
import { runRelay, type RelayOptions } from '../../../src/webhooks/relay/client.ts';
import type { RelayTiming } from '../../../src/webhooks/relay/timing.ts';
import { PATIENT_TIMING } from '../../support/patient-timing.ts';
import { hurriedClock } from '../../support/hurried-clock.ts';
import { IN_USE, startRelay, type RelayFaults, type TestRelay } from '../../support/relay.ts';

const TIMING: RelayTiming = { ...PATIENT_TIMING, tokenHeldMs: 400 };

interface Client {
  readonly said: string[];
  readonly received: { readonly method: string; readonly headers: HttpRequest['headers']; readonly body: Buffer }[];
  saw(words: string, times?: number): Promise<void>;
  stop(): Promise<void>;
}

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const task of cleanUp.toReversed()) await task();
  cleanUp = [];
});

async function relayWith(faults: RelayFaults = {}): Promise<TestRelay> {
  const relay = await startRelay({ pingMs: 50, ...faults });
  cleanUp.push(async () => relay[Symbol.asyncDispose]());
  return relay;
}

function start(relay: { readonly url: string }, options: Partial<RelayOptions> = {}): Client {
  const said: string[] = [];
  const received: { method: string; headers: HttpRequest['headers']; body: Buffer }[] = [];
  let watchers: (() => void)[] = [];
  const say = (words: string): void => {
    said.push(words);
    for (const watch of watchers) watch();
  };
  const app: Http = async (request) => {
    received.push({
      method: request.method,
      headers: request.headers,
      body: Buffer.from(await readBytes(request.body)),
    });
    return { status: 204, headers: {}, body: null };
  };
  let made = 0;
  const stop = new AbortController();
  const running = runRelay(
    {
      connect: async (url, events, settings) => connectWebSocket(url, events, settings, {}),
      url: new URL(relay.url),
      token: 'c_0000000000',
      pinned: false,
      fresh: false,
      makeToken: () => `c_000000000${(made += 1)}`,
      app,
      path: '/webhook',
      clock: createClock(),
      random: () => Math.random(),
      timing: TIMING,
      events: {
        connected: (token) => say(`connected ${token}`),
        dropped: () => say('dropped'),
        refused: (reason) => say(`refused: ${reason}`),
        unreadable: () => say('unreadable'),
        rotated: (token) => say(`rotated ${token}`),
        failed: (error) => say(`failed ${String(error)}`),
      },
      ...options,
    },
    stop.signal,
  );
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  cleanUp.push(end);
  return {
    said,
    received,
    saw: (words, times = 1) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (said.filter((one) => one.startsWith(words)).length < times) return;
          watchers = watchers.filter((one) => one !== watch);
          resolve();
        };
        watchers.push(watch);
        watch();
      }),
    stop: end,
  };
}

const post = (
  url: string,
  body: string | Uint8Array = '{"a":1}',
  headers: Record<string, string> = {},
): Promise<Response> => fetch(url, { method: 'POST', body, headers: { 'svix-id': 'msg_1', ...headers } });

describe('a link that ends', () => {
  test.each([1001, 1006, 1011, 1000])('with %i is made again under the same token, told once', async (code) => {
    const relay = await relayWith();
    const client = start(relay);
    await client.saw('connected');
    relay.drop(code);
    await client.saw('connected', 2);
    expect(client.said).toEqual(['connected c_0000000000', 'dropped', 'connected c_0000000000']);
    expect((await post(relay.inbox())).status).toBe(204);
  });

  test('by silence is replaced: no ping, no frame, no closing', async () => {
    const relay = await relayWith();
    const client = start(relay, { timing: { ...TIMING, silenceMs: 1000 } });
    await client.saw('connected');
    relay.faults.pingMs = 0;
    relay.drop(1006);
    await client.saw('connected', 2);
    relay.faults.pingMs = 50;
    await client.saw('dropped', 2);
    await client.saw('connected', 3);
    await expect.poll(async () => (await post(relay.inbox())).status).toBe(204);
  });

  test('stays while there are pings, however long nothing else comes', async () => {
    const relay = await relayWith();
    const { clock, pass } = hurriedClock();
    const client = start(relay, { clock });
    await client.saw('connected');
    for (let ping = 0; ping < 20; ping += 1) {
      pass(TIMING.silenceMs / 5);
      await createClock().sleep(100);
    }
    expect(client.said).toEqual(['connected c_0000000000']);
  });

  test('while a laptop slept is replaced when it wakes', async () => {
    const relay = await relayWith({ pingMs: 60_000 });
    const clock = createClock();
    let asleepMs = 0;
    const client = start(relay, {
      clock: {
        monotonic: () => clock.monotonic(),
        now: () => clock.now() + asleepMs,
        sleep: (ms, signal) => clock.sleep(ms, signal),
      },
    });
    await client.saw('connected');
    asleepMs = 3_600_000;
    await client.saw('connected', 2);
    expect(client.said).toEqual(['connected c_0000000000', 'dropped', 'connected c_0000000000']);
  });
});

describe('a relay that is not there', () => {
  test.each<[string, RelayFaults]>([
    ['that never shakes hands', { mute: true }],
    ['that opens and says nothing', { silent: true }],
    ['that never acknowledges', { startDelayMs: Number.POSITIVE_INFINITY }],
  ])('%s is tried again, told once, and found when it is well', async (_, faults) => {
    const relay = await relayWith(faults);
    const client = start(relay, { timing: { ...TIMING, handshakeMs: 400, acknowledgementMs: 400 } });
    await client.saw('refused');
    for (const name of Object.keys(faults) as (keyof RelayFaults)[]) delete relay.faults[name];
    await client.saw('connected');
    expect(client.said.map((words) => words.split(/[ :]/)[0])).toEqual(['refused', 'connected']);
    expect((await post(relay.inbox())).status).toBe(204);
  });

  test('at all is tried for as long as it takes', async () => {
    const relay = await relayWith();
    await relay.down();
    const client = start(relay);
    await client.saw('refused');
    await createClock().sleep(300);
    await relay.up();
    await client.saw('connected');
    expect(client.said).toEqual([expect.stringMatching(/^refused: .*ECONNREFUSED/), 'connected c_0000000000']);
  });

  test('an acknowledgement that comes late is taken', async () => {
    const relay = await relayWith({ startDelayMs: 200 });
    const client = start(relay);
    await client.saw('connected');
    expect(client.said).toEqual(['connected c_0000000000']);
  });
});

describe('a token that is in use', () => {
  test('is kept for a while and then given up, when it was made here', async () => {
    const relay = await relayWith();
    const first = start(relay);
    await first.saw('connected');
    const second = start(relay);
    await second.saw('rotated');
    await second.saw('connected');
    expect(second.said).toEqual([`refused: ${IN_USE}`, 'rotated c_0000000001', 'connected c_0000000001']);
    expect(first.said).toEqual(['connected c_0000000000']);
  });

  test('is never given up when the user gave it', async () => {
    const relay = await relayWith();
    const first = start(relay);
    await first.saw('connected');
    const second = start(relay, { pinned: true });
    await second.saw('refused');
    await createClock().sleep(2 * TIMING.tokenHeldMs);
    expect(second.said).toEqual([`refused: ${IN_USE}`]);
    await first.stop();
    await second.saw('connected');
    expect(second.said).toEqual([`refused: ${IN_USE}`, 'connected c_0000000000']);
  });

  test('is given up at once when it was only just made', async () => {
    const relay = await relayWith();
    const first = start(relay);
    await first.saw('connected');
    const second = start(relay, { fresh: true });
    await second.saw('connected');
    expect(second.said.at(-1)).toBe('connected c_0000000001');
  });

  test('because the relay still holds the dead link is waited for', async () => {
    const relay = await relayWith();
    const client = start(relay, { timing: { ...TIMING, tokenHeldMs: 10_000 } });
    await client.saw('connected');
    relay.faults.refuse = IN_USE;
    relay.drop(1006);
    await client.saw('refused');
    await createClock().sleep(300);
    delete relay.faults.refuse;
    await client.saw('connected', 2);
    expect(client.said).toEqual(['connected c_0000000000', 'dropped', `refused: ${IN_USE}`, 'connected c_0000000000']);
  });
});

describe('an event', () => {
  test('is handed on as it came: method, names in small letters, exact bytes', async () => {
    const relay = await relayWith({ oddCase: true });
    const client = start(relay);
    await client.saw('connected');
    const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x0d, 0x0a]);
    await fetch(relay.inbox(), { method: 'PUT', body: bytes, headers: { 'Svix-Id': 'msg_9' } });
    expect(client.received[0]).toMatchObject({ method: 'PUT', body: bytes });
    expect(client.received[0]?.headers['svix-id']).toBe('msg_9');
  });

  test('of 1 MiB, and of 8 MiB in its frame, is taken', async () => {
    const relay = await relayWith();
    const client = start(relay);
    await client.saw('connected');
    for (const size of [1024 * 1024, 6 * 1024 * 1024]) {
      const bytes = Buffer.alloc(size, 'x');
      expect((await post(relay.inbox(), bytes)).status).toBe(204);
      expect(client.received.at(-1)?.body.equals(bytes)).toBe(true);
    }
  });

  test('in a binary frame is taken, and answered as text', async () => {
    const relay = await relayWith({ binary: true });
    const client = start(relay);
    await client.saw('connected');
    expect((await post(relay.inbox())).status).toBe(204);
    expect(relay.answers[0]?.binary).toBe(false);
  });

  test('before the acknowledgement is answered, too', async () => {
    const event = { type: 'event', version: 1, data: { id: 'early', method: 'POST', headers: {}, body: '' } };
    const relay = await relayWith({ beforeStart: [JSON.stringify(event)] });
    const client = start(relay);
    await client.saw('connected');
    await expect.poll(() => relay.answers).toMatchObject([{ id: 'early', status: 204 }]);
  });

  test('among frames that cannot be read is taken: each bad frame costs itself only', async () => {
    const relay = await relayWith();
    const client = start(relay);
    await client.saw('connected');
    const data = { method: 'POST', headers: {}, body: '' };
    for (const frame of [
      'not JSON',
      '[]',
      '{"type":"news","version":1,"data":{}}',
      JSON.stringify({ type: 'event', version: 1, data }),
      JSON.stringify({ type: 'event', version: 1, data: { ...data, id: 'half', body: undefined } }),
      JSON.stringify({ type: 'event', version: 1, data: { ...data, id: 'odd', body: '*' } }),
      JSON.stringify({ type: 'start', version: 1, data: {} }),
      Uint8Array.of(0xff, 0xfe),
    ]) {
      relay.say(frame);
    }
    expect((await post(relay.inbox())).status).toBe(204);
    expect(client.received).toHaveLength(1);
    expect(relay.answers.map(({ id, status }) => [id, status])).toEqual([
      ['half', 400],
      ['odd', 400],
      ['relay_1', 204],
    ]);
    expect(client.said).toEqual(['connected c_0000000000', 'unreadable', 'unreadable', 'unreadable']);
  });

  test('under an id that came before is answered like any other', async () => {
    const relay = await relayWith({ sameId: true });
    const client = start(relay);
    await client.saw('connected');
    expect((await post(relay.inbox())).status).toBe(204);
    expect((await post(relay.inbox())).status).toBe(204);
    expect(relay.answers.map(({ id }) => id)).toEqual(['relay_same', 'relay_same']);
  });

  test('does not wait for another one that takes long, and is answered 503 when it takes too long itself', async () => {
    const relay = await relayWith();
    const held = Promise.withResolvers<void>();
    const client = start(relay, {
      app: async (request) => {
        if (request.headers['svix-id'] === 'slow') await held.promise;
        return { status: 204, headers: {}, body: null };
      },
      timing: { ...TIMING, answerMs: 1500 },
    });
    await client.saw('connected');
    const slow = post(relay.inbox(), '{}', { 'svix-id': 'slow' });
    expect((await post(relay.inbox(), '{}', { 'svix-id': 'quick' })).status).toBe(204);
    expect((await slow).status).toBe(503);
    held.resolve();
    expect(relay.answers.map(({ status }) => status)).toEqual([204, 503]);
  });

  test('whose answer has headers of another connection passes: they are left out', async () => {
    const relay = await relayWith({ strict: true });
    const headers = { 'transfer-encoding': 'chunked', 'content-length': '3', connection: 'close', 'x-own': 'kept' };
    const client = start(relay, {
      app: async () => ({ status: 401, headers: { ...headers, 'content-encoding': 'gzip' }, body: null }),
    });
    await client.saw('connected');
    const response = await post(relay.inbox());
    expect([response.status, response.headers.get('x-own')]).toEqual([401, 'kept']);
  });

  test('whose receiver fails is answered 500, and that is told', async () => {
    const relay = await relayWith();
    const client = start(relay, { app: () => Promise.reject(new Error('a bug')) });
    await client.saw('connected');
    expect((await post(relay.inbox())).status).toBe(500);
    expect(client.said).toContain('failed Error: a bug');
  });

  test('that is on its way when the client ends is answered first', async () => {
    const relay = await relayWith();
    const taken = Promise.withResolvers<void>();
    const client = start(relay, {
      app: async () => {
        taken.resolve();
        await createClock().sleep(100);
        return { status: 204, headers: {}, body: null };
      },
    });
    await client.saw('connected');
    const response = post(relay.inbox());
    await taken.promise;
    await client.stop();
    expect((await response).status).toBe(204);
    await expect.poll(() => relay.closed).toEqual([{ code: 1000, reason: '' }]);
  });
});

test('a token is c_ and ten digits of base 62, each as likely as the other', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  let at = 0;
  const token = makeRelayToken((size) => Uint8Array.from({ length: size }, () => bytes[(at += 1) % 256] ?? 0));
  expect(token).toBe('c_123456789A');
  expect(makeRelayToken((size) => Uint8Array.from({ length: size }, (_, index) => (index % 2 === 0 ? 255 : 61)))).toBe(
    'c_zzzzzzzzzz',
  );
});
