/** The correct forms that a malformed secret may have. */
import { percentDecoded } from '../../lib/text/percent-decoded.ts';
import { parseWebhookSecret, type ParsedSecret } from '../../settings/secret.ts';
import { CliError } from '../../errors.ts';
import type { FixName, NamedSecret } from './model.ts';

export interface SecretVariant {
  readonly secret: ParsedSecret;
  /** What is wrong with the one that was given, to complete "the secret ...": `is wrapped in quotes`. */
  readonly fault: string;
  readonly fix?: FixName;
}

interface Mistake {
  readonly fault: string;
  /** The text without the mistake; unchanged when it does not have it. */
  readonly fix: (text: string) => string;
}

/** In the order in which they are fixed; a secret may have several. */
const MISTAKES: readonly Mistake[] = [
  { fault: 'has a carriage return in it, as Windows ends lines', fix: (text) => text.replaceAll('\r', '') },
  { fault: 'has white space in it', fix: (text) => text.replaceAll(/\s+/g, '') },
  {
    fault: 'starts with the name of its variable',
    fix: (text) => text.replace(/^[A-Za-z_]\w*=(?=["'`]?(?:(?:v1,)?wh|auto_v))/, ''),
  },
  {
    fault: 'has invisible characters in it',
    fix: (text) => text.replaceAll(/[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g, ''),
  },
  { fault: 'ends with a line end written as "\\n" or "\\r"', fix: (text) => text.replace(/(?:\\[rn])+$/, '') },
  { fault: 'has a ";" or "," at its end', fix: (text) => text.replace(/["'`]?[;,]+$/, '') },
  { fault: 'is wrapped in quotes', fix: (text) => text.replace(/^["'`]+/, '').replace(/["'`]+$/, '') },
  { fault: 'starts with a version ("v1,"), as signatures do', fix: (text) => text.replace(/^v\d+[a-z]?,/, '') },
  { fault: 'has its prefix whsec_ twice', fix: (text) => text.replace(/^(?:whsec_){2,}/, 'whsec_') },
  { fault: 'has its prefix in capitals', fix: (text) => text.replace(/^whsec_/i, 'whsec_') },
  { fault: 'is in base64url ("-" and "_" for "+" and "/")', fix: standardBase64 },
  { fault: 'is percent-encoded', fix: percentDecoded },
  { fault: 'is encoded in base64 once more, as Kubernetes stores secrets', fix: base64Decoded },
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
    if (secret !== undefined) {
      const isBlank = faults.every((one) => /white space|carriage return/.test(one));
      yield { secret, fault: faults.join(' and '), ...(isBlank ? { fix: 'secret_white_space' } : {}) };
    }
  }
  yield* misreadKeys(current);
}

const BASE64_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='.split('');

/** The secrets that lost one character at an end, or got one more, when they were copied. Over a hundred. */
export function* incompleteSecrets({ text }: NamedSecret): Generator<SecretVariant, void> {
  const [, prefix = '', digits = ''] = /^(whsec_)?([A-Za-z0-9+/]{8,}={0,2})$/.exec(text.trim()) ?? [];
  if (digits === '') return;
  const copies = [
    ...BASE64_CHARACTERS.map((one) => ({ text: prefix + digits + one, fault: 'lacks its last character' })),
    ...BASE64_CHARACTERS.map((one) => ({ text: prefix + one + digits, fault: 'lacks its first character' })),
    { text: prefix + digits.slice(0, -1), fault: 'has one character too many at its end' },
  ];
  for (const { text: whole, fault } of copies) {
    const secret = parsedOrUndefined(whole);
    if (secret !== undefined) yield { secret, fault, fix: 'secret_incomplete' };
  }
}

/** The text itself as the key, for a side that does not decode base64. */
function* misreadKeys(text: string): Generator<SecretVariant, void> {
  const letters = Buffer.from(text.trim(), 'utf8');
  const bare = Buffer.from(text.trim().replace(/^whsec_/, ''), 'utf8');
  const way = { fault: 'was used as text instead of base64', fix: 'secret_as_text' } as const;
  if (bare.length > 0) yield { secret: { scheme: 'v1', key: bare }, ...way };
  if (letters.length > bare.length) yield { secret: { scheme: 'v1', key: letters }, ...way };
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
