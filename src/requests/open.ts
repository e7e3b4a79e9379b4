/** From the files of a command line to requests, all checked before the first is sent. */
import { CliError } from '../errors.ts';
import { headerNames } from './csv/header/find.ts';
import { formatOfContent, formatOfName, type InputFormat } from './format.ts';
import { peekInput, type RequestReader } from './input.ts';
import { readJsonRequests } from './json/requests.ts';
import { listed } from './quote.ts';
import { invalidRequest } from './request.ts';
import type { RequestSet, SetEntry } from './request-set.ts';
import { SetBuilder } from './set-builder.ts';
import type { SetInput, SetOptions } from './set-options.ts';
import { createSpool } from './spool.ts';
import { withoutEnd } from './text-end.ts';
import { inUtf8 } from './utf16.ts';

/** One reader a format. Tables and NDJSON are loaded when they are read: most inputs are one JSON request. */
const READERS: Readonly<Record<InputFormat, () => Promise<RequestReader>>> = {
  json: async () => readJsonRequests,
  csv: async () => (await import('./csv/requests.ts')).readTableRequests,
  ndjson: async () => (await import('./json/ndjson.ts')).readNdjsonRequests,
};

/**
 * Reads all inputs (JSON, CSV, NDJSON) once and checks them: bodies wait on disk when they are large. Throws one
 * `CliError` `usage` that lists the errors of all inputs (`invalid_request`), or says why there is nothing to send
 * (`wave_not_found`, `nothing_to_send`); the set is closed then.
 */
export async function openRequestSet(options: SetOptions): Promise<RequestSet> {
  const spool = createSpool(options.scratch);
  try {
    const set = new SetBuilder(options, spool);
    let tables = 0;
    for (const input of options.inputs) {
      if ((await readInput(input, options, set)) === 'csv') tables += 1;
      await spool.relieve();
    }
    if (tables === 0) rejectTableFlags(options);
    rejectErrors(options, set);
    const rejected = [];
    for (const write of set.rejected) rejected.push(await write());
    rejectEmptySet(options, set, rejected);
    return {
      entries: entriesOf(set),
      columns: tables === 0 ? undefined : set.columns.headers,
      dialect: set.dialect,
      mixed: tables > 0 && tables < options.inputs.length,
      alternatives: set.alternatives,
      warnings: [...set.nearColumns.list(), ...set.warnings],
      notes: set.unsentColumns.list(),
      rejected,
      close: () => spool.close(),
    };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/** Returns the format; `undefined` when the input could not be read far enough to see it. */
async function readInput(
  input: SetInput,
  { formatIn, inputs }: SetOptions,
  set: SetBuilder,
): Promise<InputFormat | undefined> {
  const { name } = input;
  const known = formatIn ?? formatOfName(name);
  try {
    const peeked = await peekInput(withoutEnd(inUtf8(name, input.open())), known);
    try {
      const format = known ?? formatOfContent(peeked.head, headerNames(set.kind, set.map));
      const read = await READERS[format]();
      await read(name, peeked, set);
      return format;
    } finally {
      await peeked.close();
    }
  } catch (error) {
    // With several inputs the errors of all are listed.
    if (inputs.length === 1 || !(error instanceof CliError) || !CONTENT.has(error.code)) throw error;
    for (const detail of error.details) set.errors.add(() => detail);
    if (error.details.length === 0) {
      const message = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
      set.errors.add(() => ({ path: '', message }));
    }
    return known;
  }
}

function rejectTableFlags({ map = [], fillDown = [], skipLines = [] }: SetOptions): void {
  const given = { '--map': map, '--fill-down': fillDown, '--skip-lines': skipLines };
  const flag = Object.entries(given).find(([, values]) => values.length > 0)?.[0];
  if (flag === undefined) return;
  throw new CliError('usage', `${flag} is for tables, and the input is JSON`, {
    code: 'conflicting_options',
    hint: `leave ${flag} out, or add --format-in csv`,
  });
}

/** Failures of one file, and not of the command line or the machine. */
const CONTENT: ReadonlySet<string> = new Set(['invalid_json', 'invalid_encoding', 'empty_input', 'input_too_large']);

function rejectErrors({ inputs, kind }: SetOptions, { errors, skippableErrors }: SetBuilder): void {
  if (errors.count === 0) return;
  const [only] = inputs;
  const what = inputs.length === 1 && only !== undefined ? `${only.name} is` : `the ${inputs.length} inputs are`;
  const hint = 'nothing was sent: fix the file and run the command again';
  throw invalidRequest(
    `${what} not ${inputs.length === 1 ? `a valid ${kind} request` : `valid ${kind} requests`}`,
    errors,
    skippableErrors === errors.count ? `${hint}, or send the rest with --skip-invalid` : hint,
  );
}

function rejectEmptySet({ overrides }: SetOptions, set: SetBuilder, rejected: RequestSet['rejected']): void {
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

/** Where two requests have one name, their places tell them apart. */
function entriesOf({ requests }: SetBuilder): SetEntry[] {
  const times = new Map<string, number>();
  for (const { name } of requests) times.set(name, (times.get(name) ?? 0) + 1);
  return requests.map(({ name, place, entry }) =>
    entry(times.get(name) === 1 || name === place ? name : `${name} (${place})`),
  );
}
