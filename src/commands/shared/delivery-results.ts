/** Where results of deliveries come from, and what this machine knows of their requests. */
import type { OptipickClient } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import { emptyNote } from '../../settings/settings.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import type { Output } from '../../output/terminal/print.ts';
import type { ListenerState } from '../../context/inbox-services.ts';
import type { FetchAnswer } from '../../webhooks/inbox/delivery-work.ts';

/** The client. Throws `CliError` `auth` without a key, with a hint that also names the way without results. */
export async function resultClient(context: Context): Promise<OptipickClient> {
  try {
    return await context.client();
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'no_api_key') throw error;
    const empty = emptyNote(context.host.env, 'OPTIPICK_API_KEY', 'OPTIPICK_PROFILE');
    throw new CliError('auth', `there is no API key to fetch results with${empty}`, {
      code: error.code,
      hint: `${error.hint ?? ''}; or receive without results: --no-fetch`,
    });
  }
}

/** Fetches results. `onRefusedKey` is called when the API refuses the key; the attempt still fails as any other. */
export function createFetch(
  clock: Clock,
  client: OptipickClient,
  onRefusedKey: ((error: CliError) => void) | undefined,
): FetchAnswer {
  return async (requestId, kind, options) => {
    const { fetchResult } = await import('../../context/api-services.ts');
    try {
      return await fetchResult(client, requestId, kind, { ...options, clock });
    } catch (error) {
      if (error instanceof CliError && error.failure === 'auth') onRefusedKey?.(error);
      throw error;
    }
  };
}

/** What was submitted from this machine. Neither method rejects: a listener works without it, after one warning. */
export function tolerantSubmissions(
  submissions: ListenerState['submissions'],
  output: Pick<Output, 'warn'>,
): ListenerState['submissions'] {
  let warned = false;
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (!warned) void output.warn(`what was submitted from here cannot be used: ${messageOf(error)}`);
      warned = true;
      return undefined;
    }
  };
  return {
    kindOf: (requestId) => attempt(() => submissions.kindOf(requestId)),
    settle: (requestId, state) => attempt(() => submissions.settle(requestId, state)),
  };
}
