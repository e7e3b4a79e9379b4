/** From the command tree to the script of a shell. */
import type { Command } from 'commander';
import { commandFacts } from '../shared/command-tree.ts';
import { bashScript } from './bash.ts';
import { completionModel } from './model.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function completionScript(root: Command, shell: keyof typeof SCRIPTS): string {
  return SCRIPTS[shell](completionModel(commandFacts(root)));
}
