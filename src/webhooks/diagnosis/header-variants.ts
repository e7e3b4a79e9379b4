/** What signature headers may have been before a proxy, a framework or a copy changed them. */
import type { HttpHeaders } from '../../lib/net/http.ts';
import { SIGNATURE_PARTS, type SignatureHeaders, type SignaturePart, signaturePartOf } from '../signature-headers.ts';

export interface HeaderVariant extends SignatureHeaders {
  /** How they were changed: `svix-id came as x-svix-id`. */
  readonly change: string;
}

/** The headers under the right names; a repeated header is joined as RFC 9110 says. */
export function headersUnder(headers: HttpHeaders, prefix: 'svix' | 'webhook'): Partial<SignatureHeaders> {
  const found: Partial<Record<SignaturePart, string>> = {};
  for (const part of SIGNATURE_PARTS) {
    const text = joined(headers[`${prefix}-${part}`]);
    if (text !== '') found[part] = text;
  }
  return found;
}

export function isComplete(found: Partial<SignatureHeaders>): found is SignatureHeaders {
  return SIGNATURE_PARTS.every((part) => found[part] !== undefined);
}

/** The parts that are missing under both names. */
export function missingParts(headers: HttpHeaders): readonly SignaturePart[] {
  const [svix, standard] = [headersUnder(headers, 'svix'), headersUnder(headers, 'webhook')];
  return SIGNATURE_PARTS.filter((part) => svix[part] === undefined && standard[part] === undefined);
}

/** The headers under names that frameworks and gateways give them; `undefined` when one is missing or none is renamed. */
export function renamedHeaders(headers: HttpHeaders): HeaderVariant | undefined {
  const found: Partial<Record<SignaturePart, string>> = {};
  const changes: string[] = [];
  for (const part of SIGNATURE_PARTS) {
    const right = joined(headers[`svix-${part}`]) || joined(headers[`webhook-${part}`]);
    if (right !== '') {
      found[part] = right;
      continue;
    }
    const name = Object.keys(headers).find((each) => signaturePartOf(each) === part && joined(headers[each]) !== '');
    if (name === undefined) return undefined;
    found[part] = joined(headers[name]);
    changes.push(`svix-${part} came as ${name}`);
  }
  return isComplete(found) && changes.length > 0 ? { ...found, change: changes.join(', ') } : undefined;
}

/** The headers without one known change each. */
export function* changedHeaders({ id, timestamp, signature }: SignatureHeaders): Generator<HeaderVariant, void> {
  const whole = { id, timestamp, signature };
  for (const part of SIGNATURE_PARTS) {
    const name = `svix-${part}`;
    const text = whole[part];
    const changed = (value: string, change: string): HeaderVariant => ({
      ...whole,
      [part]: value,
      change: `${name} ${change}`,
    });
    const unquoted = text.replace(/^["']+|["']+$/g, '');
    if (unquoted !== text) yield changed(unquoted, 'is wrapped in quotes');
    const trimmed = text.trim();
    if (trimmed !== text) yield changed(trimmed, 'has white space around it');
    if (/%[0-9A-Fa-f]{2}/.test(text)) yield changed(decoded(text), 'is percent-encoded');
    if (part !== 'signature' && text.includes(',')) {
      for (const one of new Set(text.split(',').map((each) => each.trim()))) {
        yield changed(one, `holds ${text.split(',').length} values in one line: a proxy has merged two headers`);
      }
    }
  }
  if (!id.startsWith('msg_')) yield { ...whole, id: `msg_${id}`, change: 'svix-id lost the "msg_" at its beginning' };
  if (/^\d+\.\d*$/.test(timestamp)) {
    yield { ...whole, timestamp: timestamp.replace(/\..*$/, ''), change: 'svix-timestamp has a fraction' };
  }
  if (/^0+\d|^\+\d/.test(timestamp)) {
    yield {
      ...whole,
      timestamp: timestamp.replace(/^[0+]+/, ''),
      change: 'svix-timestamp has signs before its digits',
    };
  }
  if (/^\d{13}$/.test(timestamp)) {
    yield { ...whole, timestamp: timestamp.slice(0, 10), change: 'svix-timestamp was turned into milliseconds' };
  }
  if (Number.isNaN(Number(timestamp)) && !Number.isNaN(Date.parse(timestamp))) {
    const seconds = String(Math.floor(Date.parse(timestamp) / 1000));
    yield { ...whole, timestamp: seconds, change: 'svix-timestamp was turned into a date' };
  }
  const spaced = signature.replaceAll(/(?<=[A-Za-z0-9+/]) (?=[A-Za-z0-9+/=]+(?: |$))(?!v\d)/g, '+');
  if (spaced !== signature) yield { ...whole, signature: spaced, change: 'svix-signature has spaces in place of "+"' };
  if (!/(?:^|\s)v\d/.test(signature)) {
    yield { ...whole, signature: `v1,${signature}`, change: 'svix-signature lost the version ("v1,") before it' };
  }
  if (/^v1[=:]/.test(signature)) {
    yield {
      ...whole,
      signature: signature.replace(/^v1[=:]/, 'v1,'),
      change: 'svix-signature has another sign than "," behind v1',
    };
  }
  const labelled = signature.replaceAll(/(^|\s)(?:v(?!1,)\w+|V1),/g, '$1v1,');
  if (labelled !== signature) {
    yield { ...whole, signature: labelled, change: 'svix-signature has another version than v1 before it' };
  }
  const separated = signature.replaceAll(/\s*[\t;|]\s*(?=v\d)/g, ' ');
  if (separated !== signature) {
    yield {
      ...whole,
      signature: separated,
      change: 'svix-signature has another sign than a space between its entries',
    };
  }
  const commas = signature.replaceAll(/,\s*(?=v\d[a-z]?,)/g, ' ');
  if (commas !== signature)
    yield { ...whole, signature: commas, change: 'svix-signature has commas between its entries' };
  if (/[-_]/.test(signature)) {
    const standard = signature.replaceAll('-', '+').replaceAll('_', '/');
    yield {
      ...whole,
      signature: standard,
      change: 'svix-signature is written with the letters of a URL ("-" and "_")',
    };
  }
}

/** How far the clock of a proxy that rewrites the timestamp may be off, to each side. */
const NEARBY_SECONDS = 300;

/** The timestamps around the received one, nearest first; `seconds` is how much later the received one is. */
export function* nearbyTimestamps(
  texts: SignatureHeaders,
): Generator<{ readonly variant: HeaderVariant; readonly seconds: number }, void> {
  if (!/^\d{1,11}$/.test(texts.timestamp)) return;
  const change = 'svix-timestamp was written anew';
  for (let distance = 1; distance <= NEARBY_SECONDS; distance += 1) {
    for (const seconds of [distance, -distance]) {
      const timestamp = String(Number(texts.timestamp) - seconds);
      yield { variant: { ...texts, timestamp, change }, seconds };
    }
  }
}

function joined(value: HttpHeaders[string]): string {
  return value === undefined ? '' : [value].flat().join(', ');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
