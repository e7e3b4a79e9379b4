/** From the command tree to the script of a shell. */
import type { Command } from 'commander';
import { commandFacts } from '../command-tree.ts';
import { bashScript } from './bash-script.ts';
import { completionModel } from './completion-model.ts';
import { fishScript } from './fish-script.ts';
import { zshScript } from './zsh-script.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function completionScript(root: Command, shell: keyof typeof SCRIPTS): string {
  return SCRIPTS[shell](completionModel(commandFacts(root)));
}
