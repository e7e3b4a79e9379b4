/** Reports about answers, pick by pick: CSV, Markdown, HTML. */
import type { Context } from '../../context/context.ts';
import type { WalkingRates } from '../../answers/walking-cost.ts';
import { type CsvDialect, PLAIN_CSV } from '../../lib/text/csv-line.ts';
import type { Report } from '../../output/answers/report-model.ts';

export const REPORT_FORMATS = ['csv', 'md', 'html'] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportFacts {
  /** Number of answers, and of requests without one, in the report. */
  readonly total: number;
  /** Headers of the user's own table, if there was one. */
  readonly columns: readonly string[] | undefined;
  /** How that table was written. */
  readonly dialect?: CsvDialect | undefined;
  /** Whether some of the requests do not come from that table. Default false. */
  readonly mixed?: boolean;
  /** Whether the requests offered alternative locations. */
  readonly alternatives: boolean;
}

/** What the flags say of reports. */
export interface ReportSettings {
  /** `--site-file` */
  readonly siteFile: string | undefined;
  /** `--csv-delimiter`; default: that of the caller's table. */
  readonly csvDelimiter: string | undefined;
  readonly rates: WalkingRates | undefined;
}

export type ReportMaker = (facts: ReportFacts) => Report;

/** Loads what the reports need. Throws `CliError` `usage` for a layout (`--site-file`) that cannot be used. */
export async function openReports(
  context: Context,
  format: ReportFormat,
  { siteFile, csvDelimiter, rates }: ReportSettings,
): Promise<ReportMaker> {
  switch (format) {
    case 'csv': {
      const { createCsvReport } = await import('../../output/answers/csv.ts');
      const redact = await context.redaction();
      return ({ dialect = PLAIN_CSV, ...facts }) => {
        return createCsvReport({
          ...facts,
          redact,
          dialect: { ...dialect, delimiter: csvDelimiter ?? dialect.delimiter },
        });
      };
    }
    case 'md': {
      const { createMarkdownReport } = await import('../../output/markdown/report.ts');
      return ({ total }) => createMarkdownReport({ total, rates });
    }
    case 'html': {
      const [{ createHtmlReport }, { openPlans }] = await Promise.all([
        import('../../output/html/report.ts'),
        import('./report-plan.ts'),
      ]);
      const planFor = await openPlans(context, siteFile);
      return ({ total }) => createHtmlReport({ total, planFor, rates });
    }
  }
}
