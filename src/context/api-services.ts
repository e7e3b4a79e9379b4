/**
 * What every call of the API needs, in one module, so that it is loaded as one piece and only by the
 * commands that call: opening ten small files costs more than reading one.
 */
import { normalizeBaseUrl } from '../settings/base-url.ts';
import { createApiClient } from '../api/client.ts';
import type { OptipickClient } from '../api/model.ts';
import { withTrace } from '../api/middleware.ts';
import { parseApiKey } from '../settings/secret.ts';
import { createTerminalRedaction } from '../output/terminal/redaction.ts';
import type { Host } from '../platform/host.ts';
import { stateFolder } from '../settings/paths.ts';
import type { Arrivals } from '../state/arrivals.ts';
import type { Postings } from '../state/postings.ts';
import type { Submissions } from '../state/submissions.ts';
import { createSqliteArrivals } from '../state/sqlite/arrivals.ts';
import { followState } from '../state/sqlite/database.ts';
import { createSqlitePostings } from '../state/sqlite/postings.ts';
import { createSqliteSubmissions } from '../state/sqlite/submissions.ts';

export { createArrivalClock } from '../state/arrival-clock.ts';
export { fetchResult } from '../api/result.ts';
export { pollKinds } from '../api/poll-kinds.ts';
export { pollAnswer } from '../api/poll.ts';
export { createProgress } from '../output/terminal/progress.ts';
export { normalizeBaseUrl };

export interface ClientFacts {
  /** As {@link normalizeBaseUrl} gives it. */
  readonly baseUrl: string;
  readonly key: string;
  /** Struck out of what the server says, as the key is. */
  readonly secrets?: readonly string[] | undefined;
  /** Gets a line for each HTTP call, the key masked. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Never through a proxy: the API is one that this very program has opened. Default false. */
  readonly direct?: boolean | undefined;
}

/** A client for a key that need not be stored. Throws `CliError` `usage` for a key that cannot be one. */
export async function openClient(
  host: Host,
  { baseUrl, key, secrets = [], trace, direct }: ClientFacts,
): Promise<OptipickClient> {
  const apiKey = parseApiKey(key);
  const network = await host.http({ direct: direct ?? false });
  const redact = createTerminalRedaction([apiKey, ...secrets]);
  return createApiClient({
    http: trace === undefined ? network : withTrace(network, { clock: host.clock, write: trace, redact }),
    baseUrl,
    apiKey,
    redact,
    clock: host.clock,
    random: () => host.random(),
    userAgent: `optipick/${host.version}`,
  });
}

export interface OpenedState {
  readonly submissions: Submissions;
  readonly postings: Postings;
  readonly arrivals: Arrivals;
  close(): void | Promise<void>;
}

/** What was submitted from this machine, and which webhooks came; `close` when done. Throws `CliError` `environment`. */
export async function openSubmissions(host: Host): Promise<OpenedState> {
  const folder = stateFolder(host);
  const database = await followState((path) => host.openDatabase(path), folder);
  return {
    submissions: createSqliteSubmissions(database, host.clock, folder),
    postings: createSqlitePostings(database, host.clock, folder),
    arrivals: createSqliteArrivals(database, host.clock),
    close: () => database.close(),
  };
}
