/** Runs `submit`: read the input, then plan, post, wait, judge and show, as one request or as a batch. */
import type { Context } from '../../context/context.ts';
import type { FailureDetail } from '../../errors.ts';
import { KINDS, type Kind } from '../../kinds.ts';
import type { RequestSet } from '../../requests/request-set.ts';
import type { Postings } from '../../state/postings.ts';
import type { AnswerView } from '../shared/answer-view.ts';
import { refuseUnwritable } from '../shared/output-file.ts';
import { createSubmissionHistory } from '../shared/submission-history.ts';
import type { SubmitOptions } from './flags.ts';
import { createIdempotentPost } from './idempotent-post.ts';
import { openInputs } from './input-set.ts';
import { submitAll } from './pipeline.ts';
import { openQualityGates, type QualityGates } from './quality-gates.ts';
import { resubmitNames } from './resume.ts';
import { createSingleView } from './single-view.ts';

export interface SubmitRun extends SubmitOptions {
  readonly kind: Kind;
  /** Files, folders, `-`. */
  readonly files: readonly string[];
  readonly view: AnswerView;
}

export async function runSubmit(context: Context, run: SubmitRun): Promise<void> {
  // First: a mistake in a gate must not cost a job.
  const gates = await openQualityGates(context, run.kind, run.gates);
  const set = await openInputs(context, run.files, { kind: run.kind, ...run.input });
  await warnOf(context, set);
  if (run.dryRun !== undefined) {
    await dryRun(context, set, run);
    return;
  }
  await run.view.prepare();
  if (run.gates.junit !== undefined) await refuseUnwritable(context.host, run.gates.junit);
  await gates.prepare(set.entries, run.view.rates);
  await submit(context, set, gates, run);
}

async function submit(
  context: Context,
  set: RequestSet,
  gates: QualityGates,
  { kind, view, mode, timeoutMs, resume: { enabled, resubmit }, batch }: SubmitRun,
): Promise<void> {
  const { entries } = set;
  const client = await context.client();
  const history = createSubmissionHistory(context, client);
  const resubmitted = resubmitNames(entries, resubmit);
  const postings = await openPostings(context, enabled || entries.length > 1);
  const post = createIdempotentPost({ kind, client, postings, history, enabled, resubmit: resubmitted });
  const stages = { kind, client, post, mode, timeoutMs };
  if (entries.length === 1) {
    await submitAll(context, stages, entries, 1, createSingleView(context, { kind, history, view, gates, set }));
    return;
  }
  const [{ submitMany }, { createPrinter }] = await Promise.all([
    import('./batch-view.ts'),
    import('./batch-printer.ts'),
  ]);
  if (view.withOrders) {
    await context.output.warn(
      '--orders is not used: of several requests each is one line; `--format html` names the orders',
    );
  }
  const { concurrency, live, file, all } = batch;
  const printer = await createPrinter(context, kind, set, { view, waits: mode !== 'submit', file, all });
  await submitMany(context, stages, set, { concurrency, live, all, printer, history, gates });
}

/**
 * A single new request goes out also when this machine cannot record it; where something could be sent twice, that must be
 * recorded.
 */
async function openPostings(context: Context, needed: boolean): Promise<Postings | undefined> {
  try {
    return await context.postings();
  } catch (error) {
    if (needed) throw error;
    // Reported once, when the submission itself is to be remembered.
    return undefined;
  }
}

async function warnOf({ output }: Context, { warnings, notes, rejected }: RequestSet): Promise<void> {
  // For people: a script that sends such a table each day has nothing to look at.
  if (!output.json) for (const note of notes) await output.note(`note: ${detailText(note)}`);
  for (const warning of warnings) await output.warn(detailText(warning));
  for (const { count, path } of rejected) {
    await output.warn(`${count} ${count === 1 ? 'row was' : 'rows were'} left out: see ${path}`);
  }
}

function detailText({ path, message, place }: FailureDetail): string {
  const where = path === '' ? '' : `${path}: `;
  return `${where}${message}${place === undefined ? '' : ` (${place})`}`;
}

async function dryRun(
  context: Context,
  { entries }: RequestSet,
  { kind, mode, dryRun: form }: SubmitRun,
): Promise<void> {
  const { renderCurl, renderDryRun } = await import('./curl.ts');
  const { normalizeBaseUrl } = await import('../../context/api-services.ts');
  const baseUrl = normalizeBaseUrl((await context.settings()).baseUrl.value);
  const url = `${baseUrl}${KINDS[kind].path}?synchronous=${mode === 'sync'}`;
  for (const entry of entries) {
    const body = await entry.body();
    if (form === 'curl') {
      await context.output.write(`${renderCurl({ url, body }, context.host.platform)}\n`);
      continue;
    }
    const { head, content } = renderDryRun({ url, body });
    for (const line of head) await context.output.note(line);
    await context.output.document(content);
    await context.output.document('\n');
  }
}
