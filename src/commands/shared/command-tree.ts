/** The commands as data, read off commander: the one truth for `completion` and `help --json`. */
import type { Argument, Command, Option } from 'commander';

export interface ArgumentFacts {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly variadic: boolean;
  /** `undefined`: anything. */
  readonly choices: readonly string[] | undefined;
}

export interface OptionFacts {
  /** As help shows them: `-o, --output <file>`. */
  readonly flags: string;
  /** `-o` */
  readonly short: string | undefined;
  /** `--output` */
  readonly long: string | undefined;
  readonly description: string;
  /** What its value is called: `file`; `undefined` for a switch. */
  readonly value: string | undefined;
  /** Whether the value may be missing. */
  readonly valueOptional: boolean;
  readonly variadic: boolean;
  readonly choices: readonly string[] | undefined;
  /** As it would be typed; `undefined` when there is none. */
  readonly defaultValue: string | number | boolean | undefined;
}

export interface CommandFacts {
  readonly name: string;
  /** The words that name it, after the program's own. */
  readonly path: readonly string[];
  readonly description: string;
  readonly arguments: readonly ArgumentFacts[];
  /** Its own; those of the program are at the root. */
  readonly options: readonly OptionFacts[];
  readonly commands: readonly CommandFacts[];
}

/** A command and all below it, without what is hidden. */
export function commandFacts(command: Command, path: readonly string[] = []): CommandFacts {
  const help = command.createHelp();
  return {
    name: command.name(),
    path,
    description: command.description(),
    arguments: command.registeredArguments.map(argumentFacts),
    options: help.visibleOptions(command).map(optionFacts),
    commands: help.visibleCommands(command).map((child) => commandFacts(child, [...path, child.name()])),
  };
}

function argumentFacts(argument: Argument): ArgumentFacts {
  return {
    name: argument.name(),
    description: argument.description,
    required: argument.required,
    variadic: argument.variadic,
    choices: argument.argChoices,
  };
}

function optionFacts(option: Option): OptionFacts {
  const { flags, short, long, description, required, optional, variadic, argChoices } = option;
  const value = /[<[](?<name>[^>\]]+)[>\]]/.exec(flags)?.groups?.['name'];
  return {
    flags,
    short,
    long,
    description,
    value: required || optional ? value : undefined,
    valueOptional: optional,
    variadic,
    choices: argChoices,
    defaultValue: defaultOf(option),
  };
}

/** `--no-color` has a default in commander's eyes, and none in anybody else's. */
function defaultOf({ negate, defaultValue, defaultValueDescription }: Option): OptionFacts['defaultValue'] {
  if (negate) return undefined;
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  const value: unknown = defaultValue;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
