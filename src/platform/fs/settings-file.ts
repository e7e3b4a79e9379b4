/** The stored settings, read without the library that writes them: every command pays for this. */
import { isRecord } from '../../lib/json/loose-fields.ts';
import type FileSystem from 'node:fs';
import { join } from 'node:path';

import type { SettingKey, StoredProfile } from '../../settings/settings.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { retryWhileBusySync } from './busy-file.ts';
import type { StoredSettings } from '../host.ts';
import { isRegularFile, requireRegularFile } from './regular-file.ts';

const SETTINGS_FILE = 'config.json';

/** The file that holds the settings, in the folder of the configuration. */
export function settingsPath(folder: string): string {
  return join(folder, SETTINGS_FILE);
}

/** The document as it is stored: fields that this version does not know are preserved. */
export interface SettingsDocument {
  readonly profiles?: Readonly<Record<string, StoredProfile>>;
}

/**
 * The profiles in `config.json` of `folder`; none when there is no file. A file or folder that others may read is made
 * private first (not on Windows, where folders of users are). Throws `CliError` `environment`: `config_corrupt` for what
 * is no JSON or of another shape, `config_unreadable`, `not_a_file`. The file is never changed.
 */
export function readSettingsFile(folder: string, platform: string): StoredSettings {
  const repaired = makePrivate(folder, platform);
  const document = readDocument(folder, platform);
  return { profiles: document?.profiles ?? {}, repaired };
}

/** The whole checked document, or `undefined` when there is none. Throws as {@link readSettingsFile}. */
export function readDocument(folder: string, platform: string): SettingsDocument | undefined {
  const path = settingsPath(folder);
  let text: string;
  try {
    text = retryWhileBusySync(platform, () => {
      requireRegularFile(path);
      return fileSystem().readFileSync(path, 'utf8');
    });
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof CliError) throw error;
    throw new CliError('environment', `${path} cannot be read: ${messageOf(error)}`, {
      code: 'config_unreadable',
      cause: error,
      hint: 'make it readable, or name another folder with OPTIPICK_CONFIG_DIR',
    });
  }
  return parseDocument(text, path);
}

/** Checks the text of a settings file; `path` is for the message. No message holds any of its content. */
export function parseDocument(text: string, path: string): SettingsDocument {
  const corrupt = (what: string): CliError =>
    new CliError('environment', `${path} ${what}`, {
      code: 'config_corrupt',
      hint: 'fix it, or move it away and run: optipick login (nothing was overwritten)',
    });
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // The parser's own message quotes the file, and the file holds secrets: only the place is taken from it.
    const place = /line \d+ column \d+/.exec(messageOf(error))?.[0];
    throw corrupt(`is not JSON${place === undefined ? '' : ` (${place})`}`);
  }
  const fault = faultOf(document);
  if (fault !== undefined) throw corrupt(`is not as optipick writes it: ${fault}`);
  return document as SettingsDocument;
}

const TYPES: Readonly<Record<SettingKey, 'string' | 'number'>> = {
  'api-key': 'string',
  'webhook-secret': 'string',
  'base-url': 'string',
  port: 'number',
  'state-url': 'string',
};

function faultOf(document: unknown): string | undefined {
  if (!isRecord(document)) return 'it must be an object';
  const { profiles } = document;
  if (profiles === undefined) return undefined;
  if (!isRecord(profiles)) return '"profiles" must be an object';
  for (const [name, profile] of Object.entries(profiles)) {
    const at = `profiles[${JSON.stringify(name)}]`;
    if (!isRecord(profile)) return `${at} must be an object`;
    for (const [key, type] of Object.entries(TYPES)) {
      if (profile[key] !== undefined && typeof profile[key] !== type) return `${at}["${key}"] must be a ${type}`;
    }
    const { port } = profile;
    if (typeof port === 'number' && (!Number.isInteger(port) || port < 0 || port > 65_535)) {
      return `${at}["port"] must be a port number`;
    }
  }
  return undefined;
}

/**
 * Takes the rights of others from the settings file and its folder, and reports it. Nothing happens without a file:
 * there is nothing to protect.
 */
export function makePrivate(folder: string, platform: string): readonly string[] {
  if (platform === 'win32') return [];
  if (!isFile(settingsPath(folder))) return [];
  const warnings = [restrict(folder, 'was open to others'), restrict(settingsPath(folder), 'could be read by others')];
  return warnings.filter((warning) => warning !== undefined);
}

function isFile(path: string): boolean {
  try {
    return isRegularFile(path);
  } catch {
    // What prevents inspecting it is reported when it is read.
    return false;
  }
}

function restrict(path: string, complaint: string): string | undefined {
  const fs = fileSystem();
  const before = fs.statSync(path);
  const mode = before.mode % 0o10000;
  const octal = (value: number): string => value.toString(8).padStart(4, '0');
  // A folder such as /tmp belongs to everybody, and so it must stay.
  if (mode % 0o100 === 0 || mode >= 0o1000) return undefined;
  const wanted = mode - (mode % 0o100);
  try {
    fs.chmodSync(path, wanted);
    return `${path} ${complaint} (mode ${octal(mode)}): it is ${octal(wanted)} now`;
  } catch (error) {
    return `${path} ${complaint} (mode ${octal(mode)}), and that cannot be changed: ${messageOf(error)}`;
  }
}

function isMissing(error: unknown): boolean {
  return systemCodeOf(error) === 'ENOENT';
}

/** Synchronous: the promises of `node:fs` load readline and more, and these files are small. */
function fileSystem(): typeof FileSystem {
  return process.getBuiltinModule('node:fs');
}
