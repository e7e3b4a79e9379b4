/** The flags of `submit`: checked against each other once, and turned into what the run needs. */
import { InvalidArgumentError } from 'commander';
import { CliError } from '../../errors.ts';
import type { AnswerViewOptions } from '../shared/answer-view.ts';
import type { InputSetOptions } from './input-set.ts';

export interface SubmitFlags extends AnswerViewOptions {
  readonly wait?: boolean;
  readonly sync?: boolean;
  readonly site?: string;
  readonly start?: readonly string[];
  readonly end?: readonly string[];
  readonly wave?: string;
  readonly param?: readonly string[];
  readonly formatIn?: 'json' | 'csv' | 'ndjson';
  readonly map?: readonly string[];
  readonly fillDown?: readonly string[];
  readonly skipLines?: readonly string[];
  readonly skipInvalid?: boolean;
  readonly allowValue?: readonly string[];
  readonly dryRun?: boolean;
  readonly curl?: boolean;
  readonly concurrency: number;
  readonly continue?: boolean;
  readonly resubmit?: readonly string[];
  readonly watch?: boolean;
  readonly strict?: boolean;
  readonly failIf?: readonly string[];
  readonly junit?: string;
  readonly githubSummary?: boolean;
  readonly timeout: number;
}

export type SubmitMode = 'submit' | 'wait' | 'sync';

export type SubmitOptions = ReturnType<typeof parseSubmitFlags>;

/** Throws `CliError` `usage` for flags that contradict each other, before anything is read. */
export function parseSubmitFlags(flags: SubmitFlags) {
  rejectContradictions(flags);
  const { junit, githubSummary = false, strict = false, site, start, end, wave } = flags;
  const { timeout, concurrency, watch = false, output, all = false, failIf = [], resubmit = [] } = flags;
  const mode: SubmitMode = flags.sync === true ? 'sync' : flags.wait === true ? 'wait' : 'submit';
  const printed: 'request' | 'curl' = flags.curl === true ? 'curl' : 'request';
  const input: Omit<InputSetOptions, 'kind'> = {
    formatIn: flags.formatIn,
    map: flags.map,
    fillDown: flags.fillDown,
    skipLines: flags.skipLines,
    skipInvalid: flags.skipInvalid,
    allowValues: flags.allowValue,
    overrides: { site, start, end, wave, params: (flags.param ?? []).map(splitParameter) },
  };
  return {
    mode,
    /** How long `wait` and `sync` may take. */
    timeoutMs: timeout,
    input,
    /** What is printed in place of a submission. */
    dryRun: flags.dryRun === true ? printed : undefined,
    resume: { enabled: flags.continue === true || flags.resubmit !== undefined, resubmit },
    gates: { expressions: failIf, strict, junit, githubSummary },
    /** For several requests. */
    batch: { concurrency, live: watch, file: output, all },
  };
}

function rejectContradictions(options: SubmitFlags): void {
  if (options.wait === true && options.sync === true) {
    throw conflict(
      '--wait and --sync exclude each other',
      '--sync waits in one call of the API, --wait submits asynchronously and polls; large problems need --wait',
    );
  }
  if (options.curl === true && options.dryRun !== true) throw conflict('--curl needs --dry-run');
  if (options.timeout === 0) {
    throw new CliError('usage', '--timeout 0 leaves no time for an answer', {
      code: 'bad_timeout',
      hint: 'give a duration such as 30s; to submit without waiting leave out --wait and --sync',
    });
  }
  if (options.wait === true || options.sync === true) return;
  if (options.output !== undefined) {
    throw conflict(
      '--output needs --wait or --sync: without them there is no answer to write',
      'add --wait, or fetch the answer later with: optipick poll <id> -o <file>',
    );
  }
  if (options.format !== undefined && !['table', 'json'].includes(options.format)) {
    throw conflict(
      `--format ${options.format} needs --wait or --sync: without them there is no answer to show`,
      `add --wait, or fetch the answer later with: optipick poll <id> --format ${options.format}`,
    );
  }
  if (options.orders === true) {
    throw conflict(
      '--orders needs --wait or --sync: without them there is no answer to show',
      'add --wait, or fetch the answer later with: optipick poll <id> --orders',
    );
  }
  const given = {
    '--fail-if': options.failIf,
    '--strict': options.strict,
    '--junit': options.junit,
    '--github-summary': options.githubSummary,
  };
  const gate = Object.entries(given).find(([, value]) => value !== undefined);
  if (gate !== undefined) {
    throw conflict(`${gate[0]} needs --wait or --sync: without them there is no answer to judge`, 'add --wait');
  }
}

function conflict(message: string, hint?: string): CliError {
  return new CliError('usage', message, { code: 'conflicting_options', hint });
}

/** More does not make a batch faster. */
const MAX_CONCURRENCY = 256;

/** For `--concurrency`. */
export function readConcurrency(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_CONCURRENCY) return count;
  throw new InvalidArgumentError(`takes a whole number from 1 to ${MAX_CONCURRENCY}`);
}

/** Splits `--param key=json`. */
function splitParameter(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new CliError('usage', `--param ${text} is not of the form key=json`, {
      hint: 'for example: --param max_runtime=30, or --param \'routing_policy="ASIS"\'',
    });
  }
  return [text.slice(0, at), text.slice(at + 1)];
}
