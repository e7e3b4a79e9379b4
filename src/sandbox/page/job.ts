/** One job: what was asked, and its result. */
import { auditAnswer } from '../../answers/audit/audit.ts';
import { AnswerLimitError } from '../../answers/limit.ts';
import { createDetailsReader } from '../../answers/reader.ts';
import { KINDS } from '../../kinds.ts';
import type { Html } from '../../lib/text/html.ts';
import { formatNumber } from '../../lib/text/numbers.ts';
import { reportEntry, type ReportEntry } from '../../output/answers/report-model.ts';
import type { ReportPlan } from '../../output/html/floor-walks.ts';
import { page } from '../../output/html/html-template.ts';
import { answerArticle } from '../../output/html/report.ts';
import { ageOf, copyable, copyLink, facts, stateMark, timeOf, type ShownState } from '../../pages/parts.ts';
import { readRequestDetails } from '../../requests/details.ts';
import type { Job } from '../jobs/jobs.ts';
import type { PageParts } from './parts.ts';

export function jobStanding({ answer, error }: Job): readonly [standing: ShownState, word: string] {
  if (error !== undefined) return ['failed', 'failed'];
  return answer === undefined ? ['working', 'running'] : ['done', 'done'];
}

/** `result`: see {@link renderResult}. */
export function renderJob(parts: PageParts, job: Job, result: Html): Html {
  return page`<article id="detail" class="detail" aria-labelledby="detail-title">
<a class="back" href="/">← Back to the sandbox</a>
${jobHead(parts, job)}
<div id="result" class="result">${result}</div>
</article>
`;
}

/** What changes while it runs. */
export function jobHead({ clock, outbox }: PageParts, job: Job): Html {
  const { kind, requestId, siteName, waveId, picks, createdAt, error } = job;
  const now = clock.now();
  const [standing, word] = jobStanding(job);
  const messages = outbox.messages().filter((message) => message.requestId === requestId);
  const links = messages.map(
    ({ id }, index) => page`${index === 0 ? undefined : page`<br>`}<a href="/messages/${id}"><code>${id}</code></a>`,
  );
  return page`<header id="head" data-state="${word}">
<p class="eyebrow">${KINDS[kind].title} · ${siteName}</p>
<h2 id="detail-title" tabindex="-1">${waveId ?? requestId}</h2>
${facts([
  ['State', stateMark(standing, word)],
  ['Error', error],
  ['Picks', formatNumber(picks, 0)],
  ['Submitted', page`${timeOf(createdAt, now)} (${ageOf(createdAt, now)})`],
  ['Request id', copyable(requestId, 'the request id')],
  ['Webhook', links.length === 0 ? undefined : page`${links}`],
])}</header>
`;
}

/** Figures, bars, clusters or picks, and the floor of a site with positions. `request`: its body, where it is stored. */
export function renderResult(job: Job, request: string | undefined, plan: ReportPlan | undefined): Html {
  if (job.answer === undefined) return page`<p class="loading" data-none>The job is running.</p>`;
  const path = `/jobs/${job.requestId}/answer`;
  return page`<div class="actions">
${copyLink(path, 'Copy the answer', 'c')}
<a class="button" href="${path}" download="${job.requestId}.json">Download the answer</a>
</div>
${articleOf(job, job.answer(), request, plan)}`;
}

function articleOf(job: Job, answer: string, request: string | undefined, plan: ReportPlan | undefined): Html {
  try {
    return answerArticle(entryOf(job, answer, request), { level: 3, id: 'answer', plan });
  } catch (error) {
    if (!(error instanceof AnswerLimitError)) throw error;
    return page`<p class="note">The result is too large to be shown here: its answer can be downloaded.</p>`;
  }
}

function entryOf({ kind, requestId, waveId }: Job, answer: string, body: string | undefined): ReportEntry {
  const reader = createDetailsReader({});
  reader.push(Buffer.from(answer));
  const details = reader.end();
  if (details === undefined) throw new TypeError('an answer of the sandbox is an object');
  const request = body === undefined ? undefined : readRequestDetails(Buffer.from(body));
  const findings = request === undefined ? [] : auditAnswer(kind, request, details);
  return reportEntry({ kind, requestId }, details, { name: waveId ?? requestId, request, findings });
}
