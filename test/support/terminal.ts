/** The built program on a real terminal (a pty), as `script` of util-linux or BSD gives it. */
import { spawnSync } from 'node:child_process';
import { execa } from 'execa';
import { PROGRAM, type Workplace } from './program.ts';

const SCRIPT = 'script';

/** Whether this machine has a `script` that runs a command and hands on its exit code (util-linux). */
export const HAS_TERMINAL = /util-linux/.test(spawnSync(SCRIPT, ['--version'], { encoding: 'utf8' }).stdout ?? '');

export interface TerminalRun {
  /** What the terminal was sent so far, its line ends as `\n`. */
  readonly screen: string;
  /** Types keys: `\r` is Enter, `\u0003` Ctrl-C. */
  type(keys: string): void;
  /** Resolves when the screen shows the text. */
  shows(text: string): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number | undefined>;
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell words after the command, such as `2>errors.txt`. */
  readonly redirect?: string;
}

/** Starts optipick on a terminal of its own. All of stdin, stdout and stderr are the terminal. */
export function startOnTerminal(
  workplace: Workplace,
  args: readonly string[],
  options: TerminalOptions = {},
): TerminalRun {
  return startCommandOnTerminal(workplace, [process.execPath, PROGRAM, ...args], options);
}

/** Starts any command on a terminal of its own, such as a shell. */
export function startCommandOnTerminal(
  workplace: Workplace,
  words: readonly string[],
  { columns = 100, env = {}, redirect = '' }: TerminalOptions = {},
): TerminalRun {
  const quoted = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  const command = `stty cols ${columns} rows 40; exec ${quoted.join(' ')} ${redirect}`;
  const child = execa(SCRIPT, ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd: workplace.folder,
    env: { ...workplace.env, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'pipe',
    timeout: 25_000,
  });
  let screen = '';
  const lookers = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString().replaceAll('\r\n', '\n');
    for (const look of lookers) look();
  });
  const ended = child.then(({ exitCode }) => exitCode);
  return {
    get screen() {
      return screen;
    },
    type: (keys) => void child.stdin.write(keys),
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!screen.includes(text)) return;
          lookers.delete(look);
          resolve();
        };
        lookers.add(look);
        look();
        void ended.then((code) => reject(new Error(`ended with ${code} without showing "${text}":\n${screen}`)));
      }),
    ended,
  };
}
