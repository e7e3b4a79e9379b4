/**
 * 10,000 tables drawn from a seed, against what they mean, which `table-cases.ts` finds out by itself. `TABLES_SEED`
 * repeats a run.
 *
 * @module-tag generated
 */
import { parse } from 'csv-parse/sync';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { open } from '../requests/opening.ts';
import { drawTable, type MeantRow, type TableCase } from './table-cases.ts';

const TABLES = 10_000;
const SEED = Number(process.env['TABLES_SEED'] ?? Date.now() % 1_000_000);

test(`tables of any kind are read or named, no row is lost or invented (TABLES_SEED=${SEED})`, async () => {
  process.stdout.write(`tables: TABLES_SEED=${SEED}\n`);
  const wrong: unknown[] = [];
  const heaps: number[] = [];
  const counts = { sent: 0, rejected: 0, files: 0 };
  for (let index = 0; index < TABLES; index += 1) {
    const table = drawTable(createRandom(SEED * 31 + index), index);
    const problem = await problemOf(table, counts).catch((error: unknown) => String(error));
    if (problem !== undefined) wrong.push({ index, problem, recipe: table.recipe, text: textOf(table) });
    if (index % 2000 === 1999) heaps.push(heapMegabytes());
  }
  expect(wrong.slice(0, 5), `${wrong.length} of ${TABLES} with TABLES_SEED=${SEED}`).toEqual([]);
  // Each way out is taken often: a generator that draws nothing would prove nothing.
  expect(Math.min(counts.sent / 10, counts.rejected, counts.files)).toBeGreaterThan(TABLES / 50);
  // What one table needed is given back.
  expect(Math.max(...heaps.slice(2)) - (heaps[0] ?? 0)).toBeLessThan(24);
}, 600_000);

/** What is wrong with how the table was read; `undefined` for nothing. */
async function problemOf(table: TableCase, counts: Record<'sent' | 'rejected' | 'files', number>): Promise<unknown> {
  const { rows, readable, name } = table;
  let read: Awaited<ReturnType<typeof readTable>>;
  try {
    read = await readTable(table);
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== 2) throw error;
    counts.files += 1;
    const says = [error.message, ...error.details.map(({ place }) => place)].join('\n');
    if (!says.includes(name) && error.code !== 'nothing_to_send') return { problem: 'a file is not named', says };
    const isFair = readable !== 'always' || rows.every(({ must }) => must !== 'send');
    return isFair ? undefined : { problem: 'a good file is rejected', says, details: error.details };
  }
  if (readable === 'never') return 'an encoding that cannot be known is read';
  const { picks, rejected } = read;
  for (const row of rows) {
    // A row that was cut off before its id gets one.
    const id = row.pick['pick_id'] || [...picks.keys()].find((key) => key.startsWith('pick_')) || '';
    const got = picks.get(id);
    const isRejected = rejected.has(row.line);
    if (isRejected) counts.rejected += 1;
    else counts.sent += 1;
    if (isRejected && got !== undefined && !isTwice(row, rows))
      return { problem: 'a row is rejected and sent', row, got };
    if (!isRejected && got === undefined) return { problem: 'a row is lost', row };
    if (row.must === 'reject' && !isRejected) return { problem: 'a bad row is sent', row, got };
    if (row.must === 'send' && isRejected)
      return { problem: 'a good row is rejected', row, why: rejected.get(row.line) };
    if (!isRejected && !isSame(row, got ?? {})) return { problem: 'a row is altered', row, got };
    picks.delete(id);
  }
  return picks.size === 0 ? undefined : { problem: 'a row is invented', picks: Object.fromEntries(picks) };
}

function isTwice(row: MeantRow, rows: readonly MeantRow[]): boolean {
  return rows.some((other) => other !== row && other.pick['pick_id'] === row.pick['pick_id']);
}

/** Characters that cannot be seen, and the apostrophe of a spreadsheet, may be left out at the edges of an odd value. */
function isSame({ pick, must }: MeantRow, got: Readonly<Record<string, unknown>>): boolean {
  const { note: _, ...meant } = pick;
  const tidy = (text: string): string =>
    must === 'either' ? text.replaceAll(/^[\u200b\u200e']+|[\u200b\u200e]+$/g, '') : text;
  return Object.entries(meant).every(([field, value]) => {
    const found = got[field];
    if (value === '') return found === undefined || field === 'pick_id';
    return field === 'quantity' ? found === Number(value) : tidy(String(found)) === tidy(value);
  });
}

/** Picks by their id, and why lines were rejected. */
async function readTable({ name, bytes, delimiter }: TableCase): Promise<{
  readonly picks: Map<string, Record<string, unknown>>;
  readonly rejected: Map<number, string>;
}> {
  const { set, rejected } = await open({ [name]: bytes }, { skipInvalid: true });
  const picks = new Map<string, Record<string, unknown>>();
  for (const entry of set.entries) {
    const body = JSON.parse(new TextDecoder().decode(await entry.body())) as {
      wave_id?: string;
      picks: Record<string, unknown>[];
    };
    for (const pick of body.picks) picks.set(String(pick['pick_id']), { wave_id: body.wave_id, ...pick });
  }
  await set.close();
  const rows = parse(rejected[name] ?? '', { bom: true, delimiter, relax_column_count: true });
  return { picks, rejected: new Map(rows.slice(1).map((row) => [Number(row.at(-1)), row.at(-2) ?? ''])) };
}

function textOf({ bytes }: TableCase): string {
  return Buffer.from(bytes)
    .toString(bytes[1] === 0 || bytes[0] === 0xff ? 'utf16le' : 'utf8')
    .slice(0, 600);
}

function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1e6;
}
