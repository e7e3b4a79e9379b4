/** What a report about several answers says of each in one line, and of all together. */
import type { AnswerSummary } from '../../answers/answer.ts';
import { formatNumber } from '../../answers/distance.ts';
import { classifyAnswer, reasonOf } from '../../answers/job-state.ts';
import { type Kind, KINDS } from '../../kinds.ts';
import { formatPercent, savingOf, totalSaving, type Saving, type TotalSaving } from '../../answers/saving.ts';
import type { ReportEntry, Unanswered } from './report-model.ts';
import { shownDistance } from './shown-distance.ts';

export interface OverviewRow {
  readonly name: string;
  readonly requestId: string | undefined;
  /** Without stops and clusters, which a thousand of rows have no room for; `undefined` when there is no answer. */
  readonly summary: AnswerSummary | undefined;
  /** Optimised clusters. */
  readonly clusters: number;
  readonly orders: number;
  readonly invalid: number;
  readonly findings: number;
  readonly tripped: number;
  /** Why there is no result. */
  readonly problem: string | undefined;
}

/** How a request stands: what is worst about it. */
export interface Standing {
  readonly level: 'good' | 'warning' | 'bad';
  readonly words: string;
}

export function overviewOf(entry: ReportEntry): OverviewRow {
  const { name, requestId, details, findings, gates } = entry;
  const { summary } = details;
  return {
    name,
    requestId,
    summary: { ...summary, kind: summary.kind ?? entry.kind, stops: [], clusters: [] },
    clusters: summary.clusters.length,
    orders: ordersOf(entry),
    invalid: invalidOf(summary),
    findings: findings.length,
    tripped: gates.filter(({ tripped }) => tripped).length,
    problem: problemOf(summary),
  };
}

export function unansweredRow({ name, requestId, problem }: Unanswered): OverviewRow {
  return { name, requestId, summary: undefined, clusters: 0, orders: 0, invalid: 0, findings: 0, tripped: 0, problem };
}

/** Different orders among the optimised picks. */
function ordersOf({ details: { clusters, stops } }: ReportEntry): number {
  const orders = new Set<string>();
  for (const { orderIds } of clusters) for (const order of orderIds) orders.add(order);
  for (const { orderId } of stops) if (orderId !== undefined) orders.add(orderId);
  return orders.size;
}

export function invalidOf({ invalidPicks }: AnswerSummary): number {
  return invalidPicks.reduce((sum, group) => sum + group.count, 0);
}

function problemOf(summary: AnswerSummary): string | undefined {
  const state = classifyAnswer(200, summary);
  if (state === 'done') return undefined;
  if (state === 'pending') return 'not finished';
  return (
    reasonOf(summary) ?? `the API gave no reason${summary.status === undefined ? '' : ` (status ${summary.status})`}`
  );
}

export function standingOf({ summary, problem, tripped, findings, invalid }: OverviewRow): Standing {
  if (problem !== undefined) {
    return { level: 'bad', words: `${summary === undefined ? 'no answer' : 'failed'}: ${problem}` };
  }
  if (tripped > 0) return { level: 'bad', words: `${counted(tripped, 'gate')} tripped` };
  if (findings > 0) return { level: 'warning', words: counted(findings, 'finding') };
  if (invalid > 0) return { level: 'warning', words: counted(invalid, 'invalid pick') };
  return { level: 'good', words: 'in order' };
}

/** `1 pick`, `2,500 picks` */
export function counted(count: number, one: string): string {
  return `${formatNumber(count, 0)} ${count === 1 ? one : `${one}s`}`;
}

/** The one sentence that counts: `39.55 % less walking`. */
export function headlineOf(saving: Pick<Saving, 'percent'>): string {
  if (saving.percent === 0) return 'as much walking as today';
  const way = saving.percent < 0 ? 'more' : 'less';
  return `${formatPercent(Math.abs(saving.percent))} ${way} walking`;
}

/** `54.972 m saved`, `3.100 m longer` */
export function savedText({ saved }: Pick<Saving, 'saved'>, unit: string): string {
  return `${shownDistance(Math.abs(saved), unit)} ${saved < 0 ? 'longer' : 'saved'}`;
}

/** Cell of a table: the saving as a percentage, or `n/a`. */
export function percentCell(summary: AnswerSummary | undefined): string {
  if (summary === undefined) return '';
  const saving = savingOf(summary);
  return 'reason' in saving ? 'n/a' : formatPercent(saving.percent);
}

/** Cell of a table: a distance, or `n/a`. */
export function distanceCell(distance: number | undefined, unit: string): string {
  return distance === undefined ? 'n/a' : shownDistance(distance, unit);
}

/** What all save together; what a failed job says of distances does not count. */
export function totalOf(rows: readonly OverviewRow[]): TotalSaving | undefined {
  return totalSaving(rows.flatMap(({ summary, problem }) => (problem === undefined ? (summary ?? []) : [])));
}

/** What an answer is about, each part as it came. */
export interface Subject {
  readonly kind: string;
  readonly site: string | undefined;
  readonly wave: string | undefined;
  /** What the request is called, when there is no wave to name it by: `picks.json`. */
  readonly name: string | undefined;
}

export function subjectOf({ kind, name, requestId, request, details: { summary } }: ReportEntry): Subject {
  const wave = summary.waveId ?? request?.waveId;
  return {
    kind: KINDS[summary.kind ?? kind].title,
    site: summary.siteName ?? request?.siteName,
    wave,
    name: wave === undefined && name !== requestId ? name : undefined,
  };
}

/** The same for several: their kind, and their site when it is the same for all. */
export function commonSubject(rows: readonly OverviewRow[]): { readonly what: string; readonly site?: string } {
  const kinds = new Set<Kind>(rows.flatMap(({ summary }) => summary?.kind ?? []));
  const sites = new Set(rows.flatMap(({ summary }) => summary?.siteName ?? []));
  const [kind] = kinds;
  const [site] = sites;
  const what = counted(rows.length, kinds.size === 1 && kind !== undefined ? `${kind} request` : 'request');
  return site !== undefined && sites.size === 1 ? { what, site } : { what };
}
