/** The webhook endpoint of the demo: the listener's own receiver and an inbox in memory. */
import { formatDuration } from '../../lib/text/numbers.ts';
import { parseWebhookSecret } from '../../settings/secret.ts';
import { CliError } from '../../errors.ts';
import type { Context } from '../../context/context.ts';
import type { Delivery } from '../../state/delivery.ts';
import { headersOf } from '../../webhooks/forward-headers.ts';
import { createReceiver } from '../../webhooks/receiver/receiver.ts';
import { createVerifier } from '../../webhooks/signature.ts';
import { libraryAccepts } from '../../webhooks/svix-library.ts';

/** A webhook that has arrived. */
export interface DemoArrival {
  readonly delivery: Delivery;
  /** What happened to it, a sentence. */
  readonly text: string;
}

/** Who receives the webhooks of the demo. */
export interface DemoReceivers {
  readonly urls: readonly string[];
  /** A sentence. */
  readonly introduction: string;
  /** The verified delivery about this request. Throws `unavailable` when none arrives in time. */
  next(requestId: string, timeoutMs: number, signal: AbortSignal): Promise<DemoArrival>;
}

/** One endpoint, which is closed when the command ends. */
export async function createDemoReceiver(
  { host, atEnd }: Pick<Context, 'host' | 'atEnd'>,
  secret: string,
): Promise<DemoReceivers> {
  const arrived = new Map<string, Delivery>();
  let wake: (() => void) | undefined;
  let rejection: string | undefined;
  const receiver = createReceiver({
    path: '/webhook',
    verifier: createVerifier([parseWebhookSecret(secret)]),
    inbox: {
      accept: (delivery) => {
        const known = [...arrived.values()].some(({ id }) => id === delivery.id);
        if (delivery.requestId !== undefined) arrived.set(delivery.requestId, delivery);
        wake?.();
        return Promise.resolve(known ? 'duplicate' : 'new');
      },
      counts: () => Promise.resolve({ pending: 0, done: arrived.size, failed: 0 }),
    },
    steps: [],
    clock: host.clock,
    maxBodyBytes: 1_048_576,
    events: { rejected: ({ detail }) => (rejection = detail) },
  });
  const server = await host.serve(receiver, { host: '127.0.0.1', port: 0, maxBodyBytes: 1_048_576 });
  atEnd(() => server.close(0));
  const url = `${server.url}/webhook`;
  return {
    urls: [url],
    introduction: `A webhook endpoint is open at ${url}; its signing secret is known to both sides.`,
    async next(requestId, timeoutMs, signal) {
      const deadline = host.clock.monotonic() + timeoutMs;
      for (;;) {
        const delivery = arrived.get(requestId);
        if (delivery !== undefined) {
          if (await libraryAccepts(secret, headersOf(delivery.headers), delivery.body)) {
            const text = `Webhook ${delivery.id} arrived; its signature is right, and the svix library agrees.`;
            return { delivery, text };
          }
          throw new CliError('internal', 'the svix library rejects a delivery that was accepted');
        }
        if (host.clock.monotonic() >= deadline) {
          const why = rejection === undefined ? '' : `; one was rejected: ${rejection}`;
          throw new CliError('unavailable', `no webhook about ${requestId} within ${formatDuration(timeoutMs)}${why}`);
        }
        await Promise.race([host.clock.sleep(50, signal), new Promise<void>((resolve) => (wake = resolve))]);
      }
    },
  };
}
