/** Which flags of `trigger` go together. */
import { CliError } from '../../errors.ts';
import type { TriggerFlags } from './command.ts';

export type TriggerMode = 'send' | 'replay' | 'suite';

interface FlagFacts {
  readonly flag: string;
  readonly given: (flags: TriggerFlags) => boolean;
  /** Where it means something. */
  readonly modes: readonly TriggerMode[];
}

/** Those that mean something everywhere are not listed. */
const FLAGS: readonly FlagFacts[] = [
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
  { flag: '--re-sign', given: ({ reSign }) => reSign === true, modes: ['replay'] },
  { flag: '--replay', given: ({ replay }) => replay !== undefined, modes: ['replay'] },
  { flag: '--junit', given: ({ junit }) => junit !== undefined, modes: ['suite'] },
  { flag: '--verbose', given: ({ verbose }) => verbose === true, modes: ['suite'] },
  { flag: '--format md', given: ({ format }) => format === 'md', modes: ['suite'] },
];

/** Of each of these only one can be had. */
const EXCLUSIVE: readonly (readonly string[])[] = [
  ['--stale', '--future'],
  ['--bad-signature', '--altered-body', '--no-signature', '--two-signatures'],
  ['--data', '--request-id'],
  ['--data', '--payload-shape'],
];

/** What the command is to do. Throws `CliError` `usage` for flags that contradict each other, or an event that is missing. */
export function modeOf(event: string | undefined, flags: TriggerFlags, json: boolean): TriggerMode {
  const mode: TriggerMode = flags.suite === true ? 'suite' : flags.replay === undefined ? 'send' : 'replay';
  const given = FLAGS.filter((each) => each.given(flags));
  const foreign = given.find(({ modes }) => !modes.includes(mode));
  if (foreign !== undefined) {
    const [home = mode] = foreign.modes;
    throw conflict(mode === 'send' ? `${foreign.flag} belongs to --${home}` : `--${mode} excludes ${foreign.flag}`);
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
  // The name of a site is a part of some, and may have spaces and umlauts.
  if (event !== undefined && !/^(?!\s)[^\p{C}]{1,256}(?<!\s)$/u.test(event)) {
    throw new CliError('usage', 'an event type is a name such as cluster.optimized, of 1 to 256 characters', {
      code: 'bad_event',
    });
  }
  return mode;
}

function conflict(message: string): CliError {
  return new CliError('usage', message, { code: 'conflicting_options', hint: 'optipick help trigger' });
}
