/** Reads a delivery back from the text of an HTTP request: the files of `listen --record`, or one that was pasted. */
import type { HttpHeaders } from '../domain/http.ts';
import { CliError } from '../errors.ts';
import type { HeaderLine } from './delivery.ts';
import { headersOf } from './forward-headers.ts';

export interface RecordedDelivery {
  readonly method: string;
  /** The request target: `/webhook`. */
  readonly target: string;
  /** Names in lower case; those that optipick adds to a record are not among them. */
  readonly headers: HttpHeaders;
  /** The exact bytes. */
  readonly body: Uint8Array;
  /** When `listen` received it, in milliseconds since 1970; `undefined` for what it did not record. */
  readonly receivedAt: number | undefined;
  /** What the sender was answered. */
  readonly status: number | undefined;
  /** `false`: the request was refused before its body was read, and `body` is empty. */
  readonly bodyKept: boolean;
}

const OWN = { receivedAt: 'x-optipick-received-at', status: 'x-optipick-status', body: 'x-optipick-body' } as const;
const REQUEST_LINE = /^([A-Z]{3,10}) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/;
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/;

/** Whether bytes begin like an HTTP request, or like a block of headers. */
export function looksLikeRequest(bytes: Uint8Array): boolean {
  const [first = ''] = headText(bytes).split(/\r?\n/, 1);
  const line = unmarked(first);
  return REQUEST_LINE.test(line) || (HEADER_LINE.test(line) && !line.startsWith('{'));
}

/**
 * Reads an HTTP/1.1 request as `listen --record` writes it, with header lines ended by CRLF or LF and, in what people
 * paste, perhaps without its first line or with the `> ` that curl puts before each. The body is what follows the first
 * empty line, byte for byte. Throws `CliError` `usage` (`bad_delivery`) that says which line cannot be read.
 */
export function parseRecordedDelivery(bytes: Uint8Array, name: string): RecordedDelivery {
  const end = endOfHead(bytes);
  const [first = '', ...rest] = headText(bytes.subarray(0, end.head)).split(/\r?\n/).map(unmarked);
  const start = REQUEST_LINE.exec(first);
  const headerLines = start === null ? [first, ...rest] : rest;
  const lines: HeaderLine[] = [];
  for (const [index, text] of headerLines.entries()) {
    if (text === '') continue;
    const [, header, value = ''] = HEADER_LINE.exec(text) ?? [];
    if (header === undefined) {
      throw unreadable(name, `line ${index + (start === null ? 1 : 2)} is no header: expected "name: value"`);
    }
    lines.push([header.toLowerCase(), value]);
  }
  if (lines.length === 0) throw unreadable(name, 'there are no headers in it');
  const own = new Map(lines.filter(([header]) => header.startsWith('x-optipick-')));
  const receivedAt = Date.parse(own.get(OWN.receivedAt) ?? '');
  const status = Number(own.get(OWN.status));
  return {
    method: start?.[1] ?? 'POST',
    target: start?.[2] ?? '/',
    headers: headersOf(lines.filter(([header]) => !own.has(header))),
    body: new Uint8Array(bytes.subarray(end.body)),
    receivedAt: Number.isNaN(receivedAt) ? undefined : receivedAt,
    status: Number.isInteger(status) && status > 0 ? status : undefined,
    bodyKept: own.get(OWN.body) === undefined,
  };
}

/** Header values are bytes, of which Node makes a character each. */
function headText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** As `curl -v` shows a request. */
function unmarked(line: string): string {
  return line.replace(/^> ?/, '');
}

/** Where the head ends, and where the body begins. Without an empty line there is no body. */
function endOfHead(bytes: Uint8Array): { readonly head: number; readonly body: number } {
  const text = headText(bytes);
  const empty = /\r?\n(?:>[ \t]*)?\r?\n/.exec(text);
  if (empty === null) return { head: bytes.length, body: bytes.length };
  return { head: empty.index, body: empty.index + empty[0].length };
}

function unreadable(name: string, why: string): CliError {
  return new CliError('usage', `${name} is not a recorded delivery: ${why}`, {
    code: 'bad_delivery',
    hint: 'it is an HTTP request: a request line, headers, an empty line and the body, as listen --record writes it',
  });
}
