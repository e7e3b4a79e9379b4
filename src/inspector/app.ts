/** The pages of the inspector, as a function from one request to one response. */
import { CliError } from '../errors.ts';
import type { Html } from '../lib/text/html.ts';
import { readText, type Http, type HttpRequest, type HttpResponse } from '../lib/net/http.ts';
import { MAX_INSPECTOR_FORM_BYTES } from '../limits.ts';
import { page } from '../output/html/html-template.ts';
import { jsonTextOf } from '../webhooks/read-payload.ts';
import { payloadOf } from '../webhooks/body-codings.ts';
import { headersOf } from '../webhooks/forward-headers.ts';
import { assetResponse } from '../pages/assets.ts';
import {
  guardedResponse,
  htmlResponse,
  NOTHING_ACTS,
  outcomeResponse,
  renderDocument,
  renderFragment,
} from '../pages/document.ts';
import type { Live, LiveParts } from '../pages/live.ts';
import type { InboxEntry } from '../state/inbox.ts';
import { createAccess } from './access.ts';
import { act, ACTIONS } from './actions.ts';
import { curlOf, recordOf } from './copies.ts';
import { deliveryParts, findDelivery, renderDelivery } from './delivery.ts';
import {
  queryText,
  readList,
  readQuery,
  renderEmpty,
  renderFilters,
  renderNotStored,
  renderOlder,
  renderRows,
  renderTabs,
  sitesOf,
  type ListPage,
  type ListQuery,
} from './list.ts';
import type { InspectorParts } from './parts.ts';
import { renderRejection } from './rejection.ts';
import { renderReport, renderResult } from './result.ts';

const KEYS = [
  ['j', 'next row'],
  ['k', 'row before'],
  ['Enter', 'open the row'],
  ['Esc', 'back to the list'],
  ['/', 'search'],
  ['r', 'replay what is open'],
  ['e', 'edit and send it'],
  ['c', 'copy it as curl'],
  ['?', 'these keys'],
] as const;

/** `token`: whoever has it may look, and act. */
export function createInspectorApp(parts: InspectorParts, token: string, live: Live): Http {
  const { host, inbox, rejections } = parts;
  const access = createAccess(token);

  const counts = async () => ({ ...(await inbox.counts()), rejected: (await rejections.counts()).stored });

  const document = (title: string, list: Html, detail: Html | undefined): HttpResponse =>
    htmlResponse(
      200,
      renderDocument({
        title: `${title} · optipick inspector`,
        layout: 'panes',
        header: page`<h1>optipick inspector</h1>
${parts.about.map(
  ([name, value]) => page`<p>${name} <code>${value}</code></p>
`,
)}`,
        main: page`<main${detail === undefined ? undefined : page` class="open"`}>
<div class="list">
${list}</div>
${detail ?? page`<article id="detail" class="detail" hidden></article>`}
</main>`,
        keys: KEYS,
        data: { live: '/live' },
      }),
    );

  const listOf = async (query: ListQuery, open: string): Promise<Html> => {
    const list = await readList(parts, query);
    const tabs = renderTabs(await counts(), query);
    return page`<div class="tools"><nav aria-label="States">${tabs}</nav>
${renderFilters(query, sitesOf(list))}</div>
<div class="columns" aria-hidden="true"><span>Received</span><span>State</span><span class="kind">Kind</span><span>Wave and site</span><span class="num">Saving</span><span class="tries num">Tries</span><span class="num">Age</span></div>
${rowsOf(list, query, open)}
${renderOlder(list, query)}<div id="pages"></div>
`;
  };

  const rowsOf = (list: ListPage, query: ListQuery, open: string): Html =>
    page`<div id="list">${renderRows(list, query, open, host.clock.now())}${
      list.entries.length === 0 ? renderEmpty(query, parts.listener !== undefined) : undefined
    }${renderNotStored(list, query)}</div>`;

  const liveParts = async (url: URL): Promise<LiveParts> => {
    const query = { ...readQuery(url.searchParams), before: '' };
    const open = url.searchParams.get('open') ?? '';
    const from = url.searchParams.get('from') ?? undefined;
    const list = await readList(parts, query, from);
    const sequence = /^\/deliveries\/(\d+)$/.exec(open)?.[1];
    const delivery = sequence === undefined ? undefined : await findDelivery(parts, Number(sequence));
    return {
      list: rowsOf(list, query, open),
      older: renderOlder(list, query),
      tabs: renderTabs(await counts(), query),
      ...(delivery === undefined ? {} : await deliveryParts(parts, delivery)),
    };
  };

  /** A page of a delivery, and what else there is of it. */
  const deliveryAnswer = async (
    request: HttpRequest,
    url: URL,
    sequence: number,
    what: string,
  ): Promise<HttpResponse> => {
    const delivery = await findDelivery(parts, sequence);
    if (delivery === undefined) return notFound();
    const action = ACTIONS.find((each) => each === what);
    if (request.method === 'POST') {
      if (action === undefined) return notFound();
      const form = new URLSearchParams(await readText(request.body, MAX_INSPECTOR_FORM_BYTES));
      const outcome = await act(parts, delivery, action, form);
      return outcomeResponse(request, outcome, { path: `/deliveries/${sequence}`, label: 'Back to the delivery' });
    }
    switch (what) {
      case '': {
        const query = readQuery(url.searchParams);
        const path = `/deliveries/${sequence}`;
        const detail = await renderDelivery(parts, delivery, queryText(query, { before: '' }));
        return document(delivery.requestId ?? delivery.id, await listOf(query, path), detail);
      }
      case 'result':
        return htmlResponse(200, fragment(await renderResult(parts, delivery)));
      case 'report.html':
        return await reportAnswer(delivery);
      case 'body':
        return attachment(delivery.body, `${sequence}.body`);
      case 'curl':
        return plain(curlOf(delivery));
      case 'http':
        return guardedResponse(200, 'text/plain; charset=utf-8', recordOf(delivery));
      case 'json':
        return plain(jsonTextOf(payloadOf(headersOf(delivery.headers), delivery.body)) ?? '');
      default:
        return notFound();
    }
  };

  const reportAnswer = async (delivery: InboxEntry): Promise<HttpResponse> => {
    const report = await renderReport(parts, delivery);
    if ('reason' in report) return htmlResponse(404, fragment(page`<p>${report.reason}</p>`));
    return attachment(Buffer.from(report.join('')), `${delivery.requestId ?? delivery.id}.html`);
  };

  const rejectionAnswer = async (url: URL, number: number): Promise<HttpResponse> => {
    const rejection = await rejections.find(number);
    if (rejection === undefined) return notFound();
    const query = readQuery(url.searchParams);
    const detail = await renderRejection(parts, rejection, queryText(query, { before: '' }));
    return document('Rejected', await listOf(query, `/rejected/${number}`), detail);
  };

  const answer = async (request: HttpRequest, url: URL): Promise<HttpResponse> => {
    const [, kind, number, what = ''] =
      /^\/(deliveries|rejected)\/(\d{1,16})(?:\/([a-z.]+))?$/.exec(url.pathname) ?? [];
    if (kind === 'deliveries') return await deliveryAnswer(request, url, Number(number), what);
    if (request.method !== 'GET') return notFound();
    if (kind === 'rejected' && what === '') return await rejectionAnswer(url, Number(number));
    if (url.pathname === '/live') return live.response(() => liveParts(url));
    if (url.pathname === '/') return document('Deliveries', await listOf(readQuery(url.searchParams), ''), undefined);
    return (await assetResponse(host, url.pathname)) ?? notFound();
  };

  return async (request) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    const refusal = access.check(request, url);
    if (refusal !== undefined) return refusal;
    try {
      return await answer(request, url);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      // The state cannot be read or written now.
      return htmlResponse(503, fragment(page`<p>${error.message}</p>`));
    }
  };
}

function fragment(content: Html): string {
  return renderFragment('optipick inspector', content);
}

function plain(text: string): HttpResponse {
  return guardedResponse(200, 'text/plain; charset=utf-8', text);
}

/** Saved, and never shown by the browser: it is the content of others. */
function attachment(bytes: Uint8Array, name: string): HttpResponse {
  const safe = name.replaceAll(/[^\w.-]/g, '_');
  return guardedResponse(200, 'application/octet-stream', bytes, {
    'content-disposition': `attachment; filename="${safe}"`,
    ...NOTHING_ACTS,
  });
}

function notFound(): HttpResponse {
  return htmlResponse(404, fragment(page`<p>There is no such page here: it may be a delivery that was deleted.</p>`));
}
