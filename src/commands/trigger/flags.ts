/** The flags of `trigger`, and what they ask for: to send messages, to replay records, or to run the suite. */
import { CliError } from '../../errors.ts';
import { rejectNearEvent } from '../../webhooks/event-name.ts';
import type { Framework } from '../../webhooks/frameworks/frameworks.ts';
import { nearestWord } from '../../lib/text/did-you-mean.ts';
import type { PayloadShape } from '../../webhooks/payload.ts';
import { CHECK_NAMES, CONFORMANCE_CHECKS, type ConformanceCheck } from '../../webhooks/testing/conformance-checks.ts';
import { SKEW_SECONDS, type SignatureEntry, type TestDeliveryOptions } from '../../webhooks/testing/test-delivery.ts';
import { readTestTarget } from '../../webhooks/testing/test-target.ts';
import { expectationOf } from './expectation.ts';

export interface TriggerFlags {
  readonly to: string;
  readonly yes?: boolean;
  readonly requestId?: string;
  readonly payloadShape?: PayloadShape;
  readonly data?: string;
  readonly secretFile?: string;
  readonly badSignature?: boolean;
  readonly stale?: boolean;
  readonly future?: boolean;
  readonly alteredBody?: boolean;
  /** `false` with `--no-signature`. */
  readonly signature: boolean;
  readonly duplicate?: boolean;
  readonly twoSignatures?: boolean;
  readonly webhookHeaders?: boolean;
  readonly slowBody?: boolean;
  readonly repeat?: number;
  readonly concurrency?: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly expect?: string;
  readonly replay?: string;
  readonly reSign?: boolean;
  readonly suite?: boolean;
  readonly skip?: readonly string[];
  readonly only?: readonly string[];
  readonly junit?: string;
  readonly framework?: readonly Framework[];
  readonly verbose?: boolean;
  readonly format?: 'table' | 'json' | 'md';
}

export type SendPlan = ReturnType<typeof sendPlan>;
export type ReplayPlan = ReturnType<typeof replayPlan>;
export type SuitePlan = ReturnType<typeof suitePlan>;
export type TriggerPlan = SendPlan | ReplayPlan | SuitePlan;

/**
 * What the command is to do. Throws `CliError` `usage` for flags that contradict each other, a missing event, or a target
 * that {@link readTestTarget} rejects.
 */
export function parseTriggerFlags(event: string | undefined, flags: TriggerFlags, json: boolean): TriggerPlan {
  const mode: TriggerPlan['mode'] = flags.suite === true ? 'suite' : flags.replay === undefined ? 'send' : 'replay';
  rejectConflicts(mode, event, flags, json);
  if (mode === 'suite') return suitePlan(event, flags);
  return mode === 'replay' ? replayPlan(flags) : sendPlan(event, flags);
}

/** What every mode needs. */
function commonPlan({ to, yes = false, timeout, secretFile }: TriggerFlags) {
  return { target: readTestTarget(to, yes), timeoutMs: timeout, secretFile };
}

function sendPlan(event = '', flags: TriggerFlags) {
  const { data, payloadShape = 'id', requestId, repeat = 1, concurrency = 1, slowBody = false } = flags;
  const { stale, future, webhookHeaders, alteredBody: altered = false, duplicate } = flags;
  const headerNames: TestDeliveryOptions['headerNames'] = webhookHeaders === true ? 'webhook' : 'svix';
  const skewSeconds = stale === true ? -SKEW_SECONDS : future === true ? SKEW_SECONDS : 0;
  const flaw = flawOf(flags);
  return {
    ...commonPlan(flags),
    mode: 'send' as const,
    event,
    /** `undefined`: a payload of its own for each message. */
    data,
    payloadShape,
    /** `undefined`: a new one for each message. */
    requestId,
    /** How each message is signed, but for its body and id. */
    delivery: { signatures: signaturesOf(flags), skewSeconds, headerNames, altered },
    /** What makes a correct receiver reject it: `with a bad signature`; `undefined` for a valid message. */
    flaw,
    expectation: expectationOf(flags.expect, flaw === undefined),
    messages: repeat,
    concurrency,
    /** How often each message is sent, all at the same time. */
    copies: duplicate === true ? 2 : 1,
    /** The body in pieces. */
    slow: slowBody,
  };
}

function replayPlan(flags: TriggerFlags) {
  const { replay: path = '', reSign = false, concurrency = 1 } = flags;
  // `path`: a record, or a folder of records.
  const expectation = expectationOf(flags.expect, true);
  return { ...commonPlan(flags), mode: 'replay' as const, path, reSign, concurrency, expectation };
}

function suitePlan(event: string | undefined, flags: TriggerFlags) {
  const { payloadShape = 'id', requestId, junit, format, verbose = false, framework: frameworks } = flags;
  const markdown = format === 'md';
  // `junit`: the file of the JUnit report.
  const checks = checksOf(flags);
  return {
    ...commonPlan(flags),
    mode: 'suite' as const,
    checks,
    event,
    payloadShape,
    requestId,
    junit,
    markdown,
    verbose,
    /** Those whose code was asked for. */
    frameworks,
  };
}

/** Those that `--only` names, or all that `--skip` does not. */
function checksOf({ skip, only }: TriggerFlags): readonly ConformanceCheck[] {
  const names = new Set<string>(skip ?? only ?? CHECK_NAMES);
  for (const name of names) {
    if (CHECK_NAMES.some((known) => known === name)) continue;
    const meant = nearestWord(name, CHECK_NAMES);
    const question = meant === undefined ? '' : `, did you mean "${meant}"?`;
    throw new CliError('usage', `there is no check "${name}"${question}`, {
      code: 'unknown_check',
      hint: `the checks are ${CHECK_NAMES.join(', ')}`,
    });
  }
  const checks = CONFORMANCE_CHECKS.filter(({ name }) => names.has(name) === (skip === undefined));
  if (checks.length > 0) return checks;
  throw new CliError('usage', 'no check is left to run', { code: 'nothing_to_check', hint: 'optipick help trigger' });
}

function signaturesOf({ signature, badSignature, twoSignatures }: TriggerFlags): readonly SignatureEntry[] {
  if (!signature) return [];
  if (badSignature === true) return ['foreign'];
  return twoSignatures === true ? ['foreign', 'own'] : ['own'];
}

function flawOf({ signature, badSignature, stale, future, alteredBody }: TriggerFlags): string | undefined {
  if (!signature) return 'without signature';
  if (badSignature === true) return 'with a bad signature';
  if (alteredBody === true) return 'with an altered body';
  if (stale === true) return 'ten minutes old';
  return future === true ? 'ten minutes in the future' : undefined;
}

/** The modes in which a flag means something. A flag that means something in all of them is not listed. */
const MODES_OF_FLAGS: readonly {
  readonly flag: string;
  readonly given: (flags: TriggerFlags) => boolean;
  readonly modes: readonly TriggerPlan['mode'][];
}[] = [
  { flag: '--data', given: ({ data }) => data !== undefined, modes: ['send'] },
  { flag: '--request-id', given: ({ requestId }) => requestId !== undefined, modes: ['send', 'suite'] },
  { flag: '--payload-shape', given: ({ payloadShape }) => payloadShape !== undefined, modes: ['send', 'suite'] },
  { flag: '--bad-signature', given: ({ badSignature }) => badSignature === true, modes: ['send'] },
  { flag: '--stale', given: ({ stale }) => stale === true, modes: ['send'] },
  { flag: '--future', given: ({ future }) => future === true, modes: ['send'] },
  { flag: '--altered-body', given: ({ alteredBody }) => alteredBody === true, modes: ['send'] },
  { flag: '--no-signature', given: ({ signature }) => !signature, modes: ['send'] },
  { flag: '--two-signatures', given: ({ twoSignatures }) => twoSignatures === true, modes: ['send'] },
  { flag: '--webhook-headers', given: ({ webhookHeaders }) => webhookHeaders === true, modes: ['send'] },
  { flag: '--duplicate', given: ({ duplicate }) => duplicate === true, modes: ['send'] },
  { flag: '--slow-body', given: ({ slowBody }) => slowBody === true, modes: ['send'] },
  { flag: '--repeat', given: ({ repeat }) => repeat !== undefined, modes: ['send'] },
  { flag: '--concurrency', given: ({ concurrency }) => concurrency !== undefined, modes: ['send', 'replay'] },
  { flag: '--expect', given: ({ expect }) => expect !== undefined, modes: ['send', 'replay'] },
  { flag: '--re-sign', given: ({ reSign }) => reSign === true, modes: ['replay'] },
  { flag: '--replay', given: ({ replay }) => replay !== undefined, modes: ['replay'] },
  { flag: '--skip', given: ({ skip }) => skip !== undefined, modes: ['suite'] },
  { flag: '--only', given: ({ only }) => only !== undefined, modes: ['suite'] },
  { flag: '--junit', given: ({ junit }) => junit !== undefined, modes: ['suite'] },
  { flag: '--verbose', given: ({ verbose }) => verbose === true, modes: ['suite'] },
  { flag: '--framework', given: ({ framework }) => framework !== undefined, modes: ['suite'] },
  { flag: '--format md', given: ({ format }) => format === 'md', modes: ['suite'] },
];

/** Of each of these groups only one flag may be given. */
const EXCLUSIVE: readonly (readonly string[])[] = [
  ['--stale', '--future'],
  ['--bad-signature', '--altered-body', '--no-signature', '--two-signatures'],
  ['--data', '--request-id'],
  ['--data', '--payload-shape'],
  ['--skip', '--only'],
];

function rejectConflicts(
  mode: TriggerPlan['mode'],
  event: string | undefined,
  flags: TriggerFlags,
  json: boolean,
): void {
  const given = MODES_OF_FLAGS.filter((each) => each.given(flags));
  const misplaced = given.find(({ modes }) => !modes.includes(mode));
  if (misplaced !== undefined) {
    const { flag, modes } = misplaced;
    throw conflict(mode === 'send' ? `${flag} belongs to --${modes[0]}` : `--${mode} excludes ${flag}`);
  }
  for (const group of EXCLUSIVE) {
    const [one, other] = group.filter((flag) => given.some((each) => each.flag === flag));
    if (one !== undefined && other !== undefined) throw conflict(`${one} excludes ${other}`);
  }
  if (mode === 'send' && flags.concurrency !== undefined && flags.repeat === undefined) {
    throw conflict('--concurrency belongs to --repeat');
  }
  if (mode === 'replay' && event !== undefined) throw conflict('--replay excludes an event: the records tell it');
  if (mode === 'replay' && flags.secretFile !== undefined && flags.reSign !== true) {
    throw conflict('--secret-file belongs to --re-sign: a replay sends the signature that was recorded');
  }
  if (flags.secretFile === '-' && flags.data === '@-') {
    throw conflict('--secret-file and --data cannot both be read from stdin');
  }
  if (json && flags.format !== undefined && flags.format !== 'json') {
    throw conflict(`--json excludes --format ${flags.format}`);
  }
  if (mode === 'send' && event === undefined) {
    throw new CliError('usage', 'trigger needs an event', {
      code: 'missing_argument',
      hint: 'for example: optipick trigger cluster.optimized --to http://127.0.0.1:3000/hooks; or --replay, or --suite',
    });
  }
  // Some event types end with the name of a site, which may have spaces and umlauts.
  if (event !== undefined && !/^(?!\s)[^\p{C}]{1,256}(?<!\s)$/u.test(event)) {
    throw new CliError('usage', 'an event type is a name such as cluster.optimized, of 1 to 256 characters', {
      code: 'bad_event',
    });
  }
  if (event !== undefined) rejectNearEvent(event);
}

function conflict(message: string): CliError {
  return new CliError('usage', message, { code: 'conflicting_options', hint: 'optipick help trigger' });
}
