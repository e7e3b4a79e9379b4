/** Where `listen` has results from, and what it knows of requests. */
import type { OptipickClient } from '../../api/model.ts';
import type { Context } from '../../context.ts';
import type { Kind } from '../../domain/kinds.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { Submissions } from '../../state/submissions.ts';
import type { FetchAnswer } from '../../webhook/result-lookup.ts';

/** The client, or the failure that also names the way without results. */
export async function resultClient(context: Context): Promise<OptipickClient> {
  try {
    return await context.client();
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'no_api_key') throw error;
    throw new CliError('auth', 'there is no API key to fetch results with', {
      code: error.code,
      hint: `${error.hint ?? ''}; or receive without results: --no-fetch`,
    });
  }
}

/** A key that is refused stays refused: `onRefusedKey` hears of it, and the look still fails as any other. */
export function createFetch(
  client: OptipickClient,
  onRefusedKey: ((error: CliError) => void) | undefined,
): FetchAnswer {
  return async (kind, requestId, options) => {
    try {
      return await client.look(kind, requestId, options);
    } catch (error) {
      if (error instanceof CliError && error.failure === 'auth') onRefusedKey?.(error);
      throw error;
    }
  };
}

/** What was submitted from this machine. Neither method throws: a listener does without, after one warning. */
export interface RequestMemory {
  kindOf(requestId: string): Kind | undefined;
  settle(requestId: string, state: 'done' | 'failed'): void;
}

export async function openRequestMemory(context: Context, baseUrl: string): Promise<RequestMemory> {
  const submissions = await context.submissions();
  let warned = false;
  const attempt = <T>(work: (submissions: Submissions) => T): T | undefined => {
    try {
      return work(submissions);
    } catch (error) {
      if (!warned) void context.output.warn(`what was submitted from here cannot be used: ${messageOf(error)}`);
      warned = true;
      return undefined;
    }
  };
  return {
    kindOf: (requestId) => attempt((all) => all.kindOf(requestId, baseUrl)),
    settle: (requestId, state) => void attempt((all) => all.settle(requestId, baseUrl, state)),
  };
}
