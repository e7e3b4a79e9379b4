/** The page of the sandbox, for a person with a browser: what is there, and what can be done with it. */
import type { Html } from '../../lib/text/html.ts';
import { bodyOf, headerOf, type HttpRequest, type HttpResponse } from '../../lib/net/http.ts';
import { page } from '../../output/html/html-template.ts';
import { createReportPlan } from '../../output/html/site-plan.ts';
import { assetResponse } from '../../pages/assets.ts';
import {
  guardedResponse,
  htmlResponse,
  NOTHING_ACTS,
  outcomeResponse,
  renderDocument,
  renderFragment,
} from '../../pages/document.ts';
import { createLive, type LiveParts } from '../../pages/live.ts';
import { PAGE_STYLE } from '../../pages/style.ts';
import type { Job } from '../jobs/jobs.ts';
import type { Message } from '../webhooks/message.ts';
import { act } from './actions.ts';
import { exportLines, renderExports } from './exports.ts';
import { jobHead, renderJob, renderResult } from './job.ts';
import { messageParts, renderMessage } from './message.ts';
import { overviewParts, renderOverview } from './overview.ts';
import type { PageParts } from './parts.ts';
import { SANDBOX_STYLE } from './style.ts';

const KEYS = [
  ['j', 'next row'],
  ['k', 'row before'],
  ['Enter', 'open the row'],
  ['Esc', 'back to the overview'],
  ['c', 'copy the answer of the job that is open'],
  ['r', 'resend the webhook that is open'],
  ['t', 'send a test event'],
  ['?', 'these keys'],
] as const;

export type SandboxPage = ReturnType<typeof createPage>;

export function createPage(environment: PageParts) {
  const { clock, site, jobs, outbox, background } = environment;
  const live = createLive(clock, background.signal);
  let plan: ReturnType<typeof createReportPlan> | undefined;

  const document = (request: HttpRequest, title: string, detail?: Html): HttpResponse =>
    htmlResponse(
      200,
      renderDocument({
        title,
        layout: 'panes',
        header: page`<h1>optipick sandbox</h1>
<p>Site <code>${site.name}</code></p>
<p class="about">A local stand-in for the OptiPick API. It is not Optioryx’s optimizer.</p>`,
        main: page`<main${detail === undefined ? undefined : page` class="open"`}>
<div class="list">
${renderOverview(environment, renderExports(environment, baseUrlOf(request)))}</div>
${detail ?? page`<article id="detail" class="detail" hidden></article>`}
</main>`,
        keys: KEYS,
        data: { live: '/live' },
      }),
    );

  const whenFound = async <Found>(
    found: Found | undefined,
    show: (found: Found) => HttpResponse | Promise<HttpResponse>,
  ): Promise<HttpResponse> => (found === undefined ? notFound() : await show(found));

  const resultOf = async (job: Job): Promise<Html> =>
    renderResult(job, jobs.requestOf(job.requestId), await (plan ??= createReportPlan(site)));

  return {
    /** Something has happened. */
    changed: () => live.changed(),
    overview: (request: HttpRequest) => document(request, 'optipick sandbox'),
    job: (request: HttpRequest, id: string) =>
      whenFound(jobs.find(id), async (job) => {
        const detail = renderJob(environment, job, await resultOf(job));
        return document(request, `${job.waveId ?? job.requestId} · optipick sandbox`, detail);
      }),
    result: (id: string) =>
      whenFound(jobs.find(id), async (job) => htmlResponse(200, renderFragment('Result', await resultOf(job)))),
    answer: (id: string) =>
      whenFound(jobs.find(id)?.answer, (answer) =>
        guardedResponse(200, 'application/json', bodyOf(answer()), NOTHING_ACTS),
      ),
    message: (request: HttpRequest, id: string) =>
      whenFound(outbox.find(id), (message) =>
        document(request, `${message.id} · optipick sandbox`, renderMessage(environment, message)),
      ),
    /** As text, to be copied: all lines for that shell, or one. */
    exports: (request: HttpRequest, shell: string, query: URLSearchParams) =>
      whenFound(exportLines(environment, baseUrlOf(request), shell), (lines) => {
        const only = query.get('only');
        const chosen = lines.filter(({ variable }) => only === null || variable === only);
        return guardedResponse(200, 'text/plain; charset=utf-8', chosen.map(({ line }) => `${line}\n`).join(''));
      }),
    live: (query: URLSearchParams) => live.response(async () => liveParts(environment, query.get('open') ?? '')),
    style: () => guardedResponse(200, 'text/css; charset=utf-8', `${PAGE_STYLE.text}${SANDBOX_STYLE.text}`),
    script: async () => (await assetResponse(environment, '/page.js')) ?? notFound(),
    async act(request: HttpRequest, action: string, form: URLSearchParams) {
      const outcome = act(environment, action, form);
      if (outcome === undefined) return notFound();
      live.changed();
      const path = backPath(headerOf(request.headers, 'referer'));
      return outcomeResponse(request, outcome, { path, label: 'Back to the sandbox' });
    },
  };
}

function liveParts(parts: PageParts, open: string): LiveParts {
  const [, kind, id = ''] = /^\/(jobs|messages)\/(\w+)$/.exec(open) ?? [];
  const job: Job | undefined = kind === 'jobs' ? parts.jobs.find(id) : undefined;
  const message: Message | undefined = kind === 'messages' ? parts.outbox.find(id) : undefined;
  return {
    ...overviewParts(parts),
    ...(job === undefined ? {} : { head: jobHead(parts, job) }),
    ...(message === undefined ? {} : messageParts(parts, message)),
  };
}

/** The name under which this page was asked for is one of this machine. */
function baseUrlOf({ headers }: HttpRequest): string {
  return `http://${headerOf(headers, 'host') ?? '127.0.0.1'}`;
}

function backPath(referrer: string | undefined): string {
  const path = URL.parse(referrer ?? '')?.pathname ?? '/';
  return /^\/(?:jobs|messages)\/\w+$/.test(path) ? path : '/';
}

function notFound(): HttpResponse {
  const content = page`<h1>There is no such page</h1>
<p>It may be about a job or a webhook that was forgotten. <a href="/">Back to the sandbox</a></p>`;
  return htmlResponse(404, renderFragment('optipick sandbox', content));
}
