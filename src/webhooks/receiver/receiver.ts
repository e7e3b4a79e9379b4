import { createHash } from 'node:crypto';

import { readBoundedBody, type BoundedBody } from '../../lib/bytes/bounded-body.ts';
import { createByteBudget, type ByteBudget } from '../../lib/bytes/budget.ts';
import { MAX_BYTES_IN_FLIGHT } from '../../limits.ts';
import { headerOf, jsonResponse } from '../../lib/net/http.ts';
import type { Http, HttpHeaders, HttpRequest, HttpResponse } from '../../lib/net/http.ts';
import { KIND_NAMES } from '../../kinds.ts';
import type { Kind } from '../../kinds.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import { readPayload } from '../read-payload.ts';
import type { Delivery, HeaderLine } from '../../state/delivery.ts';
import { endToEndHeaders } from '../forward-headers.ts';
import type { Inbox } from '../../state/inbox.ts';
import { isProbe, acceptedAnswer, notAllowedAnswer, notFoundAnswer, rejectionAnswer, statusOf } from './answers.ts';
import type { RejectionReason } from './answers.ts';
import type { RecordedRequest } from './recording.ts';
import { messageIdOf, readSignatureHeaders, type SignatureHeaders } from '../signature-headers.ts';
import type { SignatureCheck, SignatureVerifier } from '../signature.ts';
import { readSignedBody } from '../signed-body.ts';
import type { SourceCheck } from './source-addresses.ts';

/** A rejected request, as far as it was read. */
export interface Rejection {
  /** The id that it claims; `undefined` without a possible one. */
  readonly id: string | undefined;
  readonly status: number;
  readonly reason: RejectionReason;
  /** Why, for a person. */
  readonly detail: string;
  readonly receivedAt: number;
  /** Not trusted, and may hold credentials. */
  readonly headers: readonly HeaderLine[];
  /** `undefined` when it was rejected before the body was read. */
  readonly body: Uint8Array | undefined;
  /** Where it was recorded, as `record` gives it. */
  readonly file: string | undefined;
}

/** Called when the outcome of a request is certain, before the sender is answered. Must not throw. */
export interface ReceiverEvents {
  accepted?(delivery: Delivery): void;
  duplicate?(delivery: Delivery): void;
  rejected?(rejection: Rejection): void;
}

export interface ReceiverOptions {
  /** `/webhook`; `/webhook/route` and `/webhook/cluster` below it tell the kind. */
  readonly path: string;
  /** `undefined`: signatures are not checked. */
  readonly verifier: SignatureVerifier | undefined;
  readonly inbox: Pick<Inbox, 'accept' | 'counts'>;
  /** The steps of each delivery, stored with it. */
  readonly steps: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  readonly maxBodyBytes: number;
  /** For the bodies of all requests in flight. Default: {@link MAX_BYTES_IN_FLIGHT}. */
  readonly budget?: ByteBudget;
  /** How often each limit was reached, for the health check. */
  readonly limitsReached?: () => Readonly<Record<string, number>>;
  /**
   * Called with every request that may be meant as a delivery, whatever the answer, with its body when that is within the
   * limits. The sender is answered when it resolves, with the name of the file that it is in. Must not reject.
   */
  readonly record?: ((record: RecordedRequest) => Promise<string | undefined>) | undefined;
  /** `undefined`: everybody may send. */
  readonly sourceCheck?: SourceCheck | undefined;
  /** Once aborted, senders are asked to retry later. */
  readonly closing?: AbortSignal | undefined;
  readonly events?: ReceiverEvents;
}

/**
 * The webhook endpoint. 2xx means that the delivery is on disk. In this order: 404 path, 405 method, 403 source or a
 * browser, 503 shutting down, 413 declared size, 415 content type, 400 signature headers missing or malformed, 401 too old
 * or new; only then is the body read: 413 size, also decoded, 503 too many bytes in flight, 401 not signed by a known
 * secret, neither as it came nor decoded, 503 inbox not writable, 204 stored now or earlier. `GET /healthz` answers with counts.
 *
 * A signed body that is not JSON is stored too: the signature proves the sender, and the content is handled later.
 */
export function createReceiver(options: ReceiverOptions): Http {
  const base = options.path.replace(/\/+$/, '');
  const budget = options.budget ?? createByteBudget(MAX_BYTES_IN_FLIGHT);
  const seen = { accepted: 0, duplicates: 0, rejected: 0 };

  const reject = (exchange: Exchange, cause: RejectionFacts): HttpResponse => {
    const { headers } = exchange.request;
    seen.rejected += 1;
    exchange.rejection = { id: claimedId(headers), headers: endToEndHeaders(headers), ...cause };
    return rejectionAnswer(cause.reason, cause.detail);
  };

  const report = ({ receivedAt, rejection }: Exchange, file: string | undefined): void => {
    if (rejection === undefined) return;
    options.events?.rejected?.({ ...rejection, status: statusOf(rejection.reason), receivedAt, file });
  };

  /** What does not depend on the body: why the request is rejected, or the headers that the body is checked with. */
  const checkHead = (request: HttpRequest, receivedAt: number): RejectionCause | HeadCheck => {
    const source = options.sourceCheck?.(request);
    if (source?.ok === false) return { reason: 'source_not_allowed', detail: source.detail };
    if (isFromBrowser(request.headers)) {
      return {
        reason: 'browser_request',
        detail: 'a web page sent it: webhooks have no Origin or Sec-Fetch-Site header',
      };
    }
    if (options.closing?.aborted === true) {
      return { reason: 'shutting_down', detail: 'the listener is being stopped' };
    }
    if (Number(headerOf(request.headers, 'content-length') ?? 0) > options.maxBodyBytes) return tooLarge();
    if (!isAcceptableType(headerOf(request.headers, 'content-type'))) {
      return { reason: 'unsupported_content_type', detail: 'the content type is not JSON' };
    }
    if (options.verifier === undefined) return { signed: undefined };
    const found = readSignatureHeaders(request.headers);
    if (!found.ok) return found;
    return options.verifier.checkHeaders({ ...found.headers, nowMs: receivedAt }) ?? { signed: found.headers };
  };

  const tooLarge = (): RejectionCause => ({
    reason: 'body_too_large',
    detail: `the body is larger than ${options.maxBodyBytes} bytes`,
  });

  const receive = async (exchange: Exchange, pathKind: Kind | undefined): Promise<HttpResponse> => {
    const { request, receivedAt } = exchange;
    const head = checkHead(request, receivedAt);
    if ('reason' in head) {
      const { reason, detail } = head;
      return reject(exchange, { reason, detail, body: exchange.known() });
    }
    const body = await exchange.body();
    if (!body.ok) {
      const cause = body.reason === 'too_large' ? tooLarge() : OVERLOADED;
      return reject(exchange, { ...cause, body: undefined });
    }
    return await judge(exchange, head, body.bytes, pathKind);
  };

  const judge = async (
    exchange: Exchange,
    { signed }: HeadCheck,
    body: Uint8Array,
    pathKind: Kind | undefined,
  ): Promise<HttpResponse> => {
    const { request, receivedAt } = exchange;
    const check = (bytes: Uint8Array): SignatureCheck =>
      signed === undefined || options.verifier === undefined ? UNCHECKED : options.verifier.checkBody(signed, bytes);
    const found = readSignedBody(request.headers, body, check, options.maxBodyBytes);
    if (found.decoded?.ok === false && found.decoded.reason === 'too_large') {
      const detail = `the body ${found.decoded.detail}`;
      return reject(exchange, { body, reason: 'body_too_large', detail });
    }
    if (!found.check.ok) {
      const { reason, detail } = found.check;
      return reject(exchange, { body, reason, detail });
    }
    const id = signed?.id ?? claimedId(request.headers) ?? createUnsignedId(body, receivedAt);
    const { event, kind, requestId } = readPayload(found.payload);
    const delivery: Delivery = {
      id,
      receivedAt,
      headers: endToEndHeaders(found.headers),
      body: found.body,
      verified: options.verifier !== undefined,
      kind: kind ?? pathKind,
      event,
      requestId,
    };
    try {
      if ((await options.inbox.accept(delivery, options.steps)) === 'new') {
        seen.accepted += 1;
        options.events?.accepted?.(delivery);
      } else {
        seen.duplicates += 1;
        options.events?.duplicate?.(delivery);
      }
      return acceptedAnswer();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return reject(exchange, { body, id, reason: 'inbox_unavailable', detail: messageOf(error) });
    }
  };

  const health = async (): Promise<HttpResponse> => {
    const limits = { limits_reached: options.limitsReached?.() ?? {} };
    try {
      const counts = await options.inbox.counts();
      const status = options.closing?.aborted === true ? 'closing' : 'ok';
      return jsonResponse(200, { status, ...seen, ...counts, ...limits });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return jsonResponse(503, { status: 'inbox_unavailable', ...seen, ...limits });
    }
  };

  /** Rejects a request that may be meant as a delivery; a GET of a browser is not. */
  const rejectUnlessProbe = (exchange: Exchange, reason: 'not_found' | 'method_not_allowed', detail: string): void => {
    if (isProbe(exchange.request.method)) return;
    reject(exchange, { body: exchange.known(), reason, detail });
  };

  const answer = async (exchange: Exchange): Promise<HttpResponse> => {
    const { request } = exchange;
    const path = pathOf(request.url);
    const kind = KIND_NAMES.find((name) => path === `${base}/${name}`);
    const own = base === '' ? '/' : base;
    if (kind !== undefined || path === base) {
      if (request.method === 'POST') return await receive(exchange, kind);
      rejectUnlessProbe(exchange, 'method_not_allowed', `${request.method} to ${own}: webhooks are sent with POST`);
      return notAllowedAnswer('POST');
    }
    if (path !== '/healthz') {
      const shown = path === '' ? '/' : path.slice(0, 200);
      rejectUnlessProbe(exchange, 'not_found', `nothing is received at ${shown}: the path of the endpoint is ${own}`);
      return notFoundAnswer();
    }
    return request.method === 'GET' || request.method === 'HEAD' ? await health() : notAllowedAnswer('GET, HEAD');
  };

  return async (request) => {
    const exchange = createExchange(request, options, budget);
    const isRecorded = options.record !== undefined && !isProbe(request.method);
    try {
      if (isRecorded) await exchange.body();
      const response = await answer(exchange);
      report(exchange, isRecorded ? await options.record?.(recordOf(exchange, response.status)) : undefined);
      return response;
    } finally {
      exchange.release();
    }
  };
}

/** What is not read from the request itself; `id`: when it is known better. */
type RejectionFacts = Pick<Rejection, 'reason' | 'detail' | 'body'> & Partial<Pick<Rejection, 'id'>>;

/** One request while it is answered. */
interface Exchange {
  readonly request: HttpRequest;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Reads the body, once. */
  body(): Promise<BoundedBody>;
  /** The body as far as it is read: it may arrive with the head. */
  known(): Uint8Array | undefined;
  /** Set when it is rejected. */
  rejection: Omit<Rejection, 'status' | 'receivedAt' | 'file'> | undefined;
  release(): void;
}

function createExchange(
  request: HttpRequest,
  { clock, maxBodyBytes }: Pick<ReceiverOptions, 'clock' | 'maxBodyBytes'>,
  budget: ByteBudget,
): Exchange {
  let reading: Promise<BoundedBody> | undefined;
  const { body: arrived } = request;
  let known = arrived instanceof Uint8Array && arrived.byteLength <= maxBodyBytes ? arrived : undefined;
  let release: (() => void) | undefined;
  const read = async (): Promise<BoundedBody> => {
    const body = await readBoundedBody(request, maxBodyBytes, budget);
    if (body.ok) ({ bytes: known, release } = body);
    return body;
  };
  return {
    request,
    receivedAt: clock.now(),
    body: () => (reading ??= read()),
    known: () => known,
    rejection: undefined,
    release: () => release?.(),
  };
}

function recordOf(exchange: Exchange, status: number): RecordedRequest {
  const { receivedAt } = exchange;
  const { method, url, headers } = exchange.request;
  // A whole URL, as a proxy may send it, can hold a password; a query can hold a token.
  const target = url.startsWith('/') ? url : (URL.parse(url)?.pathname ?? '/');
  return { method, path: target.replace(/[?#].*/s, ''), headers, body: exchange.known(), receivedAt, status };
}

interface RejectionCause {
  readonly reason: RejectionReason;
  readonly detail: string;
}

interface HeadCheck {
  /** The headers to check the body with; `undefined` when signatures are not checked. */
  readonly signed: SignatureHeaders | undefined;
}

const UNCHECKED: SignatureCheck = { ok: true, secretIndex: 0, scheme: 'v1' };

const OVERLOADED: RejectionCause = {
  reason: 'overloaded',
  detail: 'too many bytes of other requests are being received',
};

/** Only browsers send these headers: a web page must not reach a listener on loopback. */
function isFromBrowser(headers: HttpHeaders): boolean {
  return headers['origin'] !== undefined || headers['sec-fetch-site'] !== undefined;
}

/** For an unsigned delivery without an id. */
function createUnsignedId(body: Uint8Array, receivedAt: number): string {
  return `unsigned_${receivedAt}_${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
}

function claimedId(headers: HttpHeaders): string | undefined {
  const id = messageIdOf(headers);
  return id !== undefined && /^[!-~]{1,256}$/.test(id) ? id : undefined;
}

/** The path without query and trailing slashes; the root is the empty text. */
function pathOf(target: string): string {
  const path = target.startsWith('/') ? target.replace(/[?#].*/s, '') : (URL.parse(target)?.pathname ?? '*');
  return path.replace(/\/+$/, '');
}

/** JSON under any of its names, and what careless senders declare: nothing, plain text, plain bytes. */
function isAcceptableType(contentType: string | undefined): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^(?:|application\/(?:json|octet-stream|[\w.!#$&^-]+\+json)|text\/(?:json|plain))$/.test(type);
}
