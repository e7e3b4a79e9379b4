/** `optipick events`: what this machine received. */
import { type Command, Option } from 'commander';
import { KIND_NAMES } from '../../kinds.ts';
import { parsePort } from '../../settings/settings.ts';
import {
  API_ENVIRONMENT,
  API_FAILURES,
  durationOption,
  parseNumber,
  withHelp,
  type ContextSource,
  type CommandDeclaration,
} from '../shared/options.ts';
import type { EventDiscardFlags } from './discard.ts';
import type { EventListFlags } from './list.ts';
import type { EventReplayFlags } from './replay.ts';
import type { EventShowFlags } from './show.ts';
import type { EventUiFlags } from './ui.ts';

const STATE_FAILURE = ['environment', 'the inbox of this machine cannot be read or written'] as const;

export const EVENTS: CommandDeclaration = {
  name: 'events',
  description: 'What "optipick listen" received.',
  declare: declareEvents,
};

function declareEvents(group: Command, context: ContextSource): void {
  addList(group, context);
  addShow(group, context);
  addReplay(group, context);
  addDiscard(group, context);
  addSync(group, context);
  addUi(group, context);
  withHelp(group, {
    examples: [
      ['optipick events list', 'what was received'],
      ['optipick events replay --failed', 'retry what failed'],
      ['optipick events sync', 'fetch the results that no webhook delivered'],
      ['optipick events ui', 'all of it as a page in the browser'],
    ],
    failures: [['usage', 'wrong options'], STATE_FAILURE],
  });
}

function addList(group: Command, context: ContextSource): void {
  const command = group
    .command('list')
    .description('List what was received, newest first.')
    .addOption(new Option('--status <status>', 'only these').choices(['pending', 'done', 'failed']))
    .addOption(durationOption('--since', 'only of the last, say, 2h'))
    .addOption(new Option('--kind <kind>', 'only these').choices(KIND_NAMES))
    .option('--limit <n>', 'most lines', parseNumber('--limit', 'bad_limit'), 50);
  withHelp(command, {
    output: `A table; with --json one line each:
{"v":1,"type":"event","id":"msg_...","event":null,"request_id":"...","kind":"cluster","test":false,"status":"done",
"attempts":1,"received_at":"...","last_error":null,"steps":[{"step":"show","state":"done","attempts":1,
"next_attempt_at":null,"last_error":null}]}. Steps are what a delivery owed when it was accepted: "show", "exec",
"forward <url>"; each is pending, done, failed (after 12 attempts) or discarded. A delivery is "failed" when a step
is, else "pending" when a step is. "test" is true for what "optipick trigger" sent about no real request.`,
    examples: [
      ['optipick events list', 'the last fifty'],
      ['optipick events list --since 2h', 'what was received in the last two hours'],
      ['optipick events list --status failed --json | jq -r .id', 'the ids of what failed'],
    ],
    failures: [['usage', 'wrong options'], STATE_FAILURE],
  });
  command.action(async (flags: EventListFlags) => {
    const { listEvents } = await import('./list.ts');
    await listEvents(context(), flags);
  });
}

function addShow(group: Command, context: ContextSource): void {
  const command = group
    .command('show')
    .description('Show one delivery: headers, payload, and what became of it.')
    .argument('<id>', 'svix-id, or request id (then the newest)')
    .option('--raw', 'the exact bytes of its body and nothing else');
  withHelp(command, {
    output: `Its facts, headers and payload, and what each target answered last: status, headers, the first 20 kB of the body. With
--json one object. Headers that may hold credentials are left out.`,
    examples: [
      ['optipick events show 67507ad05e593173d0313e0f', 'the webhook about a request'],
      ['optipick events show msg_2bXwVjQ9uWmVJk8zqf0qS1Ho3Wd', 'one delivery by its svix-id'],
      ['optipick events show msg_2bXwVjQ9uWmVJk8zqf0qS1Ho3Wd --raw > body.json', 'its body, byte for byte'],
    ],
    failures: [['usage', 'there is no such delivery'], STATE_FAILURE],
  });
  command.action(async (id: string, flags: EventShowFlags) => {
    const { showEvent } = await import('./show.ts');
    await showEvent(context(), id, flags);
  });
}

function addUi(group: Command, context: ContextSource): void {
  const command = group
    .command('ui')
    .description('Look at what was received in a page for a browser on this machine.')
    .option(
      '--port <n>',
      'port of the page; 0 picks a free one (default: 4040, else the next that is free)',
      parsePort,
    );
  withHelp(command, {
    output: `The address of the page, with the token that opens it; with --json {"v":1,"type":"ready","inspector_url":"..."}.
It runs until it is stopped. On a terminal "o" opens the page, "q" ends it. The page shows what was received and rejected,
its bytes, its signature, each attempt and answer, and the result; it replays, discards, and sends tests. Replays are
left to the next listener: for a page beside one, optipick listen --inspect.`,
    examples: [
      ['optipick events ui', 'on port 4040'],
      ['optipick events ui --port 4041', 'on another one'],
      ['optipick events ui --port 0 --json | head -1', 'the address, for a program'],
    ],
    environment: [['OPTIPICK_STATE_DIR', 'where received deliveries are stored']],
    failures: [
      ['usage', 'wrong options'],
      ['environment', 'the port is in use, the inbox cannot be read'],
      ['interrupted', 'stopped by Ctrl-C'],
    ],
  });
  command.action(async (flags: EventUiFlags) => {
    const { showInspector } = await import('./ui.ts');
    await showInspector(context(), flags);
  });
}

function addReplay(group: Command, context: ContextSource): void {
  const command = group
    .command('replay')
    .description('Replay deliveries: print, run and forward them again, under the same svix-id.')
    .argument('[id...]', 'svix-ids, request ids, or files of "listen --record" (a path, or a name in .http)')
    .option('--failed', 'all that failed')
    .addOption(durationOption('--since', 'all of the last, say, 2h'))
    .option('--pending', 'make all that waits for its next attempt due now, and wait for nothing')
    .option('-f, --forward-to <url>', 'only forward it there, unchanged')
    .option('--secret-file <path>', 'for files: read the signing secret from a file, or from stdin with -')
    .addOption(durationOption('--timeout', 'how long a running listener may take', '10s'));
  withHelp(command, {
    output: `One line for each: what happened. With --json
{"v":1,"type":"result","id":"msg_...","request_id":"...","outcome":"forwarded|shown|done|due|waiting|failed","error":null}.
Without --forward-to all that it owed when it was accepted is done again. A result that is only to be shown is
fetched and shown here; forwards and commands are left to the listener that runs on this machine and has them, or to
the next one. With --forward-to it is sent there and nowhere else.
A file is verified by the time it was received and put into the inbox, as if it had come now under its svix-id: a
listener that runs on this machine does the work, else it is done here. With --forward-to its exact bytes are sent,
verified or not, and the inbox does not change.
With --pending nothing is done here: listeners do at once what they would retry later, and the last attempt does not count.
A listener that starts does the same for its own deliveries; on a shared state only this makes all of them due.
The timestamp is signed with the rest and stays: a target that refuses old ones refuses it.`,
    examples: [
      ['optipick events replay --failed', 'retry what failed'],
      ['optipick events replay 67507ad05e593173d0313e0f', 'do the work for one request once more'],
      ['optipick events replay --since 1d -f http://127.0.0.1:3000/hooks', 'fill a service that missed a day'],
      ['optipick events replay --pending', 'retry now what waits, after the cause was fixed'],
      ['optipick events replay records/*.http', 'what "listen --record" has stored, as if it arrived now'],
    ],
    environment: API_ENVIRONMENT,
    failures: [
      ['usage', 'there is no such delivery, or a file that is none'],
      ['failed', 'a target answered with a failure, or a job had failed'],
      ...API_FAILURES,
      ['pending', 'left to the next listener'],
      ['signature', 'a file does not verify'],
    ],
  });
  command.action(async (ids: readonly string[], flags: EventReplayFlags) => {
    const { replayEvents } = await import('./replay.ts');
    await replayEvents(context(), ids, flags);
  });
}

function addDiscard(group: Command, context: ContextSource): void {
  const command = group
    .command('discard')
    .description('Drop what deliveries still owe; they stay in the list, and are known as duplicates.')
    .argument('[id...]', 'svix-ids or request ids')
    .option('--failed', 'of all deliveries that failed')
    .option('--pending', 'of all deliveries that are pending')
    .option('--test', 'of test webhooks only (optipick trigger), pending or failed');
  withHelp(command, {
    output: `One line for each delivery: its id and what it owed. With --json
{"v":1,"type":"discarded","id":"msg_...","request_id":"...","steps":["exec"]}.
What a listener is doing at this moment is not stopped, but not repeated either. "optipick events replay" makes
a delivery owe all of it again.`,
    examples: [
      ['optipick events discard --failed', 'drop what failed'],
      ['optipick events discard --pending', 'start with an empty inbox, for example without a command that is gone'],
      ['optipick events discard --test', 'drop what test webhooks left'],
      ['optipick events discard msg_2bXwVjQ9uWmVJk8zqf0qS1Ho3Wd', 'of one delivery'],
    ],
    failures: [['usage', 'there is no such delivery, or none was named'], STATE_FAILURE],
  });
  command.action(async (ids: readonly string[], flags: EventDiscardFlags) => {
    const { discardEvents } = await import('./discard.ts');
    await discardEvents(context(), ids, flags);
  });
}

function addSync(group: Command, context: ContextSource): void {
  const command = group
    .command('sync')
    .description('Fetch the results of all that was submitted from here and that no webhook and no poll has fetched.');
  withHelp(command, {
    output: `A line for each result that is there; with --json
{"v":1,"type":"result","request_id":"...","kind":"cluster","state":"done","result":{...}}.`,
    examples: [
      ['optipick events sync', 'catch up after a time without a listener'],
      ['optipick events sync -p staging', 'for another account'],
      ['optipick events sync --json >> results.ndjson', 'in a job of cron'],
    ],
    environment: API_ENVIRONMENT,
    failures: [['failed', 'an optimization failed'], ...API_FAILURES],
  });
  command.action(async () => {
    const { syncResults } = await import('./sync.ts');
    await syncResults(context());
  });
}
