/** Command lines that fix what a check found, for the shell of the platform: `sh`, or PowerShell on Windows. Pure. */
import type { Sourced } from '../../settings/settings.ts';
import { settingVariable, shellWord } from '../../lib/text/shell-words.ts';

/** A setting, and the places where its value can come from. */
export interface ChangeableSetting {
  /** `base-url`, as `config set` takes it. */
  readonly key: string;
  /** `--base-url` */
  readonly flag: string;
  /** `undefined` when no environment variable sets it. */
  readonly variable: string | undefined;
}

export const BASE_URL: ChangeableSetting = { key: 'base-url', flag: '--base-url', variable: 'OPTIPICK_BASE_URL' };
export const PORT: ChangeableSetting = { key: 'port', flag: '--port', variable: undefined };

export type FixCommands = ReturnType<typeof createFixCommands>;

export interface FixCommandOptions {
  readonly platform: string;
  readonly home: string;
  /** The active profile; `undefined` for the default one. */
  readonly profile: string | undefined;
}

export function createFixCommands({ platform, home, profile }: FixCommandOptions) {
  const windows = platform === 'win32';
  const mv = windows ? 'Move-Item' : 'mv';
  const fixes = {
    /** One word of a command, quoted where needed: text from a server must not become a command. */
    quote: (text: string): string => shellWord(platform, text),
    /** A path as people type it: the home folder as `~`, quoted where needed. */
    path(path: string): string {
      // Within quotes the shell does not expand a tilde.
      const below = belowHome(path, home);
      return below === undefined ? fixes.quote(path) : `~${below.slice(0, 1)}${fixes.quote(below.slice(1))}`;
    },
    /** Several commands, each run only when the one before succeeded. */
    sequence: (...commands: readonly string[]): string => commands.join(windows ? '; ' : ' && '),
    /** Removes variables from the environment. */
    unset: (...variables: readonly string[]): string =>
      windows
        ? `Remove-Item ${variables.map((variable) => `Env:${variable}`).join(', ')}`
        : `unset ${variables.join(' ')}`,
    setVariable: (variable: string, value: string): string => settingVariable(platform, variable, value),
    /** `optipick <words>` for the active profile. */
    optipick: (words: string): string => `optipick ${words}${profile === undefined ? '' : ` -p ${profile}`}`,
    /** Changes a setting in the place that its value comes from; `undefined` restores the default. */
    change(
      { key, flag, variable }: ChangeableSetting,
      { source }: Pick<Sourced<unknown>, 'source'>,
      value: string | undefined,
    ): string {
      const word = value === undefined ? '' : ` ${fixes.quote(value)}`;
      if (source === 'flag') return fixes.optipick(value === undefined ? 'doctor' : `doctor ${flag}${word}`);
      if (source === 'environment' && variable !== undefined) {
        return value === undefined ? fixes.unset(variable) : fixes.setVariable(variable, value);
      }
      return fixes.optipick(`config ${value === undefined ? 'unset' : 'set'} ${key}${word}`);
    },
    /** Renames a file or folder. */
    move: (from: string, to: string): string => `${mv} ${fixes.path(from)} ${fixes.path(to)}`,
    /** Moves all files whose path begins with `prefix` into a new folder. */
    moveInto: (folder: string, prefix: string): string =>
      // The shell expands the star outside of quotes only.
      fixes.sequence(`mkdir ${fixes.path(folder)}`, `${mv} ${fixes.path(prefix)}* ${fixes.path(folder)}`),
    restrict: (mode: string, path: string): string => `chmod ${mode} ${fixes.path(path)}`,
    /** Makes the user the owner of a file or folder and all it holds; not for Windows. */
    takeOwnership: (path: string): string => `sudo chown -R "$(id -un)" ${fixes.path(path)}`,
  };
  return fixes;
}

/** What follows the home folder in a path, with its leading separator; `undefined` for a path outside of it. */
function belowHome(path: string, home: string): string | undefined {
  if (home.length < 2 || !path.startsWith(home)) return undefined;
  const below = path.slice(home.length);
  return below === '' || /^[/\\]/.test(below) ? below : undefined;
}
