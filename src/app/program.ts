/** The command tree, and the translation of commander's complaints into ours. */
import { Command, CommanderError } from 'commander';
import { addDemo } from '../commands/demo/command.ts';
import { addConfig } from '../commands/config.ts';
import { addDoctor } from '../commands/doctor/command.ts';
import { addLogin } from '../commands/login.ts';
import { addDiff } from '../commands/diff/command.ts';
import { addGet } from '../commands/get.ts';
import { addPoll } from '../commands/poll/command.ts';
import { addSubmit } from '../commands/submit/command.ts';
import { addCompletion } from '../commands/completion/command.ts';
import { addHelp } from '../commands/help/command.ts';
import { addExample } from '../commands/example/command.ts';
import { addEvents } from '../commands/events/command.ts';
import { addListen } from '../commands/listen/command.ts';
import { addTrigger } from '../commands/trigger/command.ts';
import { addVerify } from '../commands/verify/command.ts';
import { addSandbox } from '../commands/sandbox/command.ts';
import { commandsMeant } from './suggestions.ts';
import { formatHelp } from './help-layout.ts';
import { withHelp, type ContextSource } from '../commands/shared/options.ts';
import type { Context, GlobalOptions } from '../context/context.ts';
import { KINDS, type Kind } from '../kinds.ts';
import { CliError } from '../errors.ts';
import type { Host } from '../platform/host.ts';

/** Of help in a pipe: it is most often a pager in a classic terminal. */
const PIPE_COLUMNS = 80;

/** Parses the arguments and runs the command they name. Throws `CliError` for all that goes wrong. */
export async function runProgram(
  host: Host,
  argv: readonly string[],
  contextFor: (options: GlobalOptions) => Context,
): Promise<number> {
  const root = new Command('optipick');
  // commander writes at once and synchronously; what it writes is kept and written by us, whole.
  let help = '';
  root.configureOutput({
    writeOut: (text) => (help += text),
    writeErr: () => undefined,
    getOutHelpWidth: () => Math.min(host.stdout.columns ?? PIPE_COLUMNS, 120),
    getErrHelpWidth: () => Math.min(host.stderr.columns ?? PIPE_COLUMNS, 120),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  declare(root, host.version, () => contextFor(root.opts<GlobalOptions>()));
  // `--format json` is `--json` said of one command: errors and remarks are for machines then, too.
  root.hook('preAction', (_root, command) => {
    if (command.opts()['format'] === 'json') root.setOptionValue('json', true);
  });
  try {
    await root.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // No command at all, or a group without its command, asks what there is.
    if (error.code === 'commander.help') await showHelp(root);
    else if (error.exitCode !== 0) throw usageError(error, root);
  }
  await host.stdout.write(help);
  return 0;
}

function declare(root: Command, version: string, context: ContextSource): void {
  root
    .description('Submit picking problems to the OptiPick API, wait for the answers, and receive its signed webhooks.')
    .optionsGroup('Global options:')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ formatHelp })
    .option('--json', 'JSON on stdout, errors as JSON on stderr')
    .option('-q, --quiet', 'say nothing on stderr when all goes well')
    .option('--debug', 'trace HTTP calls and print stacks of errors (keys masked)')
    .option('--no-color', 'no color')
    .option('--no-input', 'never ask a question')
    .option('-p, --profile <name>', 'stored profile to use')
    .option('--base-url <url>', 'API to talk to')
    .option('--api-key-file <path>', 'read the API key from a file, or from stdin with -');
  withHelp(root, {
    examples: [
      ['optipick demo', 'the whole flow on a local sandbox, no account'],
      ['optipick login', 'store your API key and webhook secret'],
      ['id=$(optipick cluster submit wave.json)', 'submit, asynchronously'],
      ['optipick poll $id', 'wait for the answer and show it'],
    ],
  });
  root.commandsGroup('Submit and answers:');
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const group = root.command(kind).description(sentence(KINDS[kind].purpose));
    withHelp(group, {
      examples: [
        [`optipick ${kind} submit wave.json --wait`, 'submit, wait and show the result'],
        [`optipick ${kind} get 67507ad05e593173d0313e0f`, 'show an answer'],
        [`optipick ${kind} submit --help`, 'all about submitting'],
      ],
      failures: [['usage', 'there is no such command']],
    });
    addSubmit(group, kind, context);
    addGet(group, kind, context);
  }
  addPoll(root, context);
  addDiff(root, context);
  root.commandsGroup('Webhooks:');
  addListen(root, context);
  addEvents(root, context);
  addTrigger(root, context);
  addVerify(root, context);
  root.commandsGroup('Without an account:');
  addSandbox(root, context);
  addExample(root, context);
  addDemo(root, context);
  root.commandsGroup('Set-up:');
  addLogin(root, context);
  addConfig(root, context);
  addDoctor(root, context);
  addCompletion(root, context);
  addHelp(root, context);
  // One way to get help, and it is listed once.
  for (const group of root.commands) group.helpCommand(false);
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** As `optipick help` of the command that was named: with `--json` its document. */
async function showHelp(root: Command): Promise<void> {
  const json = root.opts<GlobalOptions>().json === true ? ['--json'] : [];
  await root.parseAsync(['help', ...namesOf(commandNamed(root)), ...json], { from: 'user' });
}

/** The command that the arguments name so far. */
function commandNamed(root: Command): Command {
  let command = root;
  for (const word of root.args) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

function namesOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...namesOf(command.parent), command.name()];
}

function usageError(error: CommanderError, root: Command): CliError {
  const command = commandNamed(root);
  const help = ['optipick help', ...namesOf(command)].join(' ');
  const [message = 'wrong usage', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const code = error.code.replace(/^commander\./, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (error.code === 'commander.unknownCommand') {
    const [word = ''] = command.args;
    const meant = commandsMeant(root, command, word).map((path) => `optipick ${path}`);
    return new CliError('usage', message, { code, hint: meant.length === 0 ? help : `did you mean ${listed(meant)}?` });
  }
  const suggestion = rest
    .join(' ')
    .trim()
    .replace(/^\(|\)$/g, '');
  return new CliError('usage', message, { code, hint: suggestion === '' ? help : suggestion });
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
