/** Every path of the sandbox: the four of the API, its own, and those of its page. */
import type { HttpResponse } from '../../lib/net/http.ts';
import { KIND_NAMES, KINDS } from '../../kinds.ts';
import { MAX_CONTROL_BYTES, MAX_SUBMISSION_BYTES } from '../../limits.ts';
import type { Api } from './api.ts';
import { type Control, ENDPOINT_ACTIONS } from './control.ts';
import type { Call, Route } from './router.ts';
import type { SandboxPage } from '../page/page.ts';

export interface RoutesFacts {
  readonly api: Api;
  readonly control: Control;
  /** Loaded when somebody opens it. */
  readonly page: () => Promise<SandboxPage>;
}

export function createRoutes({ api, control, page }: RoutesFacts): readonly Route[] {
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
    ...pageRoutes(page),
  ];
}

/** A browser cannot send the key: they are open to it, and only to a page of their own. */
function pageRoutes(page: RoutesFacts['page']): readonly Route[] {
  const get = (
    path: string,
    answer: (page: SandboxPage, call: Call) => HttpResponse | Promise<HttpResponse>,
  ): Route => ({
    method: 'GET',
    path,
    open: true,
    answer: async (call) => answer(await page(), call),
  });
  return [
    get('/', (shown, { request }) => shown.overview(request)),
    get('/jobs/{}', (shown, { request, id }) => shown.job(request, id)),
    get('/jobs/{}/result', (shown, { id }) => shown.result(id)),
    get('/jobs/{}/answer', (shown, { id }) => shown.answer(id)),
    get('/messages/{}', (shown, { request, id }) => shown.message(request, id)),
    get('/exports/{}', (shown, { request, query, id }) => shown.exports(request, id, query)),
    get('/live', (shown, { query }) => shown.live(query)),
    get('/page.css', (shown) => shown.style()),
    get('/page.js', (shown) => shown.script()),
    {
      method: 'POST',
      path: '/page/{}',
      open: true,
      maxBodyBytes: MAX_CONTROL_BYTES,
      answer: async ({ request, id, body }) => (await page()).act(request, id, new URLSearchParams(body)),
    },
  ];
}
