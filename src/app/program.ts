/** The command tree, and the translation of commander's complaints into ours. */
import { Command, CommanderError } from 'commander';
import { DEMO } from '../commands/demo/command.ts';
import { devCommand } from '../commands/dev/command.ts';
import type { Listen } from '../commands/dev/flags.ts';
import { CONFIG } from '../commands/config.ts';
import { DOCTOR } from '../commands/doctor/command.ts';
import { LOGIN } from '../commands/login.ts';
import { DIFF } from '../commands/diff/command.ts';
import { addGet } from '../commands/get.ts';
import { POLL } from '../commands/poll/command.ts';
import { addSubmit } from '../commands/submit/command.ts';
import { COMPLETE, COMPLETION } from '../commands/completion/command.ts';
import { HELP } from '../commands/help/command.ts';
import { EXAMPLE } from '../commands/example/command.ts';
import { EVENTS } from '../commands/events/command.ts';
import { LISTEN } from '../commands/listen/command.ts';
import type { ListenFlags } from '../commands/listen/flags.ts';
import { TRIGGER } from '../commands/trigger/command.ts';
import { VERIFY } from '../commands/verify/command.ts';
import { STATE } from '../commands/state/command.ts';
import { SANDBOX } from '../commands/sandbox/command.ts';
import { commandsMeant, valueRejected } from './suggestions.ts';
import { formatHelp } from './help-layout.ts';
import { withHelp, type CommandDeclaration, type ContextSource } from '../commands/shared/options.ts';
import type { Context, GlobalOptions } from '../context/context.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { ErrorCode } from '../error-codes.ts';
import { CliError } from '../errors.ts';
import { capitalized } from '../lib/text/capitalized.ts';
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
  const declareCommands = declare(root, host.version, () => contextFor(root.opts<GlobalOptions>()));
  declareCommands(isNeeded(argv));
  // `--format json` is `--json` said of one command: errors and remarks are for machines then, too.
  root.hook('preAction', (_root, command) => {
    if (command.opts()['format'] === 'json') root.setOptionValue('json', true);
  });
  try {
    await root.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // For what comes now, the whole tree is looked at.
    declareCommands(() => true);
    // No command at all, or a group without its command, asks what there is.
    if (error.code === 'commander.help') await showHelp(root);
    else if (error.exitCode !== 0) throw usageError(error, root);
  }
  await host.stdout.write(help);
  return 0;
}

/** `listen` with its defaults, for a command that runs it as a part of itself. */
const runListener: Listen = async (context, flags, started) => {
  const command = new Command(LISTEN.name).exitOverride();
  LISTEN.declare(command, () => context);
  command.action(async (parsed: ListenFlags) => {
    const { listen } = await import('../commands/listen/run.ts');
    await listen(context, parsed, started);
  });
  await command.parseAsync(flags, { from: 'user' });
};

/** The commands by the headings under which help lists them. */
const COMMANDS: readonly (readonly [heading: string, commands: readonly CommandDeclaration[]])[] = [
  ['Submit and answers:', [groupOf('route'), groupOf('cluster'), POLL, DIFF]],
  ['Webhooks:', [LISTEN, EVENTS, TRIGGER, VERIFY]],
  ['Without an account:', [devCommand(runListener), SANDBOX, EXAMPLE, DEMO]],
  ['Set-up:', [LOGIN, CONFIG, STATE, DOCTOR, COMPLETION, HELP, COMPLETE]],
];

/** The commands whose flags count: those that the arguments name. Declaring all takes a tenth of the time of a short command. */
function isNeeded(argv: readonly string[]): (name: string) => boolean {
  const isDocument = argv.includes('--json') && (argv.includes(HELP.name) || !argv.some(isCommand));
  return isDocument || argv.includes(COMPLETE.name) ? () => true : (name) => argv.includes(name);
}

function isCommand(word: string): boolean {
  return COMMANDS.some(([, commands]) => commands.some(({ name }) => name === word));
}

/** Declares the global options and the names of all commands. What it returns declares the rest of some, each once. */
function declare(
  root: Command,
  version: string,
  context: ContextSource,
): (isWanted: (name: string) => boolean) => void {
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
  const bare = new Map<Command, CommandDeclaration>();
  for (const [heading, commands] of COMMANDS) {
    root.commandsGroup(heading);
    for (const declaration of commands) {
      const { name, description, hidden = false } = declaration;
      // One way to get help, and it is listed once.
      bare.set(root.command(name, { hidden }).description(description).helpCommand(false), declaration);
    }
  }
  return (isWanted) => {
    for (const [command, declaration] of bare) {
      if (!isWanted(declaration.name)) continue;
      declaration.declare(command, context);
      bare.delete(command);
    }
  };
}

/** `route` or `cluster`, a group of `submit` and `get`. */
function groupOf(kind: Kind): CommandDeclaration {
  return {
    name: kind,
    description: sentence(KINDS[kind].purpose),
    declare(group, context) {
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
    },
  };
}

function sentence(words: string): string {
  return `${capitalized(words)}.`;
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

/** By those of commander. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  'commander.excessArguments': 'excess_arguments',
  'commander.invalidArgument': 'invalid_argument',
  'commander.missingArgument': 'missing_argument',
  'commander.missingMandatoryOptionValue': 'missing_mandatory_option_value',
  'commander.optionMissingArgument': 'option_missing_argument',
  'commander.unknownCommand': 'unknown_command',
  'commander.unknownOption': 'unknown_option',
};

function usageError(error: CommanderError, root: Command): CliError {
  const command = commandNamed(root);
  const help = ['optipick help', ...namesOf(command)].join(' ');
  const text = error.message.replace(/^error: /, '');
  const [message = 'wrong usage', ...rest] = text.split('\n');
  const code = CODES[error.code] ?? 'usage';
  if (error.code === 'commander.unknownCommand') {
    const [word = ''] = command.args;
    const meant = commandsMeant(root, command, word).map((path) => `optipick ${path}`);
    return new CliError('usage', message, { code, hint: meant.length === 0 ? help : `did you mean ${listed(meant)}?` });
  }
  const rejected = valueRejected(text);
  if (rejected !== undefined) return new CliError('usage', rejected.message, { code, hint: rejected.hint ?? help });
  const suggestion = rest
    .join(' ')
    .trim()
    .replace(/^\(Did|\)$/g, (end) => (end === ')' ? '' : 'did'));
  return new CliError('usage', message, { code, hint: suggestion === '' ? help : suggestion });
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
