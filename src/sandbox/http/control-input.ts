/** Bodies of the sandbox's own calls. Each reader throws `HttpError` 422 for a body that cannot be used. */
import type { EndpointOptions } from '../webhooks/endpoints.ts';
import { HttpError, type ValidationIssue } from './http-error.ts';
import { parseJsonBody } from './request-body.ts';
import { isRecord } from '../../lib/json/loose-fields.ts';

function readObject(body: string): Readonly<Record<string, unknown>> {
  const { value } = parseJsonBody(body);
  if (isRecord(value)) return value;
  throw new HttpError(422, [{ loc: ['body'], msg: 'Input should be a valid dictionary', type: 'dict_type' }]);
}

/** `{"url", "events"?, "secret"?}`; `events` is a list of patterns, or one text with commas. */
export function readEndpoint(body: string): EndpointOptions & { readonly url: string } {
  const { url, events, secret } = readObject(body);
  const issues: ValidationIssue[] = [];
  if (url === undefined) issues.push({ loc: ['body', 'url'], msg: 'Field required', type: 'missing' });
  else if (typeof url !== 'string') issues.push(notString(['body', 'url']));
  const patterns = typeof events === 'string' ? events.split(',') : (events ?? []);
  if (!Array.isArray(patterns)) {
    issues.push({ loc: ['body', 'events'], msg: 'Input should be a valid list', type: 'list_type' });
  } else {
    for (const [index, pattern] of patterns.entries()) {
      if (typeof pattern !== 'string') issues.push(notString(['body', 'events', index]));
    }
  }
  if (secret !== undefined && secret !== null && typeof secret !== 'string') issues.push(notString(['body', 'secret']));
  if (issues.length > 0) throw new HttpError(422, issues);
  return { url: url as string, events: patterns as string[], secret: (secret as string | null) ?? undefined };
}

function notString(loc: ValidationIssue['loc']): ValidationIssue {
  return { loc, msg: 'Input should be a valid string', type: 'string_type' };
}

/** `{"since": "2026-01-31T12:00:00Z"}`, in milliseconds since 1970; no body: 0. */
export function readSince(body: string): number {
  if (body.trim() === '') return 0;
  const { since = 0 } = readObject(body);
  const at = typeof since === 'string' ? Date.parse(since) : since;
  if (typeof at === 'number' && Number.isFinite(at) && Math.abs(at) <= 8.64e15) return at;
  throw new HttpError(422, [
    { loc: ['body', 'since'], msg: 'Input should be a valid datetime (RFC 3339)', type: 'datetime_parsing' },
  ]);
}

/** `{"endpoint"}`: one endpoint of a message; no body: all. */
export function readEndpointId(body: string): string | undefined {
  if (body.trim() === '') return undefined;
  const { endpoint } = readObject(body);
  if (endpoint === undefined || endpoint === null) return undefined;
  if (typeof endpoint !== 'string') throw new HttpError(422, [notString(['body', 'endpoint'])]);
  return endpoint;
}
