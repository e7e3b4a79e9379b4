/** What can follow the words of an unfinished command line. */
import type { Context } from '../../context/context.ts';
import type { CompletionModel, CompletionNode, FlagSuggestion, Suggestion, ValueKind } from './model.ts';

/**
 * The lines for the scripts (see `scripts.ts`).
 *
 * @param words those after the program's name, with the one that is being typed at the end, empty when none is begun.
 *   bash takes `--flag=value` for three words, other shells for one.
 */
export async function complete(
  { globalFlags, nodes }: CompletionModel,
  words: readonly string[],
  context: Context,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const nodeAt = (path: string): CompletionNode =>
    nodes.find((node) => node.path === path) ?? { path, commands: [], flags: [], places: [], repeats: false };
  let node = nodeAt('');
  const flagNamed = (name: string): FlagSuggestion | undefined =>
    [...node.flags, ...globalFlags].find(({ short, long }) => name === short || name === long);

  let pending: FlagSuggestion | undefined;
  let isLiteral = false;
  let count = 0;
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) {
      if (word !== '=') pending = undefined;
    } else if (isLiteral) {
      count += 1;
    } else if (word === '--') {
      isLiteral = true;
    } else if (/^-./.test(word)) {
      const flag = flagNamed(word);
      if (flag?.value !== undefined) pending = flag;
    } else if (count === 0 && node.commands.some(({ name }) => name === word)) {
      node = nodeAt(`${node.path} ${word}`.trim());
    } else {
      count += 1;
    }
  }

  const [, name, typed] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const assigned = pending === undefined && !isLiteral && name !== undefined ? flagNamed(name) : undefined;
  if (assigned?.value !== undefined) return await valueLines(assigned, `${name}=`, typed ?? '', context);
  if (pending !== undefined) return await valueLines(pending, '', current, context);
  if (!isLiteral && current.startsWith('-')) return [...node.flags, ...globalFlags].flatMap(flagLines);
  if (count === 0 && node.commands.length > 0) return node.commands.map(lineOf);
  const value = node.places[count] ?? (node.repeats ? node.places.at(-1) : undefined);
  return value === undefined ? [] : await valueLines({ value, description: '' }, '', current, context);
}

/** `prefix` stays in front of what is completed: `--flag=`. */
async function valueLines(
  { value, description }: { readonly value: ValueKind | undefined; readonly description: string },
  prefix: string,
  typed: string,
  context: Context,
): Promise<readonly string[]> {
  switch (value?.kind) {
    case 'file':
    case 'folder':
      return [`:${value.kind}s${prefix}`];
    case 'list': {
      const { knownWords } = await import('./known-words.ts');
      return (await knownWords(context, value.list)).map((line) => prefix + line);
    }
    case 'words':
    case 'several': {
      const before = value.kind === 'several' ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
      return value.words.map((word) => lineOf({ name: prefix + before + word, description }));
    }
    case 'free':
    case undefined:
    default:
      return [];
  }
}

function flagLines({ short, long, description }: FlagSuggestion): readonly string[] {
  return [long, short].filter((name) => name !== undefined).map((name) => lineOf({ name, description }));
}

function lineOf({ name, description }: Suggestion): string {
  return `${name}\t${description}`;
}
