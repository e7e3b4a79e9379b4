/** `help --json`: the command tree for programs that wrap this one. The shape is a promise: fields are added, never changed. */
import type { Argument, Command, Option } from 'commander';
import { EXIT_CODES, type Failure } from '../../errors.ts';
import { commandFacts, valueName, type CommandFacts } from '../shared/command-tree.ts';
import { HELP_TOPICS } from '../shared/help-topics.ts';

/** The environment variable that stands in for a flag. */
const VARIABLES: Readonly<Record<string, string>> = {
  '--profile': 'OPTIPICK_PROFILE',
  '--base-url': 'OPTIPICK_BASE_URL',
  '--api-key-file': 'OPTIPICK_API_KEY',
  '--secret-file': 'OPTIPICK_WEBHOOK_SECRET',
  '--debug': 'OPTIPICK_DEBUG',
};

/** Failures after which the same command may succeed. */
const RETRYABLE: ReadonlySet<string> = new Set<Failure>(['unavailable', 'pending']);

/** `command` is the root, or one below it: then the document is of that subtree, and has the global options apart. */
export function helpDocument(root: Command, command: Command, path: readonly string[]): object {
  const whole = { v: 1, ...commandDocument(commandFacts(command, path)) };
  if (command !== root) return { ...whole, global_options: commandFacts(root).options.map(optionDocument) };
  return {
    ...whole,
    version: root.version() ?? null,
    topics: HELP_TOPICS,
    exit_codes: [
      { code: 0, name: 'ok', retryable: false },
      ...Object.keys(EXIT_CODES).map((name) => exitCode(name as Failure)),
    ],
  };
}

/** One topic. */
export function topicDocument(name: string, lines: readonly string[]): object {
  return { v: 1, name, text: lines.join('\n') };
}

function commandDocument(facts: CommandFacts): object {
  const parts = facts.help;
  return {
    name: facts.name,
    path: facts.path,
    group: groupName(facts.group),
    usage: facts.usage,
    description: facts.description,
    arguments: facts.arguments.map(argumentDocument),
    options: facts.options.map(optionDocument),
    output: parts?.output ?? null,
    examples: parts?.examples.map(([line, purpose]) => ({ command: line, purpose })) ?? [],
    environment: parts?.environment?.map(([name, purpose]) => ({ name, purpose })) ?? [],
    exit_codes:
      parts?.failures === undefined
        ? []
        : [
            { code: 0, name: 'ok', retryable: false, meaning: 'ok' },
            ...parts.failures.map(([name, meaning]) => exitCode(name, meaning)),
          ],
    subcommands: facts.commands.map(commandDocument),
  };
}

/** `meaning`: for one command; a program knows the names. */
function exitCode(name: Failure, meaning?: string): object {
  return {
    code: EXIT_CODES[name],
    name,
    retryable: RETRYABLE.has(name),
    ...(meaning === undefined ? {} : { meaning }),
  };
}

function argumentDocument(argument: Argument): object {
  const { description, required, variadic, argChoices } = argument;
  return { name: argument.name(), description, required, variadic, choices: argChoices ?? null };
}

function optionDocument(option: Option): object {
  const { flags, short, long, description, optional, argChoices, helpGroupHeading } = option;
  return {
    group: groupName(helpGroupHeading),
    flags,
    short: short ?? null,
    long: long ?? null,
    description,
    value: valueName(option) ?? null,
    value_optional: optional,
    default: defaultOf(option) ?? null,
    choices: argChoices ?? null,
    env: (long === undefined ? undefined : VARIABLES[long]) ?? null,
  };
}

/** Headings of help end in a colon. */
function groupName(heading: string | undefined): string | null {
  return heading?.replace(/:$/, '') || null;
}

/** As it would be typed. `--no-color` has a default in commander's eyes, and none in anybody else's. */
function defaultOf({ negate, defaultValue, defaultValueDescription }: Option): string | number | boolean | undefined {
  if (negate) return undefined;
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  const value: unknown = defaultValue;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
