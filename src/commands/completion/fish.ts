/** Completion for fish 3 and later. Pure. */
import type { CompletionModel, CompletionNode, FlagSuggestion, ValueKind } from './model.ts';

/** The script: a file `optipick.fish` in fish's folder of completions, or sourced. */
export function fishScript({ globalFlags, nodes }: CompletionModel): string {
  const valued = [
    ...nodes.flatMap((node) => valuedNames(node.flags).map((name) => quoted(`${node.path} ${name}`))),
    ...valuedNames(globalFlags).map((name) => quoted(`* ${name}`)),
  ];
  return `# Completion of optipick for fish. Made by: optipick completion fish

# The command that is being typed, a line, and how many arguments it has so far.
function __optipick_command
    set -l at ''
    set -l count 0
    set -l pending 0
    set -l literal 0
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test $pending = 1
            set pending 0
        else if test $literal = 1
            set count (math $count + 1)
        else if test "$word" = --
            set literal 1
        else if string match -q -- '-?*' "$word"
            switch "$at $word"
                case ${valued.join(' ')}
                    set pending 1
            end
        else if test $count = 0; and __optipick_is_command (string trim -- "$at $word")
            set at (string trim -- "$at $word")
        else
            set count (math $count + 1)
        end
    end
    echo "$at"
    echo $count
end

function __optipick_is_command
    switch "$argv[1]"
        case ${nodes
          .flatMap(({ path, commands }) => commands.map(({ name }) => quoted(path === '' ? name : `${path} ${name}`)))
          .join(' ')}
            return 0
    end
    return 1
end

# Whether the command is the one in the first argument, and has so many arguments as the second says.
function __optipick_at
    set -l typed (__optipick_command)
    test "$typed[1]" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or test $typed[2] -ge $argv[2]; or return 1
    test (count $argv) -lt 3; or test $typed[2] -le $argv[3]
end

function __optipick_list
    set -l words (commandline -opc)
    command $words[1] completion --list $argv[1] 2>/dev/null </dev/null
end

# Words behind what stands before the last comma.
function __optipick_several
    set -l given (commandline -ct | string replace -r '^--[^=]*=' '' | string replace -r '[^,]*$' '')
    printf '%s\\n' "$given"$argv
end

complete -c optipick -e
complete -c optipick -f
${globalFlags.map((flag) => flagLine(flag, undefined)).join('\n')}
${nodes.flatMap(nodeLines).join('\n')}
`;
}

function nodeLines(node: CompletionNode): readonly string[] {
  const { path, commands, flags, places, repeats } = node;
  const at = (first?: number, last?: number): string =>
    quoted(['__optipick_at', quoted(path), first, last].filter((part) => part !== undefined).join(' '));
  return [
    ...commands.map(
      ({ name, description }) => `complete -c optipick -n ${at(0, 0)} -a ${quoted(name)} -d ${quoted(description)}`,
    ),
    ...flags.map((flag) => flagLine(flag, at())),
    ...places.flatMap((value, place) => {
      const offered = valueWords(value);
      const isLast = repeats && place === places.length - 1;
      const where = isLast ? at(place) : at(place, place);
      return value.kind === 'free' ? [] : [`complete -c optipick -n ${where} ${offered}`];
    }),
  ];
}

function flagLine({ short, long, description, value }: FlagSuggestion, condition: string | undefined): string {
  const parts = [
    'complete -c optipick',
    condition === undefined ? '' : `-n ${condition}`,
    short === undefined ? '' : `-s ${short.slice(1)}`,
    long === undefined ? '' : `-l ${long.slice(2)}`,
    `-d ${quoted(description)}`,
    value === undefined ? '' : value.kind === 'file' ? '-rF' : `-x ${valueWords(value)}`,
  ];
  return parts
    .filter((part) => part !== '')
    .join(' ')
    .trimEnd();
}

function valueWords(value: ValueKind): string {
  switch (value.kind) {
    case 'words':
      return `-a ${quoted(value.words.join(' '))}`;
    case 'several':
      return `-a ${quoted(`(__optipick_several ${value.words.join(' ')})`)}`;
    case 'list':
      // The newest first, as they come.
      return `-k -a ${quoted(`(__optipick_list ${value.list})`)}`;
    case 'folder':
      return `-a '(__fish_complete_directories)'`;
    case 'file':
      return '-F';
    case 'free':
    default:
      return '';
  }
}

function valuedNames(flags: readonly FlagSuggestion[]): readonly string[] {
  return flags
    .filter(({ value }) => value !== undefined)
    .flatMap(({ short, long }) => [long, short])
    .filter((name) => name !== undefined);
}

/** In single quotes fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
