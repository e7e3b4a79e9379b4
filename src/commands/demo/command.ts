/** `optipick demo`: the whole flow on this machine, over real sockets, with no account. */
import type { Command } from 'commander';
import type { JobAnswer, OptipickClient } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import type { DemoReceivers } from './receiver.ts';
import type { SandboxHost } from '../../sandbox/server.ts';
import { KINDS, type Kind } from '../../kinds.ts';
import { CliError, reworded } from '../../errors.ts';
import { wrapItem } from '../../lib/text/wrap.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import { renderAnswer } from '../../output/answers/answer-table.ts';
import { demoClusterRequest, demoRouteRequest } from './requests.ts';
import { withHelp, type ContextSource, type CommandDeclaration } from '../shared/options.ts';

/** A webhook on one machine takes milliseconds; it takes this long only when something blocks it. */
const WEBHOOK_TIMEOUT_MS = 10_000;

const UNREACHABLE = 'the demo talks to itself over 127.0.0.1; allow that in the firewall or container of this machine';

const NEXT = [
  ['optipick login', 'store your API key and webhook secret'],
  ['optipick route submit --help', 'your own request files'],
  ['optipick sandbox', 'keep a sandbox running to build against'],
] as const;
const COLUMN = Math.max(...NEXT.map(([line]) => line.length));

export const DEMO: CommandDeclaration = {
  name: 'demo',
  description: 'Run the whole flow on a local sandbox: submit, signed webhook, verify, fetch, show. No account needed.',
  declare: declareDemo,
};

function declareDemo(command: Command, context: ContextSource): void {
  withHelp(command, {
    output: `What happens goes to stderr, the two results to stdout; with --json one line each,
{"v":1,"type":"result","request_id":"...","kind":"cluster","result":{...}}.

With OPTIPICK_STATE_URL two endpoints share an inbox, in a schema of its own that is dropped at the end.`,
    examples: [
      ['optipick demo', 'see it work'],
      ['optipick demo --json | jq .result.optimal_distance', 'its results, for a script'],
      ['optipick demo --debug', 'with every HTTP call'],
    ],
    failures: [
      ['unavailable', 'the demo cannot reach its own ports on 127.0.0.1'],
      ['environment', 'no port could be opened on this machine, or the database cannot be used'],
    ],
  });
  command.action(() => demo(context()));
}

async function demo(context: Context): Promise<void> {
  const { output, host } = context;
  const { createSandbox } = await import('../../sandbox/server.ts');
  // Both ends are this program: the proxy of the network must not be used.
  const machine: SandboxHost = {
    clock: host.clock,
    randomBytes: (size) => host.randomBytes(size),
    http: () => host.http({ direct: true }),
    serve: (app, options) => host.serve(app, options),
    asset: (name) => host.asset(name),
  };
  const sandbox = await createSandbox(machine, { seed: 1 });
  context.atEnd(() => sandbox.stop());
  const receivers = await openReceivers(context, sandbox.secret);
  for (const url of receivers.urls) sandbox.addEndpoint(url);
  const client = await context.clientFor(sandbox.url, sandbox.apiKey, { direct: true });

  const step = createSteps(context);
  await step(`A sandbox of the OptiPick API is running at ${sandbox.url}.`);
  await step(receivers.introduction);

  try {
    const cluster = await run(context, step, { client, receivers, kind: 'cluster', body: demoClusterRequest() });
    await run(context, step, { client, receivers, kind: 'route', body: demoRouteRequest(cluster.raw) });
  } catch (error) {
    if (error instanceof CliError && error.failure === 'unavailable') throw reworded(error, { hint: UNREACHABLE });
    throw error;
  }
  if (output.json) return;
  const next = NEXT.flatMap(([line, purpose]) => wrapItem(line, purpose, COLUMN, host.stderr.columns ?? Infinity));
  await output.note(`What happened: two requests went to an API on this machine, each with synchronous=false, so that only an id came back.
When a job was done, the sandbox sent a signed message to the endpoint. It carried the id; the result was fetched with it.
The figures are computed on a small example warehouse; they are not Optioryx's.

Next:
${next.join('\n')}`);
}

/**
 * With the address of a shared state in the environment two that share an inbox, else one. That of a profile is for work, and the demo
 * needs no settings.
 */
async function openReceivers(context: Context, secret: string): Promise<DemoReceivers> {
  const stateUrl = context.host.env['OPTIPICK_STATE_URL']?.trim() ?? '';
  if (stateUrl === '') {
    const { createDemoReceiver } = await import('./receiver.ts');
    return createDemoReceiver(context, secret);
  }
  const { createSharedReceivers } = await import('./shared-receivers.ts');
  return createSharedReceivers(context, stateUrl, secret);
}

interface DemoRun {
  readonly client: OptipickClient;
  readonly receivers: DemoReceivers;
  readonly kind: Kind;
  readonly body: Uint8Array;
}

/** Submits, waits for the webhook, fetches, shows. */
async function run(
  context: Context,
  step: (text: string) => Promise<void>,
  { client, receivers, kind, body }: DemoRun,
): Promise<JobAnswer> {
  const { output, stop } = context;
  const submitted = await client.submit(kind, body, { signal: stop });
  await step(`POST ${KINDS[kind].path}?synchronous=false answered with the request id ${submitted.requestId}.`);
  const { text } = await receivers.next(submitted.requestId, WEBHOOK_TIMEOUT_MS, stop);
  await step(text);
  const answer = await client.getAnswer(kind, submitted.requestId, { signal: stop });
  if (answer.state !== 'done') {
    throw new CliError('internal', `the sandbox answered "${answer.state}" for a job that it called done`);
  }
  await step(`GET ${KINDS[kind].path}/${submitted.requestId} answered with the result:`);
  const { requestId, raw } = answer;
  if (output.json) {
    await output.document(jsonLine({ v: 1, type: 'result', request_id: requestId, kind }, { result: raw ?? null }));
  } else {
    await output.note('');
    await output.lines(renderAnswer(answer.summary, { width: output.width, style: await output.style(), all: true }));
    await output.note('');
  }
  return answer;
}

function createSteps({ output }: Context): (text: string) => Promise<void> {
  let number = 0;
  return async (text) => {
    if (output.json) return;
    number += 1;
    const style = await output.noteStyle();
    await output.note(`${style.bold(`${number}.`)} ${text}`);
  };
}
