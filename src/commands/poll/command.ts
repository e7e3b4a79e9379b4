/** `optipick poll`: waits for answers. */
import { type Command, Option } from 'commander';
import type { JobAnswer } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import { KIND_NAMES, type Kind } from '../../kinds.ts';
import { isLikeRequestId } from '../../ids.ts';
import { readId } from '../../lib/text/shown-id.ts';
import { CliError } from '../../errors.ts';
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
  type CommandDeclaration,
} from '../shared/options.ts';
import { readInput } from '../../context/input-file.ts';
import { createAnswerView, FORMATS_IN_WORDS, type AnswerView, type AnswerViewOptions } from '../shared/answer-view.ts';
import { createSubmissionHistory, type SubmissionHistory } from '../shared/submission-history.ts';
import { jobFailure, reportResumable } from '../shared/job-errors.ts';
import { pollMany } from './many.ts';
import { pollWithProgress, type PollTarget } from '../shared/progress.ts';

interface PollFlags extends AnswerViewOptions {
  readonly kind?: Kind;
  readonly interval: number;
  readonly maxInterval: number;
  readonly timeout: number;
  readonly any?: boolean;
  readonly once?: boolean;
  readonly pending?: boolean;
  readonly anyId?: boolean;
}

export const POLL: CommandDeclaration = {
  name: 'poll',
  description: 'Wait until answers are there, and show them.',
  declare: declarePoll,
};

function declarePoll(command: Command, context: ContextSource): void {
  command
    .argument('[id...]', 'request ids, or - to read them from stdin')
    .optionsGroup('Waiting:')
    .addOption(
      new Option('--kind <kind>', 'route or cluster (default: as submitted from here, else both are tried)').choices(
        KIND_NAMES,
      ),
    )
    .addOption(durationOption('--timeout', 'give up after this long', '5m'))
    .addOption(durationOption('--interval', 'first pause; pauses grow', '1s'))
    .addOption(durationOption('--max-interval', 'longest pause', '10s'))
    .option('--once', 'ask once and do not wait')
    .option('--any', 'stop at the first finished one')
    .option('--pending', 'all that was submitted from here and has not been seen to end')
    .option('--any-id', 'wait also for an id that does not look like one')
    .optionsGroup('Answer:')
    .option('--format <format>', FORMATS_IN_WORDS)
    .addOption(outputOption('write to a file; the extension decides the format (table, json: one id only)'))
    .addOption(csvDelimiterOption())
    .option('--site-file <layout>', 'html: draw the walks on this floor plan')
    .option('--all', 'do not cut long lists')
    .addOption(ordersOption());
  withWalkingRates(command);
  withHelp(command, {
    output: `One id: the answer as a table, or with --json the API's own document.
Several, and --pending: each as it arrives; with --json one line each,
{"v":1,"type":"result","request_id":"...","kind":"cluster","state":"done","result":{...}}.
csv (one table), md and html (one report): when all have ended.`,
    examples: [
      ['optipick poll 67507ad05e593173d0313e0f', 'wait for one answer'],
      ['optipick poll --pending --timeout 30m', 'wait for all that is unfinished'],
      ['cat ids.txt | optipick poll - --json > answers.ndjson', 'many at once'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'wrong options'],
      ['failed', 'an optimization failed'],
      ...API_FAILURES,
      ['pending', 'timed out, or not finished with --once; the job is still running'],
      ['interrupted', 'Ctrl-C; the command to resume with is printed'],
    ],
  });
  command.action((ids: readonly string[], flags: PollFlags) => poll(context(), ids, flags));
}

async function poll(context: Context, words: readonly string[], flags: PollFlags): Promise<void> {
  if (flags.orders === true && flags.kind === 'route') {
    throw new CliError('usage', '--orders lists the orders of clusters, and a route has none', {
      code: 'conflicting_options',
      hint: 'the table of a route has a column with the order of each stop; leave out --orders or --kind route',
    });
  }
  const view = createAnswerView(context, flags);
  const ids = await idsOf(context, words, flags);
  const client = await context.client();
  const history = createSubmissionHistory(context, client);
  const targets = await targetsOf(history, ids, flags);
  const [only] = targets;
  if (only === undefined) {
    await context.output.note('nothing is unfinished');
    return;
  }
  const { interval, maxInterval, timeout, once = false, any = false, all = false } = flags;
  const timing = { interval, maxInterval, timeout, once };
  // A script that does not know how many there are gets lines, even for one.
  if (targets.length > 1 || (flags.pending === true && view.format === 'json')) {
    await view.prepare();
    refuseFile(flags, view);
    await pollMany(context, client, history, targets, { timing, any, all, view });
    return;
  }
  let answer: JobAnswer;
  try {
    answer = await view.show((sink) => pollWithProgress(context, client, only, { ...timing, sink }));
  } catch (error) {
    await reportResumable(context, error, [only.requestId]);
    throw error;
  }
  if (only.knownHere) await history.settle(answer.requestId, answer.state);
  if (answer.state === 'failed') throw jobFailure(answer);
}

function refuseFile({ output }: PollFlags, { format }: AnswerView): void {
  if (output === undefined || (format !== 'table' && format !== 'json')) return;
  throw new CliError('usage', `--output takes one answer as ${format} and there are several ids`, {
    code: 'conflicting_options',
    hint: 'use --json > answers.ndjson: one line for each answer; or -o with .csv, .md or .html',
  });
}

/** The ids of the command line, in order, each once. `-` stands for stdin, whose ids are separated by white space. */
async function idsOf(context: Context, words: readonly string[], flags: PollFlags): Promise<readonly string[]> {
  if (flags.pending === true) {
    if (words.length === 0) return [];
    throw new CliError('usage', '--pending takes no ids', { code: 'conflicting_options' });
  }
  const ids: string[] = [];
  for (const word of words) {
    if (word !== '-') {
      ids.push(word);
      continue;
    }
    const { bytes } = await readInput(context, '-');
    ids.push(
      ...new TextDecoder()
        .decode(bytes)
        .split(/\s+/)
        .filter((id) => id !== ''),
    );
  }
  if (ids.length === 0) {
    throw new CliError('usage', words.length === 0 ? 'poll needs a request id' : 'there are no request ids on stdin', {
      code: 'missing_argument',
      hint: 'optipick poll <id>, or optipick poll --pending for all that was submitted from here',
    });
  }
  return [...new Set(ids.map(readId))];
}

async function targetsOf(
  history: SubmissionHistory,
  ids: readonly string[],
  flags: PollFlags,
): Promise<readonly PollTarget[]> {
  if (flags.pending === true) {
    const pending = await history.pending();
    return pending
      .filter(({ kind }) => flags.kind === undefined || kind === flags.kind)
      .map(({ requestId, kind }) => ({ requestId, kind, knownHere: true }));
  }
  const targets: PollTarget[] = [];
  for (const requestId of ids) {
    const remembered = await history.kindOf(requestId);
    const knownHere = remembered !== undefined;
    const isMissingFinal = !knownHere && flags.anyId !== true && !isLikeRequestId(requestId);
    targets.push({ requestId, kind: flags.kind ?? remembered, knownHere, isMissingFinal });
  }
  return targets;
}
