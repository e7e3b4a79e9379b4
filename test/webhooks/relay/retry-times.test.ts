/** When the relay client tries, with the times that hold, on a clock that takes none. */
import { describe, expect, test } from 'vitest';
import type { WebSocketEvents, WebSocketLink } from '../../../src/platform/host.ts';
import { runRelay, type RelayOptions } from '../../../src/webhooks/relay/client.ts';
import { RELAY_TIMING } from '../../../src/webhooks/relay/timing.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { acknowledgement } from '../../support/scripted-relay.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the relay does with an attempt to connect. */
type Manner = 'refuses' | 'hangs' | 'opens and says nothing' | 'is taken' | 'acknowledges';

interface Facts {
  /** Milliseconds since the beginning. */
  readonly now: number;
  /** The tokens that the client has come with before. */
  readonly tokens: readonly string[];
  /** The one that it comes with now; `undefined` while the link is not open. */
  readonly coming: string | undefined;
}

/** Runs the client until it is connected, against a relay in memory that is asked for its manner at each step. */
async function run(mannerAt: (facts: Facts) => Manner, options: Partial<RelayOptions> = {}) {
  const clock = createFakeClock();
  const said: string[] = [];
  const tokens: string[] = [];
  const stop = new AbortController();
  const manner = (coming?: string): Manner => mannerAt({ now: clock.monotonic(), tokens, coming });
  let connectedAt = Number.NaN;
  const connect: RelayOptions['connect'] = async (_url, events: WebSocketEvents) => {
    let done = false;
    const close = (code: number, reason: string): void => {
      if (done) return;
      done = true;
      events.close(code, reason);
    };
    const link: WebSocketLink = {
      send(text) {
        const { token } = (JSON.parse(text) as { data: { token: string } }).data;
        const now = manner(token);
        tokens.push(token);
        if (now === 'is taken') close(1008, 'This socket is already in use');
        if (now !== 'acknowledges') return;
        events.message(bytesOf(acknowledgement(token)));
        connectedAt = clock.monotonic();
        stop.abort();
      },
      close,
      cut: () => close(1006, 'cut'),
      received: () => 0,
      pause: () => undefined,
      resume: () => undefined,
    };
    queueMicrotask(() => {
      const now = manner();
      if (now === 'refuses') close(1006, 'connect ECONNREFUSED');
      else if (now !== 'hangs') events.open();
    });
    return link;
  };
  await runRelay(
    {
      connect,
      url: new URL('wss://relay.example/api/v1/listen/'),
      token: 'c_0000000000',
      pinned: false,
      fresh: false,
      makeToken: () => 'c_1111111111',
      app: async () => ({ status: 204, headers: {}, body: null }),
      path: '/webhook',
      clock,
      // The longest pauses there are.
      random: () => 0,
      timing: RELAY_TIMING,
      events: {
        connected: (token) => said.push(`connected ${token}`),
        dropped: () => said.push('dropped'),
        refused: () => said.push('refused'),
        unreadable: () => said.push('unreadable'),
        rotated: (token) => said.push(`rotated ${token}`),
        failed: (error) => said.push(`failed: ${String(error)}`),
      },
      ...options,
    },
    stop.signal,
  );
  return { said, connectedAt };
}

describe('a relay that is there again', () => {
  const before: readonly Manner[] = ['refuses', 'hangs', 'opens and says nothing', 'is taken'];
  test.each(before)('after it %s is found within 12 s, whenever that is', async (trouble) => {
    const late: number[] = [];
    for (let at = 0; at < 90_000; at += 1700) {
      const { connectedAt } = await run(({ now }) => (now < at ? trouble : 'acknowledges'), { pinned: true });
      if (!(connectedAt - at <= 12_000)) late.push(at);
    }
    expect(late).toEqual([]);
  });
});

describe('a token that the relay refuses', () => {
  test('is tried for about a minute before it is given up', async () => {
    const { said, connectedAt } = await run(({ coming }) => (coming === 'c_0000000000' ? 'is taken' : 'acknowledges'));
    expect(said).toEqual(['refused', 'rotated c_1111111111', 'connected c_1111111111']);
    expect(Math.round(connectedAt / 60_000)).toBe(1);
  });

  test('is not given up for the time in which the relay could not be asked', async () => {
    // Away for an hour after the first refusal; then it still holds the link that died, and refuses once more.
    const { said } = await run(({ now, tokens }) => {
      if (tokens.length === 1 && now < 3_600_000) return 'refuses';
      return tokens.length < 2 ? 'is taken' : 'acknowledges';
    });
    expect(said).toEqual(['refused', 'refused', 'connected c_0000000000']);
  });
});
