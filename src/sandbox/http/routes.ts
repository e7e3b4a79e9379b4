/** Every path of the sandbox: the four of the API, its own, and the status page. */
import { bodyOf, headerOf, type HttpHeaders, type HttpResponse } from '../../lib/net/http.ts';
import { KIND_NAMES, KINDS } from '../../kinds.ts';
import { MAX_CONTROL_BYTES, MAX_SUBMISSION_BYTES } from '../../limits.ts';
import type { Api } from './api.ts';
import { type Control, ENDPOINT_ACTIONS } from './control.ts';
import { HttpError } from './http-error.ts';
import type { Route } from './router.ts';
import { isLoopback } from '../../lib/net/loopback.ts';

export interface RoutesFacts {
  readonly api: Api;
  readonly control: Control;
  /** Renders the page; `nonce` is fresh each time. */
  readonly page: (nonce: string) => string;
  readonly createNonce: () => string;
}

export function createRoutes({ api, control, page, createNonce }: RoutesFacts): readonly Route[] {
  return [
    ...KIND_NAMES.flatMap((kind): Route[] => [
      {
        method: 'POST',
        path: KINDS[kind].path,
        maxBodyBytes: MAX_SUBMISSION_BYTES,
        answer: (call) => api.submit(kind, call),
      },
      { method: 'GET', path: `${KINDS[kind].path}/{}`, answer: (call) => api.fetch(kind, call) },
    ]),
    { method: 'GET', path: '/_sandbox/endpoints', answer: () => control.listEndpoints() },
    {
      method: 'POST',
      path: '/_sandbox/endpoints',
      maxBodyBytes: MAX_CONTROL_BYTES,
      answer: ({ body }) => control.addEndpoint(body),
    },
    { method: 'GET', path: '/_sandbox/endpoints/{}/secret', answer: ({ id }) => control.showSecret(id) },
    ...ENDPOINT_ACTIONS.map((action): Route => ({
      method: 'POST',
      path: `/_sandbox/endpoints/{}/${action}`,
      maxBodyBytes: action === 'recover' ? MAX_CONTROL_BYTES : undefined,
      answer: ({ id, body }) => control.act(id, action, body),
    })),
    { method: 'GET', path: '/_sandbox/messages', answer: () => control.listMessages() },
    { method: 'GET', path: '/_sandbox/messages/{}/attempts', answer: ({ id }) => control.listAttempts(id) },
    {
      method: 'POST',
      path: '/_sandbox/messages/{}/resend',
      maxBodyBytes: MAX_CONTROL_BYTES,
      answer: ({ id, body }) => control.resend(id, body),
    },
    {
      method: 'GET',
      path: '/',
      // A browser cannot send the key; the page knows it.
      open: true,
      answer({ request }) {
        rejectForeignHosts(request.headers);
        const nonce = createNonce();
        return htmlResponse(page(nonce), nonce);
      },
    },
  ];
}

/** A page of another site whose host name was made to resolve to this machine (DNS rebinding) must not read this one. */
function rejectForeignHosts(headers: HttpHeaders): void {
  const host = headerOf(headers, 'host');
  if (host === undefined) return;
  const url = `http://${host}`;
  if (!URL.canParse(url) || !isLoopback(new URL(url).hostname)) {
    throw new HttpError(403, 'The sandbox shows this page under a name of this machine only, such as 127.0.0.1');
  }
}

function htmlResponse(page: string, nonce: string): HttpResponse {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return { status: 200, headers, body: bodyOf(page) };
}
