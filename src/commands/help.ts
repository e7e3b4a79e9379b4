/** `optipick help [command|topic]`. */
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { HELP_TOPICS } from './help-topics.ts';
import { withHelp, type ContextSource } from './declaration.ts';

export function addHelp(root: Command, context: ContextSource): void {
  const command = root
    .command('help')
    .description('Show help on a command or a topic: exit-codes, environment, output, webhooks.')
    .argument('[command...]', 'command or topic');
  withHelp(command, {
    examples: [
      ['optipick help', 'all commands'],
      ['optipick help cluster submit', 'one of them'],
      ['optipick help exit-codes', 'a topic'],
    ],
    failures: [['usage', 'there is no such command or topic']],
  });
  command.action(async (words: readonly string[]) => {
    const topic = words.length === 1 ? HELP_TOPICS.find(({ name }) => name === words[0]) : undefined;
    if (topic !== undefined) await context().output.write(`${topic.text}\n`);
    else find(root, words).outputHelp();
  });
}

function find(root: Command, words: readonly string[]): Command {
  let command = root;
  for (const word of words) {
    const child = command.commands.find((each) => each.name() === word);
    if (child === undefined) {
      const topics = command === root ? HELP_TOPICS.map(({ name }) => name) : [];
      throw new CliError('usage', `there is no help on "${words.join(' ')}"`, {
        code: 'unknown_help_topic',
        hint: `there is help on: ${[...command.commands.map((each) => each.name()), ...topics].join(', ')}`,
      });
    }
    command = child;
  }
  return command;
}
