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

export interface SubmitOptions {
  readonly mode: SubmitMode;
  /** How long `wait` and `sync` may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly input: Omit<InputSetOptions, 'kind'>;
  /** Send nothing, and print the request, or a curl command for it. */
  readonly dryRun: 'request' | 'curl' | undefined;
  /** `--continue`, `--resubmit` */
  readonly resume: { readonly enabled: boolean; readonly resubmit: readonly string[] };
  readonly gates: {
    /** `--fail-if` */
    readonly expressions: readonly string[];
    /** `--strict`: a finding of the audit is a failure. */
    readonly strict: boolean;
    readonly junit: string | undefined;
    readonly githubSummary: boolean;
  };
  /** For several requests. */
  readonly batch: {
    readonly concurrency: number;
    /** `--watch` */
    readonly live: boolean;
    /** `-o` */
    readonly file: string | undefined;
    /** `--all` */
    readonly all: boolean;
  };
}

/** Throws `CliError` `usage` for flags that contradict each other, before anything is read. */
export function parseSubmitFlags(flags: SubmitFlags): SubmitOptions {
  rejectContradictions(flags);
  const { junit, githubSummary = false, strict = false, site, start, end, wave } = flags;
  const print = flags.curl === true ? 'curl' : 'request';
  return {
    mode: flags.sync === true ? 'sync' : flags.wait === true ? 'wait' : 'submit',
    timeoutMs: flags.timeout,
    input: {
      formatIn: flags.formatIn,
      map: flags.map,
      fillDown: flags.fillDown,
      skipLines: flags.skipLines,
      skipInvalid: flags.skipInvalid,
      allowValues: flags.allowValue,
      overrides: { site, start, end, wave, params: (flags.param ?? []).map(splitParameter) },
    },
    dryRun: flags.dryRun === true ? print : undefined,
    resume: { enabled: flags.continue === true || flags.resubmit !== undefined, resubmit: flags.resubmit ?? [] },
    gates: { expressions: flags.failIf ?? [], strict, junit, githubSummary },
    batch: {
      concurrency: flags.concurrency,
      live: flags.watch ?? false,
      file: flags.output,
      all: flags.all ?? false,
    },
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
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MAX_CONCURRENCY}`);
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
