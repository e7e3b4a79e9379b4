/** `--continue` and `--resubmit`: what an earlier run has submitted is not submitted again. */
import { MAYBE_ACCEPTED } from '../../api/failure.ts';
import { CliError } from '../../errors.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import type { Posting } from '../../state/postings.ts';
import { quoted } from '../shared/job-errors.ts';
import { collectList } from '../shared/options.ts';

/** The code of a failure that leaves open whether there is a job now. */
export const UNKNOWN_OUTCOME = MAYBE_ACCEPTED.code;

/** Another run has submitted the same content after this one looked for it. */
export class SubmittedMeanwhile extends Error {
  override readonly name = 'SubmittedMeanwhile';
  readonly requestId: string;

  constructor(requestId: string) {
    super(`submitted by another run as ${shownId(requestId)}`);
    this.requestId = requestId;
  }
}

/** What `--resubmit` names: a wave, also one with a comma in its name, else several between commas. Throws `usage`. */
export function resubmitNames(entries: readonly SetEntry[], given: readonly string[]): ReadonlySet<string> {
  const isInInput = (name: string): boolean => entries.some((entry) => entry.name === name || entry.waveId === name);
  const names = given.flatMap((text) => (isInInput(text) ? [text] : collectList(text, undefined)));
  for (const name of names) {
    if (isInInput(name)) continue;
    throw new CliError('usage', `--resubmit ${name}: there is no such wave in the input`, {
      code: 'no_such_wave',
      hint: 'give the name as it was said: the wave, or where the request stands in the file',
    });
  }
  return new Set(names);
}

/** The id that an earlier POST got. Throws exit 6 when its outcome is unknown, and `refused` when its answer named no id. */
export function submittedId({ name }: SetEntry, before: Posting): string {
  if (before.state === 'uncertain') {
    const since = new Date(before.at).toISOString();
    throw new CliError(
      'unavailable',
      `${name} may have been accepted: the run of ${since} was cut off while submitting it, or is still at it`,
      {
        code: UNKNOWN_OUTCOME,
        retryable: false,
        hint: `it is not sent again by itself; look in the web application, and if it is not there: --resubmit ${quoted(name)}`,
      },
    );
  }
  if (before.requestId !== undefined) return before.requestId;
  throw new CliError(
    'refused',
    `${name} was answered in an earlier run, and that answer named no request id to ask for`,
    { code: 'answer_not_kept', hint: `to send it once more: --resubmit ${quoted(name)}` },
  );
}
