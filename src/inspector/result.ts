/** The result that a delivery is about: fetched when somebody looks at it, as it is not stored. */
import { AnswerLimitError } from '../answers/limit.ts';
import { createDetailsReader } from '../answers/reader.ts';
import type { JobAnswer } from '../api/model.ts';
import { CliError } from '../errors.ts';
import type { Html } from '../lib/text/html.ts';
import { reportEntry, type ReportEntry } from '../output/answers/report-model.ts';
import { answerArticle, createHtmlReport } from '../output/html/report.ts';
import { page } from '../output/html/html-template.ts';
import type { InboxEntry } from '../state/inbox.ts';
import type { InspectorParts } from './parts.ts';

type ResultParts = Pick<InspectorParts, 'baseUrl' | 'fetchResult' | 'planFor' | 'redact'>;

/** The figures, bars, clusters and floor of a result, or why there are none. */
export async function renderResult(parts: ResultParts, delivery: InboxEntry): Promise<Html> {
  const found = await readResult(parts, delivery);
  if (typeof found === 'string') return page`<p class="note" data-none>${found}</p>`;
  return answerArticle(found, {
    level: 3,
    id: 'answer',
    plan: parts.planFor(found.details.summary.siteName),
  });
}

/** The whole report, as `--report` writes it; the reason when there is no result. */
export async function renderReport(
  parts: ResultParts,
  delivery: InboxEntry,
): Promise<readonly string[] | { readonly reason: string }> {
  const found = await readResult(parts, delivery);
  if (typeof found === 'string') return { reason: found };
  const report = createHtmlReport({ total: 1, planFor: parts.planFor });
  report.add(0, found);
  return [...report.render()];
}

/** A text says why there is none. */
async function readResult(parts: ResultParts, { requestId, kind, scope }: InboxEntry): Promise<ReportEntry | string> {
  if (requestId === undefined) return 'The webhook names no request.';
  if (scope !== parts.baseUrl) return `It is about another API: ${scope}.`;
  try {
    const answer = await parts.fetchResult(requestId, kind);
    if (answer.state === 'unfinished') return `There is no result: ${parts.redact(answer.error)}.`;
    return entryOf(answer, parts);
  } catch (error) {
    if (error instanceof AnswerLimitError)
      return `The result is too large to be shown here: optipick poll ${requestId}`;
    if (!(error instanceof CliError)) throw error;
    return `There is no result: ${parts.redact(error.message)}${error.hint === undefined ? '' : ` (${error.hint})`}.`;
  }
}

function entryOf({ kind, requestId, raw }: JobAnswer, { redact }: Pick<ResultParts, 'redact'>): ReportEntry | string {
  const reader = createDetailsReader({ redact });
  if (raw !== undefined) reader.push(raw);
  const details = reader.end();
  if (details === undefined) return 'The answer of the API is not JSON.';
  return reportEntry({ kind, requestId }, details, { name: details.summary.waveId ?? requestId });
}
