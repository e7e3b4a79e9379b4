/** `optipick sandbox`: a local OptiPick to build against. */
import { type Command, Option } from 'commander';
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { parsePort, parseProfileName } from '../../settings/settings.ts';
import { PAYLOAD_SHAPES, type PayloadShape } from '../../webhooks/payload.ts';
import type { ErrorShape, PendingShape, SubmitShape } from '../../sandbox/config.ts';
import {
  collect,
  collectList,
  durationOption,
  withHelp,
  type ContextSource,
  type CommandDeclaration,
} from '../shared/options.ts';
import { refuseRealKey, storeSettings, warnOfVariables } from '../shared/store-settings.ts';
import { renderEvent } from './log.ts';
import { completeLoopbackUrl } from '../../lib/net/loopback.ts';
import { settingVariable } from '../../lib/text/shell-words.ts';

interface SandboxFlags {
  readonly port: number;
  readonly webhook?: readonly string[];
  readonly events?: readonly string[];
  readonly secret?: string;
  readonly apiKey?: string;
  readonly latency: number;
  readonly timeScale: number;
  readonly faults?: readonly string[];
  readonly seed?: number;
  readonly saveProfile?: string;
  readonly env?: boolean;
  readonly site?: string;
  readonly submitShape: SubmitShape;
  readonly pendingAs: PendingShape;
  readonly errorShape?: ErrorShape;
  readonly payloadShape: PayloadShape;
  readonly allowRemoteWebhooks?: boolean;
}

export const SANDBOX: CommandDeclaration = {
  name: 'sandbox',
  description: "A local OptiPick: the same API, real answers, signed webhooks. It is not Optioryx's optimizer.",
  declare: declareSandbox,
};

function declareSandbox(command: Command, context: ContextSource): void {
  command
    .optionsGroup('API:')
    .option('--port <n>', 'port to open on 127.0.0.1; 0 picks a free one', parsePort, 4010)
    .option('--api-key <key>', 'API key to expect (a test value; default: a new one)')
    .option('--site <file>', 'warehouse layout as JSON (default: the built-in Example)')
    .addOption(durationOption('--latency', 'how long an asynchronous job runs', '500ms'))
    .option('--seed <n>', 'the same seed gives the same answers, faults, key and secret', numberFor('--seed'))
    .option('--save-profile <name>', 'store address, key and secret in this profile, for -p <name>', parseProfileName)
    .option('--env', 'print the three as the lines of a .env file')
    .optionsGroup('Webhooks:')
    .option('--webhook <url>', 'send signed webhooks there (repeatable)', collect)
    .option('-e, --events <pattern,...>', 'only these events, for example cluster.optimized', collectList)
    .option('--secret <whsec>', 'signing secret of the webhooks (a test value; default: a new one)')
    .option('--time-scale <n>', 'run the retry schedule n times faster', numberFor('--time-scale'), 1)
    .option('--allow-remote-webhooks', 'let webhooks leave this machine')
    .optionsGroup('Faults and shapes:')
    .option(
      '--faults <name=rate,...>',
      'inject faults at a rate from 0 to 1: error500, rate-limit, drop, slow, duplicate, reorder, bad-signature, job-failure',
      collect,
    )
    .addOption(
      new Option('--submit-shape <shape>', 'what a submission is answered with')
        .choices(['request_id', 'id', '_id', 'bare'])
        .default('request_id'),
    )
    .addOption(
      new Option('--pending-as <answer>', 'what polling answers before the end')
        .choices(['404', '202', 'null', 'status'])
        .default('404'),
    )
    .addOption(
      new Option(
        '--error-shape <shape>',
        'how errors are answered: {"detail"}, {"message"}, {"code","params","message"}, or plain text (default: fastapi, gateway for a wrong key)',
      ).choices(['fastapi', 'gateway', 'coded', 'text']),
    )
    .addOption(
      new Option('--payload-shape <shape>', 'what webhooks carry: request_id alone, or the event type, too')
        .choices(PAYLOAD_SHAPES)
        .default('id'),
    );
  withHelp(command, {
    output: `With --json the first line is {"v":1,"type":"ready","url":"...","port":4010,"api_key":"...","secret":"..."}.
It runs until it is stopped.`,
    examples: [
      ['optipick sandbox --save-profile sandbox', 'on port 4010; other commands reach it with -p sandbox'],
      ['optipick sandbox --webhook http://127.0.0.1:5000/webhook', 'with webhooks to your receiver'],
      ['optipick sandbox --faults error500=0.2,drop=0.1 --seed 7', 'an unreliable one'],
    ],
    failures: [
      ['usage', 'a site file with errors, an unknown fault, a webhook target that is not on this machine'],
      ['environment', 'the port is in use, or the profile holds a key that no sandbox generated'],
      ['interrupted', 'stopped by Ctrl-C'],
    ],
  });
  command.action((flags: SandboxFlags) => runSandbox(context(), flags));
}

async function runSandbox(context: Context, flags: SandboxFlags): Promise<void> {
  const { host, output } = context;
  const [{ createSandbox }, { parseFaults }] = await Promise.all([
    import('../../sandbox/server.ts'),
    import('../../sandbox/faults.ts'),
  ]);
  const site =
    flags.site === undefined ? undefined : await (await import('../shared/site-file.ts')).readSite(context, flags.site);
  const profile = flags.saveProfile;
  if (flags.env === true && output.json) {
    throw new CliError('usage', '--env and --json exclude each other', { code: 'conflicting_options' });
  }
  if (profile !== undefined) await refuseRealKey(context, profile, flags.apiKey);
  const style = await output.noteStyle();
  const sandbox = await createSandbox(host, {
    ...flags,
    site,
    faults: flags.faults && parseFaults(flags.faults),
    onEvent: (event) => {
      const line = renderEvent(event, style);
      if (line !== undefined) void output.note(line).catch(() => undefined);
    },
  });
  context.atEnd(() => sandbox.stop());
  for (const url of flags.webhook ?? []) {
    sandbox.addEndpoint(completeLoopbackUrl(url), flags.events === undefined ? {} : { events: flags.events });
  }
  const { url, port, apiKey, secret } = sandbox;
  const variables = { OPTIPICK_BASE_URL: url, OPTIPICK_API_KEY: apiKey, OPTIPICK_WEBHOOK_SECRET: secret };
  if (profile !== undefined) {
    await storeSettings(context, profile, { 'base-url': url, 'api-key': apiKey, 'webhook-secret': secret });
    await output.note(`stored in profile "${profile}": add -p ${profile} to other commands`);
    await warnOfVariables(context, ['base-url', 'api-key', 'webhook-secret']);
  }
  if (flags.env === true) {
    await output.lines(Object.entries(variables).map(([name, value]) => `${name}=${envValue(value)}`));
    await output.note(`OptiPick sandbox at ${url}; Ctrl-C stops it`);
  } else if (output.json) {
    await output.record({ v: 1, type: 'ready', url, port, api_key: apiKey, secret });
  } else {
    await output.lines([
      `OptiPick sandbox at ${url}  (site ${site?.name ?? 'Example'})`,
      '',
      ...Object.entries(variables).map((entry) => `  ${settingVariable(host.platform, ...entry)}`),
      '',
    ]);
    if (host.platform === 'win32') await output.note(`for PowerShell; in cmd: set OPTIPICK_BASE_URL=${url}, and so on`);
    await output.note('test values, not secrets; a browser shows its status page; Ctrl-C stops it');
  }
  await new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(context.stop.reason as Error);
    if (context.stop.aborted) end();
    else context.stop.addEventListener('abort', end, { once: true });
  });
}

/** Plain where every reader of such files takes it as it is, else quoted. */
function envValue(value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return value;
  return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
}

function numberFor(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    throw new CliError('usage', `${flag} must be a number, not "${text}"`);
  };
}
