/** What a report about several answers says of each in one line, and of all together. */
import { type AnswerSummary, invalidPickCount } from '../../answers/answer.ts';
import { counted } from '../../lib/text/numbers.ts';
import { classifyAnswer, failureReason } from '../../answers/job-state.ts';
import { type Kind, KINDS } from '../../kinds.ts';
import { totalSaving, type TotalSaving } from '../../answers/saving.ts';
import { orderCount } from '../../answers/details.ts';
import type { ReportEntry, Unanswered } from './report-model.ts';

export interface OverviewRow {
  readonly name: string;
  readonly requestId: string | undefined;
  /** Without stops and clusters, which a thousand of rows have no room for; `undefined` when there is no answer. */
  readonly summary: AnswerSummary | undefined;
  /** Optimized clusters. */
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
  readonly text: string;
}

export function overviewOf(entry: ReportEntry): OverviewRow {
  const { name, requestId, details, findings, gates } = entry;
  const { summary } = details;
  return {
    name,
    requestId,
    summary: { ...summary, kind: summary.kind ?? entry.kind, stops: [], clusters: [] },
    clusters: summary.clusters.length,
    orders: orderCount(details),
    invalid: invalidPickCount(summary.invalidPicks),
    findings: findings.length,
    tripped: gates.filter(({ tripped }) => tripped).length,
    problem: problemOf(summary),
  };
}

export function unansweredRow({ name, requestId, problem }: Unanswered): OverviewRow {
  return { name, requestId, summary: undefined, clusters: 0, orders: 0, invalid: 0, findings: 0, tripped: 0, problem };
}

function problemOf(summary: AnswerSummary): string | undefined {
  const state = classifyAnswer(200, summary);
  if (state === 'done') return undefined;
  if (state === 'pending') return 'not finished';
  return failureReason(summary);
}

export function standingOf({ summary, problem, tripped, findings, invalid }: OverviewRow): Standing {
  if (problem !== undefined) {
    return { level: 'bad', text: `${summary === undefined ? 'no answer' : 'failed'}: ${problem}` };
  }
  if (tripped > 0) return { level: 'bad', text: `${counted(tripped, 'gate')} tripped` };
  if (findings > 0) return { level: 'warning', text: counted(findings, 'finding') };
  if (invalid > 0) return { level: 'warning', text: counted(invalid, 'invalid pick') };
  return { level: 'good', text: 'in order' };
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
