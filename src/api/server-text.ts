/** Words of a server, made fit to stand in an error message. */
import { withoutControls } from '../domain/control-characters.ts';
import type { Redact } from '../domain/redaction.ts';
import { CliError } from '../errors.ts';

/** An explanation longer than this explains nothing. */
const LIMIT = 300;

/** One line, no control or invisible characters, no secrets, cut at a sane length. */
export function cleanServerText(text: string, redact: Redact): string {
  // Twice: a secret may be told from what is around it only before, or only after.
  const clean = redact(withoutControls(redact(text)))
    .replace(/[\n\t ]+/g, ' ')
    .trim();
  return clean.length <= LIMIT
    ? clean
    : `${clean
        .slice(0, LIMIT)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;
}

/** Whether this is a web page: what a proxy, a login portal or another server answers. */
export function isHtml(text: string, contentType: string | undefined): boolean {
  return /\bx?html\b/i.test(contentType ?? '') || /^\s*<(?:!doctype|html|head|body)\b/i.test(text);
}

/** The failure of a call that a web page came back from. `named`: what it is, behind a colon or in brackets. */
export function webPageFailure(
  named: string,
  about: { readonly status: number; readonly requestId?: string },
): CliError {
  return new CliError('refused', `a web page came in place of an answer of the API${named}`, {
    ...about,
    code: 'not_the_api',
    hint: 'check --base-url, and whether the network wants you to log in first',
  });
}

/** What a web page says of itself: its title, else its first heading; `''` when it has neither. */
export function titleOfHtml(html: string): string {
  const found =
    /<title\b[^>]*>([^<]*)/i.exec(html)?.[1]?.trim() || /<h1\b[^>]*>([^]*?)<\/h1/i.exec(html)?.[1]?.trim() || '';
  return found.replace(/<[^>]*>/g, ' ');
}
