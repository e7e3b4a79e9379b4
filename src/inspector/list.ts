/** The list: what was received, and what was rejected, newest first. */
import type { Html } from '../lib/text/html.ts';
import { counted, formatNumber } from '../lib/text/numbers.ts';
import { isKind, KIND_NAMES, KINDS } from '../kinds.ts';
import { isTestMessageId } from '../ids.ts';
import { savingOf } from '../answers/saving.ts';
import { page } from '../output/html/html-template.ts';
import { savedPercent } from '../output/answers/saving-text.ts';
import { ageOf, stateMark, timeOf, type ShownState } from '../pages/parts.ts';
import {
  attemptsOf,
  isClaimed,
  type InboxCounts,
  type InboxStatus,
  type InboxSummary,
  type ResultFacts,
} from '../state/inbox.ts';
import type { RejectionSummary } from '../state/rejections.ts';
import type { InspectorParts } from './parts.ts';

/** Rows of a page. */
const PAGE_ROWS = 100;
/** Rows that are followed as they change. */
const LIVE_ROWS = 200;

/** What the list is narrowed down to; the texts of the address. */
export interface ListQuery {
  readonly text: string;
  readonly state: InboxStatus | 'rejected' | '';
  readonly kind: 'route' | 'cluster' | '';
  readonly site: string;
  /** Of the last row of the page before; empty for the newest. */
  readonly before: string;
}

const STATES = ['pending', 'done', 'failed', 'rejected'] as const;

export function readQuery(search: URLSearchParams): ListQuery {
  const of = (name: string): string => (search.get(name) ?? '').trim();
  const [state, kind] = [of('state'), of('kind')];
  return {
    text: of('q'),
    state: STATES.find((each) => each === state) ?? '',
    kind: isKind(kind) ? kind : '',
    site: of('site'),
    before: of('before'),
  };
}

/** `?state=failed&q=wave`, or nothing. */
export function queryText(query: ListQuery, changes: Partial<ListQuery> = {}): string {
  const { text, state, kind, site, before } = { ...query, ...changes };
  const pairs = Object.entries({ q: text, state, kind, site, before }).filter(([, value]) => value !== '');
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

type Entry = { readonly delivery: InboxSummary } | { readonly rejection: RejectionSummary };

export interface ListPage {
  readonly entries: readonly Entry[];
  /** Of the last row; `undefined` when there is no more. */
  readonly next: string | undefined;
  /** Where these rows begin: all that is newer is of this page, too. */
  readonly from: string;
  /** How many rejected requests this process could not store. */
  readonly notStored: number;
}

/** `from`: as an earlier page has it; then all that is newer, however much. */
export async function readList(
  { inbox, rejections }: Pick<InspectorParts, 'inbox' | 'rejections'>,
  query: ListQuery,
  from?: string,
): Promise<ListPage> {
  const limit = from === undefined ? PAGE_ROWS : LIVE_ROWS;
  const before = readCursor(query.before);
  const start = readCursor(from ?? '');
  const deliveries =
    query.state === 'rejected'
      ? []
      : await inbox.list({
          limit: limit + 1,
          before: before?.sequence,
          status: query.state === '' ? undefined : query.state,
          kind: query.kind === '' ? undefined : query.kind,
          text: query.text,
          site: query.site === '' ? undefined : query.site,
        });
  // Nothing is known of what they were about.
  const takesRejections = (query.state === '' || query.state === 'rejected') && query.kind === '' && query.site === '';
  const rejected = takesRejections
    ? (await rejections.list({ before: before?.rejection })).filter((each) => isAbout(each, query.text))
    : [];
  const merged = [...inOrder(deliveries, rejected)];
  const entries = merged.filter((entry) => isFrom(entry, start)).slice(0, limit);
  // A list of which no row is shown begins behind its newest.
  const behind = { sequence: (deliveries[0]?.sequence ?? -1) + 1, rejection: (rejected[0]?.number ?? -1) + 1 };
  const end = cursorText(entries, before ?? behind);
  return {
    entries,
    next: entries.length === merged.length ? undefined : end,
    from: from !== undefined && entries.length < limit ? from : end,
    notStored: takesRejections ? (await rejections.counts()).notStored : 0,
  };
}

/** Both lists in one, each in its own order: the clocks of several machines need not agree. */
function* inOrder(
  deliveries: readonly InboxSummary[],
  rejections: readonly RejectionSummary[],
): Generator<Entry, void> {
  let at = 0;
  for (const delivery of deliveries) {
    for (
      let next = rejections[at];
      next !== undefined && next.receivedAt > delivery.receivedAt;
      next = rejections[at]
    ) {
      yield { rejection: next };
      at += 1;
    }
    yield { delivery };
  }
  for (const rejection of rejections.slice(at)) yield { rejection };
}

function isFrom(entry: Entry, start: Cursor | undefined): boolean {
  if (start === undefined) return true;
  return 'delivery' in entry ? entry.delivery.sequence >= start.sequence : entry.rejection.number >= start.rejection;
}

function isAbout({ id, reason, detail }: RejectionSummary, text: string): boolean {
  const sought = text.toLowerCase();
  return [id ?? '', reason, detail].some((each) => each.toLowerCase().includes(sought));
}

/** A place in both lists: a number of each. */
interface Cursor {
  readonly sequence: number;
  readonly rejection: number;
}

function readCursor(text: string): Cursor | undefined {
  const [, sequence, rejection] = /^(\d{1,16})-(\d{1,16})$/.exec(text) ?? [];
  return sequence === undefined ? undefined : { sequence: Number(sequence), rejection: Number(rejection) };
}

/** The last of each that is among these, or what is given. */
function cursorText(entries: readonly Entry[], otherwise: Cursor): string {
  const sequences = entries.flatMap((entry) => ('delivery' in entry ? [entry.delivery.sequence] : []));
  const numbers = entries.flatMap((entry) => ('rejection' in entry ? [entry.rejection.number] : []));
  const lowest = (values: readonly number[], none: number): number =>
    values.length === 0 ? none : Math.min(...values);
  return `${lowest(sequences, otherwise.sequence)}-${lowest(numbers, otherwise.rejection)}`;
}

/** The rows of a page, under the id `rows`. `open`: the path of what is open. */
export function renderRows(list: ListPage, query: ListQuery, open: string, now: number): Html {
  const rows = list.entries.map((entry) => {
    const path = 'delivery' in entry ? `/deliveries/${entry.delivery.sequence}` : `/rejected/${entry.rejection.number}`;
    const current = path === open ? page` aria-current="true"` : undefined;
    const link = page`href="${path}${queryText(query, { before: '' })}"${current}`;
    return 'delivery' in entry ? deliveryRow(entry.delivery, link, now) : rejectionRow(entry.rejection, link, now);
  });
  return page`<ol id="rows" class="rows" data-from="${list.from}">
${rows}</ol>
`;
}

function deliveryRow(delivery: InboxSummary, link: Html, now: number): Html {
  const { sequence, id, requestId, kind, receivedAt } = delivery;
  const result = resultFactsOf(delivery);
  const name = result?.waveId ?? requestId ?? id;
  const site = result?.siteName === undefined ? undefined : page` <span>${result.siteName}</span>`;
  const test = isTestMessageId(id) ? page` <span class="mark">test</span>` : undefined;
  return page`<li id="d${sequence}" class="row"><a ${link}>
<span class="when">${timeOf(receivedAt, now)}</span>
${stateMark(standingOf(delivery, now))}
<span class="kind">${kind === undefined ? '' : KINDS[kind].title}</span>
<span class="what"><b>${name}</b>${site}${test}</span>
<span class="saving num">${savingText(result)}</span>
<span class="tries num" title="attempts">${attemptsOf(delivery)}<span class="unseen"> attempts</span></span>
<span class="age num">${ageOf(receivedAt, now)}</span>
</a></li>
`;
}

function rejectionRow({ number, receivedAt, status, reason, id }: RejectionSummary, link: Html, now: number): Html {
  return page`<li id="r${number}" class="row"><a ${link}>
<span class="when">${timeOf(receivedAt, now)}</span>
${stateMark('rejected')}
<span class="kind">${status}</span>
<span class="what"><b>${reason.replaceAll('_', ' ')}</b> <span>${id ?? ''}</span></span>
<span class="saving num"></span>
<span class="tries num"></span>
<span class="age num">${ageOf(receivedAt, now)}</span>
</a></li>
`;
}

/** Of the newest result that a step has worked with. */
export function resultFactsOf({ steps }: Pick<InboxSummary, 'steps'>): ResultFacts | undefined {
  return steps.map(({ result }) => result).find((result) => result !== undefined);
}

export function standingOf({ status, steps }: Pick<InboxSummary, 'status' | 'steps'>, now: number): ShownState {
  if (steps.some((step) => step.state === 'pending' && isClaimed(step, now))) return 'working';
  if (status === 'done' && steps.length > 0 && steps.every(({ state }) => state === 'discarded')) return 'discarded';
  return status;
}

function savingText(result: ResultFacts | undefined): Html | string {
  if (result === undefined) return '';
  if (result.failed === true) return page`<span class="worse">job failed</span>`;
  const summary = { kind: undefined, asisDistance: result.asis, optimalDistance: result.optimal };
  const saving = savingOf(summary);
  if ('reason' in saving) return '';
  return page`<span class="${saving.saved < 0 ? 'worse' : 'better'}">${savedPercent(summary)}</span>`;
}

/** `undefined` when all are there. */
export function renderNotStored({ notStored }: ListPage, { state }: ListQuery): Html | undefined {
  if (notStored === 0 || state !== 'rejected') return undefined;
  return page`<p class="note older">${counted(notStored, 'more request')} ${notStored === 1 ? 'was' : 'were'} rejected and not stored: too many at once.</p>`;
}

/** The link to the page before; always there, so that it can appear. */
export function renderOlder({ next }: ListPage, query: ListQuery): Html {
  const hidden = next === undefined ? page` hidden` : undefined;
  return page`<a id="older" class="older" rel="next" href="/${queryText(query, { before: next ?? '' })}"${hidden}>Older deliveries</a>
`;
}

const TABS = [
  ['', 'All'],
  ['pending', 'Pending'],
  ['failed', 'Failed'],
  ['done', 'Done'],
  ['rejected', 'Rejected'],
] as const;

/** How many there are in each state, as links. */
export function renderTabs(counts: InboxCounts & { readonly rejected: number }, query: ListQuery): Html {
  const all = counts.pending + counts.failed + counts.done + counts.rejected;
  const tabs = TABS.map(([state, label]) => {
    const current = state === query.state ? page` aria-current="true"` : undefined;
    const count = state === '' ? all : counts[state];
    return page`<li><a href="/${queryText(query, { state, before: '' })}"${current}>${label} <span>${formatNumber(count, 0)}</span></a></li>
`;
  });
  return page`<ul id="tabs" class="tabs">
${tabs}</ul>
`;
}

/** `sites`: those that are known, to choose from. */
export function renderFilters({ text, state, kind, site }: ListQuery, sites: readonly string[]): Html {
  const hidden = state === '' ? undefined : page`<input type="hidden" name="state" value="${state}">`;
  const kinds = KIND_NAMES.map((name) => {
    const chosen = name === kind ? page` selected` : undefined;
    return page`<option value="${name}"${chosen}>${KINDS[name].title}</option>`;
  });
  return page`<form class="filters" method="get" action="/" role="search" data-filter>
${hidden}<input type="search" name="q" value="${text}" placeholder="Search ids, waves, sites, events" aria-label="Search ids, waves, sites and events" aria-keyshortcuts="/" autocomplete="off">
<select name="kind" aria-label="Kind"><option value="">Every kind</option>${kinds}</select>
<input name="site" value="${site}" placeholder="Site" aria-label="Site" list="sites" autocomplete="off">
<datalist id="sites">${sites.map((name) => page`<option value="${name}"></option>`)}</datalist>
<button class="button-only">Filter</button>
</form>
`;
}

/** The sites of these rows, each once. */
export function sitesOf({ entries }: ListPage): readonly string[] {
  const names = entries.flatMap((entry) =>
    'delivery' in entry ? (resultFactsOf(entry.delivery)?.siteName ?? []) : [],
  );
  return [...new Set(names)].toSorted();
}

export function renderEmpty(query: ListQuery, isListening: boolean): Html {
  if (queryText(query, { before: '' }) !== '') {
    return page`<div class="empty"><p>Nothing fits these filters.</p><a class="button" href="/">Show all</a></div>`;
  }
  const how = isListening
    ? page`This page shows it as soon as it arrives.`
    : page`Receive webhooks with <code>optipick listen</code>.`;
  return page`<div class="empty"><p>Nothing was received yet. ${how}</p></div>`;
}
