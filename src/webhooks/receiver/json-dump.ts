/** Reads deliveries from JSON: events of AWS Lambda and API Gateway, HAR files, and dumps of headers and body. */
import type { HttpHeaders } from '../../lib/net/http.ts';
import { fieldOf, isRecord, numberOf, textOf } from '../../lib/json/loose-fields.ts';
import { CliError } from '../../errors.ts';
import type { HeaderLine } from '../../state/delivery.ts';
import { headersOf } from '../forward-headers.ts';
import type { RecordedDelivery } from './recorded-delivery.ts';

/** The fields of a HAR entry, an event or a log line that may hold the request. */
const HOLDERS = ['request', 'event', 'req'] as const;

/** The fields that may hold the body, the most exact first. */
const BODY_FIELDS = ['rawBody', 'body', 'content', 'payload'] as const;

/**
 * The requests in a JSON document: a HAR file (`log.entries`), a list, or one request, each an object with `headers` (or
 * `multiValueHeaders`) and `body`: an event of Lambda or API Gateway (payload versions 1.0 and 2.0, `isBase64Encoded`), of
 * a load balancer, or the dump of a program. `undefined` when it is not JSON. Throws `CliError` `usage` (`bad_delivery`)
 * when there is no request in it.
 */
export function readDump(bytes: Uint8Array, name: string): readonly RecordedDelivery[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const listed = fieldOf(fieldOf(document, 'log'), 'entries') ?? document;
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : [listed];
  const requests = entries.flatMap((entry) => requestIn(entry, name) ?? []);
  if (requests.length > 0) return requests;
  throw new CliError('usage', `${name} is JSON and holds no request with its headers`, {
    code: 'bad_delivery',
    hint: 'for a body alone: optipick verify --payload <file> --id <svix-id> --timestamp <seconds> --signature <v1,...>',
  });
}

function requestIn(entry: unknown, name: string): RecordedDelivery | undefined {
  const request = [entry, ...HOLDERS.map((holder) => field(entry, holder))].find(
    (each) => headersIn(each) !== undefined,
  );
  const headers = headersIn(request);
  if (headers === undefined) return undefined;
  const context = field(request, 'requestContext');
  const http = field(context, 'http');
  const received =
    numberOf(field(context, 'requestTimeEpoch')) ??
    numberOf(field(context, 'timeEpoch')) ??
    Date.parse(textOf(field(entry, 'startedDateTime')) ?? '');
  const path = [field(request, 'rawPath'), field(request, 'path'), field(http, 'path'), field(request, 'url')]
    .map(textOf)
    .find((text) => text !== undefined);
  return {
    method:
      [field(request, 'httpMethod'), field(http, 'method'), field(request, 'method')].map(textOf).find(Boolean) ??
      'POST',
    target: path === undefined ? '/' : (URL.parse(path, 'http://localhost')?.pathname ?? '/'),
    headers,
    ...bodyIn(request, name),
    receivedAt: Number.isNaN(received) ? undefined : received,
    status: undefined,
    bodyKept: true,
  };
}

/** Ignores the case of the name: .NET and Go write `Headers`. */
function field(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name];
  const found = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : value[found];
}

/** Names in lower case; `undefined` without any. */
function headersIn(request: unknown): HttpHeaders | undefined {
  for (const name of ['headers', 'multiValueHeaders', 'rawHeaders'] as const) {
    const value = field(request, name);
    const lines = Array.isArray(value) ? listedHeaders(value) : isRecord(value) ? namedHeaders(value) : [];
    if (lines.length > 0 || (name === 'headers' && Array.isArray(value))) return headersOf(lines);
  }
  return undefined;
}

/** `{"svix-id": "msg_1", "accept": ["a", "b"]}` */
function namedHeaders(headers: Readonly<Record<string, unknown>>): readonly HeaderLine[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((one) => headerLine(name, one)));
}

/** `[{"name": "svix-id", "value": "msg_1"}]`, `[["svix-id", "msg_1"]]`, or `["svix-id", "msg_1"]` as Node has them. */
function listedHeaders(headers: readonly unknown[]): readonly HeaderLine[] {
  if (headers.every((one) => typeof one === 'string')) {
    return headers.flatMap((name, at) => (at % 2 === 0 ? headerLine(name, headers[at + 1]) : []));
  }
  return headers.flatMap((one) =>
    Array.isArray(one)
      ? headerLine(one[0], one[1])
      : headerLine(fieldOf(one, 'name') ?? fieldOf(one, 'key'), fieldOf(one, 'value')),
  );
}

function headerLine(name: unknown, value: unknown): readonly HeaderLine[] {
  if (typeof name !== 'string' || !(typeof value === 'string' || typeof value === 'number')) return [];
  return [[name.toLowerCase(), String(value)]];
}

/** Throws `CliError` `usage` for a body that is neither text, bytes nor an object. */
function bodyIn(request: unknown, name: string): Pick<RecordedDelivery, 'body' | 'bodyWasParsed'> {
  const postData = field(request, 'postData');
  const found = BODY_FIELDS.map((each) => field(request, each)).find((each) => each !== undefined && each !== null);
  const value = postData === undefined ? found : field(postData, 'text');
  if (value === undefined) return { body: new Uint8Array(0) };
  if (typeof value === 'string') {
    const isBase64 = field(request, 'isBase64Encoded') === true || field(postData, 'encoding') === 'base64';
    return { body: new Uint8Array(Buffer.from(value, isBase64 ? 'base64' : 'utf8')) };
  }
  const bytes = field(value, 'type') === 'Buffer' ? field(value, 'data') : undefined;
  if (isBytes(bytes)) return { body: Uint8Array.from(bytes) };
  if (postData === undefined && typeof value === 'object') {
    return { body: new TextEncoder().encode(JSON.stringify(value)), bodyWasParsed: true };
  }
  throw new CliError('usage', `the body of the request in ${name} is no text`, { code: 'bad_delivery' });
}

function isBytes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < 256);
}
