/** One link to a relay, and what on it must not cost more than itself. Real WebSockets. */
import { afterEach, describe, expect, test } from 'vitest';
import { bodyOf } from '../../../src/lib/net/http.ts';
import { createClock } from '../../../src/platform/clock.ts';
import type { Clock } from '../../../src/platform/host.ts';
import { connectWebSocket } from '../../../src/platform/http/web-socket.ts';
import { MAX_RELAY_EVENTS } from '../../../src/limits.ts';
import { runRelay, type RelayOptions } from '../../../src/webhooks/relay/client.ts';
import type { RelayTiming } from '../../../src/webhooks/relay/timing.ts';
import { PATIENT_TIMING } from '../../support/patient-timing.ts';
import { hurriedClock } from '../../support/hurried-clock.ts';
import { closeFrame, startRawRelay, textFrame, type RawRelay } from '../../support/raw-relay.ts';
import {
  acknowledgement,
  relayedEvent,
  startScriptedRelay,
  type ScriptedRelayOptions,
} from '../../support/scripted-relay.ts';

const TOKEN = 'c_0000000000';
let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const task of cleanUp.toReversed()) await task();
  cleanUp = [];
});

async function connected(
  script: ScriptedRelayOptions,
  timing: Partial<RelayTiming> = {},
  clock: Clock = createClock(),
) {
  const relay = await startScriptedRelay(script);
  cleanUp.push(async () => relay[Symbol.asyncDispose]());
  return { relay, said: listenTo(relay, { timing: { ...PATIENT_TIMING, ...timing }, clock }) };
}

function listenTo(relay: { readonly url: string }, options: Partial<RelayOptions> = {}): readonly string[] {
  const said: string[] = [];
  const stop = new AbortController();
  const running = runRelay(
    {
      connect: async (url, events, settings) => connectWebSocket(url, events, settings, {}),
      url: new URL(relay.url),
      token: TOKEN,
      pinned: false,
      fresh: false,
      makeToken: () => 'c_1111111111',
      app: async () => ({ status: 204, headers: {}, body: null }),
      path: '/webhook',
      clock: createClock(),
      random: () => 0.5,
      timing: PATIENT_TIMING,
      events: {
        connected: (token) => said.push(`connected ${token}`),
        dropped: (reason) => said.push(`dropped: ${reason}`),
        refused: (reason) => said.push(`refused: ${reason}`),
        unreadable: () => said.push('unreadable'),
        rotated: (token) => said.push(`rotated ${token}`),
        failed: (error) => said.push(`failed: ${String(error)}`),
      },
      ...options,
    },
    stop.signal,
  );
  cleanUp.push(async () => {
    stop.abort();
    await running;
  });
  return said;
}

async function rawRelay(onStart: Parameters<typeof startRawRelay>[0]): Promise<RawRelay> {
  const relay = await startRawRelay(onStart);
  cleanUp.push(async () => relay[Symbol.asyncDispose]());
  return relay;
}

describe('the acknowledgement', () => {
  test('names the token that holds from then on', async () => {
    const { relay, said } = await connected({
      onStart({ link }) {
        link.send(acknowledgement('c_acknowledg'));
        if (relay.tokens.length === 1) link.close(1001);
      },
    });
    await expect.poll(() => relay.tokens).toEqual([TOKEN, 'c_acknowledg']);
    await expect.poll(() => said.at(-1)).toBe('connected c_acknowledg');
    expect(said.map((words) => words.split(':')[0])).toEqual([
      'connected c_acknowledg',
      'dropped',
      'connected c_acknowledg',
    ]);
  });

  test.each([['c_\u001B[2J0000000000'], ['c_0000000000/../../x'], ['x'.repeat(200)], [''], [7]])(
    'of %j is none: that cannot stand in an address',
    async (token) => {
      const { said } = await connected(
        { onStart: ({ link }) => link.send(acknowledgement(token)) },
        { acknowledgementMs: 200 },
      );
      await expect.poll(() => said).toEqual(['refused: the relay does not acknowledge the token']);
    },
  );
});

describe('a link', () => {
  test('survives a text that is not UTF-8', async () => {
    const { relay, said } = await connected({
      onStart({ link }) {
        link.send(acknowledgement(TOKEN));
        link.send(Buffer.of(0xff, 0xfe), { binary: false });
        link.send(relayedEvent('after'));
      },
    });
    await expect.poll(() => relay.answers).toMatchObject([{ data: { id: 'after', status: 204 } }]);
    expect(said).toEqual([`connected ${TOKEN}`]);
  });

  test('on which one large frame comes in slowly is alive all the while', async () => {
    const { clock, pass } = hurriedClock();
    const script: ScriptedRelayOptions = {
      onStart({ link, socket }) {
        link.send(acknowledgement(TOKEN));
        const text = Buffer.from(relayedEvent('slow', 'x'.repeat(20_000)));
        // RFC 6455, 5.2: a whole text message, its length in the two bytes that follow.
        const bytes = Buffer.concat([Buffer.of(0x81, 126, text.length >> 8, text.length & 0xff), text]);
        const piece = Math.ceil(bytes.length / 20);
        let at = 0;
        const timer = setInterval(() => {
          pass(PATIENT_TIMING.silenceMs / 5);
          socket.write(bytes.subarray(at, at + piece));
          at += piece;
          if (at >= bytes.length) clearInterval(timer);
        }, 60);
      },
    };
    const { relay, said } = await connected(script, {}, clock);
    await expect.poll(() => relay.answers).toMatchObject([{ data: { id: 'slow', status: 204 } }]);
    expect(said).toEqual([`connected ${TOKEN}`]);
    expect(relay.tokens).toEqual([TOKEN]);
  });

  test('whose handshake dribbles without an end is given up', async () => {
    const script: ScriptedRelayOptions = {
      onUpgrade(socket) {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nx: ');
        const timer = setInterval(() => socket.write('x'), 20);
        socket.once('close', () => clearInterval(timer));
      },
    };
    const { said } = await connected(script, { handshakeMs: 400 });
    await expect.poll(() => said.length).toBe(1);
    expect(said[0]).toMatch(/^refused: .*handshake/);
  });
});

describe('A17: a link that the relay ends without closing its TCP connection is cut and made again', () => {
  test.each([
    ['after a closing frame', closeFrame(1001, 'going away'), 'going away'],
    ['after a closing frame without a code', Buffer.of(0x88, 0), 'the relay closed the link (1006)'],
    ['after a frame of an unknown kind', Buffer.of(0x83, 0), 'Invalid WebSocket frame: invalid opcode 3'],
    ['after a masked frame', Buffer.of(0x81, 0x80, 0, 0, 0, 0), 'Invalid WebSocket frame: MASK must be clear'],
  ])(
    '%s',
    async (_, bytes, reason) => {
      const relay = await rawRelay(({ socket, write }, number) => {
        if (number > 1) return;
        // Nothing of what the client says now is read, its closing frame neither.
        socket.pause();
        void write(bytes);
      });
      const said = listenTo(relay);
      await expect
        .poll(() => said, { timeout: 10_000 })
        .toEqual([`connected ${TOKEN}`, `dropped: ${reason}`, `connected ${TOKEN}`]);
      const [first] = relay.links;
      first?.socket.resume();
      await expect.poll(() => first?.socket.destroyed).toBe(true);
    },
    15_000,
  );

  test('after it has closed its half, while it takes nothing of what is sent to it', async () => {
    const held = Promise.withResolvers<void>();
    const relay = await rawRelay(({ socket, write }, number) => {
      if (number > 1) return;
      socket.pause();
      // So that many answers wait for the relay when its half is closed.
      for (let event = 0; event < MAX_RELAY_EVENTS - 1; event += 1) void write(textFrame(relayedEvent(`e${event}`)));
      socket.end(() => held.resolve());
    });
    const said = listenTo(relay, {
      app: async () => {
        await held.promise;
        return { status: 200, headers: {}, body: bodyOf(Buffer.alloc(300_000)) };
      },
    });
    await expect.poll(() => said.length, { timeout: 10_000 }).toBe(3);
    expect(said.map((words) => words.split(':')[0])).toEqual([`connected ${TOKEN}`, 'dropped', `connected ${TOKEN}`]);
  }, 15_000);
});

describe('A10: events', () => {
  test('beyond those that are being answered are not read; they are when there is room', async () => {
    const body = 'x'.repeat(10_000);
    const all = 100 * MAX_RELAY_EVENTS;
    let written = 0;
    const relay = await rawRelay(async ({ write }) => {
      while (written < all && (await write(textFrame(relayedEvent(`e${written}`, body))))) written += 1;
    });
    const held = Promise.withResolvers<void>();
    let asked = 0;
    const said = listenTo(relay, {
      app: async () => {
        asked += 1;
        await held.promise;
        return { status: 204, headers: {}, body: null };
      },
    });
    await expect.poll(() => asked).toBe(MAX_RELAY_EVENTS);
    // The relay cannot get rid of the rest: the buffers of the system are full.
    await expect
      .poll(async () => {
        const before = written;
        await createClock().sleep(300);
        return written - before;
      })
      .toBe(0);
    expect(written).toBeLessThan(all);
    expect(asked).toBe(MAX_RELAY_EVENTS);
    held.resolve();
    await expect.poll(() => relay.links[0]?.answers.length).toBe(all);
    expect(new Set(relay.links[0]?.answers.map(({ data }) => data.id)).size).toBe(all);
    expect(said).toEqual([`connected ${TOKEN}`]);
  });

  test('of the link before count on the next one', async () => {
    const held = Promise.withResolvers<void>();
    const relay = await rawRelay(async ({ socket, write }, number) => {
      const events = Array.from({ length: MAX_RELAY_EVENTS }, (_, event) =>
        textFrame(relayedEvent(`${number}-${event}`)),
      );
      await write(Buffer.concat(events));
      if (number === 1) setTimeout(() => socket.destroy(), 200);
    });
    let asked = 0;
    const said = listenTo(relay, {
      app: async () => {
        asked += 1;
        await held.promise;
        return { status: 204, headers: {}, body: null };
      },
    });
    await expect.poll(() => said.length).toBe(3);
    await createClock().sleep(300);
    expect(asked).toBe(MAX_RELAY_EVENTS);
    held.resolve();
    await expect.poll(() => relay.links[1]?.answers.length).toBe(MAX_RELAY_EVENTS);
  });

  test('are not read while the relay takes no answers', async () => {
    let written = 0;
    const relay = await rawRelay(async ({ socket, write }) => {
      socket.pause();
      const bad = textFrame('{"type":"event","version":1,"data":{"id":"bad"}}');
      const some = Buffer.concat(Array.from({ length: 1000 }, () => bad));
      while (written < 500_000 && (await write(some))) written += 1000;
    });
    listenTo(relay, { timing: PATIENT_TIMING });
    await expect.poll(() => written).toBeGreaterThan(10_000);
    await expect
      .poll(async () => {
        const before = written;
        await createClock().sleep(300);
        return written - before;
      })
      .toBe(0);
    const stoppedAt = written;
    expect(stoppedAt).toBeLessThan(500_000);
    relay.links[0]?.socket.resume();
    await expect.poll(() => written).toBeGreaterThan(stoppedAt);
  });
});
