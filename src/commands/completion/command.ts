/** `optipick completion`: scripts by which a shell completes commands, flags, profiles and ids. */
import { Argument, type Command } from 'commander';
import { CliError } from '../../errors.ts';
import { rootOf, withHelp, type ContextSource, type CommandDeclaration } from '../shared/options.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const COMPLETION: CommandDeclaration = {
  name: 'completion',
  description: 'Print the script by which bash, zsh or fish completes optipick.',
  declare: declareCompletion,
};

function declareCompletion(command: Command, context: ContextSource): void {
  command.addArgument(new Argument('[shell]', 'which shell').choices(SHELLS));
  withHelp(command, {
    output: `The script. It completes commands, flags and their values, files, stored profiles and recent ids, offline.
PowerShell is not supported.

bash (4 or later, or macOS' own 3.2), in ~/.bashrc; on macOS in ~/.bash_profile:
  source <(optipick completion bash)
with bash 3.2:
  eval "$(optipick completion bash)"
zsh, in ~/.zshrc, after compinit:
  source <(optipick completion zsh)
or once, as a file in a folder of $fpath:
  optipick completion zsh > "\${fpath[1]}/_optipick"
fish, once and after each update:
  optipick completion fish > ~/.config/fish/completions/optipick.fish
Then open a new shell.`,
    examples: [
      ['source <(optipick completion bash)', 'bash, in this shell'],
      ['source <(optipick completion zsh)', 'zsh, in this shell'],
      ['optipick completion fish | source', 'fish, in this shell'],
    ],
    failures: [['usage', 'another shell']],
  });
  command.action(async (shell: (typeof SHELLS)[number] | undefined) => {
    if (shell === undefined) {
      throw new CliError('usage', 'which shell: bash, zsh or fish?', {
        code: 'missing_argument',
        hint: 'optipick help completion says how to install it',
      });
    }
    const { SCRIPTS } = await import('./scripts.ts');
    await context().output.write(SCRIPTS[shell]);
  });
}

/** What the scripts ask: the candidates for the last of these words. */
export const COMPLETE: CommandDeclaration = {
  name: '__complete',
  description: '',
  hidden: true,
  declare(command, context) {
    command.argument('[word...]').helpOption(false);
    command.action(async (words: readonly string[]) => {
      const { commandFacts } = await import('../shared/command-tree.ts');
      const { completionModel } = await import('./model.ts');
      const { complete } = await import('./complete.ts');
      await context().output.lines(await complete(completionModel(commandFacts(rootOf(command))), words, context()));
    });
  },
};
