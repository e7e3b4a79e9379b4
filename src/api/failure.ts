/** Turns refusals of the API and failures of the network into the failures of the program. */
import { ANSWER_TOO_LARGE, type AnswerLimitError, sizeInWords } from '../answers/limit.ts';
import { isLoopback } from '../lib/net/loopback.ts';
import { headerOf, type HttpResponse, type TransportError } from '../lib/net/http.ts';
import type { Redact } from '../settings/redaction.ts';
import { SANDBOX_HEADER, type Kind } from '../kinds.ts';
import { MAX_ANSWER_BYTES } from '../limits.ts';
import type { ErrorCode } from '../error-codes.ts';
import { CliError, type FailureFacts } from '../errors.ts';
import { redirectFailure } from './redirect.ts';
import type { RefusalBody } from './refusal-body.ts';
import { retryAfterInWords } from './retry-after.ts';
import { webPageFailure } from './sanitize.ts';

/** A failure that may pass by itself, with what decides when to retry. */
export class UnavailableError extends CliError {
  /** Whether the same request may be sent again without harm. */
  readonly repeatable: boolean;
  /** What the server asked for by `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    facts: FailureFacts & { readonly repeatable: boolean; readonly retryAfterMs?: number | undefined },
  ) {
    super('unavailable', message, facts);
    this.repeatable = facts.repeatable;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Statuses after which a GET is retried. */
const RETRIED_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The network wants a login first (RFC 6585, section 6): never the API's own trouble. */
const LOGIN_REQUIRED = 511;

const KEY_HINT =
  'the key may be mistyped or have expired (365 days after it was created by default): ' +
  'create one under Settings > API Keys in the web application, then run `optipick login`';

/** A sandbox has a key of its own at each start. */
export const SANDBOX_KEY_HINT =
  'use the key that it printed when it started, or start it with --save-profile sandbox and use -p sandbox';

/** The requested job. */
export interface JobFacts {
  readonly kind: Kind;
  readonly requestId: string;
}

export interface RefusalFacts extends Partial<JobFacts> {
  readonly method: string;
  /** The requested URL. */
  readonly url: string;
  readonly retryAfterMs?: number | undefined;
  /** Removes secrets from what the server says outside its body. Default: none are known. */
  readonly redact?: Redact | undefined;
}

/**
 * The failure that a status other than 2xx means. `body` is what {@link RefusalBody} could read of it: a web page is not
 * the API's, unless its gateway has trouble (429, 5xx), which may pass.
 */
export function failureOfStatus(response: HttpResponse, body: RefusalBody, facts: RefusalFacts): CliError {
  const { status } = response;
  const { requestId, retryAfterMs } = facts;
  const about = {
    status,
    apiCode: body.code,
    requestId,
    details: body.details,
  };
  const why = body.text === '' ? '' : `: ${body.text}`;
  const isRedirect = status >= 300 && status < 400;
  if (isRedirect && (body.about !== 'page' || headerOf(response.headers, 'location') !== undefined)) {
    return redirectFailure(response, facts.url, about, facts.redact);
  }
  const isTrouble = RETRIED_STATUSES.has(status) || status >= 500;
  if (body.about === 'page' && (!isTrouble || status === LOGIN_REQUIRED))
    return webPageFailure(body.text, { status, requestId });
  if ((status === 401 || status === 403) && headerOf(response.headers, SANDBOX_HEADER) !== undefined) {
    return new CliError('auth', `the sandbox does not know this key (HTTP ${status})`, {
      ...about,
      code: 'key_rejected',
      hint: SANDBOX_KEY_HINT,
    });
  }
  if (status === 401 || status === 403) {
    return new CliError('auth', `the API did not accept the key (HTTP ${status})${why}`, {
      ...about,
      code: 'key_rejected',
      hint: KEY_HINT,
    });
  }
  if (status === 402) {
    return new CliError('auth', `the account has no subscription for this (HTTP 402)${why}`, {
      ...about,
      code: 'no_subscription',
      hint: 'the key itself is valid: ask Optioryx for the subscription, or use the key of another account',
    });
  }
  const again = retryAfterMs === undefined ? 'try again later' : `try again in ${retryAfterInWords(retryAfterMs)}`;
  if (status === 429) {
    return new UnavailableError(`the API asks for fewer requests (HTTP 429)${why}`, {
      ...about,
      code: 'rate_limited',
      repeatable: true,
      retryAfterMs,
      hint: again,
    });
  }
  if (isTrouble) {
    const get = facts.method === 'GET';
    return new UnavailableError(
      `the API could not answer (HTTP ${status})${why}${get ? '' : '; the request may have been accepted'}`,
      {
        ...about,
        ...(get ? { code: 'server_error', hint: again } : MAYBE_ACCEPTED),
        repeatable: get && RETRIED_STATUSES.has(status),
        retryAfterMs,
      },
    );
  }
  return new CliError('refused', `the API refused the request (HTTP ${status})${why}`, {
    ...about,
    code: REFUSAL_CODES[status] ?? 'refused',
    hint: REFUSAL_HINTS[status],
  });
}

const REFUSAL_CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  422: 'invalid_request',
};

const REFUSAL_HINTS: Readonly<Record<number, string>> = {
  404: 'check --base-url',
  413: 'send fewer picks in one request',
};

/** A POST with an unknown outcome: a second one could be a second job. */
export const MAYBE_ACCEPTED = {
  code: 'may_have_been_accepted',
  retryable: false,
  hint: 'sending it again may create a second job; look in the web application first',
} as const;

/** The failure of a broken exchange. A POST that may have arrived has an unknown outcome. */
export function failureOfTransport(error: TransportError, facts: RefusalFacts): UnavailableError {
  const about = { cause: error, requestId: facts.requestId };
  // The certificate, too, holds what the server says.
  const message = facts.redact?.(error.message) ?? error.message;
  if (facts.method !== 'GET' && error.sent) {
    return new UnavailableError(`${message}; the request may have been accepted`, {
      ...about,
      ...MAYBE_ACCEPTED,
      repeatable: false,
    });
  }
  const { code, hint } = TRANSPORT_WORDS[error.kind];
  const { host, hostname } = new URL(facts.url);
  // Nobody who waited that long waits three times more.
  const repeatable = !LASTING_CODES.has(code) && error.kind !== 'overdue';
  return new UnavailableError(message, {
    ...about,
    code,
    hint: error.kind === 'not_tls' && isLoopback(hostname) ? `use http://${host} as the base URL` : hint,
    repeatable,
    retryable: code !== ANSWER_TOO_LARGE && code !== 'unknown_coding',
  });
}

/** The failure of an answer that passes a limit. A POST whose answer has named no id has an unknown outcome. */
export function failureOfLimit(error: AnswerLimitError, facts: RefusalFacts): UnavailableError {
  if (facts.method === 'GET') {
    return new UnavailableError(error.message, { ...limitFacts(error, facts), cause: error, repeatable: false });
  }
  return new UnavailableError(`${error.message}; the request may have been accepted`, {
    ...MAYBE_ACCEPTED,
    cause: error,
    repeatable: false,
  });
}

/** Code and hint of a limit; the hint is the only way to get the answer, where there is one. */
export function limitFacts({ passable }: AnswerLimitError, { kind, requestId }: Partial<JobFacts>): FailureFacts {
  const about: FailureFacts = { code: ANSWER_TOO_LARGE, retryable: false, requestId };
  if (!passable || kind === undefined || requestId === undefined) return about;
  const hint = `optipick ${kind} get ${requestId} -o answer.json passes on up to ${sizeInWords(MAX_ANSWER_BYTES)}`;
  return { ...about, hint };
}

/**
 * Failures that a retry does not cure: an untrusted certificate, a proxy that wants a password, a coding that the server
 * cannot change, and an answer that is too large.
 */
export const LASTING_CODES: ReadonlySet<string> = new Set(['tls', 'proxy_setup', 'unknown_coding', ANSWER_TOO_LARGE]);

const TRANSPORT_WORDS: Readonly<Record<TransportError['kind'], { readonly code: ErrorCode; readonly hint: string }>> = {
  refused: {
    code: 'connection_refused',
    hint: 'check --base-url; a local sandbox is started with `optipick sandbox`',
  },
  dns: { code: 'name_not_found', hint: 'check the network connection and --base-url' },
  tls: {
    code: 'tls',
    hint: 'if your network inspects TLS, set NODE_EXTRA_CA_CERTS to the file with its certificate',
  },
  not_tls: { code: 'tls', hint: 'check the scheme and port of --base-url' },
  timeout: { code: 'timeout', hint: 'try again later' },
  overdue: { code: 'timeout', hint: 'try again later' },
  reset: { code: 'connection_reset', hint: 'try again later' },
  aborted: { code: 'aborted', hint: 'try again' },
  proxy: { code: 'proxy', hint: 'check HTTPS_PROXY, HTTP_PROXY and NO_PROXY' },
  proxy_setup: {
    code: 'proxy_setup',
    hint: 'correct HTTPS_PROXY, HTTP_PROXY or NO_PROXY; with a password: user:password@proxy.example.com:3128',
  },
  too_large: { code: ANSWER_TOO_LARGE, hint: 'check --base-url: something other than the API may answer there' },
  not_http: { code: 'not_http', hint: 'check --base-url: something other than the API may answer there' },
  coding: {
    code: 'unknown_coding',
    hint: 'gzip, deflate, br and zstd are understood: the server, or a proxy before it, has to send one of these or none',
  },
  other: { code: 'network', hint: 'try again later; --debug shows the requests' },
};
