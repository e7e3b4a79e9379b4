/** Requests that the sandbox rejects, and the response to them. */
import { bodyOf, type HttpHeaders, type HttpResponse, jsonResponse } from '../../lib/net/http.ts';
import type { ErrorShape } from '../config.ts';

/** What is wrong with one field of a request: `{"loc":["body","picks",0,"location_id"],"msg":"Field required","type":"missing"}`. */
export interface ValidationIssue {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** Becomes a response with an error status. `detail` has one of the two forms of FastAPI's errors. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly detail: string | readonly ValidationIssue[];
  readonly headers: HttpHeaders;

  constructor(status: number, detail: string | readonly ValidationIssue[], headers: HttpHeaders = {}) {
    super(typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '));
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/** A value that the schema accepts but the sandbox cannot use, worded as Pydantic's validators do. */
export function valueIssue(loc: ValidationIssue['loc'], message: string): ValidationIssue {
  return { loc, msg: `Value error, ${message}`, type: 'value_error' };
}

/** Error codes for the `coded` shape; the sandbox's own. */
const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  402: 'payment_required',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'request_too_large',
  422: 'validation_error',
  429: 'too_many_requests',
  500: 'internal_error',
  503: 'unavailable',
};

export function errorResponse({ status, detail, headers }: HttpError, shape: ErrorShape): HttpResponse {
  if (shape === 'fastapi') return jsonResponse(status, { detail }, headers);
  const isText = typeof detail === 'string';
  const message = isText ? detail : detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ');
  if (shape === 'gateway') return jsonResponse(status, { message }, headers);
  if (shape === 'coded') {
    const params = isText ? {} : { errors: detail };
    return jsonResponse(status, { code: CODES[status] ?? `error_${status}`, params, message }, headers);
  }
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: bodyOf(message) };
}
