/** Bodies of the sandbox's own calls. Each reader throws `Refusal` 422 for what it cannot use. */
import type { EndpointOptions } from '../webhooks/endpoints.ts';
import { Refusal, type RequestFault } from './refusal.ts';
import { parseJsonBody } from './request-body.ts';

function readObject(body: string): Readonly<Record<string, unknown>> {
  const { value } = parseJsonBody(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Refusal(422, [{ loc: ['body'], msg: 'Input should be a valid dictionary', type: 'dict_type' }]);
}

/** `{"url", "events"?, "secret"?}`; `events` is a list of patterns, or one text with commas. */
export function readEndpoint(body: string): EndpointOptions & { readonly url: string } {
  const { url, events, secret } = readObject(body);
  const faults: RequestFault[] = [];
  if (url === undefined) faults.push({ loc: ['body', 'url'], msg: 'Field required', type: 'missing' });
  else if (typeof url !== 'string') faults.push(notText(['body', 'url']));
  const patterns = typeof events === 'string' ? events.split(',') : (events ?? []);
  if (!Array.isArray(patterns)) {
    faults.push({ loc: ['body', 'events'], msg: 'Input should be a valid list', type: 'list_type' });
  } else {
    for (const [index, pattern] of patterns.entries()) {
      if (typeof pattern !== 'string') faults.push(notText(['body', 'events', index]));
    }
  }
  if (secret !== undefined && secret !== null && typeof secret !== 'string') faults.push(notText(['body', 'secret']));
  if (faults.length > 0) throw new Refusal(422, faults);
  return { url: url as string, events: patterns as string[], secret: (secret as string | null) ?? undefined };
}

function notText(loc: RequestFault['loc']): RequestFault {
  return { loc, msg: 'Input should be a valid string', type: 'string_type' };
}

/** `{"since": "2026-01-31T12:00:00Z"}`, in milliseconds since 1970; no body: since ever. */
export function readSince(body: string): number {
  if (body.trim() === '') return 0;
  const { since = 0 } = readObject(body);
  const at = typeof since === 'string' ? Date.parse(since) : since;
  if (typeof at === 'number' && Number.isFinite(at) && Math.abs(at) <= 8.64e15) return at;
  throw new Refusal(422, [
    { loc: ['body', 'since'], msg: 'Input should be a valid datetime (RFC 3339)', type: 'datetime_parsing' },
  ]);
}

/** `{"endpoint"}`: one endpoint of a message; no body: all. */
export function readEndpointId(body: string): string | undefined {
  if (body.trim() === '') return undefined;
  const { endpoint } = readObject(body);
  if (endpoint === undefined || endpoint === null) return undefined;
  if (typeof endpoint !== 'string') throw new Refusal(422, [notText(['body', 'endpoint'])]);
  return endpoint;
}
