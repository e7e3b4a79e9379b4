/** Completion for zsh 5 and later. Pure. */
import { kindWord } from './bash.ts';
import type { CompletionModel, CompletionNode, FlagSuggestion, Suggestion } from './model.ts';

/** The script: a file \`_optipick\` in \`$fpath\`, or sourced after \`compinit\`. */
export function zshScript({ globalFlags, nodes }: CompletionModel): string {
  return `#compdef optipick
# Completion of optipick for zsh. Made by: optipick completion zsh

# What can follow the command in $1: its commands, its flags, what its arguments are.
_optipick_node() {
  subcommands=() flags=() places=()
  case $1 in
${nodes.map(nodeCase).join('\n')}
  esac
  flags+=(
${described(flagSuggestions(globalFlags), '    ')}
  )
}

# Whether the flag $2 of the command in $1 takes a value, and of what kind.
_optipick_value() {
  value=''
  case "$1 $2" in
${[...nodes.flatMap((node) => valueCases(node.path, node.flags)), ...valueCases(undefined, globalFlags)].join('\n')}
  esac
  [[ -n $value ]]
}

_optipick() {
  local at='' value='' pending='' literal='' kind word about
  local -i count=0 i
  local -a subcommands flags places found
  _optipick_node ''
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    if [[ -n $pending ]]; then
      pending=''
    elif [[ -n $literal ]]; then
      count+=1
    elif [[ $word == -- ]]; then
      literal=1
    elif [[ $word == -?* ]]; then
      if _optipick_value "$at" "$word"; then pending=$value; fi
    elif (( count == 0 )) && [[ -n \${(M)subcommands:#$word:*} ]]; then
      at="\${at:+$at }$word"
      _optipick_node "$at"
    else
      count+=1
    fi
  done
  if [[ -z $pending && -z $literal && $PREFIX == --*=* ]] && _optipick_value "$at" "\${PREFIX%%=*}"; then
    compset -P '*='
    pending=$value
  fi

  if [[ -n $pending ]]; then
    kind=$pending
  elif [[ -z $literal && $PREFIX == -* ]]; then
    _describe -o -t options 'option' flags
    return
  elif (( count == 0 && $#subcommands > 0 )); then
    _describe -t commands 'command' subcommands
    return
  elif (( count < $#places )); then
    kind=\${places[count + 1]%+}
  elif [[ $places[-1] == *+ ]]; then
    kind=\${places[-1]%+}
  else
    kind=free
  fi

  case $kind in
    (file) _files ;;
    (folder) _files -/ ;;
    (list:*)
      while IFS=$'\\t' read -r word about; do
        found+=("$word:$about")
      done < <(command "\${(Q)words[1]}" completion --list "\${kind#list:}" 2>/dev/null </dev/null)
      _describe -V -t values 'known here' found
      ;;
    (words:* | several:*)
      if [[ $kind == several:* ]]; then compset -P '*,'; fi
      found=(\${(s:,:)\${kind#*:}})
      compadd -a found
      ;;
    (*) _message 'a value' ;;
  esac
}

if [[ \${funcstack[1]:-} == _optipick ]]; then
  _optipick "$@"
else
  if (( ! \${+functions[compdef]} )); then
    autoload -Uz compinit && compinit -i
  fi
  compdef _optipick optipick
fi
`;
}

function nodeCase({ path, commands, flags, places, repeats }: CompletionNode): string {
  const kinds = places.map(kindWord);
  const last = kinds.length - 1;
  const shown = kinds.map((kind, at) => `'${kind}${repeats && at === last ? '+' : ''}'`);
  return [
    `    ('${path}')`,
    ...(commands.length === 0 ? [] : ['      subcommands=(', described(commands, '        '), '      )']),
    ...(flags.length === 0 ? [] : ['      flags=(', described(flagSuggestions(flags), '        '), '      )']),
    ...(places.length === 0 ? [] : [`      places=(${shown.join(' ')})`]),
    '      ;;',
  ].join('\n');
}

function flagSuggestions(flags: readonly FlagSuggestion[]): readonly Suggestion[] {
  return flags.flatMap(({ short, long, description }) =>
    [long, short].filter((name) => name !== undefined).map((name) => ({ name, description })),
  );
}

/** `'name:description'`, as `_describe` reads it. */
function described(suggestions: readonly Suggestion[], indent: string): string {
  const quoted = (text: string): string => text.replaceAll("'", String.raw`'\''`);
  const escaped = (name: string): string => name.replaceAll(':', String.raw`\:`);
  return suggestions
    .map(({ name, description }) => `${indent}'${quoted(`${escaped(name)}:${description}`)}'`)
    .join('\n');
}

/** Without a path: of every command. */
function valueCases(path: string | undefined, flags: readonly FlagSuggestion[]): readonly string[] {
  return flags.flatMap(({ short, long, value }) => {
    if (value === undefined) return [];
    const names = [long, short].filter((name) => name !== undefined);
    const patterns = names.map((name) => (path === undefined ? `*' ${name}'` : `'${path} ${name}'`));
    return [`    (${patterns.join('|')}) value='${kindWord(value)}' ;;`];
  });
}
