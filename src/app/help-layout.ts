/** How help is laid out: usage, purpose, examples, then flags in their groups, and the flags of every command in the last line. */
import type { Command, Help, Option } from 'commander';
import { EXIT_CODES } from '../errors.ts';
import { fill, wrapItem, wrapLine, wrapText } from '../lib/text/wrap.ts';
import { TOPIC_NAMES } from '../commands/shared/help-topics.ts';
import { helpPartsOf, rootOf, type HelpParts } from '../commands/shared/options.ts';

type Row = readonly [term: string, text: string];
type Group = readonly [heading: string, rows: readonly Row[]];

/** For commander's `configureHelp({ formatHelp })`. */
export function formatHelp(command: Command, help: Help): string {
  const width = help.helpWidth ?? 80;
  const isRoot = command.parent === null;
  const parts = helpPartsOf(command);
  const sections = [
    wrapLine(`Usage: ${help.commandUsage(command)}`, width),
    wrapLine(command.description(), width),
    examples(isRoot ? 'Start here:' : 'Examples:', parts, width),
    ...lists(commandGroups(command, help), width),
    ...lists([argumentGroup(command), ...optionGroups(command, help, isRoot)], width),
    parts?.output === undefined ? [] : ['Output:', ...wrapText(parts.output, width - 2).map(indented)],
    ...lists([['Environment:', parts?.environment ?? []]], width),
    ...lists([['Exit codes:', exitCodes(parts)]], width),
    isRoot ? wrapText(ROOT_END, width) : globalOptions(command, width),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const ROOT_END = `Help on a command: optipick help <command>. Topics: ${TOPIC_NAMES.join(', ')}.`;

function indented(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function examples(heading: string, parts: HelpParts | undefined, width: number): readonly string[] {
  if (parts === undefined) return [];
  const lines = parts.examples.flatMap(([line, purpose]) => [
    ...wrapLine(purpose, width - 4).map((text) => `  # ${text}`),
    ...continued(line, width),
  ]);
  return [heading, ...lines];
}

/** A command line that is too long, in several that a shell takes for one: cut before a flag, a pipe or a redirection. */
function continued(line: string, width: number): readonly string[] {
  if (line.length + 4 <= width) return [`  $ ${line}`];
  const segments: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (segments.length === 0 || /^(?:--?[a-z]|\||&&|>)/.test(word)) segments.push(word);
    else segments.push(`${segments.pop()} ${word}`);
  }
  // The prompt or the indentation stands before each line, the backslash after it.
  const lines = fill(segments, width - 8);
  return lines.map((text, index) => `  ${index === 0 ? '$ ' : '    '}${text}${index < lines.length - 1 ? ' \\' : ''}`);
}

function commandGroups(command: Command, help: Help): readonly Group[] {
  const commands = help.visibleCommands(command);
  return [...Map.groupBy(commands, (child) => child.helpGroup() || 'Commands:')].map(([heading, children]) => [
    heading,
    children.map((child) => [child.name(), help.subcommandDescription(child)]),
  ]);
}

function argumentGroup(command: Command): Group {
  return [
    'Arguments:',
    command.registeredArguments.map((argument) => [
      argument.name(),
      described(argument.description, argument.argChoices),
    ]),
  ];
}

function optionGroups(command: Command, help: Help, isRoot: boolean): readonly Group[] {
  const options = help.visibleOptions(command).filter(({ long }) => isRoot || long !== '--help');
  const groups = Map.groupBy(options, ({ helpGroupHeading }) => helpGroupHeading ?? 'Options:');
  return [...groups].map(([heading, members]) => [
    heading,
    members.map((option) => [option.flags, optionText(option)]),
  ]);
}

function optionText({
  description,
  argChoices,
  required,
  optional,
  defaultValue,
  defaultValueDescription,
}: Option): string {
  const isSet = (required || optional) && defaultValue !== undefined;
  const normal = isSet ? (defaultValueDescription ?? String(defaultValue as string | number)) : undefined;
  return described(description, argChoices, normal);
}

/** What the text does not say itself: the words to choose from, the default. */
function described(text: string, choices: readonly string[] | undefined, normal?: string): string {
  const words = choices?.every((choice) => text.includes(choice)) === false ? choices.join(', ') : undefined;
  const facts = [words, normal === undefined ? undefined : `default: ${normal}`].filter((each) => each !== undefined);
  return facts.length === 0 ? text : `${text} (${facts.join('; ')})`;
}

function exitCodes(parts: HelpParts | undefined): readonly Row[] {
  if (parts?.failures === undefined) return [];
  return [['0', 'ok'], ...parts.failures.map(([name, why]) => [String(EXIT_CODES[name]), why] as const)];
}

/** Lists whose texts begin in one column, which leaves them two thirds of the line. */
function lists(groups: readonly Group[], width: number): readonly (readonly string[])[] {
  const filled = groups.filter(([, rows]) => rows.length > 0);
  const longest = Math.max(...filled.flatMap(([, rows]) => rows.map(([term]) => term.length)));
  const column = Math.min(longest, Math.floor(width / 3));
  return filled.map(([heading, rows]) =>
    [[heading], ...rows.map(([term, text]) => wrapItem(term, text, column, width))].flat(),
  );
}

/** The flags of every command, by name alone; those that only print are left out. */
function globalOptions(command: Command, width: number): readonly string[] {
  const names = rootOf(command)
    .options.filter(({ long }) => long !== '--version')
    .map(shortForm);
  return wrapLine(`Global options (optipick --help): ${names.join(', ')}`, width);
}

function shortForm({ short, long, flags }: Option): string {
  const value = /[<[].*$/.exec(flags)?.[0];
  const name = [short, long].filter((each) => each !== undefined).join('/');
  // Kept together with its value when lines are wrapped.
  return value === undefined ? name : `${name}=${value}`;
}
