/** The correct forms that a malformed secret may have. */
import { percentDecoded } from '../../lib/text/percent-decoded.ts';
import { parseWebhookSecret, type ParsedSecret } from '../../settings/secret.ts';
import { CliError } from '../../errors.ts';
import type { NamedSecret } from './model.ts';

export interface SecretVariant {
  readonly secret: ParsedSecret;
  /** What is wrong with the one that was given: `it is wrapped in quotes`. */
  readonly fault: string;
}

interface Mistake {
  readonly fault: string;
  /** The text without the mistake; unchanged when it does not have it. */
  readonly fix: (text: string) => string;
}

/** In the order in which they are fixed; a secret may have several. */
const MISTAKES: readonly Mistake[] = [
  { fault: 'a carriage return, as Windows ends its lines, belongs to it', fix: (text) => text.replaceAll('\r', '') },
  { fault: 'there is white space in it', fix: (text) => text.replaceAll(/\s+/g, '') },
  {
    fault: 'the name of the variable belongs to it',
    fix: (text) => text.replace(/^[A-Za-z_]\w*=(?=["'`]?(?:(?:v1,)?wh|auto_v))/, ''),
  },
  {
    fault: 'there are invisible characters in it',
    fix: (text) => text.replaceAll(/[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g, ''),
  },
  { fault: 'a line end written as "\\n" or "\\r" belongs to it', fix: (text) => text.replace(/(?:\\[rn])+$/, '') },
  { fault: 'there is a ";" or "," behind it', fix: (text) => text.replace(/["'`]?[;,]+$/, '') },
  { fault: 'it is wrapped in quotes', fix: (text) => text.replace(/^["'`]+/, '').replace(/["'`]+$/, '') },
  { fault: 'it begins with a version ("v1,"), as signatures do', fix: (text) => text.replace(/^v\d+[a-z]?,/, '') },
  { fault: 'its prefix whsec_ is there twice', fix: (text) => text.replace(/^(?:whsec_){2,}/, 'whsec_') },
  { fault: 'its prefix is not written in small letters', fix: (text) => text.replace(/^whsec_/i, 'whsec_') },
  { fault: 'it is written with the letters of a URL ("-" and "_" for "+" and "/")', fix: standardBase64 },
  { fault: 'it is percent-encoded', fix: percentDecoded },
  { fault: 'it is encoded in base64 once more, as secrets of Kubernetes are', fix: base64Decoded },
];

/** The secret without its mistakes, after each step that makes it usable. */
export function* fixedSecrets({ text }: NamedSecret): Generator<SecretVariant, void> {
  const faults: string[] = [];
  let current = text;
  for (const { fault, fix } of MISTAKES) {
    const next = fix(current);
    if (next === current) continue;
    faults.push(fault);
    current = next;
    const secret = parsedOrUndefined(current);
    if (secret !== undefined) yield { secret, fault: faults.join(', and ') };
  }
  yield* misreadKeys(current);
}

/** The text itself as the key, for a side that does not decode base64. */
function* misreadKeys(text: string): Generator<SecretVariant, void> {
  const letters = Buffer.from(text.trim(), 'utf8');
  const bare = Buffer.from(text.trim().replace(/^whsec_/, ''), 'utf8');
  const fault =
    'the sender signs with the letters of the secret as they are, and not with the bytes that they stand for in base64';
  if (bare.length > 0) yield { secret: { scheme: 'v1', key: bare }, fault };
  if (letters.length > bare.length) yield { secret: { scheme: 'v1', key: letters }, fault };
}

/** Why a secret is not usable, in words; `undefined` for a usable one. */
export function faultOfSecret(text: string): string | undefined {
  try {
    parseWebhookSecret(text);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

export function parsedOrUndefined(text: string): ParsedSecret | undefined {
  return faultOfSecret(text) === undefined ? parseWebhookSecret(text) : undefined;
}

function standardBase64(text: string): string {
  const digits = text.replace(/^whsec_/, '');
  return text.slice(0, text.length - digits.length) + digits.replaceAll('-', '+').replaceAll('_', '/');
}

function base64Decoded(text: string): string {
  const inner = Buffer.from(text, 'base64').toString('latin1').trim();
  return /^wh(?:sec|pk)_[A-Za-z0-9+/]+={0,2}$/.test(inner) ? inner : text;
}
