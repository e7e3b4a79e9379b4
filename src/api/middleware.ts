/** Middleware of the network: adds the key, and traces for `--debug`. */
import { headerOf, type Http, type HttpHeaders } from '../lib/net/http.ts';
import type { Redact } from '../settings/redaction.ts';
import { maskUrl } from '../lib/net/url-secrets.ts';
import { CliError, messageOf } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { formatDuration } from '../lib/text/numbers.ts';

/** The header for the key, from the vendor's example. */
const KEY_HEADER = 'x-api-key';

/**
 * Adds the key to requests for the base URL's origin, and to no other. Throws `CliError` `usage`
 * for a key that a header cannot carry.
 */
export function withKey(http: Http, key: string, baseUrl: string): Http {
  if (!/^[\u0021-\u007e]+$/.test(key)) {
    throw new CliError('usage', 'the API key is empty or holds a space, line break or other foreign character', {
      code: 'bad_api_key',
      hint: 'copy it again from the web application, then run `optipick login`',
    });
  }
  const { origin } = new URL(baseUrl);
  return (request) =>
    new URL(request.url).origin === origin
      ? http({ ...request, headers: { ...request.headers, [KEY_HEADER]: key } })
      : http(request);
}

export interface TraceOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Gets one line at a time, without a line break. */
  readonly write: (line: string) => void;
  /** Removes secrets from what the network says. */
  readonly redact: Redact;
}

/** Writes a line for each exchange: method, URL, status and the time to the head of the answer. The key is masked. */
export function withTrace(http: Http, { clock, write, redact }: TraceOptions): Http {
  return async (request) => {
    const started = clock.monotonic();
    const took = (): string => formatDuration(clock.monotonic() - started);
    const call = `${request.method} ${maskUrl(request.url)}`;
    write(`> ${call}${keyNote(request.headers)}`);
    try {
      const response = await http(request);
      const length = headerOf(response.headers, 'content-length');
      write(`< ${response.status} ${call} in ${took()}${length === undefined ? '' : `, ${length} bytes`}`);
      return response;
    } catch (error) {
      write(`! ${call} after ${took()}: ${redact(messageOf(error))}`);
      throw error;
    }
  };
}

function keyNote(headers: HttpHeaders): string {
  const key = headerOf(headers, KEY_HEADER);
  return key === undefined ? '' : ` (${KEY_HEADER}: ${maskKey(key)})`;
}

/** Enough to recognize a long key, nothing of a short one. */
function maskKey(key: string): string {
  return key.length < 12 ? '…' : `${key.slice(0, 2)}…${key.slice(-2)}`;
}
