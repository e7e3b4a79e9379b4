/** `optipick verify`: check one delivery, and say why it fails. */
import { type Command, Option } from 'commander';
import type { Context } from '../../app/context.ts';
import { maskSecret } from '../../settings/secret.ts';
import { EMPTY_HINT, emptyNote } from '../../settings/settings.ts';
import { CliError } from '../../errors.ts';
import { renderExamination } from '../../output/webhooks/diagnosis.ts';
import type { DeliveryInQuestion, Diagnosis, KnownMessage, NamedSecret } from '../../webhooks/diagnosis/model.ts';
import { durationOption, withHelp, type ContextSource } from '../shared/options.ts';
import { readSecretFile } from '../../app/input-file.ts';
import { knownElsewhere } from '../shared/known-secrets.ts';
import type { VerifyInputFlags } from './input.ts';

interface VerifyFlags extends VerifyInputFlags {
  readonly secretFile?: string;
  readonly tolerance: number;
}

export function addVerify(parent: Command, context: ContextSource): void {
  const command = parent
    .command('verify')
    .description('Check the signature of one delivery, and say why it fails.')
    .argument(
      '[file]',
      'a file of listen --record, a pasted request, a HAR file, a Lambda event or another dump; - for stdin',
    )
    .option('--payload <file>', 'the body alone, from a file or from stdin with -')
    .option('--id <svix-id>', 'with --payload: the svix-id header')
    .option('--timestamp <seconds>', 'with --payload: the svix-timestamp header')
    .option('--signature <signatures>', 'with --payload: the svix-signature header')
    .option('--secret-file <path>', 'read the signing secret from a file, or from stdin with -')
    .addOption(durationOption('--tolerance', 'how far the timestamp may be off', '5m'))
    .addOption(
      new Option(
        '--entry <n>',
        'of a HAR file: this entry, from 1 (default: the first with signature headers)',
      ).argParser((text) => readEntry(text)),
    );
  withHelp(command, {
    output: `Whether it verifies, and if not: the cause, what proves it, and what to change in the receiver.
With --json {"v":1,"verified":false,"cause":"body_changed","explanation":"...","evidence":{...},"fix":"..."};
"cause" is clock, other_secret, secret_malformed, body_changed, header_missing, header_changed, other_message,
asymmetric_only, or unknown when none fits or several fit equally; null when it verifies.
The timestamp of a recorded delivery or a HAR entry is judged by the time it was received, anything else by now.`,
    examples: [
      ['optipick verify recorded/20260102T030405.678Z-000001-401-msg_2b.http', 'a delivery that listen --record kept'],
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
      ['usage', 'the file cannot be read or holds no request'],
      ['auth', 'there is no webhook secret'],
      ['signature', 'it does not verify'],
    ],
  });
  command.action((file: string | undefined, flags: VerifyFlags) => verify(context(), file, flags));
}

/** As many of the latest messages of the inbox are looked at. */
const NEIGHBOURS = 100;

async function verify(context: Context, file: string | undefined, flags: VerifyFlags): Promise<void> {
  const { output, host } = context;
  const [{ readVerifyInput }, { examine }] = await Promise.all([
    import('./input.ts'),
    import('../../webhooks/diagnosis/diagnosis.ts'),
  ]);
  if (flags.secretFile === '-' && (file === '-' || flags.payload === '-')) {
    throw new CliError('usage', 'stdin cannot hold both the delivery and the secret', { code: 'conflicting_options' });
  }
  const input = await readVerifyInput(context, file, flags);
  const secrets = await secretsOf(context, flags.secretFile);
  if (flags.secretFile === undefined)
    await warnOfEdges(context, 'OPTIPICK_WEBHOOK_SECRET', host.env['OPTIPICK_WEBHOOK_SECRET'] ?? '');
  const delivery: DeliveryInQuestion = {
    headers: input.headers,
    body: input.body,
    judgedAt: input.receivedAt ?? host.clock.now(),
    toleranceMs: flags.tolerance,
    secrets,
    otherMessages: input.otherMessages,
    ...(await knownElsewhere(context, secrets)),
  };
  let examination = examine(delivery);
  if (!examination.verified && isOpen(examination)) {
    // Only now, as most causes are found without; the body was searched for, and need not be again.
    const otherMessages = await receivedBefore(context);
    const again = otherMessages.length === 0 ? examination : examine({ ...delivery, otherMessages, effort: 0 });
    if (again.verified || !isOpen(again)) examination = again;
  }
  if (!examination.verified && input.endUncertain && examine(withoutLineEnd(delivery)).verified) {
    const explanation = `${examination.explanation} It was pasted without its content-length: a line end at the end may be that of the paste, and then nothing is wrong.`;
    examination = { ...examination, explanation };
  }
  if (output.json) {
    await output.record(
      examination.verified
        ? {
            v: 1,
            verified: true,
            cause: null,
            explanation: `signed with the secret of ${examination.secretFrom}`,
            evidence: { id: examination.id, timestamp: Number(examination.timestamp) },
            fix: null,
          }
        : { v: 1, ...examination },
    );
  } else {
    await output.lines(renderExamination(examination, await output.style()));
  }
  if (examination.verified) return;
  throw new CliError('signature', 'the delivery does not verify', {
    code: examination.cause,
    hint: secrets.map(({ text, from }) => `the secret in use: ${maskSecret(text)} (${from})`).join('; '),
  });
}

/** No cause is proved by the signature: what the body looks like is all that is known. */
function isOpen({ cause, evidence }: Diagnosis): boolean {
  return cause === 'unknown' || evidence['body'] !== undefined;
}

function withoutLineEnd(delivery: DeliveryInQuestion): DeliveryInQuestion {
  const { body } = delivery;
  let end = body.byteLength;
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end -= 1;
  return { ...delivery, body: body.subarray(0, end), effort: 0 };
}

/** None where the inbox cannot be opened: that is not what was asked, and doctor tells of it. */
async function receivedBefore(context: Context): Promise<readonly KnownMessage[]> {
  const [{ findInbox }, { receivedMessages }] = await Promise.all([
    import('../../app/inbox-services.ts'),
    import('../shared/received-messages.ts'),
  ]);
  try {
    const inbox = await findInbox(context);
    return inbox === undefined ? [] : await receivedMessages(inbox, NEIGHBOURS);
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}

/** White space around a secret does not count here; in the code of a receiver it does. */
async function warnOfEdges({ output }: Context, place: string, text: string): Promise<void> {
  if (text.trim() === '' || text === text.trim()) return;
  const what = text.includes('\r') ? 'a carriage return' : 'white space';
  await output.warn(`${place} has ${what} around it: optipick leaves that out, and a receiver that does not fails`);
}

/** As they were given, malformed or not: what is wrong with one is what is to be found out. */
async function secretsOf(context: Context, secretFile: string | undefined): Promise<readonly NamedSecret[]> {
  const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
  if (secretFile !== undefined) {
    const text = await readSecretFile(context, secretFile);
    // A line end is what a file has; the CR before it is what a receiver reads with the secret.
    if (text.includes('\r')) await warnOfEdges(context, 'the secret of --secret-file', text);
    const words = wordsOf(text);
    if (words.length === 0) {
      throw new CliError('usage', `there is no secret in ${secretFile}`, { code: 'bad_webhook_secret' });
    }
    return words.map((word) => ({ text: word, from: '--secret-file' }));
  }
  const { webhookSecrets } = await context.settings();
  if (webhookSecrets === undefined) {
    const empty = emptyNote(context.host.env, 'OPTIPICK_WEBHOOK_SECRET', 'OPTIPICK_PROFILE');
    const variable = empty === '' ? 'set OPTIPICK_WEBHOOK_SECRET' : EMPTY_HINT;
    throw new CliError('auth', `there is no webhook secret to check signatures with${empty}`, {
      code: 'no_webhook_secret',
      hint: `store it with: optipick login; or ${variable}, or give --secret-file`,
    });
  }
  const { value, from } = webhookSecrets;
  return value.map((text) => ({ text, from }));
}

function readEntry(text: string): number {
  const number = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new CliError('usage', `--entry: "${text}" is not a number from 1`, { code: 'invalid_argument' });
}
