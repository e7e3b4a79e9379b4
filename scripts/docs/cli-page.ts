/** `docs/reference/cli.md`: every command on one page, so that each has a stable anchor. */
import { factsOf, fullName, optionGroups, withSubcommands } from './help-document.ts';
import type { CommandDocument, HelpDocument, OptionDocument } from './help-document.ts';
import { anchorOf, code, codes, fenced, paragraphs, prose, table } from './markdown.ts';

export function cliPage(root: HelpDocument): string {
  return [
    '# Commands',
    '`optipick help <command>` prints the same on a terminal, and `man optipick` where the manual pages of the package are installed.',
    ...contents(root),
    ...withSubcommands(root).map(section),
  ].join('\n\n');
}

function contents(root: HelpDocument): readonly string[] {
  const groups = Map.groupBy(root.subcommands, ({ group }) => group ?? 'Commands');
  return [...groups].map(([group, commands]) => `**${group}**\n\n${commands.map((one) => entry(one, '')).join('\n')}`);
}

function entry(command: CommandDocument, indent: string): string {
  const name = fullName(command);
  const below = command.subcommands.map((one) => `\n${entry(one, `${indent}  `)}`);
  return `${indent}- [${name}](#${anchorOf(name)}): ${prose(command.description)}${below.join('')}`;
}

function section(command: CommandDocument): string {
  const { examples, output, environment, exit_codes: exitCodes, subcommands } = command;
  const isRoot = command.path.length === 0;
  return [
    `## ${fullName(command)}`,
    prose(command.description),
    fenced('text', command.usage),
    ...part(
      'Examples',
      fenced('bash', examples.map(({ command, purpose }) => `# ${purpose}\n${command}`).join('\n\n')),
    ),
    ...part(
      'Commands',
      isRoot
        ? ''
        : table(
            ['Command', 'What it does'],
            subcommands.map((one) => [`[${code(one.name)}](#${anchorOf(fullName(one))})`, prose(one.description)]),
          ),
    ),
    ...part(
      'Arguments',
      table(
        ['Argument', 'Meaning'],
        command.arguments.map((one) => [code(one.name), described(one)]),
      ),
    ),
    ...optionGroups(command).flatMap(([group, options]) =>
      part(group ?? 'Options', table(['Option', 'Meaning'], options.map(optionRow))),
    ),
    ...(isRoot ? [] : [`The [global options](#optipick) are valid here, too.`]),
    ...part('Output', paragraphs(output ?? '')),
    ...part(
      'Environment',
      table(
        ['Variable', 'Meaning'],
        environment.map(({ name, purpose }) => [codes(name), prose(purpose)]),
      ),
    ),
    ...part(
      'Exit codes',
      isRoot
        ? 'All of them, and every error code, are in [exit codes](exit-codes.md).'
        : table(
            ['Code', 'Name', 'When'],
            exitCodes.map(({ code, name, meaning }) => [String(code), name, prose(meaning ?? '')]),
          ),
    ),
  ].join('\n\n');
}

/** A bold line in place of a heading: headings of the same words would number their anchors. */
function part(title: string, text: string): readonly string[] {
  return text === '' ? [] : [`**${title}**`, text];
}

function optionRow(option: OptionDocument): readonly string[] {
  const env = option.env === null ? '' : ` (in the environment: ${code(option.env)})`;
  return [code(option.flags), described(option) + env];
}

function described(of: Parameters<typeof factsOf>[0]): string {
  const facts = factsOf(of);
  return prose(facts.length === 0 ? of.description : `${of.description} (${facts.join('; ')})`);
}
