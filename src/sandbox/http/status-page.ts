/** The page at `/`: jobs, endpoints and deliveries, for a person with a browser. */
import { type Html, html, scriptData } from '../../lib/text/html.ts';
import { KINDS } from '../../kinds.ts';
import type { Endpoint } from '../webhooks/endpoints.ts';
import { renderFloorPlan } from './floor-plan.ts';
import type { Job } from '../jobs/jobs.ts';
import type { Attempt, EndpointDelivery, Message } from '../webhooks/message.ts';
import type { Site } from '../../site/model.ts';
import { SCRIPT, STYLE } from './status-page-assets.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';

/** The newest jobs and messages, at most this many, are shown. */
const SHOWN = 50;

export interface StatusFacts {
  readonly site: Site;
  readonly jobs: readonly Job[];
  readonly endpoints: readonly Endpoint[];
  readonly messages: readonly Message[];
  readonly walk: readonly string[] | undefined;
  /** For the page's own script. */
  readonly apiKey: string;
  /** Allows the page's own style and script, and no other. */
  readonly nonce: string;
}

/** A whole HTML document. */
export function renderStatusPage(facts: StatusFacts): string {
  const { site, jobs, endpoints, messages, walk, apiKey, nonce } = facts;
  const plan = renderFloorPlan(site, walk) ?? html`<p>This site was given as a matrix of distances: no plan.</p>`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>optipick sandbox</title>
        <style nonce="${nonce}">
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <h1>optipick sandbox</h1>
          <p>A local stand-in for the OptiPick API. It is not Optioryx's optimizer.</p>
          <p id="notice" role="status"></p>
        </header>
        <main>
          <section aria-labelledby="jobs">
            <h2 id="jobs">Jobs</h2>
            ${jobsTable(jobs)}
          </section>
          <section aria-labelledby="endpoints">
            <h2 id="endpoints">Webhook endpoints</h2>
            ${endpointsTable(endpoints)}
          </section>
          <section aria-labelledby="deliveries">
            <h2 id="deliveries">Webhook deliveries</h2>
            ${messagesList(messages)}
          </section>
          <section aria-labelledby="floor">
            <h2 id="floor">Site ${site.name}</h2>
            ${plan}
          </section>
        </main>
        <script nonce="${nonce}">
          const apiKey = ${scriptData(apiKey)};
          ${SCRIPT};
        </script>
      </body>
    </html> `;
  return page.text;
}

function jobsTable(jobs: readonly Job[]): Html {
  if (jobs.length === 0) return html`<p>None yet.</p>`;
  const rows = jobs
    .slice(-SHOWN)
    .toReversed()
    .map(
      (job) =>
        html`<tr>
          <td><code>${job.requestId}</code></td>
          <td>${KINDS[job.kind].title}</td>
          <td>${job.waveId ?? ''}</td>
          <td>${job.picks}</td>
          <td>${timeOf(job.createdAt)}</td>
          <td>${stateOf(job)}</td>
        </tr> `,
    );
  return html`${table(['Request', 'Kind', 'Wave', 'Picks', 'Submitted', 'State'], rows)} ${more(jobs.length)}`;
}

function stateOf({ answer, error }: Job): string {
  if (error !== undefined) return `failed: ${error}`;
  return answer === undefined ? 'pending' : 'done';
}

function endpointsTable(endpoints: readonly Endpoint[]): Html {
  if (endpoints.length === 0)
    return html`<p>
      None: start the sandbox with <code>--webhook</code>, or add one by <code>POST /_sandbox/endpoints</code>.
    </p>`;
  const rows = endpoints.map((endpoint) => {
    const path = `/_sandbox/endpoints/${endpoint.id}`;
    const [action, word] = endpoint.disabled === undefined ? ['disable', 'Disable'] : ['enable', 'Enable'];
    return html`<tr>
      <td>${maskUrl(endpoint.url)}</td>
      <td>${endpoint.events.join(', ') || 'all'}</td>
      <td>${endpoint.disabled === undefined ? 'enabled' : `disabled: ${endpoint.disabled}`}</td>
      <td>
        <button data-focus="${path}/switch" data-post="${path}/${action}">${word}</button>
        <button data-focus="${path}/recover" data-post="${path}/recover">Recover</button>
        <button data-focus="${path}/secret" data-secret="${path}/secret">Show secret</button>
        <output id="secret-${endpoint.id}"></output>
      </td>
    </tr> `;
  });
  return table(['URL', 'Events', 'State', 'Actions'], rows);
}

function table(headings: readonly string[], rows: readonly Html[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function messagesList(messages: readonly Message[]): Html {
  if (messages.length === 0) return html`<p>None yet.</p>`;
  const items = messages.slice(-SHOWN).toReversed().map(messageItem);
  return html`${items}${more(messages.length)}`;
}

function messageItem({ id, kind, requestId, createdAt, deliveries }: Message): Html {
  const summary = deliveries.map(({ status }) => status).join(', ') || 'no endpoint takes it';
  return html`<details id="${id}">
    <summary data-focus="${id}">
      <code>${id}</code> ${KINDS[kind].event} for <code>${requestId}</code>, ${timeOf(createdAt)}: ${summary}
    </summary>
    ${deliveries.map(deliveryPart)}
    <button data-focus="${id}/resend" data-post="/_sandbox/messages/${id}/resend">Resend</button>
  </details> `;
}

function deliveryPart({ url, status, attempts, body, nextAttemptAt }: EndpointDelivery): Html {
  const next = nextAttemptAt === undefined ? '' : `, next attempt ${timeOf(nextAttemptAt)}`;
  return html`<h3>${maskUrl(url)}: ${status}${next}</h3>
    <pre>${body}</pre>
    <ol>
      ${attempts.map(attemptItem)}
    </ol>`;
}

function attemptItem({ at, trigger, error, status, duration, answer }: Attempt): Html {
  const result = error ?? `HTTP ${status ?? ''}`;
  const response = answer === '' ? undefined : html`<pre>${answer}</pre>`;
  return html`<li>${timeOf(at)}, ${trigger}: ${result} (${duration} ms)${response}</li>`;
}

function more(count: number): Html | undefined {
  return count <= SHOWN ? undefined : html`<p>The newest ${SHOWN} of ${count}.</p>`;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
