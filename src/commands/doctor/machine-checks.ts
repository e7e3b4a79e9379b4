/** Checks the runtime, and the folders of settings and state. */
import { dirname, join } from 'node:path';
import { stateFolder } from '../../settings/paths.ts';
import { fault, ok, skipped, warning, type CompletedCheck, type CheckResult } from './check-result.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import type { Database, Files, Host, PathFacts, StoredSettings } from '../../platform/host.ts';
import { stateError, STATE_FILE } from '../../state/sqlite/database.ts';
import { MIGRATIONS, tablesAt } from '../../state/sqlite/migrations.ts';
import type { FixCommands } from './fix-commands.ts';

const MB = 1024 * 1024;
/** About what the answer of a wave or a few thousand webhooks need. */
const LOW_SPACE = 100 * MB;
const NO_SPACE = 4 * MB;

/** Which program this is, and whether the environment changes which certificates it trusts. */
export async function checkRuntime(host: Host, fixes: FixCommands): Promise<CompletedCheck> {
  const facts = `optipick ${host.version} on Node ${host.nodeVersion}, ${host.platform}`;
  if (host.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const text =
      'NODE_TLS_REJECT_UNAUTHORIZED=0: TLS certificates are not checked, so anybody on the way reads the key';
    return warning('runtime', `${facts}; ${text}`, fixes.unset('NODE_TLS_REJECT_UNAUTHORIZED'));
  }
  const authorities = host.env['NODE_EXTRA_CA_CERTS']?.trim() ?? '';
  if (authorities !== '') {
    try {
      await host.files.read(authorities);
    } catch (error) {
      const text = `NODE_EXTRA_CA_CERTS names a file that cannot be read (${systemCodeOf(error) ?? messageOf(error)})`;
      return warning('runtime', `${facts}; ${text}`, fixes.unset('NODE_EXTRA_CA_CERTS'));
    }
  }
  return ok('runtime', facts);
}

export interface SettingsCheck {
  readonly result: CompletedCheck;
  /** `undefined` when the file cannot be read. */
  readonly stored: StoredSettings | undefined;
  /** Of the settings file; `undefined` without one. */
  readonly modifiedAt: number | undefined;
}

/** Reads the settings file, after its modes: reading repairs those. */
export async function checkConfig({ env, files, settingsFile }: Host, fixes: FixCommands): Promise<SettingsCheck> {
  const file = settingsFile.path;
  const folder = dirname(file);
  const none = { stored: undefined, modifiedAt: undefined };
  let found: PathFacts | undefined;
  let above: PathFacts | undefined;
  try {
    above = await files.inspect(folder);
    found = await files.inspect(file);
    const isBlocked = above !== undefined && above.kind !== 'folder';
    if (isBlocked) return { ...none, result: blocked('config', folder, fixes) };
    if (found !== undefined && found.kind !== 'file') {
      return { ...none, result: misplaced('config', file, found, fixes) };
    }
    const stored = await settingsFile.read();
    const facts = { stored, modifiedAt: found?.modifiedAt };
    const locked = await whyNotWritable(files, file);
    if (locked !== undefined) {
      const message = `${file} cannot be written: ${locked}`;
      const fix = above?.isForeign === true ? fixes.takeOwnership(folder) : fixes.restrict('700', folder);
      return { ...facts, result: fault('config', 'environment', message, fix) };
    }
    if (found === undefined) return { ...facts, result: ok('config', `${file}: nothing is stored yet`) };
    const [repair] = stored.repaired;
    if (repair === undefined) return { ...facts, result: ok('config', `${file}, for this user alone`) };
    const fix = [
      isOpen(above) ? fixes.restrict('700', folder) : undefined,
      isOpen(found) ? fixes.restrict('600', file) : undefined,
    ].filter((command) => command !== undefined);
    const message = stored.repaired.join('; ');
    return { ...facts, result: warning('config', message, fixes.sequence(...fix)) };
  } catch (error) {
    const { message, code } = settingsFailure(error, file);
    const fix = (): string => {
      if (code === 'config_corrupt') {
        return fixes.sequence(fixes.move(file, `${file}.damaged`), fixes.optipick('login'));
      }
      if (found?.isForeign === true || above?.isForeign === true) return fixes.takeOwnership(folder);
      const isOutOfReach = above === undefined && (env['OPTIPICK_CONFIG_DIR'] ?? '').trim() !== '';
      if (isOutOfReach) return fixes.unset('OPTIPICK_CONFIG_DIR');
      return fixes.sequence(fixes.restrict('700', folder), fixes.restrict('600', file));
    };
    return { ...none, result: fault('config', 'environment', message, fix()) };
  }
}

/** `undefined` when it can be written or created. */
async function whyNotWritable(files: Files, file: string): Promise<string | undefined> {
  try {
    if (await files.exists(dirname(file))) {
      await files.tryWriting(file);
    } else {
      const probe = await files.temporaryFolder((await nearestExisting(files, dirname(file))).path);
      await probe.remove();
    }
    return undefined;
  } catch (error) {
    return systemCodeOf(error) ?? messageOf(error);
  }
}

function settingsFailure(error: unknown, file: string): { readonly message: string; readonly code: string } {
  if (error instanceof CliError) return error;
  return { message: `${file} cannot be looked at: ${messageOf(error)}`, code: 'config_unreadable' };
}

/** Whether the state folder can be written, who may read it, and how much space is free. */
export async function checkState(host: Host, fixes: FixCommands): Promise<CompletedCheck> {
  const { files, platform } = host;
  const folder = stateFolder(host);
  let free: number;
  let place = folder;
  let found: PathFacts | undefined;
  try {
    const { path, facts } = await nearestExisting(files, folder);
    if (facts.kind !== 'folder') return blocked('state', path, fixes);
    found = path === folder ? facts : undefined;
    place = path;
    const probe = await files.temporaryFolder(path);
    await probe.remove();
    free = await files.freeBytes(path);
  } catch (error) {
    const isForeign = found?.isForeign ?? false;
    return fault('state', 'environment', ...unwritable(host, fixes, { folder, place, isForeign, error }));
  }
  const room = `${Math.floor(free / MB)} MB free`;
  const showSpace = `df -h ${fixes.path(place)}`;
  if (free < NO_SPACE) return fault('state', 'environment', `${folder}: the file system is full (${room})`, showSpace);
  if (free < LOW_SPACE) return warning('state', `${folder}: the file system is nearly full (${room})`, showSpace);
  if (platform !== 'win32') {
    const database = await files.inspect(join(folder, STATE_FILE));
    const open = [
      isOpen(found) ? { path: folder, mode: '700' } : undefined,
      // The check of the database reports one that cannot be written.
      isOpen(database) && database?.kind === 'file' && database.isWritable
        ? { path: join(folder, STATE_FILE), mode: '600' }
        : undefined,
    ].filter((one) => one !== undefined);
    if (open.length > 0) {
      const names = open.map(({ path }) => path).join(' and ');
      const fix = fixes.sequence(...open.map(({ path, mode }) => fixes.restrict(mode, path)));
      return warning('state', `others may read ${names}: received deliveries are in it`, fix);
    }
  }
  return ok('state', `${folder}${found === undefined ? ' (created on first use)' : ''}, ${room}`);
}

/** Why the state folder cannot be written, and the fix. */
function unwritable(
  { env, temporaryFolder }: Host,
  fixes: FixCommands,
  {
    folder,
    place,
    isForeign,
    error,
  }: { readonly folder: string; readonly place: string; readonly isForeign: boolean; readonly error: unknown },
): readonly [message: string, fix: string] {
  const code = systemCodeOf(error) ?? '';
  // The rest names the temporary folder that was tried.
  const why = messageOf(error).replace(/, mkdtemp '.*$/, '');
  const isFull = ['ENOSPC', 'EDQUOT'].includes(code);
  if (isFull) return [`${folder}: the file system is full`, `df -h ${fixes.path(place)}`];
  const message = `${folder} cannot be written to: ${why}`;
  // The mode of an existing folder above a missing one is not ours to change.
  const isOwn = place === folder && !isForeign;
  if (code === 'EACCES' && isOwn) return [message, fixes.restrict('700', folder)];
  if ((env['OPTIPICK_STATE_DIR'] ?? '').trim() !== '') return [message, fixes.unset('OPTIPICK_STATE_DIR')];
  if (isForeign) return [message, fixes.takeOwnership(folder)];
  return [message, fixes.setVariable('OPTIPICK_STATE_DIR', join(temporaryFolder, 'optipick'))];
}

/** Whether SQLite finds the state file intact. It is opened for reading only, and not created. */
export async function checkDatabase(host: Host, state: CompletedCheck, fixes: FixCommands): Promise<CheckResult> {
  const folder = stateFolder(host);
  const path = join(folder, STATE_FILE);
  if (state.status === 'fault') return skipped('database', 'the state folder cannot be used');
  const aside = join(folder, `damaged-${new Date(host.clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`);
  try {
    const found = await host.files.inspect(path);
    if (found !== undefined && found.kind !== 'file') return misplaced('database', path, found, fixes);
    if (found === undefined) return ok('database', 'none yet: it is created by the first submission');
    const locked = await unwritablePart(host.files, path);
    if (locked !== undefined) {
      const fix = locked.isForeign ? fixes.takeOwnership(folder) : fixes.restrict('600', locked.path);
      const message = `${locked.path} cannot be written to${locked.isForeign ? ': it belongs to another user' : ''}`;
      return fault('database', 'environment', message, fix);
    }
    const database = await host.openDatabase(path, { readOnly: true });
    try {
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
      if (version > MIGRATIONS.length) {
        const message = `${path} was written by a newer optipick`;
        return fault('database', 'environment', message, 'npm install --global optipick@latest');
      }
      const report = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
      const problem = report === 'ok' ? wrongTables(database, version) : `is damaged: ${report}`;
      if (problem === undefined) return ok('database', `${STATE_FILE} is whole`);
      return fault('database', 'environment', `${path} ${problem}`, fixes.moveInto(aside, path));
    } finally {
      database.close();
    }
  } catch (error) {
    const { message, code, retryable } = stateError(error, path);
    const own = retryable ? fixes.optipick('doctor') : fixes.restrict('600', path);
    return fault('database', 'environment', message, code === 'state_corrupt' ? fixes.moveInto(aside, path) : own);
  }
}

/** The first file that cannot be written: SQLite also writes a log and its index beside the state file. */
async function unwritablePart(
  files: Files,
  path: string,
): Promise<{ readonly path: string; readonly isForeign: boolean } | undefined> {
  for (const part of [path, `${path}-wal`, `${path}-shm`]) {
    const facts = await files.inspect(part);
    if (facts !== undefined && !facts.isWritable) return { path: part, isForeign: facts.isForeign };
  }
  return undefined;
}

/** What is wrong when the tables are not those of the version, as the end of a sentence; `undefined` when they are. */
function wrongTables(database: Database, version: number): string | undefined {
  const there = new Set(
    database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
      .map(({ name }) => String(name)),
  );
  const ours = tablesAt(version);
  const missing = ours.find((name) => !there.has(name));
  if (missing !== undefined) return `is not what optipick has written: the table ${missing} is missing`;
  const foreign = tablesAt(MIGRATIONS.length).find((name) => there.has(name) && !ours.includes(name));
  return foreign && `is not what optipick has written: a table ${foreign} is there that is not its own`;
}

/** There is something else where a file should be. */
function misplaced(
  check: 'config' | 'database',
  path: string,
  { kind }: PathFacts,
  fixes: FixCommands,
): CompletedCheck {
  const message = `${path} is a ${kind === 'folder' ? 'folder' : 'pipe, socket or device'}, and should be a file`;
  return fault(check, 'environment', message, fixes.move(path, `${path}.moved`));
}

/** There is a file where a folder should be. */
function blocked(check: 'config' | 'state', path: string, fixes: FixCommands): CompletedCheck {
  const message = `${path} is not a folder, so nothing can be stored in it`;
  return fault(check, 'environment', message, fixes.move(path, `${path}.moved`));
}

/** Whether other users have rights. A sticky folder such as /tmp is meant to be shared. */
function isOpen(facts: PathFacts | undefined): boolean {
  return facts !== undefined && facts.mode % 0o100 !== 0 && facts.mode < 0o1000;
}

/** The path, or the closest existing folder above it. */
async function nearestExisting(
  files: Files,
  path: string,
): Promise<{ readonly path: string; readonly facts: PathFacts }> {
  for (let at = path; ; at = dirname(at)) {
    const facts = await files.inspect(at);
    if (facts !== undefined) return { path: at, facts };
    if (dirname(at) === at) throw new Error('not even the root of the file system is there');
  }
}
