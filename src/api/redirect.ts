/** Redirects of the API: none is followed, because the key is for one server only. */
import { redirectOf } from '../lib/net/redirect.ts';
import type { HttpResponse } from '../lib/net/http.ts';
import { KINDS, KIND_NAMES } from '../kinds.ts';
import type { Redact } from '../settings/redaction.ts';
import { CliError, type FailureFacts } from '../errors.ts';
import { normalizeBaseUrl } from '../settings/base-url.ts';

/** The failure of an answer that redirects the request to `asked`. */
export function redirectFailure(
  response: HttpResponse,
  asked: string,
  about: FailureFacts,
  redact: Redact = (text) => text,
): CliError {
  const { headers, status } = response;
  const redirect = redirectOf(headers, asked);
  const http = `(HTTP ${status})`;
  const failure = (message: string, hint: string): CliError =>
    new CliError('refused', message, { ...about, code: 'redirect_refused', hint });
  if (redirect === undefined) {
    return failure(`the API redirects and does not say where to ${http}`, 'check --base-url');
  }
  const isOther = redirect.url.origin !== new URL(asked).origin;
  const own = baseUrlBehind(new URL(asked));
  const why = isOther ? ': the API key is for one server only' : '';
  const message = `the API redirects to ${redact(redirect.shown)} ${http}, which is not followed${why}`;
  const base = baseUrlBehind(redirect.url);
  if (base !== undefined) {
    return failure(
      message,
      base === own
        ? 'the server wants its own addresses spelled in another way: whoever runs it has to accept this one'
        : `if that is the API, use --base-url ${redact(base)}`,
    );
  }
  if (isOther && redirect.url.protocol === 'http:') {
    return failure(message, 'plain http would show the API key to everyone on the way: use an https address');
  }
  return failure(message, 'check --base-url, and whether the network wants you to log in first');
}

/** The base URL that a redirect implies; `undefined` when it leads to no path of the API. */
export function baseUrlBehind(target: URL): string | undefined {
  const starts = KIND_NAMES.map((kind) => target.pathname.lastIndexOf(KINDS[kind].path));
  const start = Math.max(...starts);
  if (start < 0) return undefined;
  try {
    return normalizeBaseUrl(target.origin + target.pathname.slice(0, start));
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
