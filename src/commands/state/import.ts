/** `optipick state import`. */
import { join, resolve } from 'node:path';
import type { Context } from '../../context/context.ts';
import { openInput } from '../../context/input-file.ts';
import { CliError } from '../../errors.ts';
import { counted } from '../../lib/text/numbers.ts';
import { ACCEPT_GROUP_BYTES, ACCEPT_GROUP_SIZE } from '../../limits.ts';
import { renderTable } from '../../output/terminal/table.ts';
import { jsonLines } from '../../requests/json/lines.ts';
import { stateFolder } from '../../settings/paths.ts';
import type { LiveOwner } from '../../state/contents.ts';
import { isClaimed } from '../../state/inbox.ts';
import {
  inPieces,
  isPortableHead,
  parsePortableLine,
  PORTABLE_TYPES,
  type PortableRow,
  type PortableTarget,
  type PortableType,
} from '../../state/portable.ts';
import { openState, stateError, STATE_FILE } from '../../state/sqlite/database.ts';
import { createSqliteTarget, readRows } from '../../state/sqlite/portable.ts';
import { liveOwners } from '../../state/sqlite/status.ts';

export interface ImportFlags {
  /** A folder; `true`: that of this machine. */
  readonly fromSqlite?: string | true;
}

interface Counts {
  added: number;
  present: number;
}

type CountsByType = Readonly<Record<PortableType, Counts>>;

/** What a type is called in a table, and in JSON. */
const NAMES: Readonly<Record<PortableType, string>> = {
  delivery: 'deliveries',
  submission: 'submissions',
  posting: 'postings',
  relay_token: 'relay tokens',
};

export async function importState(
  context: Context,
  file: string | undefined,
  { fromSqlite }: ImportFlags,
): Promise<void> {
  const { host, output } = context;
  if ((file === undefined) === (fromSqlite === undefined)) {
    throw new CliError('usage', file === undefined ? 'nothing was named to import' : 'a file excludes --from-sqlite', {
      code: file === undefined ? 'missing_argument' : 'conflicting_options',
      hint: 'optipick state import <file>, or optipick state import --from-sqlite',
    });
  }
  const { stateUrl } = await context.settings();
  const own = stateFolder(host);
  const folder = fromSqlite === undefined ? undefined : fromSqlite === true ? own : resolve(host.cwd, fromSqlite);
  if (folder !== undefined) await requireState(context, folder, stateUrl === undefined ? own : undefined);
  const rows = folder === undefined ? rowsOfExport(context, file ?? '-') : rowsOfFile(context, folder);
  const fill = (target: PortableTarget): Promise<CountsByType> => addAll(context, rows, target);
  const { place, counts } =
    stateUrl === undefined ? await fillFile(context, own, fill) : await fillShared(context, stateUrl.value, fill);
  await show(context, place, counts);
  if (folder === undefined) return;
  await output.hint(
    `${join(folder, STATE_FILE)} is unchanged: move it away, so that no listener works on what it holds, too`,
  );
}

async function requireState({ host }: Context, folder: string, own: string | undefined): Promise<void> {
  if (folder === own) {
    throw new CliError('usage', `the state in force is that in ${folder}, and cannot be imported into itself`, {
      code: 'conflicting_options',
      hint: 'set OPTIPICK_STATE_URL to the address of a shared state: postgres://user@host/db',
    });
  }
  if (await host.files.exists(join(folder, STATE_FILE))) return;
  throw new CliError('usage', `there is no ${STATE_FILE} in ${folder}`, {
    code: 'input_not_readable',
    hint: 'name the folder in which it is: optipick state import --from-sqlite <folder>',
  });
}

async function* rowsOfExport(context: Context, path: string): AsyncGenerator<PortableRow, void> {
  const { name, chunks } = openInput(context, path);
  let isFirst = true;
  for await (const { line, source } of jsonLines(name, chunks)) {
    const text = source?.text ?? '';
    if (isFirst && !isPortableHead(text)) throw notAnExport(`${name} was not written by optipick state export`);
    if (!isFirst) {
      const row = parsePortableLine(text);
      if (typeof row === 'string') throw notAnExport(`${name}:${line}: ${row}`);
      requireIdle(name, ownersOf(row, context.host.clock.now()));
      yield row;
    }
    isFirst = false;
  }
  if (isFirst) throw notAnExport(`${name} is empty`);
}

function notAnExport(message: string): CliError {
  return new CliError('usage', message, {
    code: 'not_an_export',
    hint: 'give a file that "optipick state export" has written, whole and unchanged',
  });
}

/** An old file is migrated when it is opened. */
async function* rowsOfFile({ host }: Context, folder: string): AsyncGenerator<PortableRow, void> {
  const file = join(folder, STATE_FILE);
  const database = await openState((path) => host.openDatabase(path), folder);
  try {
    requireIdle(file, liveOwners(database, host.clock.now()));
    yield* readRows(database, true);
  } catch (error) {
    throw stateError(error, file);
  } finally {
    database.close();
  }
}

function ownersOf(row: PortableRow, now: number): readonly LiveOwner[] {
  if (row.type !== 'delivery') return [];
  return row.steps.flatMap(({ state, owner, lease_until: leaseUntil }) =>
    state === 'pending' && owner !== null && isClaimed({ owner, leaseUntil }, now) ? [{ owner, steps: 1 }] : [],
  );
}

/** Who works on it would not know that another does, too. */
function requireIdle(source: string, owners: readonly LiveOwner[]): void {
  if (owners.length === 0) return;
  const steps = owners.reduce((sum, owner) => sum + owner.steps, 0);
  throw new CliError('environment', `a listener is at work on ${counted(steps, 'step')} in ${source}`, {
    code: 'state_in_use',
    hint: 'stop it, and import again: what was imported is not imported twice',
    retryable: true,
  });
}

async function addAll(
  { stop }: Context,
  rows: AsyncIterable<PortableRow>,
  target: PortableTarget,
): Promise<CountsByType> {
  const none = (): Counts => ({ added: 0, present: 0 });
  const counts = { delivery: none(), submission: none(), posting: none(), relay_token: none() };
  for await (const piece of inPieces(rows, { most: ACCEPT_GROUP_SIZE, mostBytes: ACCEPT_GROUP_BYTES })) {
    stop.throwIfAborted();
    const added = await target.add(piece);
    const [first] = piece;
    if (first === undefined) continue;
    counts[first.type].added += added;
    counts[first.type].present += piece.length - added;
  }
  return counts;
}

interface Filled {
  readonly place: string;
  readonly counts: CountsByType;
}

type Fill = (target: PortableTarget) => Promise<CountsByType>;

async function fillFile({ host }: Context, folder: string, fill: Fill): Promise<Filled> {
  const database = await openState((path) => host.openDatabase(path), folder);
  try {
    return { place: folder, counts: await fill(createSqliteTarget(database, join(folder, STATE_FILE))) };
  } finally {
    database.close();
  }
}

async function fillShared(context: Context, url: string, fill: Fill): Promise<Filled> {
  const { inSharedSession } = await import('../../context/shared-state.ts');
  const { createPostgresTarget } = await import('../../state/postgres/admin/portable.ts');
  return await inSharedSession(context, url, async ({ client, at, place }) => ({
    place,
    counts: await fill(createPostgresTarget(client, at)),
  }));
}

async function show({ output }: Context, place: string, counts: CountsByType): Promise<void> {
  if (output.json) {
    const entries = PORTABLE_TYPES.map((type) => {
      const { added, present } = counts[type];
      return [NAMES[type].replace(' ', '_'), { new: added, already_there: present }];
    });
    await output.record({ v: 1, state: place, ...Object.fromEntries(entries) });
    return;
  }
  const rows = PORTABLE_TYPES.map((type) => {
    const { added, present } = counts[type];
    return [NAMES[type], String(added), String(present)];
  });
  const columns = [
    { title: 'imported' },
    { title: 'new', align: 'right' },
    { title: 'already there', align: 'right' },
  ] as const;
  await output.lines(renderTable(columns, rows, { width: output.width, style: await output.style() }));
}
