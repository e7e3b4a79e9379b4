/** Shows one finished answer, on stdout or in a file, in the chosen format. */
import type { JobAnswer, AnswerBytes } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import type { AnswerDetails } from '../../answers/details.ts';
import { type Wage, walkingRatesOf } from '../../answers/walking-cost.ts';
import { CliError } from '../../errors.ts';
import { reportEntry, type Report, type ReportEntry } from '../../output/answers/report-model.ts';
import { renderAnswer } from '../../output/answers/answer-table.ts';
import { createStyle } from '../../output/terminal/style.ts';
import type { CsvDialect } from '../../lib/text/csv-line.ts';
import { createChunkQueue } from '../../lib/async/chunk-queue.ts';
import { refuseUnwritable, writeOutput } from './output-file.ts';
import { openReports, REPORT_FORMATS, type ReportFacts, type ReportFormat, type ReportMaker } from './answer-report.ts';
import { knownSummary } from './job-errors.ts';

const ANSWER_FORMATS = ['table', 'json', ...REPORT_FORMATS] as const;

export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

export interface AnswerViewOptions {
  /** `--format` */
  readonly format?: string;
  /** `-o`: a file instead of stdout. */
  readonly output?: string;
  /** `--all`: lists are not cut. */
  readonly all?: boolean;
  /** `--orders`: the table lists the orders of each cluster. */
  readonly orders?: boolean;
  /** `--site-file`: the layout that HTML reports draw. */
  readonly siteFile?: string;
  /** `--pick-speed`, in meters a second. */
  readonly pickSpeed?: number;
  readonly wage?: Wage;
  /** `--csv-delimiter` */
  readonly csvDelimiter?: string;
}

/** What the caller knows beside the answer. */
export interface AnswerContext extends Pick<ReportEntry, 'name' | 'request' | 'findings' | 'gates'> {
  /** The caller's own table. */
  readonly columns: readonly string[] | undefined;
  readonly dialect: CsvDialect | undefined;
  readonly alternatives: boolean;
  rows(): Promise<readonly { readonly pickId: string; readonly cells: readonly string[] }[] | undefined>;
}

export type AnswerView = ReturnType<typeof createAnswerView>;

const EXTENSIONS: Readonly<Record<string, AnswerFormat>> = {
  txt: 'table',
  ndjson: 'json',
  jsonl: 'json',
  markdown: 'md',
  htm: 'html',
};

/** For `--format`. */
export const FORMATS_IN_WORDS = 'table, json, csv, md or html';

/** Throws `usage` for a format that is not known, before anything is sent. */
export function createAnswerView(context: Context, options: AnswerViewOptions) {
  const { output, host } = context;
  const format = formatOf(options, output.json);
  const file = options.output;
  const rates = walkingRatesOf(options);

  const withOrders = options.orders === true && format === 'table';

  const ordersOf = (details: AnswerDetails | undefined) =>
    withOrders ? details?.clusters.map(({ orderIds }) => orderIds) : undefined;

  const tableLines = async (answer: JobAnswer, details?: AnswerDetails): Promise<Iterable<string>> =>
    renderAnswer(knownSummary(answer), {
      width: file === undefined ? output.width : undefined,
      style: file === undefined ? await output.style() : await createStyle(0),
      all: options.all ?? false,
      rates,
      orders: ordersOf(details),
    });

  const write = async (pieces: Iterable<string>): Promise<void> => {
    if (file !== undefined) {
      await writeOutput(host, file, [...pieces].join(''));
      return;
    }
    for (const part of inParts(pieces)) await output.write(part);
  };

  const showTable = async (answer: JobAnswer, details?: AnswerDetails): Promise<void> => {
    const lines = await tableLines(answer, details);
    await (file === undefined ? output.lines(lines) : write(terminated(lines)));
  };

  /** The answer's own bytes, as they arrive. */
  const passOn = async (fetch: (sink: AnswerBytes) => Promise<JobAnswer>): Promise<JobAnswer> => {
    if (file === undefined) {
      let last = 0;
      const answer = await fetch(async (chunk) => {
        last = chunk.at(-1) ?? last;
        await output.document(chunk);
      });
      if (last !== 0x0a) await output.write('\n');
      return answer;
    }
    // They flow into a temporary file; the name appears only when it is whole.
    const queue = createChunkQueue();
    const written = writeOutput(host, file, queue.chunks);
    written.catch((error: unknown) => queue.fail(error));
    try {
      const answer = await fetch((chunk) => queue.push(chunk));
      queue.end();
      await written;
      return answer;
    } catch (error) {
      queue.fail(error);
      await written.catch(() => undefined);
      throw error;
    }
  };

  let maker: Promise<ReportMaker> | undefined;
  const reports = (): Promise<ReportMaker> | undefined =>
    isReport(format)
      ? (maker ??= openReports(context, format, {
          siteFile: options.siteFile,
          csvDelimiter: options.csvDelimiter,
          rates,
        }))
      : undefined;
  const prepareOnce = async (): Promise<void> => {
    if (file !== undefined) await refuseUnwritable(host, file);
    if (options.siteFile !== undefined && format !== 'html') {
      await output.warn('--site-file is not used: only HTML reports (--format html, -o report.html) draw a floor plan');
    }
    if (rates !== undefined && (format === 'json' || format === 'csv')) {
      await output.warn(`--pick-speed is not used: ${format} holds the distances of the API`);
    }
    if (options.csvDelimiter !== undefined && format !== 'csv') {
      await output.warn('--csv-delimiter is not used: it is for --format csv');
    }
    if (options.orders === true && !withOrders) {
      await output.warn(`--orders is not used: ${format} names the orders without it`);
    }
    await reports();
  };
  let prepared: Promise<void> | undefined;
  /**
   * Call it before something is sent that cannot be taken back; done once. Throws `environment` when the file cannot be
   * written, and `usage` for a layout (`--site-file`) that cannot be used.
   */
  const prepare = (): Promise<void> => (prepared ??= prepareOnce());

  return {
    format,
    /** Whether the table lists orders, for which it needs details. */
    withOrders,
    ordersOf,
    rates,
    prepare,
    /** On stdout, or in the file. */
    write: (report: Report): Promise<void> => write(report.render()),
    /** A report about several answers; `undefined` when the format is none. */
    newReport: async (facts: ReportFacts): Promise<Report | undefined> => (await reports())?.(facts),
    /**
     * Runs `fetch` (which may fill the sink), shows the answer, and returns it. `assess` is given each pick of the answer
     * before it is shown, and adds what is known about it; without it, JSON and a table without `--orders` do not hold
     * the picks in memory.
     */
    async show(
      fetch: (sink: AnswerBytes | undefined) => Promise<JobAnswer>,
      assess?: (details: AnswerDetails | undefined) => Promise<AnswerContext>,
    ): Promise<JobAnswer> {
      await prepare();
      if (assess === undefined && !isReport(format) && !withOrders) {
        if (format === 'json') return passOn(fetch);
        const answer = await fetch('discard');
        await showTable(answer);
        return answer;
      }
      const { teeAnswer } = await import('./tee.ts');
      if (format === 'json') {
        let details: AnswerDetails | undefined;
        const answer = await passOn(async (target) => {
          const received = await teeAnswer(context, target, fetch);
          details = received.details;
          return received.answer;
        });
        await assess?.(details);
        return answer;
      }
      const { answer, details } = await teeAnswer(context, 'discard', fetch);
      const known = await assess?.(details);
      const { columns, dialect, alternatives = false } = known ?? {};
      const report = (await reports())?.({ total: 1, columns, dialect, alternatives });
      if (report === undefined || details === undefined) {
        await showTable(answer, details);
        return answer;
      }
      report.add(0, reportEntry(answer, details, known), await known?.rows());
      await write(report.render());
      return answer;
    },
  };
}

function isReport(format: AnswerFormat): format is ReportFormat {
  return format !== 'table' && format !== 'json';
}

/** Joins small pieces: neither a write for each line nor everything in memory. */
function* inParts(pieces: Iterable<string>): Generator<string, void> {
  let part = '';
  for (const piece of pieces) {
    part += piece;
    if (part.length <= 32_768) continue;
    yield part;
    part = '';
  }
  if (part !== '') yield part;
}

function* terminated(lines: Iterable<string>): Generator<string, void> {
  for (const line of lines) yield `${line}\n`;
}

function formatOf(options: AnswerViewOptions, json: boolean): AnswerFormat {
  const extension = /\.([A-Za-z0-9]+)$/.exec(options.output ?? '')?.[1]?.toLowerCase();
  const word = options.format ?? (json ? 'json' : extension === undefined ? 'table' : extension);
  const format = ANSWER_FORMATS.find((known) => known === word) ?? EXTENSIONS[word];
  if (format === undefined) {
    const source = options.format === undefined ? `the extension of ${options.output ?? ''}` : '--format';
    throw new CliError('usage', `unknown output format "${word}" (from ${source})`, {
      code: 'unknown_format',
      hint: 'the formats are table (.txt), json, csv, md and html; choose one with --format',
    });
  }
  return format;
}
