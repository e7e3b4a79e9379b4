/** The magic header `x-sandbox-status`: its request is answered with that status, once. */
import { createHash } from 'node:crypto';
import { headerOf, type HttpRequest, type HttpResponse, jsonResponse } from '../../lib/net/http.ts';
import { HttpError } from './http-error.ts';

const HEADER = 'x-sandbox-status';
const LEAST = 200;
const MOST = 599;

/** The forced answer, or `undefined` when the request gets its real answer. */
export type StatusOnce = (request: HttpRequest, body: string) => HttpResponse | undefined;

/**
 * The same request gets its real answer the second time, so that a client can be tested for recovery although it
 * sends the same headers each time. After that the header works again.
 * Throws {@link HttpError}: with that status from 400 on, and 422 for a value that is no status from 200 to 599.
 */
export function createStatusOnce(): StatusOnce {
  const answered = new Set<string>();
  return ({ method, url, headers }, body) => {
    const value = headerOf(headers, HEADER);
    if (value === undefined) return undefined;
    const status = Number(value);
    if (!/^\d{3}$/.test(value) || status < LEAST || status > MOST) {
      const msg = `Input should be a status from ${LEAST} to ${MOST}`;
      throw new HttpError(422, [{ loc: ['header', HEADER], msg, type: 'value_error' }]);
    }
    const request = createHash('sha256')
      .update(JSON.stringify([method, url, status, body]))
      .digest('base64');
    if (answered.delete(request)) return undefined;
    answered.add(request);
    const waits = status === 429 || status === 503;
    const detail = `${HEADER} asked for ${status}`;
    if (status >= 400) throw new HttpError(status, detail, waits ? { 'retry-after': '1' } : {});
    return status === 204 || status === 304 ? { status, headers: {}, body: null } : jsonResponse(status, { detail });
  };
}
