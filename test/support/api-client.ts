/** The real client over real sockets, against a scripted server, on a clock that jumps. */
import { createApiClient } from '../../src/api/client.ts';
import type { OptipickClient } from '../../src/api/model.ts';
import { CliError } from '../../src/errors.ts';
import { createHttp } from '../../src/platform/http/http.ts';
import { createInstantClock } from './instant-clock.ts';
import type { InstantClock } from './instant-clock.ts';
import { startScriptedServer } from './scripted-server.ts';
import type { Scripted, ScriptedServer } from './scripted-server.ts';

export const TEST_KEY = 'key-0123456789abcdef';

export interface ScriptedApi {
  readonly server: ScriptedServer;
  readonly client: OptipickClient;
  readonly clock: InstantClock;
}

/** `random` is 1, so that pauses are at their longest: 500, 1000, 2000 ms. */
export async function startScriptedApi(script: Parameters<typeof startScriptedServer>[0]): Promise<ScriptedApi> {
  const server = await startScriptedServer(script);
  const clock = createInstantClock();
  const client = createApiClient({
    http: createHttp({}),
    baseUrl: server.url,
    apiKey: TEST_KEY,
    clock,
    random: () => 1,
    userAgent: 'optipick/test',
  });
  return { server, client, clock };
}

/** Answers of which each is given to one request after the other; the last repeats. */
export type Script = readonly Scripted[];

/** The failure that a promise ends with; fails the test when there is none. */
export async function failureOf(promise: Promise<unknown>): Promise<CliError> {
  const ended: unknown = await promise.then(
    (value) => new Error(`expected a failure, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (ended instanceof CliError) return ended;
  throw ended;
}
