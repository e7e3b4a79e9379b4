/** What a batch prints on stdout or into a file, request by request. */
import type { Context } from '../../context/context.ts';
import type { Kind } from '../../kinds.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import type { RequestSet, SetEntry } from '../../requests/request-set.ts';
import { renderBatch, type BatchRow } from '../../output/answers/batch-table.ts';
import { createChunkQueue } from '../../lib/async/chunk-queue.ts';
import { type Report, reportEntry } from '../../output/answers/report-model.ts';
import { createStyle } from '../../output/terminal/style.ts';
import type { AnswerView } from '../shared/answer-view.ts';
import { writeOutput } from '../shared/output-file.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import type { ReceivedAnswer } from './pipeline.ts';
import type { Assessment } from './quality-gates.ts';
import { knownSummary } from '../shared/job-errors.ts';

export interface NoAnswer {
  /** `undefined` when none is known. */
  readonly requestId: string | undefined;
  /** Why, for people. */
  readonly problem: string;
  /** Whether the answer may still arrive. */
  readonly isRunning: boolean;
}

export interface BatchPrinter {
  /** Whether `ReceivedAnswer.raw` is needed. */
  readonly raw: boolean;
  submitted(entry: SetEntry, requestId: string): Promise<void>;
  answered(entry: SetEntry, received: ReceivedAnswer, assessment: Assessment): Promise<void>;
  /** One that ended without an answer. */
  unanswered(entry: SetEntry, unanswered: NoAnswer): Promise<void>;
  /** Once, however the batch ended. */
  finish(): Promise<void>;
}

/**
 * Request ids, one a line in the order of the input, each as soon as all before it have ended; with `--json` a document
 * for each as soon as it has one.
 */
function createIdPrinter({ output }: Context, kind: Kind, entries: readonly SetEntry[]): BatchPrinter {
  /** Of the requests that have ended; `undefined` for one without an id. */
  const ids = new Map<SetEntry, string | undefined>();
  let next = 0;
  const print = async (upTo: number): Promise<void> => {
    for (const entry of entries.slice(next, upTo)) {
      next += 1;
      const id = ids.get(entry);
      if (id !== undefined) await output.lines([id]);
    }
  };
  /** Up to the first that has not ended. */
  const printEnded = async (): Promise<void> => {
    let upTo = next;
    for (let entry = entries[upTo]; entry !== undefined && ids.has(entry); entry = entries[upTo]) upTo += 1;
    await print(upTo);
  };
  return {
    raw: false,
    async submitted(entry, requestId) {
      if (output.json) {
        await output.record({ v: 1, type: 'submitted', request_id: requestId, kind, ...waveOf(entry) });
        return;
      }
      ids.set(entry, shownId(requestId));
      await printEnded();
    },
    answered: () => Promise.resolve(),
    async unanswered(entry) {
      ids.set(entry, undefined);
      await printEnded();
    },
    finish: () => print(entries.length),
  };
}

/** A line of NDJSON for each request that has an id, as soon as it ends: the API's own document in `result`. */
function createJsonPrinter(kind: Kind, write: (line: Uint8Array) => Promise<void>): BatchPrinter {
  return {
    raw: true,
    submitted: () => Promise.resolve(),
    async answered(entry, { answer, raw }, { findings, gates }) {
      const { requestId, state } = answer;
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
    async unanswered(entry, { requestId, isRunning }) {
      if (requestId === undefined) return;
      const state = isRunning ? 'pending' : 'refused';
      await write(
        jsonLine({ v: 1, type: 'result', request_id: requestId, kind, state, ...waveOf(entry) }, { result: null }),
      );
    },
    finish: () => Promise.resolve(),
  };
}

/** One table of all requests, when all have ended. */
function createTablePrinter(
  entries: readonly SetEntry[],
  show: (rows: readonly BatchRow[]) => Promise<void>,
): BatchPrinter {
  const rows = new Map<SetEntry, BatchRow>();
  return {
    raw: false,
    submitted: () => Promise.resolve(),
    answered(entry, { answer }) {
      // The table needs no stops and clusters, and those of a thousand answers would fill the memory.
      const { stops: _, ...summary } = knownSummary(answer);
      const problem = answer.state === 'failed' ? 'failed' : undefined;
      rows.set(entry, { name: entry.name, requestId: answer.requestId, summary: { ...summary, stops: [] }, problem });
      return Promise.resolve();
    },
    unanswered(entry, { requestId }) {
      rows.set(entry, { name: entry.name, requestId, summary: undefined, problem: 'no answer' });
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

/** The printer for the format and mode. A file gets what stdout would get, whole or not at all. */
export async function createPrinter(
  context: Context,
  kind: Kind,
  set: Pick<RequestSet, 'entries' | 'columns' | 'dialect' | 'mixed' | 'alternatives'>,
  { view, waits, file, all }: PrinterOptions,
): Promise<BatchPrinter> {
  const { entries } = set;
  if (!waits) return createIdPrinter(context, kind, entries);
  const { output, host } = context;
  if (view.format === 'json') {
    if (file === undefined) return createJsonPrinter(kind, (line) => output.document(line));
    return createJsonFilePrinter(kind, host, file);
  }
  // Only a route chooses among alternatives; clustering leaves them open.
  const alternatives = kind === 'route' && set.alternatives;
  const { columns, dialect, mixed } = set;
  const report = await view.newReport({ total: entries.length, columns, dialect, mixed, alternatives });
  if (report !== undefined) return createReportPrinter(entries, report, view);
  return createTablePrinter(entries, async (rows) => {
    const style = file === undefined ? await output.style() : await createStyle(0);
    const width = file === undefined ? output.width : undefined;
    const lines = renderBatch(rows, { width, style, all: all || file !== undefined, rates: view.rates });
    if (file === undefined) await output.lines(lines);
    else await writeOutput(host, file, [...lines, ''].join('\n'));
  });
}

export interface PrinterOptions {
  readonly view: AnswerView;
  /** Whether answers are waited for. */
  readonly waits: boolean;
  /** `-o` */
  readonly file: string | undefined;
  readonly all: boolean;
}

/** One report of all requests, when all have ended; in the order of the input. */
function createReportPrinter(entries: readonly SetEntry[], report: Report, view: AnswerView): BatchPrinter {
  const places = new Map(entries.map((entry, index) => [entry, index]));
  const placeOf = (entry: SetEntry): number => places.get(entry) ?? entries.length;
  return {
    raw: false,
    submitted: () => Promise.resolve(),
    async answered(entry, { answer, details }, assessment) {
      if (details === undefined) return;
      report.add(placeOf(entry), reportEntry(answer, details, { ...assessment, name: entry.name }), await entry.rows());
    },
    async unanswered(entry, { requestId, problem }) {
      report.addUnanswered(placeOf(entry), { name: entry.name, requestId, problem }, await entry.rows());
    },
    finish: () => view.write(report),
  };
}

/** The lines flow into a temporary file as they arrive; the name appears when the batch has ended. */
function createJsonFilePrinter(kind: Kind, host: Context['host'], file: string): BatchPrinter {
  const queue = createChunkQueue();
  const written = writeOutput(host, file, queue.chunks);
  written.catch((error: unknown) => queue.fail(error));
  return {
    ...createJsonPrinter(kind, (line) => queue.push(line)),
    async finish() {
      queue.end();
      await written;
    },
  };
}
