/** `optipick trigger`: test webhooks to any endpoint. */
import { type Command, Option } from 'commander';
import { PAYLOAD_SHAPES } from '../../webhooks/payload.ts';
import {
  collectList,
  durationOption,
  frameworkOption,
  parseNumber,
  withHelp,
  type ContextSource,
  type CommandDeclaration,
} from '../shared/options.ts';
import type { TriggerFlags } from './flags.ts';

export const TRIGGER: CommandDeclaration = {
  name: 'trigger',
  description: 'Send test webhooks to an endpoint: signed as Svix signs them, or deliberately invalid.',
  declare: declareTrigger,
};

function declareTrigger(command: Command, context: ContextSource): void {
  command
    .argument(
      '[event]',
      'event type, for example cluster.optimized.Example.<user id>; any other will do. Only a rich payload names it',
    )
    .optionsGroup('Endpoint:')
    .requiredOption('--to <url>', 'the endpoint')
    .option('--yes', 'it may be on another machine')
    .addOption(durationOption('--timeout', 'how long the endpoint may take', '15s'))
    .option('--expect <status>', 'the answer to expect: 401, 4xx (default: 2xx; 4xx to what is invalid)')
    .optionsGroup('Message:')
    .option('--request-id <id>', 'the finished request in it (default: one that does not exist)')
    .addOption(
      new Option(
        '--payload-shape <shape>',
        'id: a body with request_id alone, as it is documented; rich: the event type, too (default: id)',
      ).choices(PAYLOAD_SHAPES),
    )
    .option(
      '--data <body>',
      'the body: JSON, or @file or @- (stdin) for its exact bytes; of a recorded .http file, its body',
    )
    .option('--secret-file <path>', 'read the signing secret from a file, or from stdin with -')
    .option('--webhook-headers', 'webhook-id, ... in place of svix-id, ... (Standard Webhooks)')
    .option('--two-signatures', 'another signature before the right one, as while a secret is rotated')
    .optionsGroup('Deliberately invalid:')
    .option('--bad-signature', 'sign with a secret that nobody has')
    .option('--no-signature', 'leave the signature out')
    .option('--stale', 'sign for ten minutes ago')
    .option('--future', 'sign for ten minutes from now')
    .option('--altered-body', 'change a character of the body after signing')
    .optionsGroup('How it is sent:')
    .option('--duplicate', 'send the same message twice at the same time')
    .option('--slow-body', 'send the body in pieces, with pauses')
    .option('--repeat <n>', 'send this many messages', parseNumber('--repeat', 'bad_count', 999_999))
    .option(
      '--concurrency <n>',
      'this many at once (with --repeat or --replay; default 1)',
      parseNumber('--concurrency', 'bad_count', 999_999),
    )
    .optionsGroup('Recorded deliveries:')
    .option(
      '--replay <file|folder>',
      'send what "listen --record" has stored, byte for byte; a folder in the order of names',
    )
    .option('--re-sign', 'with --replay: a new timestamp and signature, under the same id')
    .optionsGroup('Checks and output:')
    .option('--suite', 'try all that a correct receiver must do, and show a table')
    .option('--skip <check,...>', 'with --suite: leave these out, by their names in the table', collectList)
    .option('--only <check,...>', 'with --suite: nothing but these', collectList)
    .option('-v, --verbose', 'with --suite: explain every check, not only those that failed')
    .addOption(frameworkOption('with --suite: where code is the cure, print it for this framework'))
    .option('--junit <file>', 'with --suite: write a JUnit report, too')
    .addOption(new Option('--format <format>', 'table, json, or md with --suite').choices(['table', 'json', 'md']));
  withHelp(command, {
    output: `A line for each answer: ok or FAIL, status, time, svix-id, and the start of what the endpoint said. With --json one object
a line: {"v":1,"type":"result","id":"msg_...","event":"...","request_id":"...","url":"...","status":204,
"duration_ms":3,"body":"","error":null}, with "file" for --replay; "status" is null when there was no answer.
With --suite a table of checks, and for each that failed what was sent, what came back, what it should be, why it
matters and what to fix; with --json {"v":1,"type":"suite","url":"...","timeout_ms":15000,"passed":false,
"counts":{"checks":17,"passed":14,"failed":2,"notes":1},"skipped":[],"checks":[{"name":"stale","title":"...","passed":false,
"required":true,"sent":"...","received":"...","expected":"...","why":"...","fix":"...","remark":null,
"answers":[{"status":204,"duration_ms":3,"body":"","error":null}]}]}, and with --framework "fixes":[{"framework":"flask",
"code":"..."}], empty where code is not the cure.
A check that is not required is a note: OptiPick's sender never sends webhook-* names. In a run of GitHub Actions each failed
check is an annotation, too.
Real HTTP, as Svix sends it: POST, redirects not followed. The exit code is 0 for the answer that is to be expected: 2xx, or
a 4xx to what is deliberately invalid (--bad-signature), or the status of --expect.
Unless --request-id names a real request, the signed svix-id says that it is a test (msg_optipick_test_...): "optipick listen"
then does not wait for the result of a request that does not exist.`,
    examples: [
      ['optipick trigger cluster.optimized --to http://127.0.0.1:3000/hooks', 'one signed webhook'],
      [
        'optipick trigger route.optimized --data @body.json --to http://127.0.0.1:3000/hooks',
        'with a body of your own',
      ],
      [
        'optipick trigger route.optimized --bad-signature --to http://127.0.0.1:3000/hooks',
        'one to be rejected: answered 401 it ends with 0',
      ],
      [
        'optipick trigger --replay deliveries --re-sign --to http://127.0.0.1:3000/hooks',
        'what was recorded, once more',
      ],
      ['optipick trigger --suite --junit report.xml --to http://127.0.0.1:3000/hooks', 'all checks, in CI'],
    ],
    environment: [
      ['OPTIPICK_WEBHOOK_SECRET', 'secret to sign with; several, separated by spaces, sign all'],
      ['OPTIPICK_PROFILE', 'which stored profile to use'],
    ],
    failures: [
      ['usage', 'wrong options, a malformed secret or record, an endpoint on another machine without --yes'],
      ['failed', 'another answer than is to be expected, or a check of --suite failed'],
      ['auth', 'no webhook secret'],
      ['unavailable', 'the endpoint does not answer'],
      ['environment', 'the JUnit report cannot be written'],
      ['interrupted', 'stopped by Ctrl-C'],
    ],
  });
  command.action(async (event: string | undefined, flags: TriggerFlags) => {
    const { trigger } = await import('./run.ts');
    await trigger(context(), event, flags);
  });
}
