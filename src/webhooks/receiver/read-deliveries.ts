/** Reads deliveries from a file: one of `listen --record`, or a request that was pasted or dumped by another tool. */
import { CliError } from '../../errors.ts';
import type { HeaderLine } from '../../state/delivery.ts';
import { looksLikeCgi, parseCgi } from './cgi-variables.ts';
import { readDump } from './json-dump.ts';
import type { RecordedDelivery } from './recorded-delivery.ts';
import { headersOf } from '../forward-headers.ts';
import { isLikeSignatureHeader, SIGNATURE_HEADERS } from '../signature-headers.ts';

const OWN = { receivedAt: 'x-optipick-received-at', status: 'x-optipick-status', body: 'x-optipick-body' } as const;
const REQUEST_LINE = /^([A-Z]{3,10}) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/;
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/;

/** `:authority: host`, as HTTP/2 has it and tools show it. */
const PSEUDO_HEADER = /^:[a-z]+:/;

/** Whether the bytes begin like an HTTP request or a block of headers. */
export function looksLikeRequest(bytes: Uint8Array): boolean {
  const [first = ''] = headText(withoutPreamble(bytes)).split(/\r?\n/, 1);
  const line = withoutCurlMark(first);
  return REQUEST_LINE.test(line) || PSEUDO_HEADER.test(line) || (HEADER_LINE.test(line) && !line.startsWith('{'));
}

/**
 * The deliveries in a file, at least one: an HTTP request (see {@link parseRequest}), the environment of a CGI program, or
 * JSON with requests in it (see {@link readDump}). Throws `CliError` `usage` (`bad_delivery`) that says why there is none.
 */
export function readDeliveries(content: Uint8Array, name: string): readonly RecordedDelivery[] {
  const bytes = withoutPreamble(content);
  if (looksLikeCgi(bytes)) return [parseCgi(bytes, name)];
  if (looksLikeRequest(bytes)) return [parseRequest(bytes, name)];
  const dumped = readDump(bytes, name);
  if (dumped !== undefined) return dumped;
  // It may be nearly a request: the error names the line that is not a header.
  if (bytes.includes(0x0a)) return [parseRequest(bytes, name)];
  throw new CliError('usage', `${name} is not a delivery: neither an HTTP request nor JSON with its headers`, {
    code: 'bad_delivery',
    hint: 'a request begins with a line such as "POST /webhook HTTP/1.1", or with its headers',
  });
}

/** The one delivery in a file. Throws as {@link readDeliveries} does, and when there are several. */
export function parseRecordedDelivery(content: Uint8Array, name: string): RecordedDelivery {
  const all = readDeliveries(content, name);
  const signed = all.length === 1 ? all : all.filter(isSigned);
  const [only] = signed;
  if (only !== undefined && signed.length === 1) return only;
  throw new CliError('usage', `${name} holds ${all.length} requests, ${signed.length} of them with signature headers`, {
    code: 'bad_delivery',
    hint: 'write the delivery that is meant into a file of its own',
  });
}

/** Whether it has a signature header, also under the name that a gateway gave it. */
export function isSigned({ headers }: Pick<RecordedDelivery, 'headers'>): boolean {
  const names = Object.keys(headers);
  return names.some((name) => SIGNATURE_HEADERS.includes(name)) || names.some(isLikeSignatureHeader);
}

/**
 * Reads an HTTP/1.1 request as `listen --record` writes it, with header lines ended by CRLF or LF and, in what people
 * paste, perhaps without its first line, with the `> ` that curl puts before each, with the `:path` of HTTP/2, behind
 * empty lines or a byte order mark, or in the UTF-16 that PowerShell writes. The body is what follows the first
 * empty line, byte for byte, without line ends that lie beyond its `content-length`: those an editor or a shell has
 * added. Throws `CliError` `usage` (`bad_delivery`) that says which line cannot be read.
 */
function parseRequest(bytes: Uint8Array, name: string): RecordedDelivery {
  const end = endOfHead(bytes);
  const [first = '', ...rest] = headText(bytes.subarray(0, end.head)).split(/\r?\n/).map(withoutCurlMark);
  const start = REQUEST_LINE.exec(first);
  const headerLines = start === null ? [first, ...rest] : rest;
  const lines: HeaderLine[] = [];
  for (const [index, text] of headerLines.entries()) {
    if (text === '' || PSEUDO_HEADER.test(text)) continue;
    if (/^[ \t]/.test(text) && lines.length > 0) {
      // A folded line goes on with the value before it (RFC 9112, section 5.2).
      const [header = '', value = ''] = lines.pop() ?? [];
      lines.push([header, `${value} ${text.trim()}`.trim()]);
      continue;
    }
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
    body: new Uint8Array(withoutAddedLineEnds(bytes.subarray(end.body), lines)),
    receivedAt: Number.isNaN(receivedAt) ? undefined : receivedAt,
    status: Number.isInteger(status) && status > 0 ? status : undefined,
    bodyKept: own.get(OWN.body) === undefined,
  };
}

/** Removes line ends beyond `content-length`. Other bytes beyond it were sent, and are kept. */
function withoutAddedLineEnds(body: Uint8Array, lines: readonly HeaderLine[]): Uint8Array {
  const declared = lines.find(([header]) => header === 'content-length')?.[1] ?? '';
  if (!/^\d{1,15}$/.test(declared) || body.byteLength <= Number(declared)) return body;
  const surplus = body.subarray(Number(declared));
  return surplus.every((byte) => byte === 0x0a || byte === 0x0d) ? body.subarray(0, Number(declared)) : body;
}

/** Without a byte order mark and leading empty lines; UTF-16 as UTF-8. */
function withoutPreamble(bytes: Uint8Array): Uint8Array {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe)
    return withoutPreamble(new TextEncoder().encode(new TextDecoder('utf-16le').decode(bytes)));
  if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return withoutPreamble(bytes.subarray(3));
  let at = 0;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at += 1;
  return bytes.subarray(at);
}

/** Node reads each byte of a header value as one character. */
function headText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** `curl -v` puts `> ` before each line of a request. */
function withoutCurlMark(line: string): string {
  return line.replace(/^> ?/, '');
}

/** Where the head ends and the body begins. Without an empty line there is no body. */
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
