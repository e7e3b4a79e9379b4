/** A listener for one test message: the receiver and the inbox of `listen`, with a temporary state. */
import { createInbox } from '../../context/inbox-services.ts';
import { waitAtMost } from '../../lib/async/with-timeout.ts';
import { createWebhookSecret, parseWebhookSecret } from '../../settings/secret.ts';
import { readBoundedBody } from '../../lib/bytes/bounded-body.ts';
import { createByteBudget } from '../../lib/bytes/budget.ts';
import {
  headerOf,
  jsonResponse,
  type Http,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
} from '../../lib/net/http.ts';
import { MAX_BYTES_IN_FLIGHT } from '../../limits.ts';
import type { Host } from '../../platform/host.ts';
import { createReceiver } from '../../webhooks/receiver/receiver.ts';
import { createVerifier, signDelivery } from '../../webhooks/signature.ts';

/** The message as it reached the port. */
export interface Arrival {
  readonly method: string;
  /** The request target. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** The status of the listener's answer. */
  readonly status: number;
}

export type DeliveryTest = Awaited<ReturnType<typeof createDeliveryTest>>;
export type TestMessage = ReturnType<DeliveryTest['message']>;

const MAX_BODY_BYTES = 1024 * 1024;
const TOLERANCE_MS = 5 * 60 * 1000;

/**
 * Creates a secret for this one message, so that no other receiver accepts it should the address lead elsewhere. Throws
 * `CliError` `environment` when no temporary state can be created.
 */
export async function createDeliveryTest(host: Host, path: string) {
  const folder = await host.files.temporaryFolder(host.temporaryFolder);
  const inbox = createInbox(host, folder.path, 'doctor');
  const secret = parseWebhookSecret(createWebhookSecret((size) => host.randomBytes(size)));
  const token = Buffer.from(host.randomBytes(12)).toString('hex');
  const id = `msg_doctor${token}`;
  const receiver = createReceiver({
    path,
    verifier: createVerifier([secret], { toleranceMs: TOLERANCE_MS }),
    inbox,
    steps: [],
    clock: host.clock,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  const arrival = Promise.withResolvers<void>();
  let arrived: Arrival | undefined;
  let otherRequests = 0;

  const budget = createByteBudget(MAX_BYTES_IN_FLIGHT);

  const receive = async (request: HttpRequest, body: Uint8Array, hasId: boolean): ReturnType<Http> => {
    const isOurs = hasId || Buffer.from(body).includes(token);
    if (!isOurs) {
      otherRequests += 1;
      return onlyACheck();
    }
    const response = await receiver({ ...request, body });
    const { method, url: target, headers } = request;
    arrived = { method, target, headers, body, status: response.status };
    arrival.resolve();
    return response;
  };

  return {
    /** With a leading slash; the root is the empty text. */
    path,
    app: async (request: HttpRequest): ReturnType<Http> => {
      const hasId = headerOf(request.headers, 'svix-id') === id;
      if (request.method !== 'POST' && !hasId) return receiver(request);
      const read = await readBoundedBody(request, MAX_BODY_BYTES, budget);
      if (!read.ok) return onlyACheck();
      try {
        return await receive(request, read.bytes, hasId);
      } finally {
        read.release();
      }
    },
    /** Signed at the time of the call. */
    message() {
      const timestamp = Math.floor(host.clock.now() / 1000);
      // The spaces and the letter beyond ASCII show whether something re-serializes the body.
      const body = `{ "request_id": "${token}",  "type": "optipick.doctor", "note": "a check of the way here: \u00e9" }`;
      return {
        headers: {
          'content-type': 'application/json',
          'user-agent': `optipick/${host.version}`,
          'svix-id': id,
          'svix-timestamp': String(timestamp),
          'svix-signature': signDelivery(secret, { id, timestamp, body: Buffer.from(body) }),
        } as Readonly<Record<string, string>>,
        body,
      };
    },
    arrived: () => arrived,
    /** How many other requests have arrived. */
    otherRequests: () => otherRequests,
    /** Resolves when the message has arrived, or after `ms`. Rejects with the reason of `stop`. */
    arrival: (ms: number, stop: AbortSignal): Promise<void> => waitAtMost(host.clock, ms, arrival.promise, stop),
    async close(): Promise<void> {
      await inbox.close();
      await folder.remove();
    },
  };
}

/** To what may be a real webhook: its sender must retry until the user's listener runs. */
function onlyACheck(): HttpResponse {
  return jsonResponse(503, { detail: 'only a check is running here' }, { 'retry-after': '5' });
}
