/**
 * Strikes secrets out of a text of somebody who may know them: a server that echoes the key it was sent, whole or in
 * pieces, in other letters or encoded. Pure.
 */

import { readAutoConfigToken } from './autoconfig-token.ts';

export type Redact = (text: string) => string;

/** A shorter run than this tells too little of a secret, and is part of too many words. */
const PIECE = 8;
const MARK = '***';

/**
 * Replaces every run of 8 characters or more of a secret, in capitals or not, by `***`, and so of its forms in base64
 * (both alphabets, wherever in a longer text the secret began), hex and percent encoding. A secret of less than 8
 * characters counts as a whole. `shown` is what becomes of the text before a person sees it: what that takes out must
 * not hide a secret here. The time grows with the text alone.
 */
export function createRedaction(secrets: readonly string[], shown: Redact = (text) => text): Redact {
  const strike = createStrike(secrets);
  return (text) => {
    const struck = strike(text);
    const seen = shown(struck);
    if (seen === struck) return struck;
    const again = strike(seen);
    return again === seen ? struck : again;
  };
}

function createStrike(secrets: readonly string[]): Redact {
  const pieces = new Set<string>();
  const sizes = new Set<number>();
  const fingerprints = new Uint8Array(0x10000);
  const forms = secrets.filter((secret) => secret !== '').flatMap(formsOf);
  for (const form of new Set(forms.map((each) => each.toLowerCase()))) {
    const size = Math.min(PIECE, form.length);
    sizes.add(size);
    for (let at = 0; at + size <= form.length; at += 1) {
      pieces.add(form.slice(at, at + size));
      fingerprints[fingerprint(form, at, size)] = 1;
    }
  }

  const strikeSize = (text: string, size: number): string => {
    if (text.length < size) return text;
    const lower = lowered(text);
    let struck = '';
    /** How much of the text is dealt with. */
    let done = 0;
    for (let at = 0; at + size <= lower.length; at += 1) {
      if (fingerprints[fingerprint(lower, at, size)] === 0 || !pieces.has(lower.slice(at, at + size))) continue;
      // A piece that begins inside the last one, or at its end, makes the run longer.
      if (at > done || done === 0) struck += text.slice(done, at) + MARK;
      done = at + size;
    }
    return done === 0 ? text : struck + text.slice(done);
  };
  return (text) => {
    let struck = text;
    for (const size of sizes) struck = strikeSize(struck, size);
    return struck;
  };
}

/** Three characters of a piece: nearly all that is not one is told by them, without a look into the set. */
function fingerprint(text: string, at: number, size: number): number {
  const [first, middle, last] = [
    text.charCodeAt(at),
    text.charCodeAt(at + (size >> 1)),
    text.charCodeAt(at + size - 1),
  ];
  return (first * 961 + middle * 31 + last) % 0x10000;
}

/** Small letters, each in its place: only `İ` becomes two. */
function lowered(text: string): string {
  return text.replaceAll('\u0130', 'i').toLowerCase();
}

/** A secret as it is, and as it may be encoded; of a webhook secret, which is base64, the bytes in it, too. */
function formsOf(secret: string): readonly string[] {
  if (secret.length < PIECE) return [secret];
  const token = readAutoConfigToken(secret);
  const inside = [token?.secret ?? '', token?.apiToken ?? ''].filter((text) => text !== '').flatMap(formsOf);
  const key = /^(?:wh[a-z]+_)?([A-Za-z\d+/]{24,})={0,2}$/.exec(secret)?.[1];
  const encoded = [Buffer.from(secret), ...(key === undefined ? [] : [Buffer.from(key, 'base64')])].flatMap(
    encodingsOf,
  );
  return [secret, encodeURIComponent(secret), ...encoded, ...inside];
}

function encodingsOf(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    // Digits that other bytes have a part in are not those of the secret.
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6)];
    return (['base64', 'base64url'] as const).map((alphabet) => padded.toString(alphabet).slice(from, to));
  });
  return [...base64, hex, hex.replaceAll(/../g, '%$&')];
}
