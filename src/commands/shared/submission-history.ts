/** What was submitted from this machine. A failure here must never lose a submission: it becomes a warning. */
import type { OptipickClient, Submitted } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import type { Kind } from '../../kinds.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import type { Submissions } from '../../state/submissions.ts';

export type SubmissionHistory = ReturnType<typeof createSubmissionHistory>;

export function createSubmissionHistory(context: Context, client: OptipickClient) {
  let warned = false;
  const attempt = async <T>(what: string, work: (submissions: Submissions) => Promise<T>): Promise<T | undefined> => {
    try {
      return await work(await context.submissions());
    } catch (error) {
      if (!warned) {
        warned = true;
        const hint = error instanceof CliError && error.hint !== undefined ? ` (${error.hint})` : '';
        await context.output.warn(`${what}: ${messageOf(error)}${hint}`);
      }
      return undefined;
    }
  };

  return {
    /** On disk when it returns, or warned about. */
    async remember(submitted: Submitted, facts: Pick<SetEntry, 'siteName' | 'waveId'>): Promise<void> {
      const profile = (await context.settings()).profile.value;
      await attempt('this submission could not be remembered on this machine', (submissions) =>
        submissions.remember({ ...submitted, ...facts, baseUrl: client.baseUrl, profile }),
      );
    },
    kindOf: (requestId: string): Promise<Kind | undefined> =>
      attempt('what was submitted from this machine could not be read', (submissions) =>
        submissions.kindOf(requestId, client.baseUrl),
      ),
    /** Ids submitted to this base URL whose end was not seen, oldest first. Throws when the state cannot be read. */
    async pending(): Promise<readonly Submitted[]> {
      return (await context.submissions()).pending(client.baseUrl);
    },
    async settle(requestId: string, state: 'done' | 'failed'): Promise<void> {
      await attempt('the end of the job could not be noted on this machine', (submissions) =>
        submissions.settle(requestId, client.baseUrl, state),
      );
    },
  };
}
