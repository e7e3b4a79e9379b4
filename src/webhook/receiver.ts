import { createHash } from 'node:crypto';

import { headerOf, jsonResponse, readBytes, TransportError } from '../domain/http.ts';
import type { Http, HttpHeaders, HttpRequest, HttpResponse } from '../domain/http.ts';
import { KIND_NAMES } from '../domain/kinds.ts';
import type { Kind } from '../domain/kinds.ts';
import { CliError, messageOf } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { readPayload } from './delivery.ts';
import type { Delivery, HeaderLine } from './delivery.ts';
import { endToEndHeaders } from './forward-headers.ts';
import type { Inbox } from './inbox.ts';
import {
  isLook,
  acceptedAnswer,
  notAllowedAnswer,
  notFoundAnswer,
  refusalAnswer,
  statusOf,
} from './receiver-answers.ts';
import type { RefusalReason } from './receiver-answers.ts';
import { readSignatureHeaders } from './signature-headers.ts';
import type { SignatureVerifier } from './signature.ts';
import type { SourceCheck } from './source-addresses.ts';

/** A request that was refused, as far as it was read. */
export interface Refusal {
  /** The id it claims to have; `undefined` when there is none that could be one. */
  readonly id: string | undefined;
  readonly status: number;
  readonly reason: RefusalReason;
  /** Why, for a person. */
  readonly detail: string;
  readonly receivedAt: number;
  /** Not trusted, and may hold credentials. */
  readonly headers: readonly HeaderLine[];
  /** `undefined` when refused before the body was read. */
  readonly body: Uint8Array | undefined;
}

/** What happens at the door, told after it is certain and before the sender is answered. They must not throw. */
export interface ReceiverEvents {
  accepted?(delivery: Delivery): void;
  duplicate?(delivery: Delivery): void;
  rejected?(refusal: Refusal): void;
}

export interface ReceiverOptions {
  /** `/webhook`; `/webhook/route` and `/webhook/cluster` below it tell the kind. */
  readonly path: string;
  /** `undefined`: signatures are not checked. */
  readonly verifier: SignatureVerifier | undefined;
  readonly inbox: Pick<Inbox, 'accept' | 'counts'>;
  /** What each delivery owes: stored with it. */
  readonly steps: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  readonly maxBodyBytes: number;
  /** `undefined`: everybody may send. */
  readonly sourceCheck?: SourceCheck | undefined;
  /** Once aborted, senders are told to come again later. */
  readonly closing?: AbortSignal | undefined;
  readonly events?: ReceiverEvents;
}

/**
 * The webhook endpoint. 2xx means that the delivery is on disk. In this order: 404 path, 405 method, 403 source, 503
 * shutting down, 413 size, 415 content type, 400 signature headers missing or malformed, 401 not signed by a known secret
 * or too old or new, 503 inbox not writable, 204 kept now or earlier. `GET /healthz` answers with counts.
 *
 * A signed body that is not JSON is kept too: the signature speaks for the sender, and what to do with the content is
 * decided later.
 */
export function createReceiver(options: ReceiverOptions): Http {
  const base = options.path.replace(/\/+$/, '');
  const seen = { accepted: 0, duplicates: 0, rejected: 0 };

  const refuse = (refusal: Omit<Refusal, 'status' | 'receivedAt'>): HttpResponse => {
    seen.rejected += 1;
    options.events?.rejected?.({ ...refusal, status: statusOf(refusal.reason), receivedAt: options.clock.now() });
    return refusalAnswer(refusal.reason, refusal.detail);
  };

  const receive = async (request: HttpRequest, pathKind: Kind | undefined): Promise<HttpResponse> => {
    const headers = endToEndHeaders(request.headers);
    const claimed = { id: claimedId(request.headers), headers, body: undefined };
    const source = options.sourceCheck?.(request);
    if (source?.ok === false) return refuse({ ...claimed, reason: 'source_not_allowed', detail: source.detail });
    if (options.closing?.aborted === true) {
      return refuse({ ...claimed, reason: 'shutting_down', detail: 'the listener is being stopped' });
    }
    const body = await bodyWithin(request, options.maxBodyBytes);
    if (body === undefined) {
      const detail = `the body is larger than ${options.maxBodyBytes} bytes`;
      return refuse({ ...claimed, reason: 'body_too_large', detail });
    }
    const read = { ...claimed, body };
    if (!isAcceptableType(headerOf(request.headers, 'content-type'))) {
      return refuse({ ...read, reason: 'unsupported_content_type', detail: 'the content type is not JSON' });
    }
    const receivedAt = options.clock.now();
    const identity = identify(options.verifier, request.headers, body, receivedAt);
    if (!identity.ok) return refuse({ ...read, reason: identity.reason, detail: identity.detail });

    const { event, kind, requestId } = readPayload(body);
    const delivery: Delivery = {
      id: identity.id,
      receivedAt,
      headers,
      body,
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
      return refuse({ ...read, id: identity.id, reason: 'inbox_unavailable', detail: messageOf(error) });
    }
  };

  const health = async (): Promise<HttpResponse> => {
    try {
      const counts = await options.inbox.counts();
      return jsonResponse(200, { status: options.closing?.aborted === true ? 'closing' : 'ok', ...seen, ...counts });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return jsonResponse(503, { status: 'inbox_unavailable', ...seen });
    }
  };

  /** For requests that could be meant as deliveries; those of a browser that looks by are none. */
  const misdirected = (request: HttpRequest, reason: 'not_found' | 'method_not_allowed', detail: string): void => {
    if (isLook(request.method)) return;
    const headers = endToEndHeaders(request.headers);
    refuse({ id: claimedId(request.headers), headers, body: undefined, reason, detail });
  };

  return async (request) => {
    const path = pathOf(request.url);
    const kind = KIND_NAMES.find((name) => path === `${base}/${name}`);
    const own = base === '' ? '/' : base;
    if (kind !== undefined || path === base) {
      if (request.method === 'POST') return receive(request, kind);
      misdirected(request, 'method_not_allowed', `${request.method} to ${own}: webhooks come with POST`);
      return notAllowedAnswer('POST');
    }
    if (path !== '/healthz') {
      const shown = path === '' ? '/' : path.slice(0, 200);
      misdirected(request, 'not_found', `nothing is received at ${shown}: the path of the endpoint is ${own}`);
      return notFoundAnswer();
    }
    return request.method === 'GET' || request.method === 'HEAD' ? await health() : notAllowedAnswer('GET, HEAD');
  };
}

type Identity =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: RefusalReason; readonly detail: string };

function identify(
  verifier: SignatureVerifier | undefined,
  headers: HttpHeaders,
  body: Uint8Array,
  receivedAt: number,
): Identity {
  if (verifier === undefined) return { ok: true, id: claimedId(headers) ?? madeId(body, receivedAt) };
  const found = readSignatureHeaders(headers);
  if (!found.ok) return found;
  const check = verifier.verify({ ...found.headers, body, nowMs: receivedAt });
  return check.ok ? { ok: true, id: found.headers.id } : check;
}

/** For an unsigned delivery without an id. */
function madeId(body: Uint8Array, receivedAt: number): string {
  return `unsigned_${receivedAt}_${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
}

function claimedId(headers: HttpHeaders): string | undefined {
  const id = headerOf(headers, 'svix-id') ?? headerOf(headers, 'webhook-id');
  return id !== undefined && /^[!-~]{1,256}$/.test(id) ? id : undefined;
}

/** The path without query and trailing slashes; the root is the empty text. */
function pathOf(target: string): string {
  const path = target.startsWith('/') ? target.replace(/[?#].*$/s, '') : (URL.parse(target)?.pathname ?? '*');
  return path.replace(/\/+$/, '');
}

/** The bytes, or `undefined` when there are too many. A sender that went away is a `TransportError`. */
async function bodyWithin(request: HttpRequest, limit: number): Promise<Uint8Array | undefined> {
  if (Number(headerOf(request.headers, 'content-length') ?? 0) > limit) return undefined;
  try {
    const body = await readBytes(request.body, limit);
    return body.byteLength > limit ? undefined : body;
  } catch (error) {
    // Whoever hands over the body may hold a limit of its own, and says so with an error of its own.
    if (error instanceof TransportError) throw error;
    return undefined;
  }
}

/** JSON under any of its names; also what senders say that do not care: nothing, plain text, plain bytes. */
function isAcceptableType(contentType: string | undefined): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^(?:|application\/(?:json|octet-stream|[\w.!#$&^-]+\+json)|text\/(?:json|plain))$/.test(type);
}
