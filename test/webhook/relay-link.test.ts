/** One link to a relay, and what on it must not cost more than itself. Real WebSockets. */
import { afterEach, describe, expect, test } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/host.ts';
import { connectWebSocket } from '../../src/platform/web-socket.ts';
import { runRelay } from '../../src/webhook/relay-client.ts';
import type { RelayTiming } from '../../src/webhook/relay-timing.ts';
import { PATIENT_TIMING } from '../support/patient-timing.ts';
import { hurriedClock } from '../support/hurried-clock.ts';
import {
  acknowledgement,
  relayedEvent,
  startScriptedRelay,
  type ScriptedRelayOptions,
} from '../support/scripted-relay.ts';

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
      clock,
      random: () => 0.5,
      timing: { ...PATIENT_TIMING, ...timing },
      events: {
        connected: (token) => said.push(`connected ${token}`),
        dropped: (reason) => said.push(`dropped: ${reason}`),
        refused: (reason) => said.push(`refused: ${reason}`),
        rotated: (token) => said.push(`rotated ${token}`),
        failed: (error) => said.push(`failed: ${String(error)}`),
      },
    },
    stop.signal,
  );
  cleanUp.push(async () => {
    stop.abort();
    await running;
  });
  return { relay, said };
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
