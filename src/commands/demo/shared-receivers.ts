/** Two listeners of the demo that share an inbox in PostgreSQL, in a schema of its own. */
import { openSharedState, stateDoorOptions } from '../../context/shared-state.ts';
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { waitAtMost } from '../../lib/async/with-timeout.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
import { parseWebhookSecret } from '../../settings/secret.ts';
import { parseStateUrl, shownStateUrl } from '../../settings/state-url.ts';
import type { InboxEntry } from '../../state/inbox.ts';
import { createDoor } from '../../state/postgres/door.ts';
import { createProcessor } from '../../webhooks/inbox/processor.ts';
import { createReceiver } from '../../webhooks/receiver/receiver.ts';
import { createVerifier } from '../../webhooks/signature.ts';
import type { DemoReceivers } from './receiver.ts';

const MAX_BODY_BYTES = 1_048_576;

/** What became of one webhook. */
interface Shared {
  readonly stored: number[];
  readonly duplicates: number[];
  worker?: number;
}

/**
 * Creates the tables in a new schema, and drops it when the command ends. Throws `CliError` `environment` when the role may not create
 * one.
 */
export async function createSharedReceivers(context: Context, url: string, secret: string): Promise<DemoReceivers> {
  const { host } = context;
  const schema = `optipick_demo_${Buffer.from(host.randomBytes(4)).toString('hex')}`;
  const ownUrl = withParameters(url, { schema, migrate: 'auto' });

  const known = new Map<string, Shared>();
  const ofMessage = (id: string): Shared => {
    const shared = known.get(id) ?? { stored: [], duplicates: [] };
    known.set(id, shared);
    return shared;
  };
  const stop = new AbortController();
  let changed = Promise.withResolvers<void>();
  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const byRequest = new Map<string, InboxEntry>();

  const startListener = async (number: number): Promise<string> => {
    const state = await openSharedState(context, ownUrl);
    context.atEnd(() => state.close());
    const inbox = state.inbox('demo');
    // Creates the tables.
    await inbox.counts();
    if (number === 1) context.atEnd(() => dropSchema(context, ownUrl));
    const processor = createProcessor({
      inbox,
      owner: `demo ${number}`,
      clock: host.clock,
      http: await host.http({ direct: true }),
      forwardTo: [],
      expedites: false,
      show({ delivery }) {
        ofMessage(delivery.id).worker = number;
        if (delivery.requestId !== undefined) byRequest.set(delivery.requestId, delivery);
        change();
      },
    });
    state.wakeUps.listen(() => processor.wake());
    const receiver = createReceiver({
      path: '/webhook',
      verifier: createVerifier([parseWebhookSecret(secret)]),
      inbox,
      steps: processor.steps,
      clock: host.clock,
      maxBodyBytes: MAX_BODY_BYTES,
      events: {
        accepted({ id }) {
          ofMessage(id).stored.push(number);
          processor.wake();
          change();
        },
        duplicate({ id }) {
          ofMessage(id).duplicates.push(number);
          change();
        },
      },
    });
    const server = await host.serve(receiver, { host: '127.0.0.1', port: 0, maxBodyBytes: MAX_BODY_BYTES });
    const running = processor.run(stop.signal);
    context.atEnd(async () => {
      await server.close(0);
      stop.abort();
      await running;
    });
    return `${server.url}/webhook`;
  };

  const urls = [await startListener(1), await startListener(2)];
  const place = shownStateUrl(parseStateUrl(ownUrl));
  return {
    urls,
    introduction: `Two webhook endpoints are open, 1 at ${urls[0]} and 2 at ${urls[1]}. They share an inbox in ${place}.`,
    async next(requestId, timeoutMs, signal) {
      const deadline = host.clock.monotonic() + timeoutMs;
      for (;;) {
        const next = changed.promise;
        const delivery = byRequest.get(requestId);
        const shared = delivery && ofMessage(delivery.id);
        if (delivery !== undefined && shared !== undefined && shared.stored.length + shared.duplicates.length >= 2) {
          return { delivery, text: sentence(delivery.id, shared) };
        }
        const left = deadline - host.clock.monotonic();
        if (left <= 0) {
          throw new CliError('unavailable', `no webhook about ${requestId} within ${formatDuration(timeoutMs)}`);
        }
        await waitAtMost(host.clock, left, next, signal);
      }
    },
  };
}

function sentence(id: string, { stored, duplicates, worker }: Shared): string {
  return `Webhook ${id} arrived at both: ${stored.join()} stored it, ${duplicates.join()} found it there already, and ${worker ?? ''} alone works on it.`;
}

async function dropSchema(context: Context, url: string): Promise<void> {
  const door = createDoor(await stateDoorOptions(context, url));
  const { client } = await door.connectUnmigrated();
  try {
    await client.query(`DROP SCHEMA IF EXISTS "${door.schema}" CASCADE`);
  } finally {
    await client.end();
  }
}

function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  const [address = '', query = ''] = url.trim().split('?');
  const all = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parameters)) all.set(name, value);
  return `${address}?${all.toString()}`;
}
