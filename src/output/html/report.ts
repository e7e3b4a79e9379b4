/**
 * A report as one HTML file: no script, nothing from any host, light and dark as the reader's system is, made to be
 * printed, too.
 */
import type { Html } from '../../lib/text/html.ts';
import { savingOf } from '../../answers/saving.ts';
import { answerFacts, answerFigures, answerHeadline, answerSections, type AnswerLimits } from './answer.ts';
import { compareBars, figureList, headlineParts } from './head.ts';
import { type KnownRow, overview } from './overview.ts';
import { ratesNote } from './costs.ts';
import { STYLE } from './report-style.ts';
import { page } from './html-template.ts';
import type { Report, ReportEntry } from '../answers/report-model.ts';
import { commonSubject, overviewOf, type OverviewRow, subjectOf, unansweredRow } from '../answers/report-overview.ts';
import type { WalkingRates } from '../../answers/walking-cost.ts';
import type { ReportPlan } from './floor-walks.ts';

/** How many requests have all details, and how many a floor plan. */
const DETAILED = 25;
const DRAWN = 6;
/** Picks that are listed, in all answers together. */
const PICK_ROWS = 5000;

export interface HtmlReportOptions {
  /** How many answers, and requests without one, will be added. */
  readonly total: number;
  /** The floor of the site that an answer names, where it is known. */
  readonly planFor: (siteName: string | undefined) => ReportPlan | undefined;
  readonly rates?: WalkingRates | undefined;
}

export function createHtmlReport({ total, planFor, rates }: HtmlReportOptions): Report {
  const rows: OverviewRow[] = [];
  const articles: Html[] = [];
  let single: { readonly title: string; readonly body: Html } | undefined;
  const limits = {
    picks: Math.floor(PICK_ROWS / Math.max(1, Math.min(total, DETAILED))),
    clusters: total === 1 ? 500 : 40,
  };
  return {
    add(index, entry) {
      const line = overviewOf(entry);
      rows[index] = line;
      if (total > 1 && index >= DETAILED) return;
      const { details, request } = entry;
      const plan = index < DRAWN ? planFor(details.summary.siteName ?? request?.siteName) : undefined;
      const level = total === 1 ? 2 : 3;
      const id = `r${index + 1}`;
      const content = answerContent(entry, line, { level, id, limits, plan, rates });
      if (total === 1) single = { title: titleOf(entry), body: content };
      else
        articles[index] = page`<article aria-labelledby="${id}">
${content}</article>
`;
    },
    addUnanswered(index, unanswered) {
      rows[index] = unansweredRow(unanswered);
    },
    *render() {
      if (single !== undefined) {
        yield* documentOf(single.title, [single.body]);
        return;
      }
      // A request that was left unsent has no row.
      const known = rows.flatMap((line, index) => ({
        line,
        id: articles[index] === undefined ? undefined : `r${index + 1}`,
      }));
      const { what, site } = commonSubject(known.map(({ line }) => line));
      yield* documentOf([what, site].filter((part) => part !== undefined).join(' · '), [
        overview(known, [what, site], rates),
        ...articles.flat(),
        leftOut(known),
      ]);
    },
  };
}

function* documentOf(title: string, parts: readonly Html[]): Generator<string, void> {
  yield page`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="optipick">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
`.text;
  for (const { text } of parts) yield text;
  yield `</main>
<footer><p>Distances and groups as the API has answered. Made with optipick.</p></footer>
</body>
</html>
`;
}

function titleOf(entry: ReportEntry): string {
  const { kind, site, wave, name } = subjectOf(entry);
  return [kind, site, wave && `wave ${wave}`, name].filter((part) => part !== undefined).join(' · ');
}

interface ArticleOptions {
  /** Of the headings below its own, counted from 1. */
  readonly level: number;
  /** Begins the ids of its parts: unique on the page. */
  readonly id: string;
  readonly limits: AnswerLimits;
  readonly plan: ReportPlan | undefined;
  readonly rates?: WalkingRates | undefined;
}

/** How much is listed on another page: a report has more. */
const ARTICLE_LIMITS: AnswerLimits = { picks: 500, clusters: 40 };

/** One answer as a part of another page, with its own headline. */
export function answerArticle(entry: ReportEntry, options: Omit<ArticleOptions, 'limits'>): Html {
  return answerContent(entry, overviewOf(entry), { ...options, limits: ARTICLE_LIMITS });
}

function answerContent(entry: ReportEntry, line: OverviewRow, { rates, ...options }: ArticleOptions): Html {
  const { level, id } = options;
  return page`${answerHead(entry, line, { level: level - 1, id, rates })}
${answerSections(entry, options)}`;
}

function answerHead(
  entry: ReportEntry,
  line: OverviewRow,
  { level, id, rates }: { level: number; id: string; rates: WalkingRates | undefined },
): Html {
  const { details } = entry;
  const saving = savingOf(details.summary);
  const bars = line.problem !== undefined || 'reason' in saving ? undefined : compareBars(saving, details.summary.unit);
  return page`<header>
<p class="eyebrow">${titleOf(entry)}</p>
${headlineParts(answerHeadline(entry, line), level, id)}
${bars}${figureList(answerFigures(entry, line, rates))}
<p class="note">${answerFacts(entry)}${ratesNote(rates)}</p>
</header>
`;
}

function leftOut(known: readonly KnownRow[]): Html {
  const answered = known.filter(({ line }) => line.summary !== undefined);
  if (answered.every(({ id }) => id !== undefined)) return page``;
  return page`<p class="note">Only the first ${DETAILED} requests are shown in full, the first ${DRAWN} with a floor plan; CSV and JSON hold all.</p>
`;
}
