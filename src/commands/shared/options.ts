/** What all commands share to declare themselves: help in one form, option types, and the context on first use. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../../context/context.ts';
import { parseSpeed, parseWage } from '../../answers/walking-cost.ts';
import type { ErrorCode } from '../../error-codes.ts';
import { CliError, type Failure } from '../../errors.ts';
import { FRAMEWORK_NAMES, parseFrameworks } from '../../webhooks/frameworks/frameworks.ts';
import { parseDuration } from './duration.ts';

/** Gives the context of the run; only valid inside an action, when the options are known. */
export type ContextSource = () => Context;

/** A command of the first level. What `declare` adds to it counts only when it is named: help of all needs the two texts alone. */
export interface CommandDeclaration {
  readonly name: string;
  readonly description: string;
  readonly hidden?: boolean;
  declare(command: Command, context: ContextSource): void;
}

export interface HelpParts {
  /** What is printed on stdout, for people and with `--json`. */
  readonly output?: string;
  /** Command lines that can be pasted, each with what it does. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  /** Environment variables beside the ones that every command reads. */
  readonly environment?: readonly (readonly [name: string, purpose: string])[];
  /** How the command can fail; without it nothing is said of exit codes. */
  readonly failures?: readonly (readonly [failure: Failure, meaning: string])[];
}

const HELP_PARTS = Symbol('help parts');

/** What {@link withHelp} was given for this command. */
export function helpPartsOf(command: Command & { readonly [HELP_PARTS]?: HelpParts }): HelpParts | undefined {
  return command[HELP_PARTS];
}

/** Adds what commander has no place for to a command's help; `app/help-layout.ts` sets it. */
export function withHelp(command: Command, parts: HelpParts): Command {
  return Object.assign(command, { [HELP_PARTS]: parts });
}

export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

/** The environment variables of a command that calls the API. */
export const API_ENVIRONMENT = [
  ['OPTIPICK_API_KEY', 'API key; wins over the stored one'],
  ['OPTIPICK_BASE_URL', 'another API, for example a sandbox'],
  ['OPTIPICK_PROFILE', 'which stored profile to use'],
] as const;

/** The ways in which every call of the API can end. */
export const API_FAILURES = [
  ['auth', 'no API key, or it was rejected'],
  ['refused', 'the API refused the request'],
  ['unavailable', 'network failure, 429 or 5xx after all retries'],
  ['environment', 'a file or folder of this machine is in the way'],
] as const;

/** For commands that show answers as tables. */
export function ordersOption(): Option {
  return new Option('--orders', 'table: list the orders of each cluster');
}

/** `--pick-speed` and `--wage`, for commands that show answers. */
export function withWalkingRates(command: Command): Command {
  return command
    .option('--pick-speed <speed>', 'show walking times, at a speed such as 1.2m/s', parseSpeed)
    .option('--wage <amount>', 'with --pick-speed: show walking costs, at 25/h or EUR25/h', parseWage);
}

/** `--framework`: code to fix a receiver with. */
export function frameworkOption(description: string): Option {
  return new Option('--framework <name>', description).choices([...FRAMEWORK_NAMES, 'all']).argParser(parseFrameworks);
}

/** For repeatable options that take commas: `-e a,b -e c`. */
export function collectList(value: string, previous: readonly string[] | undefined): readonly string[] {
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return [...(previous ?? []), ...words];
}

/** For options of which a second would silently replace the first. */
export function once(value: string, previous: string | undefined): string {
  if (previous === undefined) return value;
  throw new InvalidArgumentError('is given twice, and takes one value');
}

/** `-o`; `-` is stdout, as it would be without it. */
export function outputOption(description: string): Option {
  return new Option('-o, --output <file>', description).argParser((text) => (text === '-' ? undefined : text));
}

/** `--csv-delimiter`; its value is the character. */
export function csvDelimiterOption(): Option {
  return new Option('--csv-delimiter <char>', 'csv: , ; | or tab; default that of the input').argParser((text) => {
    const delimiter = text === 'tab' || text === '\\t' ? '\t' : text;
    if (/^[^\p{L}\p{N}\s"'\p{C}]$|^\t$/u.test(delimiter)) return delimiter;
    throw new InvalidArgumentError('takes one character such as ; or the word tab');
  });
}

/** For repeatable options whose value may hold commas. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** `--timeout <duration>`; its value in milliseconds. The default is shown as it would be typed. */
export function durationOption(flag: string, purpose: string, normal?: string): Option {
  const option = new Option(`${flag} <duration>`, purpose).argParser((text) => parseDuration(text, flag));
  return normal === undefined ? option : option.default(parseDuration(normal, flag), normal);
}

/** For options that take a whole number from 1 to `most`. Throws `CliError` `usage` with a code such as `bad_count`. */
export function parseNumber(flag: string, code: ErrorCode, most?: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
    if (number >= 1 && number <= (most ?? number)) return number;
    const range = most === undefined ? 'from 1 on' : `from 1 to ${most}`;
    throw new CliError('usage', `${flag}: "${text}" is not a number ${range}`, { code });
  };
}
