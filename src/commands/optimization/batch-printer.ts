/** What a batch puts on stdout or into a file, request by request. */
import type { Context } from '../../context.ts';
import type { Kind } from '../../domain/kinds.ts';
import type { RequestSet, SetEntry } from '../../input/request-set.ts';
import { createAnswerCsv } from '../../output/answer-csv.ts';
import { renderBatch, type BatchRow } from '../../output/batch-table.ts';
import { createChunkQueue } from '../../output/chunk-queue.ts';
import { createStyle } from '../../output/style.ts';
import { writeOutput, type AnswerFormat } from './answer-view.ts';
import { cleanText } from '../../output/clean-text.ts';
import { jsonLine } from '../../output/json.ts';
import type { BatchEnd } from './batch.ts';
import type { Judgement } from './judging.ts';
import { jobFailure, knownSummary } from './outcome.ts';

type Answered = Extract<BatchEnd, { state: 'answered' }>;

export interface BatchPrinter {
  /** Whether `Answered.raw` is needed. */
  readonly raw: boolean;
  submitted(entry: SetEntry, requestId: string): Promise<void>;
  answered(entry: SetEntry, end: Answered, judgement: Judgement): Promise<void>;
  /** Once, however the batch ended. */
  finish(): Promise<void>;
}

/** Request ids, one a line in the order of the input; with `--json` a document each as they come. */
function createIdPrinter({ output }: Context, kind: Kind, entries: readonly SetEntry[]): BatchPrinter {
  const ids = new Map<SetEntry, string>();
  let next = 0;
  return {
    raw: false,
    async submitted(entry, requestId) {
      if (output.json) {
        await output.record({ v: 1, request_id: requestId, kind, ...waveOf(entry) });
        return;
      }
      ids.set(entry, cleanText(requestId));
    },
    answered: () => Promise.resolve(),
    async finish() {
      for (; next < entries.length; next += 1) {
        const entry = entries[next];
        const id = entry === undefined ? undefined : ids.get(entry);
        if (id !== undefined) await output.lines([id]);
      }
    },
  };
}

/** One line of NDJSON for each answer, as they come: the API's own document in `result`. */
function createJsonPrinter(write: (line: Uint8Array) => Promise<void>): BatchPrinter {
  return {
    raw: true,
    submitted: () => Promise.resolve(),
    async answered(entry, { answer, raw }, { findings, gates }) {
      const { requestId, kind, state } = answer;
      const fields = {
        v: 1,
        type: 'result',
        request_id: requestId,
        kind,
        state,
        ...waveOf(entry),
        ...(findings.length === 0 ? {} : { findings }),
        ...(gates.length === 0 ? {} : { gates }),
      };
      await write(jsonLine(fields, { result: raw ?? null }));
    },
    finish: () => Promise.resolve(),
  };
}

/** One table of all requests, when all is over. */
function createTablePrinter(
  entries: readonly SetEntry[],
  show: (rows: readonly BatchRow[]) => Promise<void>,
): BatchPrinter {
  const rows = new Map<SetEntry, BatchRow>();
  return {
    raw: false,
    submitted: () => Promise.resolve(),
    answered(entry, { answer }) {
      // Stops and clusters of a thousand answers are not kept: the table has a line for each.
      const { stops: _, ...summary } = knownSummary(answer);
      const problem = answer.state === 'failed' ? jobFailure(answer).message : undefined;
      rows.set(entry, { name: entry.name, requestId: answer.requestId, summary: { ...summary, stops: [] }, problem });
      return Promise.resolve();
    },
    async finish() {
      await show(entries.flatMap((entry) => rows.get(entry) ?? []));
    },
  };
}

function waveOf({ waveId, name }: SetEntry): Readonly<Record<string, string>> {
  return waveId === undefined ? { name } : { wave_id: waveId };
}

/** The printer that suits what was asked for. A file gets what stdout would get, whole or not at all. */
export function createPrinter(
  context: Context,
  kind: Kind,
  set: Pick<RequestSet, 'entries' | 'columns' | 'alternatives'>,
  { format, waits, file, all }: PrinterOptions,
): BatchPrinter {
  const { entries } = set;
  if (!waits) return createIdPrinter(context, kind, entries);
  const { output, host } = context;
  if (format === 'json') {
    if (file === undefined) return createJsonPrinter((line) => output.write(line));
    return createJsonFilePrinter(host, file);
  }
  if (format === 'csv') return createCsvPrinter(kind, set, (text) => writeAll(context, file, text));
  return createTablePrinter(entries, async (rows) => {
    const style = file === undefined ? await output.style() : await createStyle(0);
    const width = file === undefined ? output.width : undefined;
    const lines = renderBatch(rows, { width, style, all: all || file !== undefined });
    if (file === undefined) await output.lines(lines);
    else await writeOutput(host, file, [...lines, ''].join('\n'));
  });
}

export interface PrinterOptions {
  readonly format: AnswerFormat;
  /** Whether there are answers at all. */
  readonly waits: boolean;
  /** `-o` */
  readonly file: string | undefined;
  readonly all: boolean;
}

/** One table with one header, the waves in the order of the input. */
function createCsvPrinter(
  kind: Kind,
  { entries, columns, alternatives }: Pick<RequestSet, 'entries' | 'columns' | 'alternatives'>,
  write: (text: Iterable<string>) => Promise<void>,
): BatchPrinter {
  // Only a route chooses among alternatives; clustering leaves them open.
  const table = createAnswerCsv({ columns, alternatives: kind === 'route' && alternatives });
  const parts = new Map<SetEntry, string>();
  return {
    raw: false,
    submitted: () => Promise.resolve(),
    async answered(entry, { answer, details }, { request, findings, gates }) {
      if (details === undefined) return;
      const { requestId } = answer;
      const report = { name: entry.name, kind, requestId, details, request, findings, gates };
      parts.set(entry, [...table.rows(report, await entry.rows())].join(''));
    },
    async finish() {
      await write([table.header(), ...entries.flatMap((entry) => parts.get(entry) ?? [])]);
    },
  };
}

async function writeAll({ host, output }: Context, file: string | undefined, parts: Iterable<string>): Promise<void> {
  if (file !== undefined) await writeOutput(host, file, [...parts].join(''));
  else for (const part of parts) await output.write(part);
}

/** The lines flow into a temporary file while they come; the name appears when the batch has ended. */
function createJsonFilePrinter(host: Context['host'], file: string): BatchPrinter {
  const queue = createChunkQueue();
  const written = writeOutput(host, file, queue.chunks);
  written.catch((error: unknown) => queue.fail(error));
  return {
    ...createJsonPrinter((line) => queue.push(line)),
    async finish() {
      queue.end();
      await written;
    },
  };
}
