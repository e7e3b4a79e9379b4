/** The webhook endpoint of the demo: the listener's own receiver and an inbox in memory. */
import { formatDuration } from '../../lib/text/numbers.ts';
import { parseWebhookSecret } from '../../settings/secret.ts';
import { CliError } from '../../errors.ts';
import type { Host } from '../../platform/host.ts';
import type { Delivery } from '../../state/delivery.ts';
import { headersOf } from '../../webhooks/forward-headers.ts';
import { createReceiver } from '../../webhooks/receiver/receiver.ts';
import { createVerifier } from '../../webhooks/signature.ts';
import { libraryAccepts } from '../../webhooks/svix-library.ts';

export type DemoReceiver = Awaited<ReturnType<typeof createDemoReceiver>>;

export async function createDemoReceiver(host: Host, secret: string) {
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
  return {
    url: `${server.url}/webhook`,
    /** The verified delivery about this request. Throws `unavailable` when none arrives in time. */
    async next(requestId: string, timeoutMs: number, signal: AbortSignal): Promise<Delivery> {
      const deadline = host.clock.monotonic() + timeoutMs;
      for (;;) {
        const delivery = arrived.get(requestId);
        if (delivery !== undefined) {
          if (await libraryAccepts(secret, headersOf(delivery.headers), delivery.body)) return delivery;
          throw new CliError('internal', 'the svix library refuses a delivery that was accepted');
        }
        if (host.clock.monotonic() >= deadline) {
          const why = rejection === undefined ? '' : `; one was refused: ${rejection}`;
          throw new CliError('unavailable', `no webhook about ${requestId} within ${formatDuration(timeoutMs)}${why}`);
        }
        await Promise.race([host.clock.sleep(50, signal), new Promise<void>((resolve) => (wake = resolve))]);
      }
    },
    close: () => server.close(0),
  };
}
