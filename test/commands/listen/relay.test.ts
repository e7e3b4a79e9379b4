/** What becomes of the kept address when the relay does not give it. */
import { describe, expect, test } from 'vitest';
import { startRelay, type RelayInbox } from '../../../src/commands/listen/relay.ts';
import type { Context } from '../../../src/context/context.ts';
import type { Host, WebSocketEvents, WebSocketLink } from '../../../src/platform/host.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { acknowledgement } from '../../support/scripted-relay.ts';

const OWN = 'c_0000000000';

/** Listens until it is connected `links` times; each link but the last is cut. The relay says `frames` on each. */
async function listen(
  isTaken: (token: string, links: number) => boolean,
  { fresh = false, links = 1, frames = [] as readonly string[] } = {},
) {
  const stop = new AbortController();
  const kept: string[] = [];
  const warnings: string[] = [];
  const lines: string[] = [];
  let connected = 0;
  const connectWebSocket: Host['connectWebSocket'] = async (_url, events: WebSocketEvents) => {
    const link: WebSocketLink = {
      send(text) {
        const { type, data } = JSON.parse(text) as { type: string; data: { token: string } };
        if (type !== 'start') return;
        const { token } = data;
        if (isTaken(token, connected)) {
          events.close(1008, 'This socket is already in use');
          return;
        }
        for (const frame of [acknowledgement(token), ...frames]) events.message(new TextEncoder().encode(frame));
        connected += 1;
        if (connected === links) stop.abort();
        else events.close(1006, `cut ${connected}`);
      },
      close: (code, reason) => events.close(code, reason),
      cut: () => events.close(1006, 'cut'),
      received: () => 0,
      pause: () => undefined,
      resume: () => undefined,
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
  const output = {
    async warn(text: string) {
      warnings.push(text);
      lines.push(text);
    },
  };
  const inbox: RelayInbox = {
    url: new URL('wss://relay.example/api/v1/listen/'),
    token: OWN,
    pinned: false,
    fresh,
    keep: async (token) => void kept.push(token),
  };
  const reporter = {
    lines: {
      reconnecting: async (reason: string) => void lines.push(`reconnecting: ${reason}`),
      connected: async () => void lines.push('connected'),
    },
    print: (line: () => Promise<void>) => void line(),
  };
  const relay = startRelay(
    { host, output } as unknown as Context,
    inbox,
    {
      app: async () => ({ status: 204, headers: {}, body: null }),
      path: '/webhook',
      reporter,
    },
    stop.signal,
  );
  await relay.ended;
  const { inbox: address } = await relay.acknowledged;
  return { kept, inbox: address, warnings: warnings.at(-1), lines, minutes: host.clock.monotonic() / 60_000 };
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

describe('A10: what a relay makes this program print is bounded', () => {
  test('when it drops every link, each for another reason', async () => {
    const { lines, minutes } = await listen(() => false, { links: 1000 });
    expect(minutes).toBeGreaterThan(30);
    // Sixty lines in ten minutes, a count of the others, and how it is then.
    expect(lines.length).toBeLessThanOrEqual(62 * Math.ceil(minutes / 10));
    expect(lines.slice(0, 4)).toEqual(['reconnecting: cut 1', 'connected', 'reconnecting: cut 2', 'connected']);
    const count = lines.findIndex((line) => line.endsWith(' more messages about the relay in the last ten minutes'));
    expect(count).toBe(60);
    expect(lines[count + 1]).toMatch(/^reconnecting: cut \d+$/);
  });

  test('when it sends events that cannot be read', async () => {
    const frames = Array.from({ length: 1000 }, (_, id) => `{"type":"event","version":1,"data":{"id":"${id}"}}`);
    const { lines } = await listen(() => false, { frames });
    expect(lines).toEqual(['an event from the relay cannot be read', '999 more events from the relay cannot be read']);
  });
});
