/** Command lines that mend, as they are pasted into the shell of the platform: `sh`, or PowerShell on Windows. Pure. */
import type { Sourced } from '../../settings/settings.ts';
import { settingVariable, shellWord } from '../../lib/text/shell-words.ts';

/** What a value can be changed by. */
export interface Changeable {
  /** `base-url`, as `config set` takes it. */
  readonly key: string;
  /** `--base-url` */
  readonly flag: string;
  /** `undefined` when the environment has no say. */
  readonly variable: string | undefined;
}

export const BASE_URL: Changeable = { key: 'base-url', flag: '--base-url', variable: 'OPTIPICK_BASE_URL' };
export const PORT: Changeable = { key: 'port', flag: '--port', variable: undefined };

export interface Remedies {
  /** A path as it is typed: the home folder as `~`, quoted where that is needed. */
  path(path: string): string;
  /** One word of a command, quoted where that is needed: what others have said must not become a command. */
  word(text: string): string;
  /** One command after another, each only when the one before went well. */
  sequence(...commands: readonly string[]): string;
  /** Takes variables out of the environment. */
  unset(...variables: readonly string[]): string;
  exported(variable: string, value: string): string;
  /** `optipick <words>` for the profile in force. */
  own(words: string): string;
  /** Gives a setting another value (or none: its default) where the value in force came from. */
  change(what: Changeable, from: Pick<Sourced<unknown>, 'source'>, value: string | undefined): string;
  /** Renames a file or folder. */
  move(from: string, to: string): string;
  /** Puts files of one folder that begin alike into a new folder. */
  moveInto(folder: string, files: string): string;
  restrict(mode: string, path: string): string;
  /** Makes a file or folder, with all in it, that of the user; not on Windows. */
  takeOver(path: string): string;
}

export interface RemedyFacts {
  readonly platform: string;
  readonly home: string;
  /** Of the profile in force; `undefined` for the default one. */
  readonly profile: string | undefined;
}

export function createRemedies({ platform, home, profile }: RemedyFacts): Remedies {
  const windows = platform === 'win32';
  const quoted = (text: string): string => shellWord(platform, text);
  const remedies: Remedies = {
    word: quoted,
    path(path) {
      // In quotes a tilde is a tilde.
      const below = belowHome(path, home);
      return below === undefined ? quoted(path) : `~${below.slice(0, 1)}${quoted(below.slice(1))}`;
    },
    sequence: (...commands) => commands.join(windows ? '; ' : ' && '),
    unset: (...variables) =>
      windows
        ? `Remove-Item ${variables.map((variable) => `Env:${variable}`).join(', ')}`
        : `unset ${variables.join(' ')}`,
    exported: (variable, value) => settingVariable(platform, variable, value),
    own: (words) => `optipick ${words}${profile === undefined ? '' : ` -p ${profile}`}`,
    change({ key, flag, variable }, { source }, value) {
      if (source === 'flag') return remedies.own(value === undefined ? 'doctor' : `doctor ${flag} ${quoted(value)}`);
      if (source === 'environment' && variable !== undefined) {
        return value === undefined ? remedies.unset(variable) : remedies.exported(variable, value);
      }
      return remedies.own(value === undefined ? `config unset ${key}` : `config set ${key} ${quoted(value)}`);
    },
    move: (from, to) => `${windows ? 'Move-Item' : 'mv'} ${remedies.path(from)} ${remedies.path(to)}`,
    moveInto: (folder, files) =>
      remedies.sequence(
        `mkdir ${remedies.path(folder)}`,
        // The star must stay outside of the quotes.
        `${windows ? 'Move-Item' : 'mv'} ${remedies.path(files)}* ${remedies.path(folder)}`,
      ),
    restrict: (mode, path) => `chmod ${mode} ${remedies.path(path)}`,
    takeOver: (path) => `sudo chown -R "$(id -un)" ${remedies.path(path)}`,
  };
  return remedies;
}

/** What follows the home folder in a path, its separator first; `undefined` outside of it. */
export function belowHome(path: string, home: string): string | undefined {
  if (home.length < 2 || !path.startsWith(home)) return undefined;
  const below = path.slice(home.length);
  return below === '' || /^[/\\]/.test(below) ? below : undefined;
}
