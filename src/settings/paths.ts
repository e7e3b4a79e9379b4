/** Where optipick keeps its files. Pure: from environment to strings. */
import { posix, win32 } from 'node:path';

import { CliError } from '../errors.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `linux`, `darwin`, `win32`, ... */
  readonly platform: string;
  readonly home: string;
  /** What a relative folder in the environment is relative to. */
  readonly cwd: string;
}

/**
 * The folder of `config.json`: `$OPTIPICK_CONFIG_DIR`, `$XDG_CONFIG_HOME/optipick`, `~/.config/optipick`; on Windows
 * `%APPDATA%\optipick`. Throws `CliError` `environment` when even the home folder is unknown.
 */
export function configFolder(around: Surroundings): string {
  return folder(around, 'OPTIPICK_CONFIG_DIR', 'XDG_CONFIG_HOME', ['.config'], 'APPDATA', ['AppData', 'Roaming']);
}

/**
 * The folder of what was submitted and received: `$OPTIPICK_STATE_DIR`, `$XDG_STATE_HOME/optipick`,
 * `~/.local/state/optipick`; on Windows `%LOCALAPPDATA%\optipick`. Throws as {@link configFolder}.
 */
export function stateFolder(around: Surroundings): string {
  return folder(around, 'OPTIPICK_STATE_DIR', 'XDG_STATE_HOME', ['.local', 'state'], 'LOCALAPPDATA', [
    'AppData',
    'Local',
  ]);
}

function folder(
  { env, platform, home, cwd }: Surroundings,
  own: string,
  xdg: string,
  below: readonly string[],
  windows: string,
  windowsBelow: readonly string[],
): string {
  const path = platform === 'win32' ? win32 : posix;
  const chosen = set(env[own]);
  if (chosen !== undefined) return path.resolve(cwd, chosen);
  const shared = set(env[xdg]);
  // A relative path is invalid and must be ignored: XDG Base Directory Specification 0.8.
  if (shared !== undefined && path.isAbsolute(shared)) return path.join(shared, 'optipick');
  const application = platform === 'win32' ? set(env[windows]) : undefined;
  if (application !== undefined) return path.join(application, 'optipick');
  if (home === '') {
    throw new CliError('environment', 'the home folder of this user is not known', {
      code: 'no_home',
      hint: `set HOME, or ${own}`,
    });
  }
  return path.join(home, ...(platform === 'win32' ? windowsBelow : below), 'optipick');
}

/** An empty variable counts as unset. */
function set(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}
