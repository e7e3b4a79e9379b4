/** One run of the program: from arguments to an exit code. The only place that catches everything. */
import { createContext, type Context, type GlobalOptions } from '../context/context.ts';
import { CliError, EXIT_CODES, messageOf } from '../errors.ts';
import { withForgivingStderr } from './tolerant-stderr.ts';
import { failureJson, renderFailure, renderStack } from '../output/terminal/failure.ts';
import { jsonText } from '../lib/json/stringify.ts';
import { createOutput } from '../output/terminal/print.ts';
import { runProgram } from './program.ts';
import { ClosedPipeError, type Host, type StopSignal } from '../platform/host.ts';

/** How long a command may take to tidy up after the first signal, in milliseconds. */
const TIDY_UP_MS = 3000;

/** Runs one command line (without the program's name) and returns its exit code. */
export async function main(machine: Host, argv: readonly string[]): Promise<number> {
  const host = withForgivingStderr(machine);
  const stop = new AbortController();
  const tasks: (() => void | Promise<void>)[] = [];
  let context: Context | undefined;
  const contextFor = (options: GlobalOptions): Context =>
    (context ??= createContext(host, options, { stop: stop.signal, atEnd: (task) => tasks.push(task) }));

  let stopped: ((code: number) => void) | undefined;
  const cut = new Promise<number>((resolve) => (stopped = resolve));
  const release = host.onStopSignal((signal) => {
    const error = stopError(signal);
    if (stop.signal.aborted) {
      // Asked twice: tidying up has had its chance.
      stopped?.(error.exitCode);
      return;
    }
    stop.abort(error);
    // A command that does not listen to the signal must not hold the terminal.
    host.clock.sleep(TIDY_UP_MS).then(
      () => stopped?.(error.exitCode),
      () => undefined,
    );
  });

  const run = async (): Promise<number> => {
    let code = 0;
    try {
      code = await runProgram(host, argv, contextFor);
    } catch (error) {
      code = await report(host, argv, context, error);
    }
    for (const task of tasks.reverse()) {
      try {
        await task();
      } catch (error) {
        // What went wrong before counts for more than what went wrong in tidying up.
        const late = await report(host, argv, context, error);
        if (code === 0) code = late;
      }
    }
    return code;
  };

  try {
    return await Promise.race([run(), cut]);
  } finally {
    release();
  }
}

function stopError(signal: StopSignal): CliError {
  return signal === 'SIGINT' ? new CliError('interrupted', 'interrupted') : new CliError('terminated', 'terminated');
}

/** Turns whatever was thrown into words and an exit code. */
async function report(
  host: Host,
  argv: readonly string[],
  context: Context | undefined,
  thrown: unknown,
): Promise<number> {
  if (thrown instanceof ClosedPipeError) return 0;
  const error = toCliError(thrown);
  const json = context?.options.json ?? wantsJson(argv);
  const debug = context?.options.debug ?? false;
  const output = context?.output ?? createOutput(host, { json, quiet: false, color: !argv.includes('--no-color') });
  if (debug) for (const line of renderStack(thrown)) await host.stderr.write(`${line}\n`);
  if (json) {
    await host.stderr.write(`${jsonText(failureJson(error))}\n`);
  } else if (!INTERRUPTED_EXIT_CODES.includes(error.exitCode)) {
    // Who pressed Ctrl-C knows it; what to resume with has been said by the command.
    const lines = renderFailure(error, await output.noteStyle(), {
      all: optionsOf(argv).includes('--all'),
      width: host.stderr.columns,
    });
    await host.stderr.write(lines.map((line) => `${line}\n`).join(''));
  }
  return error.exitCode;
}

function toCliError(thrown: unknown): CliError {
  if (thrown instanceof CliError) return thrown;
  return new CliError('internal', `unexpected failure: ${messageOf(thrown)}`, {
    cause: thrown,
    hint: 'this is a bug in optipick; run again with --debug and report what it prints',
  });
}

/** Before the options are parsed (or when that failed) the bare word must do. */
function wantsJson(argv: readonly string[]): boolean {
  const options = optionsOf(argv);
  if (options.includes('--json') || options.includes('--format=json')) return true;
  return options.some((word, at) => word === '--format' && options[at + 1] === 'json');
}

function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

export const INTERRUPTED_EXIT_CODES: readonly number[] = [EXIT_CODES.interrupted, EXIT_CODES.terminated];
