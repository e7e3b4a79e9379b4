import { type Http, type HttpResponse, TransportError } from '../../lib/net/http.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import type { Delivery } from '../../state/delivery.ts';
import type { TargetAnswer } from '../../state/inbox.ts';
import { headersOf } from '../forward-headers.ts';
import { readTargetAnswer } from './target-answer.ts';

export type ForwardResult =
  | { readonly ok: true; readonly answer: TargetAnswer }
  | {
      readonly ok: false;
      /** `undefined` when there was none. */
      readonly answer: TargetAnswer | undefined;
      /** For a person: `answered 500`, `connection refused`. */
      readonly error: string;
    };

/** As long as the Svix CLI waits for the local service that it forwards to. */
const FORWARD_TIMEOUT_MS = 30_000;

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
    if (error instanceof TransportError) return { ok: false, answer: undefined, error: error.message };
    throw error;
  }
  const answer = await readTargetAnswer(response, url);
  const { status } = response;
  if (status >= 200 && status <= 299) return { ok: true, answer };
  const redirect = status >= 300 && status <= 399 ? redirectOf(response.headers, url) : undefined;
  const where = redirect === undefined ? '' : `, a redirect: forward to ${redirect.url.href} instead`;
  return { ok: false, answer, error: `answered ${status}${where}` };
}
