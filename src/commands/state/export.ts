/** `optipick state export`. */
import { join } from 'node:path';
import type { Context } from '../../context/context.ts';
import { counted } from '../../lib/text/numbers.ts';
import { stateFolder } from '../../settings/paths.ts';
import { portableHead, portableLine, type PortableRow, type PortableType } from '../../state/portable.ts';
import { openState, stateError, STATE_FILE } from '../../state/sqlite/database.ts';
import { readRows as readSqliteRows } from '../../state/sqlite/portable.ts';
import { refuseUnwritable, writeOutput } from '../shared/output-file.ts';

export interface ExportFlags {
  readonly withSecrets?: boolean;
}

/** It contains customers' orders. */
const MODE = 0o600;

/** Written at once. */
const CHUNK = 65_536;

export async function exportState(context: Context, file = '-', { withSecrets = false }: ExportFlags): Promise<void> {
  const { host, output } = context;
  if (file !== '-') await refuseUnwritable(host, file);
  const counts = new Map<PortableType, number>();
  const write = async (rows: AsyncIterable<PortableRow>): Promise<void> => {
    const chunks = chunksOf(context, rows, withSecrets, counts);
    if (file === '-') for await (const chunk of chunks) await output.document(chunk);
    else await writeOutput(host, file, chunks, MODE);
  };
  const { stateUrl } = await context.settings();
  if (stateUrl === undefined) await write(rowsOfFile(context, withSecrets));
  else await writeShared(context, stateUrl.value, withSecrets, write);
  const count = (type: PortableType): number => counts.get(type) ?? 0;
  const deliveries = counted(count('delivery'), 'delivery', 'deliveries');
  const tokens = withSecrets ? `, ${counted(count('relay_token'), 'relay token')}` : '';
  await output.note(
    `exported ${deliveries}, ${counted(count('submission'), 'submission')}, ${counted(count('posting'), 'posting')}${tokens}`,
  );
  const secrets = withSecrets ? ' and secrets' : '';
  await output.warn(`the export contains customers' orders${secrets}: store it as safely as the state itself`);
}

async function writeShared(
  context: Context,
  url: string,
  withSecrets: boolean,
  write: (rows: AsyncIterable<PortableRow>) => Promise<void>,
): Promise<void> {
  const { inSharedSession } = await import('../../context/shared-state.ts');
  const { readRows } = await import('../../state/postgres/admin/portable.ts');
  const { stateFailure } = await import('../../state/postgres/failure.ts');
  await inSharedSession(context, url, async ({ client, at, place }) => {
    // Worded here: whoever writes the file would take it for an error of the file.
    const reworded = async function* (): AsyncGenerator<PortableRow, void> {
      try {
        yield* readRows(client, at, withSecrets);
      } catch (error) {
        throw stateFailure(error, place);
      }
    };
    await write(reworded());
  });
}

/** None where there is no file: it is not created. */
async function* rowsOfFile({ host }: Context, withSecrets: boolean): AsyncGenerator<PortableRow, void> {
  const folder = stateFolder(host);
  if (!(await host.files.exists(join(folder, STATE_FILE)))) return;
  const database = await openState((path) => host.openDatabase(path), folder);
  try {
    yield* readSqliteRows(database, withSecrets);
  } catch (error) {
    throw stateError(error, join(folder, STATE_FILE));
  } finally {
    database.close();
  }
}

async function* chunksOf(
  { stop }: Context,
  rows: AsyncIterable<PortableRow>,
  withSecrets: boolean,
  counts: Map<PortableType, number>,
): AsyncGenerator<Uint8Array, void> {
  let text = `${portableHead(withSecrets)}\n`;
  for await (const row of rows) {
    stop.throwIfAborted();
    counts.set(row.type, (counts.get(row.type) ?? 0) + 1);
    text += `${portableLine(row)}\n`;
    if (text.length < CHUNK) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}
