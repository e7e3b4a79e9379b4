/** Marks text with colours for a terminal. The only door to chalk. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** 0 none, 1 the sixteen basic colours, 2 256 colours, 3 all of them. */
export type ColourLevel = 0 | 1 | 2 | 3;

const identity = (text: string): string => text;

/** The style that leaves text as it is: for pipes, files and tests. */
export const PLAIN_STYLE: Style = {
  bold: identity,
  dim: identity,
  red: identity,
  green: identity,
  yellow: identity,
  cyan: identity,
};

/** The style of a colour level. Level 0 costs nothing: chalk is imported for the others only. */
export async function createStyle(level: ColourLevel): Promise<Style> {
  if (level === 0) return PLAIN_STYLE;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    red: (text) => chalk.red(text),
    green: (text) => chalk.green(text),
    yellow: (text) => chalk.yellow(text),
    cyan: (text) => chalk.cyan(text),
  };
}

/**
 * How many colours a stream gets. `NO_COLOR` (https://no-color.org, any value but empty) wins over all; then
 * `FORCE_COLOR` (`0` to `3`, `true`, `false`), which colours a pipe too; then a terminal is coloured unless it is
 * `dumb`. An empty variable counts as unset.
 */
export function colourLevel(env: Readonly<Record<string, string | undefined>>, isTTY: boolean): ColourLevel {
  if (isSet(env['NO_COLOR'])) return 0;
  const forced = env['FORCE_COLOR'];
  if (isSet(forced)) return forcedLevel(forced, env);
  return isTTY ? terminalLevel(env) : 0;
}

function forcedLevel(word: string, env: Readonly<Record<string, string | undefined>>): ColourLevel {
  switch (word) {
    case '0':
    case 'false':
      return 0;
    case '2':
      return 2;
    case '3':
      return 3;
    case '1':
      return 1;
    default:
      return Math.max(1, terminalLevel(env)) as ColourLevel;
  }
}

function terminalLevel(env: Readonly<Record<string, string | undefined>>): ColourLevel {
  const terminal = env['TERM'] ?? '';
  if (terminal === 'dumb') return 0;
  if (/^(?:truecolor|24bit)$/i.test(env['COLORTERM'] ?? '')) return 3;
  return /256/.test(terminal) ? 2 : 1;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
