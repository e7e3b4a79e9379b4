/** `optipick route submit` and `optipick cluster submit`. */
import { type Command, Option } from 'commander';
import type { Context } from '../../app/context.ts';
import { KINDS, type Kind } from '../../kinds.ts';
import { CliError, type FailureDetail } from '../../errors.ts';
import type { RequestSet } from '../../requests/request-set.ts';
import type { Postings } from '../../state/postings.ts';
import {
  API_ENVIRONMENT,
  API_FAILURES,
  collect,
  collectList,
  durationOption,
  once,
  outputOption,
  withHelp,
  type ContextSource,
} from '../shared/options.ts';
import { createAnswerView, FORMATS_IN_WORDS } from '../shared/answer-view.ts';
import { refuseUnwritable } from '../shared/output-file.ts';
import { refuseNoGithubSummary } from './github-summary.ts';
import { createMemory } from '../shared/submission-history.ts';
import type { Judge } from './quality-gates.ts';
import { createEarlier, createPoster } from './idempotent-post.ts';
import { submitOne } from './one.ts';
import { readConcurrency, refuseContradictions, splitParameter, type SubmitOptions } from './options.ts';
import { createWatch } from '../shared/progress.ts';

export function addSubmit(parent: Command, kind: Kind, context: ContextSource): void {
  const example = kind === 'route' ? 'picks.json' : 'wave.json';
  const command = parent
    .command('submit')
    .description(`Send a ${kind} problem: ${KINDS[kind].purpose}.`)
    .argument('<file...>', 'requests as JSON, NDJSON or CSV, folders of them, or - for stdin')
    .option('--wait', 'wait for the answer and show it')
    .option('--sync', 'one synchronous call: the answer comes in its response')
    .option('--site <name>', 'fill or replace site_name')
    .option('--start <place,...>', 'fill or replace start_points', collectList)
    .option('--end <place,...>', 'fill or replace end_points', collectList)
    .option('--wave <id>', 'fill or replace wave_id; of several waves, send this one', once)
    .option('--param <key=json>', 'set parameters.<key> to a JSON value (repeatable)', collect)
    .addOption(
      new Option('--format-in <format>', 'format of the files (default: by extension, then by content)').choices([
        'json',
        'csv',
        'ndjson',
      ]),
    )
    .option('--map <field=column>', 'CSV: take a field from a column of another name (repeatable)', collect)
    .option('--fill-down <column,...>', 'CSV: empty cells have the value of the row above (repeatable)', collect)
    .option('--skip-lines <lines>', 'CSV: leave out these lines, such as 2 or 1-3,5; none: all are rows', collect)
    .option('--skip-invalid', 'CSV: send the good rows, write the others to <name>.rejected.csv')
    .option('--allow-value <id>', 'send an id that looks like none, such as #N/A or 4.5E+15 (repeatable)', collect)
    .option('--dry-run', 'check, print the exact request, send nothing')
    .option('--curl', 'with --dry-run: print it as a curl command, key masked')
    .addOption(
      new Option('--concurrency <n>', 'several requests: how many at once').argParser(readConcurrency).default(4),
    )
    .option('--continue', 'do not submit again what an earlier run has submitted')
    .option('--resubmit <wave,...>', 'with --continue: send these all the same', collect)
    .option('--strict', 'an answer that does not stand up to the audit is exit 3')
    .option('--fail-if <expression>', "exit 3 when it holds, such as 'saving<5%' (repeatable)", collect)
    .option('--junit <file>', 'write gates and audit as a JUnit report')
    .option('--github-summary', 'append the report to the summary of a run of GitHub Actions')
    .option('--watch', 'several requests: show each that runs')
    .addOption(durationOption('--timeout', 'how long --wait and --sync may take', '5m'))
    .option('--format <format>', FORMATS_IN_WORDS)
    .addOption(outputOption('write the answer to a file; the extension tells the format'))
    .option('--site-file <layout>', 'html: draw the walks on this floor plan')
    .option('--all', 'do not cut long lists');
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
      ['usage', 'the request file has faults; all are listed, nothing was sent'],
      ['failed', 'the optimisation itself failed, a gate tripped, or --strict and the audit found something'],
      ...API_FAILURES,
      ['pending', 'the deadline of --wait passed while the job was healthy'],
    ],
  });
  command.action((files: readonly string[], options: SubmitOptions) => submit(context(), kind, files, options));
}

async function submit(context: Context, kind: Kind, files: readonly string[], options: SubmitOptions): Promise<void> {
  const { output } = context;
  // Before the contradictions, whose hint repeats the format.
  const view = createAnswerView(context, options);
  refuseContradictions(options);
  const judge = await openJudge(context, kind, options);
  const { openInputs } = await import('./input-set.ts');
  const set = await openInputs(context, files, {
    kind,
    formatIn: options.formatIn,
    map: options.map ?? [],
    fillDown: options.fillDown ?? [],
    skipLines: options.skipLines ?? [],
    skipInvalid: options.skipInvalid ?? false,
    allowValues: options.allowValue,
    overrides: {
      site: options.site,
      start: options.start,
      end: options.end,
      wave: options.wave,
      params: (options.param ?? []).map(splitParameter),
    },
  });
  for (const warning of set.warnings) await output.warn(inWords(warning));
  for (const { count, path } of set.rejected) {
    await output.warn(`${count} ${count === 1 ? 'row was' : 'rows were'} left out: see ${path}`);
  }

  if (options.dryRun === true) {
    await dryRun(context, kind, set, options);
    return;
  }

  await view.prepare();
  if (options.junit !== undefined) await refuseUnwritable(context.host, options.junit);
  await judge.begin(set.entries);
  const client = await context.client();
  const memory = createMemory(context, client);
  const goOn = options.continue === true || options.resubmit !== undefined;
  const resubmit = namedIn(set, options.resubmit ?? []);
  const [only] = set.entries;
  const postings = await openPostings(context, goOn || set.entries.length > 1);
  const parts = { kind, client, postings, memory };
  const poster = createPoster(parts, { goOn, resubmit });
  const earlier = createEarlier(parts, { goOn, resubmit });
  if (only !== undefined && set.entries.length === 1) {
    await submitOne(context, { ...parts, poster, earlier, view, judge, set }, only, options);
    return;
  }
  const [{ submitMany }, { createPrinter }] = await Promise.all([import('./many.ts'), import('./batch-printer.ts')]);
  await submitMany(context, { kind, client, poster, watch: await createWatch(context) }, set, {
    concurrency: options.concurrency,
    mode: modeOf(options),
    timeoutMs: options.timeout,
    earlier,
    live: options.watch ?? false,
    judge,
    printer: await createPrinter(context, kind, set, {
      view,
      waits: options.wait === true || options.sync === true,
      file: options.output,
      all: options.all ?? false,
    }),
  });
}

function modeOf({ wait, sync }: SubmitOptions): 'submit' | 'wait' | 'sync' {
  if (sync === true) return 'sync';
  return wait === true ? 'wait' : 'submit';
}

/** A single new request goes out also when this machine cannot remember it; several do not: what could be sent twice must be known. */
async function openPostings(context: Context, needed: boolean): Promise<Postings | undefined> {
  try {
    return await context.postings();
  } catch (error) {
    if (needed) throw error;
    // Said once, when the submission itself is to be remembered.
    return undefined;
  }
}

/** What `--resubmit` names: a wave as it is, also one with a comma in its name, else several between commas. */
function namedIn({ entries }: RequestSet, given: readonly string[]): ReadonlySet<string> {
  const isThere = (name: string): boolean => entries.some((entry) => entry.name === name || entry.waveId === name);
  const names = given.flatMap((text) => (isThere(text) ? [text] : collectList(text, undefined)));
  for (const name of names) {
    if (isThere(name)) continue;
    throw new CliError('usage', `--resubmit ${name}: there is no such wave in the input`, {
      code: 'no_such_wave',
      hint: 'give the name as it was said: the wave, or where the request stands in the file',
    });
  }
  return new Set(names);
}

/** The gates are read before anything else: a slip in one must not cost a job. */
async function openJudge(context: Context, kind: Kind, options: SubmitOptions): Promise<Judge> {
  const [{ createJudge }, { parseGate }] = await Promise.all([
    import('./quality-gates.ts'),
    import('../../answers/gates/gates.ts'),
  ]);
  if (options.githubSummary === true) await refuseNoGithubSummary(context.host);
  const gates = (options.failIf ?? []).map((text) => parseGate(text, kind));
  const { strict = false, junit, githubSummary = false } = options;
  return createJudge(context, { kind, gates, strict, junit, githubSummary });
}

async function dryRun(context: Context, kind: Kind, set: RequestSet, options: SubmitOptions): Promise<void> {
  const { renderCurl, renderDryRun } = await import('./curl.ts');
  const { normaliseBaseUrl } = await import('../../app/api-services.ts');
  const baseUrl = normaliseBaseUrl((await context.settings()).baseUrl.value);
  const url = `${baseUrl}${KINDS[kind].path}?synchronous=${options.sync === true ? 'true' : 'false'}`;
  for (const entry of set.entries) {
    const body = await entry.body();
    if (options.curl === true) {
      await context.output.write(`${renderCurl({ url, body }, context.host.platform)}\n`);
      continue;
    }
    const { head, content } = renderDryRun({ url, body });
    for (const line of head) await context.output.note(line);
    await context.output.document(content);
    await context.output.document('\n');
  }
}

function inWords({ path, message, place }: FailureDetail): string {
  const where = path === '' ? '' : `${path}: `;
  return `${where}${message}${place === undefined ? '' : ` (${place})`}`;
}
