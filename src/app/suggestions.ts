/** The command that was meant by a word that is none. */
import type { Command } from 'commander';
import { nearestWord } from '../lib/text/did-you-mean.ts';

/** Words of other command lines for what has another name here. */
const OTHER_WORDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    version: ['--version'],
    logs: ['events list'],
    log: ['events list'],
    resend: ['events replay'],
    optimize: ['cluster submit', 'route submit'],
    wait: ['poll'],
    status: ['poll', 'doctor'],
    whoami: ['config list'],
    auth: ['login'],
    webhook: ['listen', 'trigger'],
    send: ['trigger'],
    server: ['sandbox'],
    mock: ['sandbox'],
    sample: ['example cluster', 'example route'],
  }),
);

/**
 * The commands that `word` behind the command `group` may have been meant for, as words behind `optipick`: `cluster submit`
 * for `submit`, `events list` for `logs`, `events` for `event`. Empty when none is near.
 */
export function commandsMeant(root: Command, group: Command, word: string): readonly string[] {
  const all = commandsBelow(root);
  const named = (name: string): readonly string[] =>
    all.filter((path) => path.at(-1) === name).map((path) => path.join(' '));
  const child = nearestWord(
    word,
    group.commands.map((command) => command.name()),
  );
  if (child !== undefined && group !== root) return [[...pathOf(group), child].join(' ')];
  for (const name of [word, singular(word)]) {
    const meant = named(name).length > 0 ? named(name).toSorted() : OTHER_WORDS.get(name);
    if (meant !== undefined) return meant;
  }
  const nearest = child ?? nearestWord(word, new Set(all.flatMap((path) => path.slice(-1))));
  return nearest === undefined ? [] : named(nearest).toSorted();
}

/**
 * What commander says of a value that an argument or an option does not accept, in our words. A parser of ours that rejects
 * one says how the option goes on: `takes one character`. `undefined` for a text about something else.
 */
export function valueRejected(text: string): { readonly message: string; readonly hint?: string } | undefined {
  const [, option, value, argument, why = ''] = VALUE_REJECTED.exec(text) ?? [];
  if (value === undefined) return undefined;
  const name = option?.replace(/^-\w, | .*/g, '') ?? `<${argument}>`;
  const [, choices] = /^Allowed choices are (.*)\.$/.exec(why) ?? [];
  if (choices === undefined) return { message: `${name} ${why}` };
  const message = `${name} cannot be "${value}"`;
  const meant = nearestWord(value, choices.split(', '));
  return {
    message: meant === undefined ? message : `${message}, did you mean "${meant}"?`,
    hint: `the values are ${choices}`,
  };
}

const VALUE_REJECTED =
  /^(?:option '([^']+)' argument|command-argument value) '(.*)' is invalid(?: for argument '(.+)')?\. (.+)$/s;

/** Paths from the root, `[['cluster'], ['cluster', 'submit'], ...]`. */
function commandsBelow(group: Command): readonly (readonly string[])[] {
  return group.commands.flatMap((command) => [pathOf(command), ...commandsBelow(command)]);
}

function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

function singular(word: string): string {
  return word.replace(/s$/, '');
}
