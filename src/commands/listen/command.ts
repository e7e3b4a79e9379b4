/** `optipick listen`: receive webhooks. */
import { type Command, Option } from 'commander';
import { parsePort } from '../../settings/settings.ts';
import { readId } from '../../lib/text/shown-id.ts';
import { parseSize } from '../shared/size.ts';
import {
  collect,
  collectList,
  durationOption,
  parseNumber,
  withHelp,
  type ContextSource,
  type CommandDeclaration,
} from '../shared/options.ts';
import type { ListenFlags } from './flags.ts';

export const LISTEN: CommandDeclaration = {
  name: 'listen',
  description: 'Receive webhooks: verify, store, fetch the result, show it.',
  declare: declareListen,
};

function declareListen(command: Command, context: ContextSource): void {
  command
    .optionsGroup('Address:')
    .option('--port <n>', 'port to open; 0 picks a free one (default: the setting "port", else 5000)', parsePort)
    .option('--host <address>', 'address to listen on; 0.0.0.0 is all of them', '127.0.0.1')
    .option('--path <path>', 'where webhooks are received; /route and /cluster below it name the kind', '/webhook')
    .option('--tls-cert <file>', 'serve https with this certificate (PEM)')
    .option('--tls-key <file>', 'and its key (PEM)')
    .option(
      '--relay [token]',
      'receive through the Svix relay, with no public address; "new" takes another address, a token that one',
    )
    .optionsGroup('Deliveries:')
    .option('-e, --events <pattern,...>', 'show and count only these; all are stored, forwarded and run', collectList)
    .option('-f, --forward-to <url>', 'forward each one unchanged, signature included (repeatable)', collect)
    .option('--exec <command>', 'run through the shell for each one, with its JSON line on stdin')
    .addOption(
      durationOption('--exec-timeout', 'how long the command may run; then it is stopped, and has failed', '5m'),
    )
    .option('--no-fetch', 'do not fetch the result; no API key is needed then')
    .option('--record <folder>', 'write each request, accepted or not, into a file')
    .addOption(sizeOption('--record-limit', 'how much of rejected requests is recorded', '256mb'))
    .option('-v, --verbose', 'show each result as a table, with the orders of each cluster')
    .option(
      '--inspect [port]',
      'show deliveries in a page for a browser on this machine (default port: 4040, else the next that is free)',
      parsePort,
    )
    .optionsGroup('What is accepted:')
    .option('--secret-file <path>', 'read the signing secret from a file, or from stdin with -')
    .addOption(durationOption('--tolerance', 'how old, or new, a signature may be', '5m'))
    .option(
      '--allow-from <source,...>',
      'accept only from svix, svix-us, svix-eu (addresses: optipick help webhooks), an address or a range',
      collectList,
    )
    .option('--trust-proxy', 'believe the X-Forwarded-For of a proxy of your own')
    .addOption(sizeOption('--max-body', 'reject larger ones', '1mb'))
    .option('--no-verify-signature', 'accept what anybody sends: for tests only')
    .optionsGroup('When it stops:')
    .option('--once', 'exit after the first one, or when one does not verify')
    .option('--count <n>', 'exit after <n>', parseNumber('--count', 'bad_count'))
    .option('--until <request id>', 'exit after the one about this request', readId)
    .addOption(durationOption('--timeout', 'exit after this long'));
  withHelp(command, {
    output: `On stdout one line for each result: its time, site, wave and id, the walk before and after, the change.
On stderr one for each delivery that arrives ("<-"), and one for each forward and each run of the command ("->").
On a terminal the last line names keys: to replay the last delivery, to copy its id (OSC 52), to open the inspector,
for details, a pause and the end; not with --no-input, and not in CI.
With --json one object a line: {"v":1,"type":"ready","url":"...","port":5000} once the port is open, then
{"v":1,"type":"event","id":"msg_...","kind":"cluster","event":null,"request_id":"...","received_at":"...",
"payload":{...},"result":{...}}, "forwarded" with "target" and "status", "executed" with
"exit_code" (both with "attempt", "ok" and "duration_ms"), "duplicate", "rejected" with "reason", "more" with a "count" of lines that were
left out because nobody read them, and "closed" with counts at the end.
A sender that is answered 2xx can forget the webhook: it is on disk with all that this listener owes it (to print
it, the command, each target), and each of these is done even after a crash, with retries of its own. --forward-to
and --exec may see one twice after a crash, so look at its svix-id; a command or service that fails does not fail
--once. What is left is done by the next listener that has it: a command by any --exec, a forward by its URL; one
that does not says so once.
With --relay "ready" comes once the relay is there and has "relay_url" and "viewer_url" (a page for
people); "reconnecting" and "connected" report a drop.
With --inspect "ready" has "inspector_url": only this machine can open it, and only with the token in it, while this
listener runs.
--record writes an HTTP request: header lines, an empty line, the exact body; credentials are left out.`,
    examples: [
      ['optipick listen', 'on port 5000, to which the web application sends'],
      ['optipick listen --forward-to http://127.0.0.1:3000/hooks', 'in front of your own service'],
      ['optipick listen --relay', 'with no public address: through a relay, whose address is printed'],
      ['optipick listen --inspect', 'with a page to look at what arrives, to replay it, and to send tests'],
      [
        `optipick listen --once --json --timeout 10m | jq 'select(.type == "event").result'`,
        'one result, for a script',
      ],
      ["optipick listen --exec 'jq -r .result.optimal_distance >> walks.txt'", 'a command for each one'],
    ],
    environment: [
      ['OPTIPICK_WEBHOOK_SECRET', 'signing secret; several, separated by spaces, while rotating'],
      ['OPTIPICK_API_KEY', 'API key that results are fetched with'],
      ['OPTIPICK_BASE_URL', 'another API, for example a sandbox'],
      ['OPTIPICK_RELAY_URL', 'another relay than that of Svix'],
      ['OPTIPICK_STATE_DIR', 'where received deliveries are stored'],
    ],
    failures: [
      ['usage', 'wrong options, a malformed secret'],
      ['failed', 'the optimization that was waited for failed (--once, --count, --until)'],
      ['auth', 'no webhook secret, or no API key to fetch results with'],
      ['unavailable', 'the relay could not be reached before --timeout'],
      ['environment', 'the port is in use, the inbox cannot be written'],
      ['pending', 'what was waited for did not arrive before --timeout'],
      ['signature', '--once, and a delivery did not verify'],
      ['interrupted', 'stopped by Ctrl-C'],
      ['terminated', 'stopped by SIGTERM'],
    ],
  });
  command.action(async (flags: ListenFlags) => {
    const { listen } = await import('./run.ts');
    await listen(context(), flags);
  });
}

/** `<flag> <size>`; its value in bytes. The default is shown as it would be typed. */
function sizeOption(flag: string, description: string, fallback: string): Option {
  return new Option(`${flag} <size>`, description)
    .argParser((text) => parseSize(text, flag))
    .default(parseSize(fallback, flag), fallback);
}
