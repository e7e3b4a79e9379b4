/** `optipick verify`: checks one delivery, and says why it fails. */
import { type Command, Option } from 'commander';
import { CliError } from '../../errors.ts';
import {
  durationOption,
  withHelp,
  type ContextSource,
  type CommandDeclaration,
  frameworkOption,
} from '../shared/options.ts';
import type { VerifyFlags } from './run.ts';

export const VERIFY: CommandDeclaration = {
  name: 'verify',
  description: 'Check the signature of one delivery, and say why it fails.',
  declare: declareVerify,
};

function declareVerify(command: Command, context: ContextSource): void {
  command
    .argument(
      '[file]',
      'a file of listen --record, a pasted request, a HAR file, a Lambda event or another dump; - for stdin',
    )
    .optionsGroup('Options:')
    .option('--secret-file <path>', 'read the signing secret from a file, or from stdin with -')
    .addOption(durationOption('--tolerance', 'how far the timestamp may be off', '5m'))
    .addOption(
      new Option(
        '--entry <n>',
        'of a HAR file: this entry, from 1 (default: the first with signature headers)',
      ).argParser(parseEntry),
    )
    .addOption(frameworkOption('where code is the cure, print it for this framework'))
    .optionsGroup('From its parts:')
    .option('--payload <file>', 'the body alone, from a file or from stdin with -')
    .option('--id <svix-id>', 'with --payload, which needs it: the svix-id header')
    .option('--timestamp <seconds>', 'with --payload, which needs it: the svix-timestamp header')
    .option('--signature <signatures>', 'with --payload, which needs it: the svix-signature header');
  withHelp(command, {
    output: `Whether it verifies, and if not: what happened, the first difference of the body, and what to do.
With --json {"v":1,"verified":false,"cause":"body_changed","summary":"the body was re-serialized",
"explanation":"...","evidence":{"change":"...","first_difference":{...},...},"fix":"..."}; with --framework also
"fixes":[{"framework":"flask","code":"..."}], empty where code is not the cure;
"cause" is clock, other_secret, secret_malformed, body_changed, header_missing, header_changed, other_message,
asymmetric_only, or unknown when none fits or several fit equally; null when it verifies.
The timestamp of a recorded delivery or a HAR entry is judged by the time it was received, anything else by now.`,
    examples: [
      ['optipick verify delivery.http', 'a delivery that listen --record stored'],
      ['pbpaste | optipick verify -', 'a request copied from a log'],
      [
        'optipick verify --payload body.json --id msg_1 --timestamp 1764054000 --signature v1,abc= --json',
        'from its parts',
      ],
    ],
    environment: [
      ['OPTIPICK_WEBHOOK_SECRET', 'signing secret; several, separated by spaces'],
      ['OPTIPICK_PROFILE', 'which stored profile to use'],
    ],
    failures: [
      ['usage', 'the file cannot be read or holds no request, or a part is missing'],
      ['auth', 'there is no webhook secret'],
      ['signature', 'it does not verify'],
    ],
  });
  command.action(async (file: string | undefined, flags: VerifyFlags) => {
    const { verify } = await import('./run.ts');
    await verify(context(), file, flags);
  });
}

function parseEntry(text: string): number {
  const number = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new CliError('usage', `--entry: "${text}" is not a number from 1`, { code: 'invalid_argument' });
}
