/** The flags of `submit`, and which of them exclude each other. */
import { InvalidArgumentError } from 'commander';
import { CliError } from '../../errors.ts';
import type { AnswerViewOptions } from '../shared/answer-view.ts';

export interface SubmitOptions extends AnswerViewOptions {
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

/** Throws `CliError` `usage`, before anything is read. */
export function refuseContradictions(options: SubmitOptions): void {
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
  const judging = Object.entries(given).find(([, value]) => value !== undefined);
  if (judging !== undefined) {
    throw conflict(`${judging[0]} needs --wait or --sync: without them there is no answer to judge`, 'add --wait');
  }
}

function conflict(message: string, hint?: string): CliError {
  return new CliError('usage', message, { code: 'conflicting_options', ...(hint === undefined ? {} : { hint }) });
}

/** More at once than this helps nobody. */
const MOST_AT_ONCE = 256;

/** For `--concurrency`. */
export function readConcurrency(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_AT_ONCE) return count;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_AT_ONCE}`);
}

/** `--param key=json`, taken apart. */
export function splitParameter(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new CliError('usage', `--param ${text} is not of the form key=json`, {
      hint: 'for example: --param max_runtime=30, or --param \'routing_policy="ASIS"\'',
    });
  }
  return [text.slice(0, at), text.slice(at + 1)];
}
