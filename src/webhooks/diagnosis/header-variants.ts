/** What signature headers may have been before a proxy, a framework or a copy changed them. */
import type { HttpHeaders } from '../../lib/net/http.ts';
import { percentDecoded } from '../../lib/text/percent-decoded.ts';
import { SIGNATURE_PARTS, type SignatureHeaders, type SignaturePart, signaturePartOf } from '../signature-headers.ts';

export interface HeaderVariant extends SignatureHeaders {
  /** How they were changed: `svix-id arrived as x-svix-id`. */
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
    changes.push(`svix-${part} arrived as ${name}`);
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
    if (/%[0-9A-Fa-f]{2}/.test(text)) yield changed(percentDecoded(text), 'is percent-encoded');
    if (part !== 'signature' && text.includes(',')) {
      for (const one of new Set(text.split(',').map((each) => each.trim()))) {
        yield changed(one, `holds ${text.split(',').length} values in one line, as when a proxy merges two headers`);
      }
    }
  }
  for (const part of SIGNATURE_PARTS) {
    for (const [change, fix] of DAMAGE[part]) {
      const fixed = fix(whole[part]);
      if (fixed !== whole[part]) yield { ...whole, [part]: fixed, change: `svix-${part} ${change}` };
    }
  }
}

/** Changes that only one part is known to suffer, each with what undoes it; a text without the change stays as it is. */
const DAMAGE: Readonly<Record<SignaturePart, readonly (readonly [change: string, fix: (text: string) => string])[]>> = {
  id: [['lost the "msg_" at its start', (id) => (id.startsWith('msg_') ? id : `msg_${id}`)]],
  timestamp: [
    ['has a fraction', (time) => time.replace(/^(\d+)\.\d*$/, '$1')],
    ['has a sign or zeros before its digits', (time) => (/^0+\d|^\+\d/.test(time) ? time.replace(/^[0+]+/, '') : time)],
    ['was turned into milliseconds', (time) => time.replace(/^(\d{10})\d{3}$/, '$1')],
    ['was turned into a date', secondsOfDate],
  ],
  signature: [
    [
      'has spaces in place of "+"',
      (text) => text.replaceAll(/(?<=[A-Za-z0-9+/]) (?=[A-Za-z0-9+/=]+(?: |$))(?!v\d)/g, '+'),
    ],
    ['lost the version ("v1,") before it', (text) => (/(?:^|\s)v\d/.test(text) ? text : `v1,${text}`)],
    ['has another character than "," after v1', (text) => text.replace(/^v1[=:]/, 'v1,')],
    ['has another version than v1 before it', (text) => text.replaceAll(/(^|\s)(?:v(?!1,)\w+|V1),/g, '$1v1,')],
    ['has another character than a space between its entries', (text) => text.replaceAll(/\s*[\t;|]\s*(?=v\d)/g, ' ')],
    ['has commas between its entries', (text) => text.replaceAll(/,\s*(?=v\d[a-z]?,)/g, ' ')],
    ['is in base64url ("-" and "_")', (text) => text.replaceAll('-', '+').replaceAll('_', '/')],
  ],
};

function secondsOfDate(text: string): string {
  const milliseconds = Number.isNaN(Number(text)) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? text : String(Math.floor(milliseconds / 1000));
}

/** How far the clock of a proxy that rewrites the timestamp may be off, to each side. */
const NEARBY_SECONDS = 300;

/** The timestamps around the received one, nearest first; `seconds` is how much later the received one is. */
export function* nearbyTimestamps(
  texts: SignatureHeaders,
): Generator<{ readonly variant: HeaderVariant; readonly seconds: number }, void> {
  if (!/^\d{1,11}$/.test(texts.timestamp)) return;
  const change = 'svix-timestamp was replaced';
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
