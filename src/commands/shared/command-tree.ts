/** The commands as data, read off commander: the one truth for `completion` and `help --json`. */
import type { Argument, Command, Option } from 'commander';
import { helpPartsOf, type HelpParts } from './options.ts';

export interface CommandFacts {
  readonly name: string;
  /** The words that name it, after the program's own. */
  readonly path: readonly string[];
  /** The heading under which help lists it: `Webhooks:`; empty without one. */
  readonly group: string;
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly Argument[];
  /** Its own; those of the program are at the root. */
  readonly options: readonly Option[];
  readonly help: HelpParts | undefined;
  readonly commands: readonly CommandFacts[];
}

/** A command and all below it, without what is hidden. */
export function commandFacts(command: Command, path: readonly string[] = []): CommandFacts {
  const help = command.createHelp();
  return {
    name: command.name(),
    path,
    group: command.helpGroup(),
    usage: help.commandUsage(command),
    description: command.description(),
    arguments: command.registeredArguments,
    options: help.visibleOptions(command),
    help: helpPartsOf(command),
    commands: help.visibleCommands(command).map((child) => commandFacts(child, [...path, child.name()])),
  };
}

/** What the value of an option is called: `file`; `undefined` for a switch. */
export function valueName({ flags }: Option): string | undefined {
  return /[<[](?<name>[^>\]]+)[>\]]/.exec(flags)?.groups?.['name'];
}
