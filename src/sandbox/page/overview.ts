/** The overview: jobs, webhooks, endpoints and faults. */
import { savingOf } from '../../answers/saving.ts';
import { isTestMessageId } from '../../ids.ts';
import { KIND_NAMES, KINDS } from '../../kinds.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import type { Html } from '../../lib/text/html.ts';
import { formatNumber, formatPercent } from '../../lib/text/numbers.ts';
import { page } from '../../output/html/html-template.ts';
import type { LiveParts } from '../../pages/live.ts';
import { actionButton, ageOf, stateMark, type ShownState } from '../../pages/parts.ts';
import { FAULT_NAMES, FAULTS, type FaultName, type FaultRates } from '../faults.ts';
import type { Job } from '../jobs/jobs.ts';
import type { Endpoint } from '../webhooks/endpoints.ts';
import type { Message } from '../webhooks/message.ts';
import { jobStanding } from './job.ts';
import { answerWord, messageStanding } from './message.ts';
import type { PageParts } from './parts.ts';

/** The newest jobs and messages, at most this many, are shown. */
const SHOWN = 50;

/** `exports`: how a program is connected. */
export function renderOverview(parts: PageParts, exports: Html): Html {
  const { site, injector } = parts;
  const live = overviewParts(parts);
  return page`<div class="board">
<div class="lists">
${card('Jobs', 'jobs-title', undefined, page`${columns('Wave or request', 'Picks', 'Saving')}${live['jobs']}`)}
${card('Webhooks', 'messages-title', testEvent(), page`${columns('About', 'Tries', 'Answer')}${live['messages']}`)}
</div>
<div class="sides">
${card('Connect', 'connect-title', undefined, exports)}
${card('Endpoints', 'endpoints-title', undefined, page`${live['endpoints']}${addEndpoint(site.name)}`)}
${card('Faults', 'faults-title', undefined, faultSwitches(injector.rates()))}
${card(
  'Start over',
  'reset-title',
  undefined,
  page`<div class="line spread"><p class="note">Forgets all jobs and webhooks. Endpoints and faults stay.</p>
${actionButton('/page/reset', { label: 'Reset', confirm: 'Forget all jobs and webhooks?' })}</div>`,
)}
</div>
</div>
`;
}

function card(title: string, id: string, tools: Html | undefined, content: Html): Html {
  return page`<section class="card" aria-labelledby="${id}"><div class="line spread"><h2 id="${id}">${title}</h2>${tools}</div>
${content}</section>
`;
}

/** What changes. */
export function overviewParts({ clock, jobs, outbox, endpoints }: PageParts): LiveParts {
  const now = clock.now();
  const [allJobs, messages] = [jobs.list(), outbox.messages()];
  const waves = (requestId: string): string => jobs.find(requestId)?.waveId ?? requestId;
  return {
    jobs: rows('jobs', allJobs, (job) => jobRow(job, now), 'No job was submitted yet.'),
    messages: rows(
      'messages',
      messages,
      (message) => messageRow(message, waves(message.requestId), now),
      'Each job that is submitted with synchronous=false sends one when it is done.',
    ),
    endpoints: endpointList(endpoints.list(), messages),
  };
}

function columns(what: string, count: string, result: string): Html {
  return page`<div class="columns" aria-hidden="true"><span>State</span><span class="type">Kind</span><span>${what}</span><span class="num">${count}</span><span class="num">${result}</span><span class="num">Age</span></div>
`;
}

/** The newest first. */
function rows<Entry>(id: string, all: readonly Entry[], row: (entry: Entry) => Html, empty: string): Html {
  if (all.length === 0) return page`<div id="${id}"><p class="note nothing">${empty}</p></div>`;
  const more =
    all.length <= SHOWN
      ? undefined
      : page`<p class="note nothing">The newest ${SHOWN} of ${formatNumber(all.length, 0)}.</p>`;
  return page`<div id="${id}"><ol class="rows">
${all.slice(-SHOWN).toReversed().map(row)}</ol>${more}</div>`;
}

interface RowParts {
  readonly path: string;
  readonly id: string;
  readonly state: readonly [standing: ShownState, word: string];
  readonly kind: Job['kind'];
  readonly what: Html;
  readonly count: Html;
  readonly result: Html | string;
  readonly at: number;
}

function rowOf({ path, id, state, kind, what, count, result, at }: RowParts, now: number): Html {
  return page`<li id="row-${id}" class="row"><a href="${path}${id}">
${stateMark(...state)}
<span class="type">${KINDS[kind].title}</span>
<span class="what">${what}</span>
<span class="count num">${count}</span>
<span class="saving num">${result}</span>
<span class="age num">${ageOf(at, now)}</span>
</a></li>
`;
}

function jobRow(job: Job, now: number): Html {
  const { requestId, waveId, picks, kind, createdAt } = job;
  const row: RowParts = {
    path: '/jobs/',
    id: requestId,
    state: jobStanding(job),
    kind,
    what: waveId === null ? page`<b>${requestId}</b>` : page`<b>${waveId}</b> <span>${requestId}</span>`,
    count: page`${formatNumber(picks, 0)}<span class="unit"> ${picks === 1 ? 'pick' : 'picks'}</span>`,
    result: savingText(job),
    at: createdAt,
  };
  return rowOf(row, now);
}

function savingText({ kind, asisDistance, optimalDistance }: Job): Html | string {
  const saving = savingOf({ kind, asisDistance, optimalDistance });
  if ('reason' in saving) return '';
  return page`<span class="${saving.saved < 0 ? 'worse' : 'better'}">${formatPercent(saving.percent)}</span>`;
}

function messageRow(message: Message, wave: string, now: number): Html {
  const { id, kind, deliveries, createdAt } = message;
  const tries = deliveries.reduce((sum, { attempts }) => sum + attempts.length, 0);
  const test = isTestMessageId(id) ? page` <span class="mark">test</span>` : undefined;
  const row: RowParts = {
    path: '/messages/',
    id,
    state: messageStanding(message),
    kind,
    what: page`<b>${wave}</b>${test} <span>${id}</span>`,
    count: page`${formatNumber(tries, 0)}<span class="unit"> ${tries === 1 ? 'try' : 'tries'}</span>`,
    result: answerWord(message),
    at: createdAt,
  };
  return rowOf(row, now);
}

function testEvent(): Html {
  const options = KIND_NAMES.map((kind) => page`<option value="${kind}">${KINDS[kind].event}</option>`);
  return page`<form class="line" method="post" action="/page/test-event" data-act>
<select name="kind" aria-label="Event">${options}</select><button aria-keyshortcuts="t">Send test event</button></form>`;
}

function endpointList(endpoints: readonly Endpoint[], messages: readonly Message[]): Html {
  if (endpoints.length === 0) {
    return page`<div id="endpoints"><p class="note">Nothing receives webhooks yet.</p></div>`;
  }
  return page`<div id="endpoints"><ul class="endpoints">
${endpoints.map((endpoint) => endpointItem(endpoint, messages))}</ul>
<p class="note">Recover sends once more what an endpoint missed: what failed, and what was due while it was disabled.</p></div>`;
}

const STATUSES = [
  ['succeeded', 'delivered'],
  ['pending', 'pending'],
  ['failed', 'failed'],
] as const;

function endpointItem({ id, url, events, disabled }: Endpoint, messages: readonly Message[]): Html {
  const shown = maskUrl(url);
  const owed = messages.flatMap(({ deliveries }) => deliveries.filter(({ endpointId }) => endpointId === id));
  const counts = STATUSES.flatMap(([state, name]) => {
    const count = owed.filter(({ status }) => status === state).length;
    return count === 0 ? [] : [`${formatNumber(count, 0)} ${name}`];
  });
  const about = [events.join(', ') || 'all events', ...counts, ...(disabled === undefined ? [] : [disabled])];
  const [action, word] = disabled === undefined ? ['disable', 'Disable'] : ['enable', 'Enable'];
  const button = (name: string, label: string): Html =>
    page`<button name="do" value="${name}" aria-label="${label}: ${shown}">${label}</button>`;
  return page`<li id="endpoint-${id}"><form method="post" action="/page/endpoint" data-act>
<input type="hidden" name="endpoint" value="${id}">
<p class="to"><code>${shown}</code> ${disabled === undefined ? stateMark('done', 'enabled') : stateMark('discarded', 'disabled')}</p>
<p class="note">${about.join(' · ')}</p>
<div class="actions">
${button(action, word)}${button('recover', 'Recover')}${button('rotate', 'Rotate secret')}${button('secret', 'Show secret')}
</div>
<div class="outcome" data-keep aria-live="polite"></div></form></li>
`;
}

function addEndpoint(siteName: string): Html {
  const plain = KIND_NAMES.map((kind) => KINDS[kind].event);
  const patterns = [...plain, ...plain.map((event) => `${event}.${siteName}.*`)];
  return page`<form class="add" method="post" action="/page/add-endpoint" data-act data-clear>
<div><label for="add-url">URL</label><input id="add-url" name="url" required placeholder="localhost:3000/hooks" autocomplete="off" spellcheck="false"></div>
<div><label for="add-events">Events</label><input id="add-events" name="events" list="events" placeholder="all" autocomplete="off" spellcheck="false"></div>
<datalist id="events">${patterns.map((pattern) => page`<option value="${pattern}"></option>`)}</datalist>
<button>Add endpoint</button></form>
`;
}

/** Not among what changes: a switch is where somebody has put it. */
function faultSwitches(rates: FaultRates): Html {
  return page`<ul class="faults">
${FAULT_NAMES.map((name) => faultSwitch(name, rates[name] ?? 0))}</ul>
`;
}

function faultSwitch(name: FaultName, rate: number): Html {
  const percent = rate === 0 ? 100 : Number((rate * 100).toPrecision(12));
  return page`<li><form method="post" action="/page/fault" data-act data-auto>
<input type="hidden" name="fault" value="${name}">
<input type="checkbox" role="switch" id="fault-${name}" name="on" autocomplete="off"${rate === 0 ? undefined : page` checked`}>
<label for="fault-${name}"><code>${name}</code> ${FAULTS[name]}</label>
<span class="rate"><input type="number" name="rate" min="0" max="100" step="any" required value="${percent}" autocomplete="off" aria-label="How often ${name} happens, in percent">%</span>
<button class="button-only">Apply</button></form></li>
`;
}
