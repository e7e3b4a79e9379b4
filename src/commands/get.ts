/** `optipick route get` and `optipick cluster get`: fetches an answer once. */
import type { Command } from 'commander';
import type { Context } from '../context/context.ts';
import { KINDS, type Kind } from '../kinds.ts';
import { readId, shownId } from '../lib/text/shown-id.ts';
import { CliError } from '../errors.ts';
import {
  API_ENVIRONMENT,
  API_FAILURES,
  durationOption,
  csvDelimiterOption,
  ordersOption,
  outputOption,
  withHelp,
  withWalkingRates,
  type ContextSource,
} from './shared/options.ts';
import { withTimeoutFlag } from './shared/timeout.ts';
import { createAnswerView, FORMATS_IN_WORDS, type AnswerViewOptions } from './shared/answer-view.ts';
import { createSubmissionHistory } from './shared/submission-history.ts';
import { jobFailure, quoted, sameTarget } from './shared/job-errors.ts';

interface GetOptions extends AnswerViewOptions {
  /** Milliseconds. */
  readonly timeout?: number;
}

export function addGet(parent: Command, kind: Kind, context: ContextSource): void {
  const command = parent
    .command('get')
    .description(`Fetch a ${kind} answer once.`)
    .argument('<id>', 'request id')
    .option('--format <format>', FORMATS_IN_WORDS)
    .addOption(outputOption('write the answer to a file; the extension decides the format'))
    .addOption(durationOption('--timeout', 'give up after this long, all attempts together'))
    .addOption(csvDelimiterOption())
    .option('--site-file <layout>', 'html: draw the walks on this floor plan')
    .option('--all', 'do not cut long lists');
  if (kind === 'cluster') command.addOption(ordersOption());
  withWalkingRates(command);
  withHelp(command, {
    output: `The answer as a table, or with --json the API's own document, byte for byte.
csv: a row for each pick, with its cluster and place; md and html: a report.`,
    examples: [
      [`optipick ${kind} get 67507ad05e593173d0313e0f`, 'show an answer'],
      [`optipick ${kind} get 67507ad05e593173d0313e0f --json | jq .${KINDS[kind].result}`, 'work on it'],
      [`optipick ${kind} get 67507ad05e593173d0313e0f -o report.html`, 'show it to others'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'wrong options'],
      ['failed', 'the optimization itself failed'],
      ...API_FAILURES,
      ['pending', 'not finished yet: try again later, or use poll'],
    ],
  });
  command.action((id: string, options: GetOptions) => get(context(), kind, id, options));
}

async function get(context: Context, kind: Kind, word: string, options: GetOptions): Promise<void> {
  const requestId = readId(word);
  const shown = shownId(requestId);
  const view = createAnswerView(context, options);
  const client = await context.client();
  const history = createSubmissionHistory(context, client);
  const { pollKinds } = await import('../context/api-services.ts');
  const answer = await view.show(async (sink) => {
    const status = await withTimeoutFlag(context, options.timeout, (signal) =>
      pollKinds(client, [kind], requestId, { clock: context.host.clock, sink, signal, isLast: true }),
    );
    if ('summary' in status) return status;
    if (status.state === 'unavailable') throw status.error;
    const poll = `optipick poll ${quoted(shown)} --kind ${kind}${sameTarget(context)}`;
    const known = status.state === 'missing' ? await history.kindOf(requestId) : kind;
    if (status.state === 'pending' || known === kind) {
      throw new CliError('pending', `request ${shown} is not finished yet`, {
        code: 'not_finished',
        requestId,
        hint: `wait for it with: ${poll}`,
      });
    }
    throw new CliError('refused', `there is no ${kind} answer under ${shown}: unknown id, or not ready yet`, {
      code: 'not_found',
      status: 404,
      requestId,
      hint:
        known === undefined
          ? `check the id; if it was just submitted elsewhere, wait for it with: ${poll}`
          : `it was submitted from here as a ${known}: optipick ${known} get ${quoted(shown)}`,
    });
  });
  if ((await history.kindOf(requestId)) !== undefined) await history.settle(requestId, answer.state);
  if (answer.state === 'failed') throw jobFailure(answer);
}
