/** Sanitizes text of a server for an error message. */
import { truncate } from '../lib/text/truncate.ts';
import { withoutControls } from '../lib/text/control-characters.ts';
import type { Redact } from '../settings/redaction.ts';
import { CliError } from '../errors.ts';

/** A longer explanation explains nothing. */
const LIMIT = 300;

/** One line, no control or invisible characters, no secrets, cut at a sane length. */
export function sanitizeServerText(text: string, redact: Redact): string {
  // Twice: a secret may be recognizable only before, or only after, control characters are removed.
  const clean = redact(withoutControls(redact(text)))
    .replace(/[\n\t ]+/g, ' ')
    .trim();
  return truncate(clean, LIMIT);
}

/** What may precede the first element of a page: blanks, a byte order mark, comments, an XML declaration. */
const PREAMBLE = /^\s*(?:(?:<!--[^]*?-->|<\?[^]*?\?>)\s*)*/;

/**
 * Whether this is a web page, as a proxy, a login portal or another server answers under any status. `text` is the start
 * of the body; JSON is none, whatever its content type, and neither is an empty body.
 */
export function isHtml(text: string, contentType: string | undefined): boolean {
  const start = text.replace(PREAMBLE, '');
  if (/^<(?:!doctype\s+html|html|head|body|title|meta|script)\b/i.test(start)) return true;
  return /\bx?html\b/i.test(contentType ?? '') && !/^(?:[[{"]|$)/.test(start);
}

/** The code of the failure when a web page was returned in place of an answer. */
export const NOT_THE_API = 'not_the_api';

/** The failure when a web page was returned in place of an answer. `title`: the title of the page. */
export function webPageFailure(
  title: string,
  about: { readonly status: number; readonly requestId?: string | undefined },
): CliError {
  const { status, requestId } = about;
  const http = status === 200 ? '' : ` (HTTP ${status})`;
  const named = title === '' ? '' : `: ${title}`;
  return new CliError('refused', `a web page arrived instead of an answer of the API${http}${named}`, {
    status,
    requestId,
    code: NOT_THE_API,
    hint: 'check --base-url, and whether the network wants you to log in first',
  });
}

/** The title of a web page, else its first heading; `''` when it has neither. */
export function titleOfHtml(html: string): string {
  const found =
    /<title\b[^>]*>([^<]*)/i.exec(html)?.[1]?.trim() || /<h1\b[^>]*>([^]*?)<\/h1/i.exec(html)?.[1]?.trim() || '';
  return found.replace(/<[^>]*>/g, ' ');
}
