/** Stores settings: the only module that imports `conf`, which is slow to load. */
import { basename, dirname, join } from 'node:path';

import type Conf from 'conf';

import type { StoredProfile, StoredProfiles } from '../../settings/settings.ts';
import { CliError, messageOf } from '../../errors.ts';
import { type LockMachine, withFileLock } from './file-lock.ts';
import type { SettingChange, StoredSettings } from '../host.ts';
import { makePrivateFolder } from './private-folder.ts';
import { makePrivate, readDocument, settingsPath } from './settings-file.ts';

const LOCK_FILE = 'config.json.lock';

/** As the library below conf names the file that it writes first, behind the name of the settings file. */
const TEMPORARY = /^\.tmp-\d{10}[0-9a-f]{6}$/;

/**
 * Applies all changes to `config.json` of `folder`, which is created (0700, the file 0600), in one write; nothing that
 * another process writes at the same time is lost, and fields that this version does not know are preserved. Throws
 * `CliError` `environment` as when reading, and then nothing is overwritten; `locked`, `lock_unusable`, `config_unwritable`.
 */
export async function changeSettings(
  folder: string,
  changes: readonly SettingChange[],
  machine: LockMachine,
): Promise<StoredSettings> {
  try {
    makePrivateFolder(folder);
    return await withFileLock(join(folder, LOCK_FILE), machine, async () => {
      // The file is judged before the library sees it: only what is whole is written again.
      const document = readDocument(folder, machine.platform);
      const profiles = changed(document?.profiles ?? {}, changes);
      const path = settingsPath(folder);
      removeTemporaries(path);
      const Conf = await importConf();
      const store = new Conf({
        cwd: dirname(path),
        configName: basename(path, '.json'),
        configFileMode: 0o600,
        accessPropertiesByDotNotation: false,
        clearInvalidConfig: false,
        // As in reading: an editor of Windows may have put a byte order mark.
        deserialize: (text) => JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>,
      });
      storeAtomically(() => store.set('profiles', profiles));
      return { profiles, repaired: makePrivate(folder, machine.platform) };
    });
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('environment', `${settingsPath(folder)} cannot be written: ${messageOf(error)}`, {
      code: 'config_unwritable',
      cause: error,
      hint: 'make the folder writable, or name another one with OPTIPICK_CONFIG_DIR',
    });
  }
}

/** Only who holds the lock writes: what is there was left by a process that was killed, and holds keys. */
function removeTemporaries(path: string): void {
  const fs = process.getBuiltinModule('node:fs');
  // A link stays, and what it names is replaced.
  const target = fs.existsSync(path) ? fs.realpathSync(path) : path;
  const [folder, name] = [dirname(target), basename(target)];
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const isTemporary = entry.name.startsWith(name) && TEMPORARY.test(entry.name.slice(name.length));
    if (isTemporary && entry.isFile()) fs.rmSync(join(folder, entry.name));
  }
}

/** In a terminal that is a snap, conf would write the file in place: a process that is killed would leave half of it. */
function storeAtomically(store: () => void): void {
  const { env } = process;
  const { SNAP: snap } = env;
  delete env['SNAP'];
  try {
    store();
  } finally {
    if (snap !== undefined) env['SNAP'] = snap;
  }
}

/** The profiles after the changes; one that is left empty goes. */
function changed(profiles: StoredProfiles, changes: readonly SettingChange[]): StoredProfiles {
  const after = new Map<string, StoredProfile>(Object.entries(profiles));
  for (const { profile, key, value } of changes) {
    const values = Object.entries({ ...after.get(profile), [key]: value }).filter(([, kept]) => kept !== undefined);
    if (values.length === 0) after.delete(profile);
    else after.set(profile, Object.fromEntries(values));
  }
  return Object.fromEntries(after);
}

/**
 * A library below conf listens to every signal there is, in order to remove its temporary files, and sends each to
 * this process a second time. Stopping is decided elsewhere; its clean-up at the end of the process stays.
 */
async function importConf(): Promise<typeof Conf> {
  const known = new Set(signalListeners().map(([, listener]) => listener));
  const { default: loaded } = await import('conf');
  for (const [signal, listener] of signalListeners()) {
    if (!known.has(listener)) process.off(signal, listener);
  }
  return loaded;
}

function signalListeners(): (readonly [string, NodeJS.SignalsListener])[] {
  return process
    .eventNames()
    .filter((name) => typeof name === 'string' && name.startsWith('SIG'))
    .flatMap((name) => process.listeners(name as NodeJS.Signals).map((listener) => [String(name), listener] as const));
}
