/**
 * AutoConfig tokens of Svix: `auto_v1_` or `auto_v2_`, then JSON in base64 whose `esec` is the signing secret of the
 * endpoint and whose `tok` gives access to the API of Svix (svix library 2.5.0, autoconfig.ts). Pure.
 */
import { fieldOf, textOf } from '../lib/json/loose-fields.ts';

export interface AutoConfigToken {
  /** `whsec_...`; `undefined` when the token does not hold it: it is not whole, or of a later version. */
  readonly secret: string | undefined;
  /** Nothing here uses it, and nobody must see it. */
  readonly apiToken: string | undefined;
}

const TOKEN = /^auto_v\d+_/;

/** `undefined` for what is no such token. */
export function readAutoConfigToken(text: string): AutoConfigToken | undefined {
  const prefix = TOKEN.exec(text)?.[0];
  if (prefix === undefined) return undefined;
  try {
    const content: unknown = JSON.parse(Buffer.from(text.slice(prefix.length), 'base64').toString('utf8'));
    return { secret: textOf(fieldOf(content, 'esec')), apiToken: textOf(fieldOf(content, 'tok')) };
  } catch (error) {
    if (error instanceof SyntaxError) return { secret: undefined, apiToken: undefined };
    throw error;
  }
}
