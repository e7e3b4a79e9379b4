/** `optipick help [command|topic]`. */
import type { Command } from 'commander';
import { CliError } from '../../errors.ts';
import { HELP_TOPICS, TOPIC_NAMES } from '../shared/help-topics.ts';
import { rootOf, withHelp, type ContextSource, type CommandDeclaration } from '../shared/options.ts';

export const HELP: CommandDeclaration = {
  name: 'help',
  description: `Show help on a command, an error code or a topic: ${TOPIC_NAMES.join(', ')}.`,
  declare: declareHelp,
};

function declareHelp(command: Command, context: ContextSource): void {
  command.argument('[command...]', 'command, topic or error code');
  withHelp(command, {
    output: `The text of --help, or of the topic. With --json one document: {"v":1,"name","path","description","arguments",
"options":[{"flags","description","default","choices","env",...}],"subcommands":[...],"exit_codes":[...],"topics":[...]};
of a command: that subtree, with "global_options".`,
    examples: [
      ['optipick help', 'all commands'],
      ['optipick help cluster submit', 'one of them'],
      ['optipick help exit-codes', 'a topic'],
      ['optipick help no_api_key', 'an error code, as "code" of --json has it'],
      ["optipick help --json | jq -r '.subcommands[].name'", 'the command tree, for a program'],
    ],
    failures: [['usage', 'there is no such command, topic or error code']],
  });
  command.action(async (words: readonly string[]) => {
    const { output } = context();
    const root = rootOf(command);
    const [first = ''] = words;
    const topic = words.length === 1 ? await topicNamed(first, root) : undefined;
    if (output.json) {
      const { helpDocument, topicDocument } = await import('./document.ts');
      await output.record(
        topic === undefined
          ? helpDocument(root, find(root, words), words)
          : topicDocument(topic.name, topic.lines(Number.POSITIVE_INFINITY)),
      );
    } else if (topic === undefined) find(root, words).outputHelp();
    else await output.lines(topic.lines(helpWidth(root)));
  });
}

/** As commander has it for the help of commands. */
function helpWidth(root: Command): number {
  return root.configureOutput().getOutHelpWidth?.() ?? 80;
}

interface HelpTopic {
  readonly name: string;
  /** Of at most so many columns. */
  lines(width: number): readonly string[];
}

/** A topic or an error code; commands go before both. */
async function topicNamed(name: string, root: Command): Promise<HelpTopic | undefined> {
  if (root.commands.some((command) => command.name() === name)) return undefined;
  const { errorCodeTopic, renderTopic, TOPIC_PARTS } = await import('./topics/topics.ts');
  const topic = HELP_TOPICS.find((each) => each.name === name);
  const parts = topic === undefined ? errorCodeTopic(name) : TOPIC_PARTS[topic.name]();
  if (parts === undefined) return undefined;
  return { name, lines: (width) => renderTopic(topic?.title ?? name, parts, width) };
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
