import { type HttpResponse, jsonResponse } from '../../lib/net/http.ts';
import type { SignatureFault } from '../signature.ts';

/** Why a request to the webhook address was rejected. */
export type RejectionReason =
  | SignatureFault
  | 'not_found'
  | 'method_not_allowed'
  | 'source_not_allowed'
  | 'browser_request'
  | 'body_too_large'
  | 'unsupported_content_type'
  | 'overloaded'
  | 'inbox_unavailable'
  | 'shutting_down';

/** 400: it cannot be verified; 401: it does not verify; 503: the sender must retry. */
const STATUS: Readonly<Record<RejectionReason, number>> = {
  not_found: 404,
  method_not_allowed: 405,
  source_not_allowed: 403,
  browser_request: 403,
  body_too_large: 413,
  unsupported_content_type: 415,
  missing_header: 400,
  malformed_header: 400,
  malformed_timestamp: 400,
  too_old: 401,
  too_new: 401,
  unsupported_scheme: 401,
  no_match: 401,
  overloaded: 503,
  inbox_unavailable: 503,
  shutting_down: 503,
};

export function statusOf(reason: RejectionReason): number {
  return STATUS[reason];
}

/** The answer to the sender: `{"error":"too_old","detail":"..."}`. */
export function rejectionAnswer(reason: RejectionReason, detail: string): HttpResponse {
  const status = statusOf(reason);
  if (status !== 503) return jsonResponse(status, { error: reason, detail });
  // The detail is about this machine (paths, disks): the sender need only know when to retry.
  return jsonResponse(status, { error: reason, detail: 'try again later' }, { 'retry-after': '5' });
}

export function acceptedAnswer(): HttpResponse {
  return { status: 204, headers: {}, body: null };
}

export function notFoundAnswer(): HttpResponse {
  return jsonResponse(404, { error: 'not_found', detail: 'no webhook is received at this path' });
}

export function notAllowedAnswer(allow: string): HttpResponse {
  return jsonResponse(405, { error: 'method_not_allowed', detail: `use ${allow}` }, { allow });
}

const PROBE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether the method is one that browsers and probes use, and that delivers nothing. */
export function isProbe(method: string): boolean {
  return PROBE_METHODS.has(method);
}
