/** The work of `optipick dev`. */
import { join } from 'node:path';
import { createContext, type Context } from '../../context/context.ts';
import { createSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { STATE_URL_FILE } from '../../settings/settings.ts';
import { stateFolder } from '../../settings/paths.ts';
import { exampleJson, exampleRequest } from '../../requests/example.ts';
import { exampleSite } from '../../site/example-site.ts';
import { openNearby } from '../../platform/server/free-port.ts';
import { forwardTarget } from '../shared/forward-target.ts';
import { refuseRealKey, storeSettings } from '../shared/store-settings.ts';
import type { DevFlags, Listen } from './flags.ts';

const PROFILE = 'sandbox';
const SANDBOX_PORT = 4010;
const LISTEN_PORT = 5000;
const SAMPLE_PICKS = 12;

/** Runs until somebody stops it. Throws what the listener throws. */
export async function dev(context: Context, { forwardTo = [] }: DevFlags, listen: Listen): Promise<void> {
  const { output, stop } = context;
  // Before anything is started or stored.
  const targets = forwardTo.map(forwardTarget);
  await refuseRealKey(context, PROFILE, undefined);
  const sandbox = await startSandbox(context);
  const { url, apiKey, secret } = sandbox;
  await storeSettings(context, PROFILE, { 'base-url': url, 'api-key': apiKey, 'webhook-secret': secret });
  if (output.json) await output.record({ v: 1, type: 'sandbox', url, api_key: apiKey, secret });
  else {
    const style = await output.noteStyle();
    await output.note(`${style.green('sandbox')} at ${style.bold(url)}, profile "${PROFILE}"`);
  }
  const own = contextFor(context);
  const flags = ['--inspect', ...targets.flatMap((target) => ['--forward-to', target])];
  const started = async (webhook: string): Promise<void> => {
    sandbox.addEndpoint(webhook);
    const client = await own.client();
    const body = Buffer.from(exampleJson(exampleRequest('cluster', SAMPLE_PICKS, exampleSite())));
    await client.submit('cluster', body, { signal: stop });
  };
  await openNearby((port) => listen(own, ['--port', String(port), ...flags], started), LISTEN_PORT);
}

/** On the usual port, or the next one that is free. */
async function startSandbox(context: Context): Promise<RunningSandbox> {
  const sandbox = await openNearby((port) => createSandbox(context.host, { port }), SANDBOX_PORT);
  context.atEnd(() => sandbox.stop());
  return sandbox;
}

/** Settings of the environment are those of real work: nothing of them is used, and nothing of theirs is written to. */
const OF_WORK = [
  'OPTIPICK_BASE_URL',
  'OPTIPICK_API_KEY',
  'OPTIPICK_WEBHOOK_SECRET',
  'OPTIPICK_STATE_URL',
  STATE_URL_FILE,
];

/** The same command in the profile of the sandbox, with a state of its own. */
function contextFor(context: Context): Context {
  const { host, options, stop } = context;
  const env = {
    ...host.env,
    ...Object.fromEntries(OF_WORK.map((name) => [name, undefined])),
    OPTIPICK_STATE_DIR: join(stateFolder(host), 'dev'),
  };
  const machine = Object.create(host, { env: { value: env, enumerable: true } }) as Context['host'];
  const { baseUrl: _baseUrl, apiKeyFile: _apiKeyFile, ...rest } = options;
  return createContext(machine, { ...rest, profile: PROFILE }, { stop, atEnd: (task) => context.atEnd(task) });
}
