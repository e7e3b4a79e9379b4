/** Completion for bash 3.2 (macOS) and later. Pure. */
import type { CompletionModel, CompletionNode, FlagSuggestion, ValueKind } from './model.ts';

/** The script: source it, or put it where bash-completion looks. */
export function bashScript({ globalFlags, nodes }: CompletionModel): string {
  return `# Completion of optipick for bash. Made by: optipick completion bash

# What can follow the command in $1: its commands, its flags, what its arguments are.
_optipick_node() {
  commands='' flags='' places=''
  case "$1" in
${nodes.map(nodeCase).join('\n')}
  esac
  flags="$flags ${flagNames(globalFlags)}"
}

# Whether the flag $2 of the command in $1 takes a value, and of what kind.
_optipick_value() {
  value=''
  case "$1 $2" in
${[...nodes.flatMap((node) => valueCases(node.path, node.flags)), ...valueCases(undefined, globalFlags)].join('\n')}
  esac
  [[ -n $value ]]
}

_optipick_add() {
  if [[ $1 == "$cur"* ]]; then COMPREPLY[\${#COMPREPLY[@]}]=$prefix$1; fi
}

_optipick() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prefix='' at='' value='' pending='' literal='' count=0 i word kind
  local commands flags places
  local -a kinds
  COMPREPLY=()
  _optipick_node ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $pending ]]; then
      # bash takes --flag=value for three words
      if [[ $word != '=' ]]; then pending=''; fi
    elif [[ -n $literal ]]; then
      count=$((count + 1))
    elif [[ $word == -- ]]; then
      literal=1
    elif [[ $word == -?* ]]; then
      if _optipick_value "$at" "$word"; then pending=$value; fi
    elif [[ $count == 0 && " $commands " == *" $word "* ]]; then
      at="\${at:+$at }$word"
      _optipick_node "$at"
    else
      count=$((count + 1))
    fi
  done
  if [[ -n $pending && $cur == '=' ]]; then cur=''; fi
  if [[ -z $pending && -z $literal && $cur == --*=* ]] && _optipick_value "$at" "\${cur%%=*}"; then
    pending=$value prefix=\${cur%%=*}= cur=\${cur#*=}
  fi

  if [[ -n $pending ]]; then
    kind=$pending
  elif [[ -z $literal && $cur == -* ]]; then
    for word in $flags; do _optipick_add "$word"; done
    return
  elif [[ $count == 0 && -n $commands ]]; then
    for word in $commands; do _optipick_add "$word"; done
    return
  else
    kinds=($places)
    if ((count < \${#kinds[@]})); then
      kind=\${kinds[count]%+}
    elif [[ $places == *+ ]]; then
      kind=\${kinds[\${#kinds[@]} - 1]%+}
    else
      kind=free
    fi
  fi

  case $kind in
  file | folder)
    compopt -o filenames 2>/dev/null
    word=-f
    if [[ $kind == folder ]]; then word=-d; fi
    while IFS= read -r word; do
      COMPREPLY[\${#COMPREPLY[@]}]=$prefix$word
    done < <(compgen "$word" -- "\${cur#[\\"\\']}")
    ;;
  list:*)
    while IFS=$'\\t' read -r word _; do
      _optipick_add "$word"
    done < <(command "\${COMP_WORDS[0]}" completion --list "\${kind#list:}" 2>/dev/null </dev/null)
    ;;
  words:* | several:*)
    # what comes before the last comma stays
    if [[ $kind == several:* && $cur == *,* ]]; then
      prefix=$prefix\${cur%,*}, cur=\${cur##*,}
    fi
    kind=\${kind#*:}
    for word in \${kind//,/ }; do _optipick_add "$word"; done
    ;;
  esac
}

complete -F _optipick optipick
`;
}

function nodeCase({ path, commands, flags, places, repeats }: CompletionNode): string {
  const sets = [
    commands.length === 0 ? '' : `commands='${commands.map(({ name }) => name).join(' ')}'`,
    flags.length === 0 ? '' : `flags='${flagNames(flags)}'`,
    places.length === 0 ? '' : `places='${places.map(kindWord).join(' ')}${repeats ? '+' : ''}'`,
  ].filter((set) => set !== '');
  return `  '${path}') ${sets.length === 0 ? ':' : sets.join(' ')} ;;`;
}

function flagNames(flags: readonly FlagSuggestion[]): string {
  return flags
    .flatMap(({ short, long }) => [long, short])
    .filter((name) => name !== undefined)
    .join(' ');
}

/** Without a path: of every command. */
function valueCases(path: string | undefined, flags: readonly FlagSuggestion[]): readonly string[] {
  return flags.flatMap(({ short, long, value }) => {
    if (value === undefined) return [];
    const names = [long, short].filter((name) => name !== undefined);
    const patterns = names.map((name) => (path === undefined ? `*' ${name}'` : `'${path} ${name}'`));
    return [`  ${patterns.join(' | ')}) value=${kindWord(value)} ;;`];
  });
}

/** A kind as one word of the shell: `list:ids`, `words:table,json`. */
export function kindWord(value: ValueKind): string {
  if (value.kind === 'list') return `list:${value.list}`;
  return 'words' in value ? `${value.kind}:${value.words.join(',')}` : value.kind;
}
