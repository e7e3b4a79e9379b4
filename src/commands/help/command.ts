/** `optipick help [command|topic]`. */
import type { Command } from 'commander';
import { CliError } from '../../errors.ts';
import { wrapText } from '../../lib/text/wrap.ts';
import { FIELD_TOPICS, HELP_TOPICS, TOPIC_NAMES, type HelpTopic } from '../shared/help-topics.ts';
import { rootOf, withHelp, type ContextSource, type CommandDeclaration } from '../shared/options.ts';

export const HELP: CommandDeclaration = {
  name: 'help',
  description: `Show help on a command or a topic: ${TOPIC_NAMES.join(', ')}.`,
  declare: declareHelp,
};

function declareHelp(command: Command, context: ContextSource): void {
  command.argument('[command...]', 'command or topic');
  withHelp(command, {
    output: `The text of --help, or of the topic. With --json one document: {"v":1,"name","path","description","arguments",
"options":[{"flags","description","default","choices","env",...}],"subcommands":[...],"exit_codes":[...],"topics":[...]};
of a command: that subtree, with "global_options".`,
    examples: [
      ['optipick help', 'all commands'],
      ['optipick help cluster submit', 'one of them'],
      ['optipick help exit-codes', 'a topic'],
      ["optipick help --json | jq -r '.subcommands[].name'", 'the command tree, for a program'],
    ],
    failures: [['usage', 'there is no such command or topic']],
  });
  command.action(async (words: readonly string[]) => {
    const topic = words.length === 1 ? await topicNamed(words[0]) : undefined;
    const { output } = context();
    const root = rootOf(command);
    if (output.json) {
      const { helpDocument, topicDocument } = await import('./document.ts');
      await output.record(topic === undefined ? helpDocument(root, find(root, words), words) : topicDocument(topic));
    } else if (topic === undefined) find(root, words).outputHelp();
    else await output.lines(wrapText(topic.text, helpWidth(root)));
  });
}

/** As commander has it for the help of commands. */
function helpWidth(root: Command): number {
  return root.configureOutput().getOutHelpWidth?.() ?? 80;
}

async function topicNamed(word: string | undefined): Promise<HelpTopic | undefined> {
  const made = FIELD_TOPICS.find(({ name }) => name === word);
  if (made === undefined) return HELP_TOPICS.find(({ name }) => name === word);
  const { fieldTopic } = await import('./field-topics.ts');
  return { name: made.name, text: fieldTopic(made.name) };
}

function find(root: Command, words: readonly string[]): Command {
  let command = root;
  for (const word of words) {
    const child = command.commands.find((each) => each.name() === word);
    if (child === undefined) {
      const topics = command === root ? TOPIC_NAMES : [];
      throw new CliError('usage', `there is no help on "${words.join(' ')}"`, {
        code: 'unknown_help_topic',
        hint: `there is help on: ${[
          ...command
            .createHelp()
            .visibleCommands(command)
            .map((each) => each.name()),
          ...topics,
        ].join(', ')}`,
      });
    }
    command = child;
  }
  return command;
}
