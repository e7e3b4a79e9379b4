import { type Http, type HttpResponse, TransportError } from '../../lib/net/http.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import type { Delivery } from '../../state/delivery.ts';
import { headersOf } from '../forward-headers.ts';

export type ForwardResult =
  | { readonly ok: true; readonly status: number }
  | {
      readonly ok: false;
      /** `undefined` when there was no answer. */
      readonly status: number | undefined;
      /** For a person: `answered 500`, `connection refused`. */
      readonly error: string;
    };

/** As long as the Svix CLI waits for the local service that it forwards to. */
const FORWARD_TIMEOUT_MS = 30_000;

/** The most that is read of an answer: Svix stores as much. */
const ANSWER_LIMIT = 20_000;

/**
 * Forwards a stored delivery: the same bytes under the same `svix-*` (or `webhook-*`) headers, so that the target can
 * verify it as if Svix had sent it. A 2xx is success; a redirect is not followed and is a failure, as for Svix. Rejects
 * with the reason of `signal` only, not for what the target does.
 */
export async function forwardDelivery(
  http: Http,
  url: string,
  delivery: Pick<Delivery, 'headers' | 'body'>,
  signal?: AbortSignal,
): Promise<ForwardResult> {
  let response: HttpResponse;
  try {
    response = await http({
      method: 'POST',
      url,
      headers: headersOf(delivery.headers),
      body: delivery.body,
      signal,
      timeoutMs: FORWARD_TIMEOUT_MS,
      totalMs: FORWARD_TIMEOUT_MS,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof TransportError) return { ok: false, status: undefined, error: error.message };
    throw error;
  }
  await drain(response);
  const { status } = response;
  if (status >= 200 && status <= 299) return { ok: true, status };
  const redirect = status >= 300 && status <= 399 ? redirectOf(response.headers, url) : undefined;
  const where = redirect === undefined ? '' : `, a redirect: forward to ${redirect.url.href} instead`;
  return { ok: false, status, error: `answered ${status}${where}` };
}

/**
 * Reads an answer, so that its connection can be used again. Its content, and whether it is complete, do not matter: the
 * status decides.
 */
async function drain({ body }: HttpResponse): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > ANSWER_LIMIT) return;
    }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  }
}
