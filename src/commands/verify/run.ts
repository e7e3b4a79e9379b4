/** The work of `optipick verify`. */
import { readSecretFile } from '../../context/input-file.ts';
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { renderVerification } from '../../output/webhooks/diagnosis.ts';
import { EMPTY_HINT, emptyNote } from '../../settings/settings.ts';
import { diagnose } from '../../webhooks/diagnosis/diagnosis.ts';
import type { Diagnosis, DiagnosisInput, KnownMessage, NamedSecret } from '../../webhooks/diagnosis/model.ts';
import { type FrameworkFix, fixesFor } from '../../webhooks/frameworks/fixes.ts';
import { type Framework, FRAMEWORKS } from '../../webhooks/frameworks/frameworks.ts';
import { likelyOfExplanation } from '../../webhooks/frameworks/likely.ts';
import { knownElsewhere, receivedMessages, secretsOfSettings } from '../shared/diagnosis-sources.ts';
import { readVerifyInput, type VerifyInputFlags } from './input.ts';

export interface VerifyFlags extends VerifyInputFlags {
  readonly secretFile?: string;
  readonly tolerance: number;
  readonly framework?: readonly Framework[];
}

/** How many of the latest messages of the inbox the headers may belong to. */
const RECENT_MESSAGES = 100;

/** Prints the result. Throws `CliError` `signature` when the delivery does not verify. */
export async function verify(context: Context, file: string | undefined, flags: VerifyFlags): Promise<void> {
  const { output, host } = context;
  if (flags.secretFile === '-' && (file === '-' || flags.payload === '-')) {
    throw new CliError('usage', 'stdin cannot hold both the delivery and the secret', { code: 'conflicting_options' });
  }
  const input = await readVerifyInput(context, file, flags);
  const secrets = await secretsOf(context, flags.secretFile);
  if (flags.secretFile === undefined) {
    await warnOfWhiteSpace(context, 'OPTIPICK_WEBHOOK_SECRET', host.env['OPTIPICK_WEBHOOK_SECRET'] ?? '');
  }
  const delivery: DiagnosisInput = {
    headers: input.headers,
    body: input.body,
    referenceTime: input.receivedAt ?? host.clock.now(),
    toleranceMs: flags.tolerance,
    secrets,
    otherMessages: input.otherMessages,
    ...(await knownElsewhere(context, secrets)),
  };
  let result = diagnose(delivery);
  if (!result.verified && isUnproven(result)) {
    // Most causes are found without the inbox. The search for the signed body need not be repeated.
    const otherMessages = await inboxMessages(context);
    const second = otherMessages.length === 0 ? result : diagnose({ ...delivery, otherMessages, searchBytes: 0 });
    if (second.verified || !isUnproven(second)) result = second;
  }
  if (!result.verified && input.endUncertain && diagnose(withoutLineEnd(delivery)).verified) {
    const note =
      'The request has no content-length, so a newline at its end may be one of the paste, and then nothing is wrong.';
    result = { ...result, details: `${result.details} ${note}`, explanation: `${result.explanation} ${note}` };
  }
  const likely = likelyOfExplanation(result.verified ? '' : result.explanation);
  const fixes = flags.framework && (await fixesFor(flags.framework));
  if (output.json) {
    await output.record(
      result.verified
        ? {
            v: 1,
            verified: true,
            cause: null,
            explanation: `signed with the secret of ${result.secretFrom}`,
            evidence: { id: result.id, timestamp: Number(result.timestamp) },
            fix: null,
            ...(fixes === undefined ? {} : { fixes: [] }),
          }
        : documentOf(result, likely, fixes),
    );
  } else {
    await output.lines(
      renderVerification(result, { width: output.width, style: await output.style(), secrets, likely, fixes }),
    );
  }
  if (result.verified) return;
  throw new CliError('signature', 'the delivery does not verify', { code: result.cause });
}

/** `fix`: what to do, and where code is the cure a line for each likely framework. */
function documentOf(
  { cause, summary, explanation, evidence, fix, curedByCode }: Diagnosis,
  likely: readonly Framework[],
  fixes: readonly FrameworkFix[] | undefined,
): object {
  const lines = likely.map((framework) => `${FRAMEWORKS[framework].label}: ${FRAMEWORKS[framework].line}`);
  return {
    v: 1,
    verified: false,
    cause,
    summary,
    explanation,
    evidence,
    fix: [fix, ...(curedByCode ? lines : [])].join('\n'),
    ...(fixes === undefined ? {} : { fixes: curedByCode ? fixes : [] }),
  };
}

/** The signature proves no cause: at most the look of the body suggests one. */
function isUnproven({ cause, evidence }: Diagnosis): boolean {
  return cause === 'unknown' || evidence['body'] !== undefined;
}

function withoutLineEnd(delivery: DiagnosisInput): DiagnosisInput {
  const { body } = delivery;
  let end = body.byteLength;
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end -= 1;
  return { ...delivery, body: body.subarray(0, end), searchBytes: 0 };
}

/** The latest messages of the inbox; none when it cannot be opened, which doctor reports. */
async function inboxMessages(context: Context): Promise<readonly KnownMessage[]> {
  const { findInbox } = await import('../../context/inbox-services.ts');
  try {
    const inbox = await findInbox(context);
    return inbox === undefined ? [] : await receivedMessages(inbox, RECENT_MESSAGES);
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}

/** optipick ignores white space around a secret, but the code of a receiver may not. */
async function warnOfWhiteSpace({ output }: Context, place: string, text: string): Promise<void> {
  if (text.trim() === '' || text === text.trim()) return;
  const what = text.includes('\r') ? 'a carriage return' : 'white space';
  await output.warn(`${place} has ${what} around it, which optipick ignores and some receivers do not`);
}

/** As they were given, also malformed ones: the diagnosis finds out what is wrong with them. */
async function secretsOf(context: Context, secretFile: string | undefined): Promise<readonly NamedSecret[]> {
  if (secretFile !== undefined) {
    const text = await readSecretFile(context, secretFile);
    // A file may end with a line feed, but a receiver reads a carriage return as part of the secret.
    if (text.includes('\r')) await warnOfWhiteSpace(context, 'the secret of --secret-file', text);
    const words = text.split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) {
      throw new CliError('usage', `there is no secret in ${secretFile}`, { code: 'bad_webhook_secret' });
    }
    return words.map((word) => ({ text: word, from: '--secret-file' }));
  }
  const settings = await context.settings();
  if (settings.webhookSecrets === undefined) {
    const empty = emptyNote(context.host.env, 'OPTIPICK_WEBHOOK_SECRET', 'OPTIPICK_PROFILE');
    const variable = empty === '' ? 'set OPTIPICK_WEBHOOK_SECRET' : EMPTY_HINT;
    throw new CliError('auth', `there is no webhook secret to check signatures with${empty}`, {
      code: 'no_webhook_secret',
      hint: `store it with: optipick login; or ${variable}, or give --secret-file`,
    });
  }
  return secretsOfSettings(settings);
}
