/**
 * The scripts by which shells complete optipick. They know nothing of its commands: at each touch of the key they ask the
 * hidden command `__complete`. It prints a line for each candidate, the whole word that is being typed with what it means
 * (`word<tab>description`); or one line `:files` or `:folders`, behind it what stays in front of the path (`--output=`).
 */
export const SCRIPTS = {
  /** bash 3.2 (macOS) and later: sourced, or a file where bash-completion looks. */
  bash: `# Completion of optipick for bash. Made by: optipick completion bash

_optipick() {
  local cur=\${COMP_WORDS[COMP_CWORD]} line prefix
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
    :files* | :folders*)
      compopt -o filenames 2>/dev/null
      prefix=\${line#:*s}
      cur=\${cur#"$prefix"}
      if [[ $line == :files* ]]; then line=-f; else line=-d; fi
      while IFS= read -r line; do
        COMPREPLY[\${#COMPREPLY[@]}]=$prefix$line
      done < <(compgen "$line" -- "\${cur#[\\"\\']}")
      ;;
    *)
      line=\${line%%$'\\t'*}
      # bash takes --flag=value for three words
      if [[ $cur == '=' || $line == "$cur"* ]]; then COMPREPLY[\${#COMPREPLY[@]}]=$line; fi
      ;;
    esac
  done < <(command "\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
}

complete -F _optipick optipick
`,

  /** zsh 5 and later: sourced after `compinit`, or a file `_optipick` in a folder of `$fpath`. */
  zsh: `#compdef optipick
# Completion of optipick for zsh. Made by: optipick completion zsh

_optipick() {
  local line paths=''
  local -a found
  while IFS= read -r line; do
    if [[ $line == :(files|folders)* ]]; then
      paths=$line
    else
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(command "\${(Q)words[1]}" __complete -- "\${(Q@)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)
  if [[ $paths == *= ]]; then compset -P '*='; fi
  case $paths in
    (:files*) _files ;;
    (:folders*) _files -/ ;;
    (*) _describe -V -t values 'optipick' found ;;
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
`,

  /** fish 3 and later: sourced, or a file `optipick.fish` in its folder of completions. */
  fish: `# Completion of optipick for fish. Made by: optipick completion fish

function __optipick_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (command $words[1] __complete -- $words[2..-1] "$current" 2>/dev/null </dev/null)
        set -l prefix (string replace -r '^:(files|folders)' '' -- $line)
        switch $line
            case ':files*'
                printf '%s\\n' $prefix(__fish_complete_path (string replace -- "$prefix" '' "$current"))
            case ':folders*'
                printf '%s\\n' $prefix(__fish_complete_directories (string replace -- "$prefix" '' "$current"))
            case '*'
                printf '%s\\n' $line
        end
    end
end

complete -c optipick -e
complete -c optipick -f -k -a '(__optipick_complete)'
`,
} as const;
