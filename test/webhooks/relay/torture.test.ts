/**
 * A thousand deliveries through a relay whose link is cut, silenced, refused and taken by others, with a real inbox.
 *
 * @module-tag killing
 */
import { Webhook } from 'svix';
import { expect, test } from 'vitest';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { parseWebhookSecret } from '../../../src/settings/secret.ts';
import { createClock } from '../../../src/platform/clock.ts';
import { connectWebSocket } from '../../../src/platform/http/web-socket.ts';
import { createRandom } from '../../../src/lib/seeded-random.ts';
import { createReceiver } from '../../../src/webhooks/receiver/receiver.ts';
import { runRelay } from '../../../src/webhooks/relay/client.ts';
import { createVerifier } from '../../../src/webhooks/signature.ts';
import { SECRET } from '../../support/listener.ts';
import { IN_USE, startRelay } from '../../support/relay.ts';
import { createInboxFolder } from '../../state/sqlite/inbox-folder.ts';

/** At least: they go on until the troubles are over. */
const DELIVERIES = 1000;
const TROUBLES = 15;
const AT_ONCE = 20;
/** A sender of Svix waits 15 s and comes again; here it comes again sooner. */
const PATIENCE_MS = 15_000;
const TOKEN = 'c_0000000000';

test('each delivery that was answered 2xx is in the inbox, once, and none hangs', async () => {
  const random = createRandom(20261125);
  const clock = createClock();
  using folder = createInboxFolder();
  const inbox = folder.open();
  await using relay = await startRelay({ pingMs: 50, patienceMs: PATIENCE_MS });
  const stop = new AbortController();
  const receiver = createReceiver({
    path: '/webhook',
    verifier: createVerifier([parseWebhookSecret(SECRET)]),
    inbox,
    steps: [SHOW],
    clock,
    maxBodyBytes: 1024 * 1024,
    closing: stop.signal,
  });
  const running = runRelay(
    {
      connect: async (url, events, options) => connectWebSocket(url, events, options, {}),
      url: new URL(relay.url),
      token: TOKEN,
      pinned: true,
      fresh: false,
      makeToken: () => TOKEN,
      app: receiver,
      path: '/webhook',
      clock,
      random: () => Math.random(),
      timing: {
        handshakeMs: 600,
        acknowledgementMs: 600,
        silenceMs: 600,
        watchMs: 20,
        pausesMs: [5, 20, 50],
        stableMs: 50,
        tokenHeldMs: 200,
        answerMs: 13_000,
        printMs: 100,
        drainMs: 2000,
      },
      events: {
        connected: () => undefined,
        dropped: () => undefined,
        refused: () => undefined,
        unreadable: () => undefined,
        rotated: () => undefined,
        failed: (error) => stop.abort(error),
      },
    },
    stop.signal,
  );
  await relay.connected(1);

  const answered = new Set<string>();
  let slowest = 0;
  /** As a sender does: again under the same id, until it is answered 2xx. */
  const deliver = async (id: string): Promise<void> => {
    for (;;) {
      const sent = new Date();
      const body = JSON.stringify({ request_id: id.slice(4).padStart(24, '0') });
      const begun = clock.monotonic();
      const status = await fetch(relay.inbox(TOKEN), {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'svix-id': id,
          'svix-timestamp': String(Math.floor(sent.getTime() / 1000)),
          'svix-signature': new Webhook(SECRET).sign(id, sent, body),
        },
      }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      slowest = Math.max(slowest, clock.monotonic() - begun);
      if (status >= 200 && status < 300) {
        answered.add(id);
        return;
      }
      await clock.sleep(20);
    }
  };

  const trouble = async (): Promise<void> => {
    const troubles = [
      async () => relay.drop([1001, 1006, 1011][random.below(3)] ?? 1006),
      async () => {
        relay.silence(random.below(900));
        await clock.sleep(600 + random.below(600));
      },
      async () => {
        relay.faults.silent = true;
        relay.drop(1006);
        await clock.sleep(random.below(400));
        delete relay.faults.silent;
      },
      async () => {
        relay.faults.refuse = random.below(2) === 0 ? IN_USE : 'Invalid token';
        relay.drop(1006);
        await clock.sleep(random.below(300));
        delete relay.faults.refuse;
      },
      async () => {
        relay.faults.mute = true;
        relay.drop(1001);
        await clock.sleep(random.below(300));
        delete relay.faults.mute;
      },
    ];
    // In any order, but each kind as often as the others.
    const drawn = Array.from({ length: TROUBLES }, (_, number) => ({ lot: random.next(), number }));
    for (const { number } of drawn.toSorted((a, b) => a.lot - b.lot)) {
      await clock.sleep(60 + random.below(200));
      const links = relay.started.length;
      await troubles[number % troubles.length]?.();
      // Each costs the link: the next one begins on a new one.
      await relay.connected(links + 1);
    }
  };
  const over = new AbortController();
  const ids: string[] = [];
  const send = async (): Promise<void> => {
    while (!over.signal.aborted || ids.length < DELIVERIES) {
      const id = `msg_${ids.length}`;
      ids.push(id);
      await deliver(id);
      await clock.sleep(random.below(60));
    }
  };
  await Promise.all([trouble().finally(() => over.abort()), ...Array.from({ length: AT_ONCE }, send)]);
  stop.abort();
  await running;

  expect(answered.size).toBe(ids.length);
  const database = await folder.database();
  const rows = database.prepare('SELECT id, count(*) AS times FROM deliveries GROUP BY id').all();
  database.close();
  await inbox.close();
  expect(rows.every(({ times }) => Number(times) === 1)).toBe(true);
  const kept = new Set(rows.map(({ id }) => String(id)));
  expect(ids.filter((id) => !kept.has(id))).toEqual([]);
  expect(slowest).toBeLessThan(PATIENCE_MS);
}, 90_000);
