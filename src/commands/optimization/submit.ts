/** `optipick route submit` and `optipick cluster submit`. */
import { type Command, Option } from 'commander';
import type { Answer } from '../../api/model.ts';
import type { Context } from '../../context.ts';
import { KINDS, type Kind } from '../../domain/kinds.ts';
import { CliError, type FailureDetail } from '../../errors.ts';
import { cleanText } from '../../output/clean-text.ts';
import { readInput } from '../input-file.ts';
import {
  API_ENVIRONMENT,
  API_FAILURES,
  collect,
  collectList,
  durationOption,
  withHelp,
  type ContextSource,
} from '../declaration.ts';
import { createAnswerView, type AnswerViewOptions } from './answer-view.ts';
import { createMemory } from './memory.ts';
import { jobFailure, resumable } from './outcome.ts';
import { awaitAnswer } from './waiting.ts';

interface SubmitOptions extends AnswerViewOptions {
  readonly wait?: boolean;
  readonly sync?: boolean;
  readonly site?: string;
  readonly start?: readonly string[];
  readonly end?: readonly string[];
  readonly wave?: string;
  readonly param?: readonly string[];
  readonly formatIn?: string;
  readonly dryRun?: boolean;
  readonly curl?: boolean;
  readonly timeout: number;
}

export function addSubmit(parent: Command, kind: Kind, context: ContextSource): void {
  const example = kind === 'route' ? 'picks.json' : 'wave.json';
  const command = parent
    .command('submit')
    .description(`Send a ${kind} problem: ${KINDS[kind].purpose}.`)
    .argument('<file>', 'request as JSON, or - for stdin')
    .option('--wait', 'wait for the answer and show it')
    .option('--sync', 'one synchronous call: the answer comes in its response')
    .option('--site <name>', 'fill or replace site_name')
    .option('--start <place,...>', 'fill or replace start_points', collectList)
    .option('--end <place,...>', 'fill or replace end_points', collectList)
    .option('--wave <id>', 'fill or replace wave_id')
    .option('--param <key=json>', 'set parameters.<key> to a JSON value (repeatable)', collect)
    .addOption(
      new Option('--format-in <format>', 'format of the file (default: by extension, then by content)').choices([
        'json',
      ]),
    )
    .option('--dry-run', 'check, print the exact request, send nothing')
    .option('--curl', 'with --dry-run: print it as a curl command, key masked')
    .addOption(durationOption('--timeout', 'how long --wait and --sync may take', '5m'))
    .option('--format <format>', 'table or json')
    .option('-o, --output <file>', 'write the answer to a file; the extension tells the format')
    .option('--all', 'do not cut long lists');
  withHelp(command, {
    output: `neither --wait nor --sync: the request id alone, so that id=$(...) works;
with --json {"v":1,"request_id":"...","kind":"${kind}"}.
--wait or --sync: the answer as a table, or with --json the API's own document.`,
    examples: [
      [`optipick ${kind} submit ${example} --wait`, 'submit, wait and show the result'],
      [`id=$(optipick ${kind} submit ${example}) && optipick poll $id --json`, 'in a script'],
      [`optipick ${kind} submit ${example} --site Example --dry-run --curl`, 'see what would be sent'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'the request file has faults; all are listed, nothing was sent'],
      ['failed', 'the optimisation itself failed (--wait, --sync)'],
      ...API_FAILURES,
      ['pending', 'the deadline of --wait passed while the job was healthy'],
    ],
  });
  command.action((file: string, options: SubmitOptions) => submit(context(), kind, file, options));
}

async function submit(context: Context, kind: Kind, file: string, options: SubmitOptions): Promise<void> {
  refuseContradictions(options);
  const { output } = context;
  const view = createAnswerView(context, options);
  const { readRequest } = await import('../../input/request.ts');
  const input = await readInput(context, file);
  const { body, request, warnings } = readRequest({
    kind,
    bytes: input.bytes,
    name: input.name,
    overrides: {
      site: options.site,
      start: options.start,
      end: options.end,
      wave: options.wave,
      params: (options.param ?? []).map(splitParameter),
    },
  });
  for (const warning of warnings) await output.warn(inWords(warning));

  if (options.dryRun === true) {
    await dryRun(context, kind, body, options);
    return;
  }

  await view.refuseUnwritable();
  const client = await context.client();
  const memory = createMemory(context, client);
  const facts = { siteName: request.siteName, waveId: request.waveId };
  if (options.sync === true) {
    const answer = await view.show((sink) =>
      doubtful(context, () =>
        client.submitAndAwait(kind, body, { sink, signal: context.stop, timeoutMs: options.timeout }),
      ),
    );
    await memory.remember(answer, facts);
    await finish(memory, answer);
    return;
  }

  const timeoutMs = options.wait === true ? options.timeout : undefined;
  const submitted = await doubtful(context, () => client.submit(kind, body, { signal: context.stop, timeoutMs }));
  await memory.remember(submitted, facts);
  if (options.wait === true) {
    await output.note(`submitted as ${cleanText(submitted.requestId)}`);
    const answer = await resumable(context, [submitted.requestId], () =>
      view.show((sink) =>
        awaitAnswer(context, client, { ...submitted, knownHere: true }, { timeout: options.timeout, sink }),
      ),
    );
    await finish(memory, answer);
    return;
  }
  if (output.json) await output.record({ v: 1, request_id: submitted.requestId, kind });
  else await output.lines([cleanText(submitted.requestId)]);
}

/** Whoever stops a POST that is on its way must know that there may be a job now. */
async function doubtful<T>(context: Context, post: () => Promise<T>): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (context.stop.aborted && !context.output.json) {
      await context.host.stderr.write('stopped while submitting: the request may have been accepted\n');
    }
    throw error;
  }
}

async function finish(memory: ReturnType<typeof createMemory>, answer: Answer): Promise<void> {
  await memory.settle(answer.requestId, answer.state);
  if (answer.state === 'failed') throw jobFailure(answer);
}

async function dryRun(context: Context, kind: Kind, body: Uint8Array, options: SubmitOptions): Promise<void> {
  const { renderCurl, renderDryRun } = await import('../../input/curl.ts');
  const { normaliseBaseUrl } = await import('../../calling.ts');
  const baseUrl = normaliseBaseUrl((await context.settings()).baseUrl.value);
  const url = `${baseUrl}${KINDS[kind].path}?synchronous=${options.sync === true ? 'true' : 'false'}`;
  if (options.curl === true) {
    await context.output.lines([renderCurl({ url, body }, context.host.platform)]);
    return;
  }
  const { head, content } = renderDryRun({ url, body });
  for (const line of head) await context.output.note(line);
  await context.output.write(content);
  await context.output.write('\n');
}

function refuseContradictions(options: SubmitOptions): void {
  if (options.wait === true && options.sync === true) {
    throw new CliError('usage', '--wait and --sync exclude each other', {
      code: 'conflicting_options',
      hint: '--sync waits in one call of the API, --wait submits asynchronously and polls; large problems need --wait',
    });
  }
  if (options.curl === true && options.dryRun !== true) {
    throw new CliError('usage', '--curl needs --dry-run', { code: 'conflicting_options' });
  }
  if (options.output !== undefined && options.wait !== true && options.sync !== true) {
    throw new CliError('usage', '--output needs --wait or --sync: without them there is no answer to write', {
      code: 'conflicting_options',
      hint: 'add --wait, or fetch the answer later with: optipick poll <id> -o <file>',
    });
  }
}

function splitParameter(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new CliError('usage', `--param ${text} is not of the form key=json`, {
      hint: 'for example: --param max_runtime=30, or --param \'routing_policy="ASIS"\'',
    });
  }
  return [text.slice(0, at), text.slice(at + 1)];
}

function inWords({ path, message, place }: FailureDetail): string {
  const where = path === '' ? '' : `${path}: `;
  return `${where}${message}${place === undefined ? '' : ` (${place})`}`;
}
