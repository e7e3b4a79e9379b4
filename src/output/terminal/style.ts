/** Marks text with colors for a terminal. The only file that imports chalk. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** 0 none, 1 the sixteen basic colors, 2 256 colors, 3 all of them. */
export type ColorLevel = 0 | 1 | 2 | 3;

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

/** The style of a color level. Level 0 costs nothing: chalk is imported for the others only. */
export async function createStyle(level: ColorLevel): Promise<Style> {
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
 * How many colors a stream gets. `NO_COLOR` (https://no-color.org, any value but empty) wins over all; then
 * `FORCE_COLOR` (`0` to `3`, `true`, `false`), which colors a pipe too; then a terminal is colored unless it is
 * `dumb`. An empty variable counts as unset.
 */
export function colorLevel(env: Readonly<Record<string, string | undefined>>, isTTY: boolean): ColorLevel {
  if (isSet(env['NO_COLOR'])) return 0;
  const forced = env['FORCE_COLOR'];
  if (isSet(forced)) return forcedLevel(forced, env);
  return isTTY ? terminalLevel(env) : 0;
}

function forcedLevel(word: string, env: Readonly<Record<string, string | undefined>>): ColorLevel {
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
      return Math.max(1, terminalLevel(env)) as ColorLevel;
  }
}

function terminalLevel(env: Readonly<Record<string, string | undefined>>): ColorLevel {
  const terminal = env['TERM'] ?? '';
  if (terminal === 'dumb') return 0;
  if (/^(?:truecolor|24bit)$/i.test(env['COLORTERM'] ?? '')) return 3;
  return /256/.test(terminal) ? 2 : 1;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
