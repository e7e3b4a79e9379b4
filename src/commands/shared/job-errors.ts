/** What the commands of this folder say of a job that did not end well. */
import type { Answer } from '../../api/model.ts';
import { NOT_THE_API } from '../../api/sanitize.ts';
import { CliError, type Failure } from '../../errors.ts';
import { ANSWER_TOO_LARGE } from '../../answers/limit.ts';
import type { AnswerSummary } from '../../answers/answer.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { failureJson, renderFailure } from '../../output/terminal/failure.ts';
import { jsonText } from '../../lib/json/stringify.ts';
import type { Context } from '../../app/context.ts';

/** Says on stderr how one of several requests failed, when it happens; how the command ends is told at its end. */
export async function tellFailure({ host, output }: Context, error: CliError): Promise<void> {
  const style = await output.noteStyle();
  const lines = output.json ? [jsonText(failureJson(error))] : renderFailure(error, style);
  await host.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

/** Exit 3 for a job that the API ran and that failed. Its answer has been shown before. */
export function jobFailure(answer: Answer): CliError {
  const why = answer.failure === undefined ? '' : `: ${cleanText(answer.failure)}`;
  return new CliError('failed', `the optimisation of request ${shownId(answer.requestId)} failed${why}`, {
    code: 'job_failed',
    requestId: answer.requestId,
    hint: `optipick ${answer.kind} get ${quoted(shownId(answer.requestId))} --json shows the whole answer`,
  });
}

/** The answer's figures, with what the one who asked knows where the answer itself does not say it. */
export function knownSummary({ summary, kind, requestId, state, failure }: Answer): AnswerSummary {
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

/**
 * Runs `work`; when it ends because time ran out or somebody stopped it, says on stderr how to go on
 * with the ids that are still running.
 */
export async function resumable<T>(context: Context, running: Iterable<string>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CliError && isResumable(error)) await tellRunning(context, running);
    throw error;
  }
}

/** Says on stderr how to go on with what still runs; nothing when nothing does. */
export async function tellRunning(context: Context, running: Iterable<string>): Promise<void> {
  const ids = [...running];
  if (ids.length === 0) return;
  await context.host.stderr.write(`${resumeLines(context, ids).join('\n')}\n`);
}

/**
 * Runs `work`, which shows answers that have come; when the file for them cannot be written, says on stderr how to fetch
 * them again.
 */
export async function refetchable<T>(
  context: Context,
  ids: () => readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = error instanceof CliError && error.failure === 'environment' ? ids() : [];
    if (known.length > 0) {
      const shown = known.slice(0, PASTABLE_IDS).map((id) => quoted(shownId(id)));
      const more = known.length > PASTABLE_IDS ? ` ... (${known.length} ids)` : '';
      await context.host.stderr.write(
        `answered, but not written; fetch again with: optipick poll ${shown.join(' ')}${more}${sameTarget(context)}\n`,
      );
    }
    throw error;
  }
}

/** Whether waiting on may bring the answer: one that is too large has come, and will be no smaller. */
export function isResumable({ failure, code }: CliError): boolean {
  return (RESUMABLE.has(failure) && code !== ANSWER_TOO_LARGE) || code === NOT_THE_API;
}

const RESUMABLE: ReadonlySet<Failure> = new Set<Failure>(['pending', 'unavailable', 'interrupted', 'terminated']);

/** More ids than this are better kept than pasted. */
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
