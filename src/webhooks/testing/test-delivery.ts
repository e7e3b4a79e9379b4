/** Test deliveries: signed as Svix signs them, or deliberately invalid in the way that is asked for. */
import type { HttpHeaders } from '../../lib/net/http.ts';
import { createSvixId, createTestMessageId, type RandomBytes } from '../../ids.ts';
import type { ParsedSecret } from '../../settings/secret.ts';
import type { Clock } from '../../platform/host.ts';
import { signDelivery } from '../signature.ts';
import { alteredBody } from './test-body.ts';

/** One entry of the signature header. */
export type SignatureEntry =
  /** Made with the endpoint's own secrets: one entry for each, as while a secret is rotated. */
  | 'own'
  /** Well-formed, made with a secret that nobody has. */
  | 'foreign'
  /** The valid one with other last letters: accepted by a receiver that compares only a part. */
  | 'nearly'
  /** Sent as it is. */
  | { readonly text: string };

export interface TestDeliveryOptions {
  readonly body: Uint8Array;
  /** Default: a new one. */
  readonly id?: string | undefined;
  /** Seconds from now to the signed timestamp; negative is the past. Default 0. */
  readonly skewSeconds?: number | undefined;
  /** Default: `['own']`. An empty list leaves the header out. */
  readonly signatures?: readonly SignatureEntry[] | undefined;
  /** `none` leaves out id and timestamp, too. Default `svix`. */
  readonly headerNames?: 'svix' | 'webhook' | 'none' | undefined;
  /** What is sent differs from what was signed. */
  readonly altered?: boolean | undefined;
}

/** Ready to be sent, also several times: each time the same bytes. */
export interface TestDelivery {
  readonly id: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

export type MakeDelivery = (options: TestDeliveryOptions) => Promise<TestDelivery>;

export interface DeliveryMakerOptions {
  /** Public keys, which cannot sign, are skipped unless there is nothing else. */
  readonly secrets: readonly ParsedSecret[];
  readonly clock: Pick<Clock, 'now'>;
  readonly randomBytes: RandomBytes;
  /** New ids say that the delivery is a test: that the request it names need not exist. */
  readonly marked: boolean;
}

/** How far off a timestamp is that a receiver must reject: twice the tolerance of every official library (300 s). */
export const SKEW_SECONDS = 600;

/** As long as the secrets that Svix makes (Svix server, `KEY_SIZE`). */
const KEY_BYTES = 24;

/** What a sender says of itself and of every delivery; names as Svix sends them. */
const COMMON_HEADERS: HttpHeaders = {
  accept: '*/*',
  'content-type': 'application/json',
  'user-agent': 'Svix-Webhooks/optipick-trigger',
};

/** The returned function rejects with `CliError` `usage` when all secrets are public keys. */
export function createDeliveryMaker({ secrets, clock, randomBytes, marked }: DeliveryMakerOptions): MakeDelivery {
  const symmetric = secrets.filter(({ scheme }) => scheme === 'v1');
  const own = symmetric.length > 0 ? symmetric : secrets;

  const newId = (): string => (marked ? createTestMessageId(randomBytes) : createSvixId('msg', randomBytes));

  return async ({ body, id = newId(), skewSeconds = 0, signatures = ['own'], ...rest }) => {
    const { headerNames: prefix = 'svix', altered = false } = rest;
    const timestamp = Math.floor(clock.now() / 1000) + skewSeconds;
    const sign = (secret: ParsedSecret): string => signDelivery(secret, { id, timestamp, body });
    const entries: string[] = [];
    for (const entry of signatures) {
      if (entry === 'own') for (const secret of own) entries.push(sign(secret));
      else if (entry === 'nearly') for (const secret of own) entries.push(alteredAtEnd(sign(secret)));
      else if (entry === 'foreign') entries.push(sign({ scheme: 'v1', key: randomBytes(KEY_BYTES) }));
      else entries.push(entry.text);
    }
    const signed: HttpHeaders =
      prefix === 'none'
        ? {}
        : {
            [`${prefix}-id`]: id,
            [`${prefix}-timestamp`]: String(timestamp),
            ...(entries.length === 0 ? {} : { [`${prefix}-signature`]: entries.join(' ') }),
          };
    return { id, headers: { ...COMMON_HEADERS, ...signed }, body: altered ? alteredBody(body) : body };
  };
}

/** Other letters in the last places before the padding, so that it stays well-formed base64. */
function alteredAtEnd(signature: string): string {
  const digits = signature.replace(/=+$/, '');
  const tail = digits.slice(-4).replaceAll(/./g, (letter) => (letter === 'A' ? 'E' : 'A'));
  return `${digits.slice(0, -4)}${tail}${signature.slice(digits.length)}`;
}
