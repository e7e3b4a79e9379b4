/** What can stand where on the command line, for the scripts of all shells. Pure. */
import type { Option } from 'commander';
import { KINDS, KIND_NAMES } from '../../kinds.ts';
import { SETTING_KEYS } from '../../settings/settings.ts';
import { valueName, type CommandFacts } from '../shared/command-tree.ts';
import { TOPIC_NAMES } from '../shared/help-topics.ts';
import type { ListName } from './known-words.ts';

/** What a value is completed with. */
export type ValueKind =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** One or more of them, with commas between. */
  | { readonly kind: 'several'; readonly words: readonly string[] }
  /** Asked of the program at that moment. */
  | { readonly kind: 'list'; readonly list: ListName }
  | { readonly kind: 'file' | 'folder' | 'free' };

export interface Suggestion {
  readonly name: string;
  /** One line. */
  readonly description: string;
}

export interface FlagSuggestion {
  readonly short: string | undefined;
  readonly long: string | undefined;
  readonly description: string;
  /** `undefined` for a switch. */
  readonly value: ValueKind | undefined;
}

export interface CompletionNode {
  /** `''` for the program, `cluster submit`. */
  readonly path: string;
  readonly commands: readonly Suggestion[];
  readonly flags: readonly FlagSuggestion[];
  /** Of the arguments, in order. */
  readonly places: readonly ValueKind[];
  /** Whether the last of them may come again and again. */
  readonly repeats: boolean;
}

export interface CompletionModel {
  /** Taken by every command. */
  readonly globalFlags: readonly FlagSuggestion[];
  /** The program itself first; its flags are the global ones. */
  readonly nodes: readonly CompletionNode[];
}

/** The model of the program's command tree. */
export function completionModel(root: CommandFacts): CompletionModel {
  const nodes = allBelow(root).map((facts) => nodeOf(facts, root));
  return { globalFlags: root.options.map(flagOf), nodes: [...nodes, ...helpNodes(root)] };
}

function allBelow(facts: CommandFacts): readonly CommandFacts[] {
  return [facts, ...facts.commands.flatMap(allBelow)];
}

function nodeOf(facts: CommandFacts, root: CommandFacts): CompletionNode {
  const isHelp = facts.path.join(' ') === 'help';
  const topics = isHelp ? TOPIC_NAMES.map((name) => ({ name, description: 'topic' })) : [];
  return {
    path: facts.path.join(' '),
    commands: [...(isHelp ? root : facts).commands.map(suggestionOf), ...topics],
    // --help is the program's, too.
    flags: facts === root ? [] : facts.options.filter(({ long }) => long !== '--help').map(flagOf),
    places: isHelp ? [] : facts.arguments.map((argument) => argumentKind(argument.name(), argument.argChoices, facts)),
    repeats: facts.arguments.at(-1)?.variadic ?? false,
  };
}

/** `help cluster ...`: the words of a command again, and nothing else. */
function helpNodes(root: CommandFacts): readonly CompletionNode[] {
  return allBelow(root)
    .filter(({ path, commands }) => path.length > 0 && commands.length > 0)
    .map(({ path, commands }) => ({
      path: `help ${path.join(' ')}`,
      commands: commands.map(suggestionOf),
      flags: [],
      places: [],
      repeats: false,
    }));
}

function suggestionOf({ name, description }: CommandFacts): Suggestion {
  return { name, description: oneLine(description) };
}

function flagOf(option: Option): FlagSuggestion {
  const { short, long, description, required } = option;
  return { short, long, description: oneLine(description), value: required ? optionKind(option) : undefined };
}

const EVENTS = KIND_NAMES.map((name) => KINDS[name].event);
const PLACEHOLDERS: Readonly<Record<string, ValueKind>> = {
  file: { kind: 'file' },
  layout: { kind: 'file' },
  'file|folder': { kind: 'file' },
  folder: { kind: 'folder' },
  'pattern,...': { kind: 'several', words: EVENTS },
  'source,...': { kind: 'several', words: ['svix', 'svix-us', 'svix-eu'] },
  'request id': { kind: 'list', list: 'ids' },
  'svix-id': { kind: 'list', list: 'events' },
};

function optionKind(option: Option): ValueKind {
  const { long, argChoices: words, description } = option;
  const value = valueName(option) ?? '';
  if (words !== undefined) return { kind: 'words', words };
  if (long === '--profile') return { kind: 'list', list: 'profiles' };
  if (long === '--request-id') return { kind: 'list', list: 'ids' };
  // A path of a URL is no file: only what says so is.
  if (value === 'path') return { kind: long?.endsWith('-file') === true ? 'file' : 'free' };
  if (value === 'format') return formatsIn(description);
  return PLACEHOLDERS[value] ?? { kind: 'free' };
}

/** `table, json or csv`: which formats there are is also written where commander does not check it. */
function formatsIn(description: string): ValueKind {
  const words = description.split(/, (?:or )?| or /);
  return words.every((word) => /^[a-z]+$/.test(word)) ? { kind: 'words', words } : { kind: 'free' };
}

function argumentKind(name: string, choices: readonly string[] | undefined, { path }: CommandFacts): ValueKind {
  if (choices !== undefined) return { kind: 'words', words: choices };
  const [group, command] = path;
  if (name === 'id') {
    if (group === 'events') return { kind: 'list', list: 'events' };
    return { kind: 'list', list: command === 'get' && (group === 'route' || group === 'cluster') ? group : 'ids' };
  }
  if (name === 'key') return { kind: 'words', words: SETTING_KEYS };
  if (name === 'event') return { kind: 'words', words: EVENTS };
  return { kind: /^(?:file|layout|.*\.json)$/.test(name) ? 'file' : 'free' };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
