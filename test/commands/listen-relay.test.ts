/** What becomes of the kept address when the relay does not give it. */
import { describe, expect, test } from 'vitest';
import { startRelay, type RelayPlan } from '../../src/commands/webhook/listen-relay.ts';
import type { Context } from '../../src/context.ts';
import type { Host, WebSocketEvents, WebSocketLink } from '../../src/platform/host.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { acknowledgement } from '../support/scripted-relay.ts';

const OWN = 'c_0000000000';

/** Listens until it is connected `links` times; each link but the last is cut. */
async function listen(isTaken: (token: string, links: number) => boolean, { fresh = false, links = 1 } = {}) {
  const stop = new AbortController();
  const kept: string[] = [];
  const warnings: string[] = [];
  let connected = 0;
  const connectWebSocket: Host['connectWebSocket'] = async (_url, events: WebSocketEvents) => {
    const link: WebSocketLink = {
      send(text) {
        const { token } = (JSON.parse(text) as { data: { token: string } }).data;
        if (isTaken(token, connected)) {
          events.close(1008, 'This socket is already in use');
          return;
        }
        events.message(new TextEncoder().encode(acknowledgement(token)));
        connected += 1;
        if (connected === links) stop.abort();
        else events.close(1006, 'cut');
      },
      close: (code, reason) => events.close(code, reason),
      cut: () => events.close(1006, 'cut'),
      received: () => 0,
    };
    queueMicrotask(() => events.open());
    return link;
  };
  const host = {
    connectWebSocket,
    clock: createFakeClock(),
    random: () => 0.5,
    randomBytes: (size: number) => new Uint8Array(size).fill(1),
  };
  const output = { warn: async (text: string) => void warnings.push(text) };
  const plan: RelayPlan = {
    url: new URL('wss://relay.example/api/v1/listen/'),
    token: OWN,
    pinned: false,
    fresh,
    keep: async (token) => void kept.push(token),
  };
  const silent = { reconnecting: async () => undefined, connected: async () => undefined };
  const relay = startRelay(
    { host, output } as unknown as Context,
    plan,
    {
      app: async () => ({ status: 204, headers: {}, body: null }),
      path: '/webhook',
      screen: silent,
      tell: (said) => void said(),
    },
    stop.signal,
  );
  await relay.ended;
  const { inbox } = await relay.acknowledged;
  return { kept, inbox, warnings: warnings.at(-1) };
}

describe('the kept address', () => {
  test('stays with another listener that has it, and this run takes one of its own', async () => {
    const { kept, inbox, warnings } = await listen((token) => token === OWN);
    expect([kept, inbox]).toEqual([[], 'https://relay.example/in/c_1111111111/']);
    expect(warnings).toMatch(/the kept one stays with the listener that has it/);
  });

  test('is replaced when it was only just made', async () => {
    const { kept } = await listen((token) => token === OWN, { fresh: true });
    expect(kept).toEqual(['c_1111111111']);
  });

  test('is replaced when it was had and lost for good', async () => {
    const { kept, warnings } = await listen((token, connected) => token === OWN && connected > 0, { links: 2 });
    expect(kept).toEqual(['c_1111111111']);
    expect(warnings).toMatch(/the web application needs the new address/);
  });

  test('is not touched when all is well', async () => {
    expect((await listen(() => false)).kept).toEqual([]);
  });
});
