/** What commands report about jobs that failed, still run, or whose answer could not be written. */
import type { JobAnswer } from '../../api/model.ts';
import { NOT_THE_API } from '../../api/sanitize.ts';
import { CliError, type Failure } from '../../errors.ts';
import { ANSWER_TOO_LARGE } from '../../answers/limit.ts';
import type { AnswerSummary } from '../../answers/answer.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { failureJson, renderFailure, wrapNotes } from '../../output/terminal/failure.ts';
import { jsonText } from '../../lib/json/stringify.ts';
import type { Context } from '../../context/context.ts';

/**
 * Prints on stderr how one of several requests failed, when it happens. `requestId`: named in JSON, where the error lacks it.
 * `all`: each detail on a line of its own.
 */
export async function reportFailure(
  { host, output }: Context,
  error: CliError,
  { requestId, all = false }: { readonly requestId?: string; readonly all?: boolean } = {},
): Promise<void> {
  const { error: facts } = failureJson(error);
  const json = (): string => jsonText({ error: requestId === undefined ? facts : { ...facts, requestId } });
  const lines = output.json
    ? [json()]
    : renderFailure(error, await output.noteStyle(), { all, width: host.stderr.columns });
  await host.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

/** Exit 3 for a job that the API ran and that failed. Its answer has been shown before. */
export function jobFailure(answer: JobAnswer): CliError {
  const why = answer.failure === undefined ? '' : `: ${cleanText(answer.failure)}`;
  return new CliError('failed', `the optimization of request ${shownId(answer.requestId)} failed${why}`, {
    code: 'job_failed',
    requestId: answer.requestId,
    hint: `optipick ${answer.kind} get ${quoted(shownId(answer.requestId))} --json shows the whole answer`,
  });
}

/** The answer's figures, completed by what the caller knows where the answer itself does not say it. */
export function knownSummary({ summary, kind, requestId, state, failure }: JobAnswer): AnswerSummary {
  return {
    ...summary,
    kind: summary.kind ?? kind,
    requestId: summary.requestId ?? requestId,
    error: summary.error ?? (state === 'failed' ? failure : undefined),
  };
}

/** The options that reach the same API with the same key again, for commands that are printed to be pasted. */
export function sameTarget({ options }: Context): string {
  const words: string[] = [];
  if (options.profile !== undefined) words.push('--profile', quoted(options.profile));
  if (options.baseUrl !== undefined) words.push('--base-url', quoted(options.baseUrl));
  if (options.apiKeyFile !== undefined && options.apiKeyFile !== '-') {
    words.push('--api-key-file', quoted(options.apiKeyFile));
  }
  return words.map((word) => ` ${word}`).join('');
}

/** A word as it can be pasted into a shell. */
export function quoted(word: string): string {
  return /^[\w./\\:@=-]+$/.test(word) ? word : `"${word.replaceAll(/(["\\$`])/g, '\\$1')}"`;
}

/** Prints on stderr how to resume waiting for `running`, where `error` is a timeout or a signal that leaves them running. */
export async function reportResumable(context: Context, error: unknown, running: Iterable<string>): Promise<void> {
  if (error instanceof CliError && isResumable(error)) await reportRunning(context, running);
}

/** Prints on stderr how to resume waiting for what still runs; nothing when nothing does. */
export async function reportRunning(context: Context, running: Iterable<string>): Promise<void> {
  const ids = [...running];
  if (ids.length === 0) return;
  const { stderr } = context.host;
  await stderr.write(`${wrapNotes(resumeLines(context, ids).join('\n'), stderr.columns)}\n`);
}

/** Prints on stderr how to fetch `answered` again, where `error` is that the file for them could not be written. */
export async function reportRefetchable(context: Context, error: unknown, answered: readonly string[]): Promise<void> {
  if (!(error instanceof CliError) || error.failure !== 'environment' || answered.length === 0) return;
  const shown = answered.slice(0, PASTABLE_IDS).map((id) => quoted(shownId(id)));
  const more = answered.length > PASTABLE_IDS ? ` ... (${answered.length} ids)` : '';
  await context.host.stderr.write(
    `answered, but not written; fetch again with: optipick poll ${shown.join(' ')}${more}${sameTarget(context)}\n`,
  );
}

/** Whether polling on may bring the answer: one that is too large has arrived, and stays too large. */
export function isResumable({ failure, code }: CliError): boolean {
  return (RESUMABLE.has(failure) && code !== ANSWER_TOO_LARGE) || code === NOT_THE_API;
}

const RESUMABLE: ReadonlySet<Failure> = new Set<Failure>(['pending', 'unavailable', 'interrupted', 'terminated']);

/** More ids than this are better stored than pasted. */
const PASTABLE_IDS = 20;

function resumeLines(context: Context, running: readonly string[]): readonly string[] {
  const target = sameTarget(context);
  const ids = running.map(shownId);
  if (running.length <= PASTABLE_IDS)
    return [`still running; resume with: optipick poll ${ids.map(quoted).join(' ')}${target}`];
  return [
    `${running.length} requests are still running:`,
    ...ids,
    `resume with: optipick poll -${target} (these ids on stdin), or optipick poll --pending${target}`,
  ];
}
