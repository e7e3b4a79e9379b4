/** From the files of a command line to requests, all checked before the first is sent. */
import { CliError } from '../errors.ts';
import { readBytes } from '../lib/net/http.ts';
import { inUtf8 } from './utf16.ts';
import { parseColumnMap } from './csv/header/column-map.ts';
import { headerNames } from './csv/header/line.ts';
import { formatOfContent, formatOfName, type HeadedInput, type InputFormat, openHead } from './input-format.ts';
import { readJsonRequests } from './json/requests.ts';
import { invalidRequest } from './request.ts';
import type { RequestSet, SetEntry } from './request-set.ts';
import { createSetBuilder, type SetBuilder } from './set-builder.ts';
import type { SetInput, SetOptions } from './set-options.ts';
import { createSpool } from './spool.ts';
import { withoutEnd } from './text-end.ts';

/**
 * Reads all inputs (JSON, CSV, NDJSON) once and checks them. Nothing is kept in memory but where things stand. Throws
 * one `CliError` `usage` that lists the faults of all inputs (`invalid_request`), or says why there is nothing to send
 * (`wave_not_found`, `nothing_to_send`); the set is closed then.
 */
export async function openRequestSet(options: SetOptions): Promise<RequestSet> {
  const map = parseColumnMap(options.kind, options.map ?? []);
  const spool = createSpool(options.scratch);
  try {
    const set = createSetBuilder(options, map, spool);
    let tables = 0;
    for (const input of options.inputs) {
      if ((await readInput(input, options, set)) === 'csv') tables += 1;
      await spool.relieve();
    }
    if (tables === 0) refuseTableFlags(options);
    refuseFaults(options, set);
    const rejected = [];
    for (const { rows, headers } of set.rejected) rejected.push(await rows.write(headers));
    refuseNothing(options, set, rejected);
    return {
      entries: entriesOf(set),
      columns: tables === 0 ? undefined : set.columns.headers,
      mixed: tables > 0 && tables < options.inputs.length,
      alternatives: set.alternatives,
      warnings: set.warnings,
      rejected,
      close: () => spool.close(),
    };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

function refuseTableFlags({ map = [], fillDown = [], skipLines = [] }: SetOptions): void {
  const given = { '--map': map, '--fill-down': fillDown, '--skip-lines': skipLines };
  const flag = Object.entries(given).find(([, values]) => values.length > 0)?.[0];
  if (flag === undefined) return;
  throw new CliError('usage', `${flag} is for tables, and the input is JSON`, {
    code: 'conflicting_options',
    hint: `leave ${flag} out, or add --format-in csv`,
  });
}

async function readInput(input: SetInput, options: SetOptions, set: SetBuilder): Promise<string> {
  const { name } = input;
  const named = options.formatIn ?? formatOfName(name);
  const bytes = withoutEnd(inUtf8(name, input.open()));
  try {
    if (named === 'json') {
      await readJsonRequests(name, await readBytes(bytes), set);
      return named;
    }
    const headed = await openHead(bytes);
    try {
      return await readHeaded(name, headed, named, set);
    } finally {
      await headed.close();
    }
  } catch (error) {
    // Of several inputs the faults of all are told.
    if (options.inputs.length === 1 || !(error instanceof CliError) || !CONTENT.has(error.code)) throw error;
    for (const detail of error.details) set.faults.add(() => detail);
    if (error.details.length === 0) set.faults.add(() => ({ path: '', message: error.message }));
    return named ?? '';
  }
}

async function readHeaded(
  name: string,
  headed: HeadedInput,
  named: InputFormat | undefined,
  set: SetBuilder,
): Promise<InputFormat> {
  const format = named ?? formatOfContent(headed.head, headerNames(set.kind, set.map));
  if (format === 'csv') {
    const { readTableRequests } = await import('./csv/requests.ts');
    await readTableRequests(name, headed, set);
  } else if (format === 'ndjson') {
    const { readNdjsonRequests } = await import('./json/ndjson.ts');
    await readNdjsonRequests(name, headed, set);
  } else {
    await readJsonRequests(name, await readBytes(headed.bytes), set);
  }
  return format;
}

/** Failures that are of one file, and do not tell of the command line or the machine. */
const CONTENT: ReadonlySet<string> = new Set(['invalid_json', 'invalid_encoding', 'empty_input', 'input_too_large']);

function refuseFaults({ inputs, kind }: SetOptions, { faults, skippable }: SetBuilder): void {
  if (faults.count === 0) return;
  const [only] = inputs;
  const what = inputs.length === 1 && only !== undefined ? `${only.name} is` : `the ${inputs.length} inputs are`;
  const hint = 'nothing was sent: mend the file and run the command again';
  throw invalidRequest(
    `${what} not ${inputs.length === 1 ? `a valid ${kind} request` : `valid ${kind} requests`}`,
    faults,
    skippable === faults.count ? `${hint}, or send the rest with --skip-invalid` : hint,
  );
}

function refuseNothing({ overrides }: SetOptions, set: SetBuilder, rejected: RequestSet['rejected']): void {
  if (set.requests.length > 0) return;
  if (rejected.length > 0) {
    const count = rejected.reduce((sum, one) => sum + one.count, 0);
    throw new CliError('usage', `nothing is left to send: all ${count} rows were refused`, {
      code: 'nothing_to_send',
      hint: `the reasons are in ${rejected.map(({ path }) => path).join(', ')}`,
    });
  }
  const waves = [...set.waves.keys()];
  if (overrides?.wave === undefined) {
    throw new CliError('usage', 'the input holds no request', { code: 'nothing_to_send' });
  }
  throw new CliError('usage', `there is no wave "${overrides.wave}" in the input`, {
    code: 'wave_not_found',
    hint: waves.length === 0 ? 'no request of the input has a wave' : `the waves are ${listed(waves)}`,
  });
}

const MOST_LISTED = 20;

function listed(waves: readonly string[]): string {
  const more = waves.length - MOST_LISTED;
  return waves.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** A name that two requests have is told with the place of each. */
function entriesOf({ requests }: SetBuilder): SetEntry[] {
  const times = new Map<string, number>();
  for (const { name } of requests) times.set(name, (times.get(name) ?? 0) + 1);
  return requests.map(({ name, place, entry }) =>
    entry(times.get(name) === 1 || name === place ? name : `${name} (${place})`),
  );
}
