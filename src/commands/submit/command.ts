/** `optipick route submit` and `optipick cluster submit`. */
import { type Command, Option } from 'commander';
import type { Context } from '../../context/context.ts';
import { KINDS, type Kind } from '../../kinds.ts';
import {
  API_ENVIRONMENT,
  API_FAILURES,
  collect,
  collectList,
  durationOption,
  once,
  csvDelimiterOption,
  ordersOption,
  outputOption,
  withHelp,
  withWalkingRates,
  type ContextSource,
} from '../shared/options.ts';
import { createAnswerView, FORMATS_IN_WORDS } from '../shared/answer-view.ts';
import { parseSubmitFlags, readConcurrency, type SubmitFlags } from './flags.ts';

export function addSubmit(parent: Command, kind: Kind, context: ContextSource): void {
  const example = kind === 'route' ? 'picks.json' : 'wave.json';
  const command = parent
    .command('submit')
    .description(`Send a ${kind} problem: ${KINDS[kind].purpose}.`)
    .argument('<file...>', 'requests as JSON, NDJSON or CSV, folders of them, or - for stdin')
    .optionsGroup('Request:')
    .option('--site <name>', 'fill or replace site_name')
    .option('--start <place,...>', 'fill or replace start_points', collectList)
    .option('--end <place,...>', 'fill or replace end_points', collectList)
    .option('--wave <id>', 'fill or replace wave_id; of several waves, send this one', once)
    .option('--param <key=json>', 'set parameters.<key> to a JSON value (repeatable)', collect)
    .option('--allow-value <id>', 'send an id that looks like none, such as #N/A or 4.5E+15 (repeatable)', collect)
    .optionsGroup('Files:')
    .addOption(
      new Option('--format-in <format>', 'json, csv or ndjson (default: by extension, then by content)').choices([
        'json',
        'csv',
        'ndjson',
      ]),
    )
    .option('--map <field=column>', 'CSV: take a field from a column of another name (repeatable)', collect)
    .option('--fill-down <column,...>', 'CSV: empty cells have the value of the row above (repeatable)', collect)
    .option('--skip-lines <lines>', 'CSV: leave out these lines, such as 2 or 1-3,5; none: all are rows', collect)
    .option('--skip-invalid', 'CSV: send the good rows, write the others to <name>.rejected.csv')
    .optionsGroup('Sending:')
    .option('--wait', 'wait for the answer and show it')
    .option('--sync', 'one synchronous call, answered with the result')
    .addOption(durationOption('--timeout', 'how long --wait and --sync may take', '5m'))
    .addOption(
      new Option('--concurrency <n>', 'several requests: how many at once').argParser(readConcurrency).default(4),
    )
    .option('--watch', 'several requests: show each that runs')
    .option('--continue', 'skip what an earlier run has submitted')
    .option('--resubmit <wave,...>', 'with --continue: send these all the same', collect)
    .option('--dry-run', 'check, print the exact request, send nothing')
    .option('--curl', 'with --dry-run: print it as a curl command, key masked')
    .optionsGroup('Checks:')
    .option('--strict', 'an answer that fails the audit is exit 3')
    .option('--fail-if <expression>', "exit 3 when it holds, such as 'saving<5%' (repeatable)", collect)
    .option('--junit <file>', 'write gates and audit as a JUnit report')
    .option('--github-summary', 'append the report to the summary of a run of GitHub Actions')
    .optionsGroup('Answer:')
    .option('--format <format>', FORMATS_IN_WORDS)
    .addOption(outputOption('write the answer to a file; the extension decides the format'))
    .addOption(csvDelimiterOption())
    .option('--site-file <layout>', 'html: draw the walks on this floor plan')
    .option('--all', 'do not cut long lists');
  if (kind === 'cluster') command.addOption(ordersOption());
  withWalkingRates(command);
  withHelp(command, {
    output: `neither --wait nor --sync: the request id alone, so that id=$(...) works;
with --json {"v":1,"request_id":"...","kind":"${kind}"} (several requests: a line each,
{"v":1,"type":"submitted","request_id":"...","kind":"${kind}","wave_id":"..."}).
--wait or --sync: the answer as a table, or with --json the API's own document (several requests: a line each,
{"v":1,"type":"result","request_id":"...","kind":"${kind}","state":"done","wave_id":"...","result":{...}});
csv: your rows with cluster and place; md and html: a report.`,
    examples: [
      [`optipick ${kind} submit ${example} --wait`, 'submit, wait and show the result'],
      [`id=$(optipick ${kind} submit ${example}) && optipick poll $id --json`, 'in a script'],
      [`optipick ${kind} submit ${example} --wait -o report.html`, 'a report to show to others'],
      [`optipick ${kind} submit ${example} --site Example --dry-run --curl`, 'see what would be sent'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'the request file has errors, and nothing was sent'],
      ['failed', 'the optimization itself failed, a gate tripped, or --strict and the audit found something'],
      ...API_FAILURES,
      ['pending', '--wait timed out; the job is still running'],
    ],
  });
  command.action((files: readonly string[], flags: SubmitFlags) => submit(context(), kind, files, flags));
}

async function submit(context: Context, kind: Kind, files: readonly string[], flags: SubmitFlags): Promise<void> {
  // Before the contradictions, whose hint repeats the format.
  const view = createAnswerView(context, flags);
  const options = parseSubmitFlags(flags);
  const { runSubmit } = await import('./run.ts');
  await runSubmit(context, { kind, files, view, ...options });
}
