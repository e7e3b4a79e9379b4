/** What went wrong on the network, in words, and whether the other side may have seen the request. */
import { TransportError } from '../../lib/net/http.ts';
import { MAX_ANSWER_HEADER_BYTES } from '../../limits.ts';
import { systemCodeOf } from '../../errors.ts';

type TransportKind = TransportError['kind'];

const KIND_OF_CODE: Readonly<Record<string, TransportKind>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'reset',
  UND_ERR_HEADERS_OVERFLOW: 'too_large',
  EPROTO: 'tls',
  CERT_HAS_EXPIRED: 'tls',
  CERT_NOT_YET_VALID: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
};

/** Failures of undici to get through the proxy itself. */
const PROXY_CODES = new Set(['UND_ERR_ABORTED', 'UND_ERR_PRX_CONN', 'UND_ERR_PRX_TLS']);

export interface ExchangeFacts {
  readonly url: URL;
  /** Whether bytes of the request were handed to a connection. */
  readonly sent: boolean;
  /** `host:port` of the proxy in use, without its credentials. */
  readonly proxy: string | undefined;
}

/** Maps what undici or Node threw to a {@link TransportError}; one that already is, is passed on. */
export function transportErrorOf(error: unknown, facts: ExchangeFacts): TransportError {
  if (error instanceof TransportError) return error;
  const { url, sent, proxy } = facts;
  const code = systemCodeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const status = /\b(?:Proxy response \(|\()(?<status>\d{3})\)/.exec(text)?.groups?.['status'];
  if (proxy !== undefined && text.startsWith('Proxy Authentication Required')) {
    // A proxy that asks for a password has not passed the request on.
    return new TransportError('proxy_setup', `the proxy ${proxy} wants a user name and password (407)`, {
      sent: false,
      cause: error,
    });
  }
  const unreadable = sent ? notHttp(error, code, url) : undefined;
  if (unreadable !== undefined) return new TransportError('not_http', unreadable, { sent, cause: error });
  const kind = kindOf(code, text);
  if (proxy !== undefined && !sent && ((kind !== 'tls' && kind !== 'not_tls') || code === 'UND_ERR_PRX_TLS')) {
    const why =
      status === undefined
        ? `cannot be used (${code ?? text})`
        : status === '407'
          ? 'wants a user name and password (407)'
          : `refused to connect to ${url.host} (${status})`;
    const kindOfProxy = status === '407' ? 'proxy_setup' : 'proxy';
    return new TransportError(kindOfProxy, `the proxy ${proxy} ${why}`, { sent: false, cause: error });
  }
  return new TransportError(kind, wordsFor(kind, url, code, text, sent), { sent, cause: error });
}

/** An interim answer that nothing in the request calls for. */
export function unaskedWords({ host }: URL, status: number): string {
  return status === 101
    ? `${host} switches to another protocol (HTTP 101), which was not asked for`
    : `${host} answers with status ${status}, which is not an answer to the request`;
}

/**
 * Why what came is no response to the request; `undefined` when it may be one. undici tells it by `HTTPParserError`, or
 * trips over it in an assertion: an error without a code, or with that of `assert`.
 */
function notHttp(error: unknown, code: string | undefined, url: URL): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // The error of undici 8 (`client-h1.js`) for a switch of protocols that nobody asked for.
  if (code === 'UND_ERR_SOCKET' && error.message === 'bad upgrade') return unaskedWords(url, 101);
  const isGarbage = error.name === 'HTTPParserError' || code === undefined || code === 'ERR_ASSERTION';
  return isGarbage ? `the answer of ${url.host} is not valid HTTP` : undefined;
}

function kindOf(code: string | undefined, text: string): TransportKind {
  if (code === undefined) return 'other';
  if (/:SSL routines:[^:]*:(?:wrong version number|packet length too long)/.test(text)) return 'not_tls';
  if (PROXY_CODES.has(code)) return 'proxy';
  const known = KIND_OF_CODE[code];
  if (known !== undefined) return known;
  return /^(?:ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(code) ? 'tls' : 'other';
}

/** Of OpenSSL's own line (`...:error:0A00010B:SSL routines:f:wrong version number:file.c:77:`) only the reason. */
function tlsWords(text: string): string {
  return /:SSL routines:[^:]*:([^:\n]+)/.exec(text)?.[1] ?? text;
}

function wordsFor(kind: TransportKind, url: URL, code: string | undefined, text: string, sent: boolean): string {
  const suffix = code === undefined ? '' : ` (${code})`;
  switch (kind) {
    case 'refused':
      return code === 'ECONNREFUSED'
        ? `nothing answers at ${url.host}: connection refused${suffix}`
        : `${url.host} cannot be reached${suffix}`;
    case 'dns':
      return `the name ${url.hostname} cannot be resolved${suffix}`;
    case 'tls':
      return `no trusted TLS connection to ${url.host}: ${tlsWords(text)}${suffix}`;
    case 'not_tls':
      return `${url.host} does not speak TLS: its port is for plain http or another protocol${suffix}`;
    case 'timeout':
      return sent ? `${url.host} stopped answering${suffix}` : `no connection to ${url.host} in time${suffix}`;
    case 'reset':
      return `${url.host} closed the connection${sent ? ' before its answer was complete' : ''}${suffix}`;
    case 'too_large':
      return `the headers of the answer of ${url.host} are larger than ${MAX_ANSWER_HEADER_BYTES / 1024} KB`;
    case 'aborted':
      return `the request to ${url.host} was stopped`;
    case 'proxy':
    case 'proxy_setup':
    case 'not_http':
    case 'coding':
    case 'overdue':
    case 'other':
    default:
      return `the request to ${url.host} failed: ${text}${suffix}`;
  }
}
