/** JSON and NDJSON to requests: one, a list of them, or picks that are grouped by their wave. */
import type { Kind } from '../domain/kinds.ts';
import { CliError, type FailureDetail } from '../errors.ts';
import type { FaultList } from './fault-list.ts';
import { parseJson } from './json-parser.ts';
import { type JsonNode, memberOf, stringOf } from './json-tree.ts';
import { digestOf } from './request-spool.ts';
import type { CallerRow } from './request-set.ts';
import { prepareRequest, type Overrides, type PreparedRequest } from './request.ts';
import type { Source } from './source.ts';

/** A request that was checked, before it has its name in the set. */
export interface MadeRequest {
  readonly waveId: string | undefined;
  /** Where it stands: `requests.ndjson:3`. */
  readonly place: string;
  readonly siteName: string;
  readonly picks: number;
  readonly digest: string;
  body(): Uint8Array;
  /** Of the table it comes from; `undefined` for JSON. */
  readonly headers: readonly string[] | undefined;
  rows(): readonly CallerRow[];
}

export interface JsonResult {
  readonly requests: readonly MadeRequest[];
  readonly warnings: readonly FailureDetail[];
}

/** A document that is one request, a list of picks, or a list of requests. Throws for faults of syntax. */
export function readJsonRequests(kind: Kind, source: Source, overrides: Overrides, faults: FaultList): JsonResult {
  const { root } = parseJson(source);
  const items = root.type === 'array' ? root.items : [];
  const several =
    items.length > 0 && items.every((item) => item.type === 'object' && memberOf(item, 'picks') !== undefined);
  if (!several) {
    const prepared = attempt(kind, source, overrides, faults);
    if (prepared === undefined) return { requests: [], warnings: [] };
    return { requests: [madeOf(prepared, source.name)], warnings: prepared.warnings };
  }
  return readSeveral(
    kind,
    items.map((item) => partOf(source, item)),
    overrides,
    faults,
  );
}

/** One document a line: requests, or picks. Throws for faults of syntax, with the line. */
export function readLineRequests(kind: Kind, source: Source, overrides: Overrides, faults: FaultList): JsonResult {
  const lines: Part[] = [];
  let start = 0;
  let number = 1;
  while (start <= source.text.length) {
    const found = source.text.indexOf('\n', start);
    const end = found === -1 ? source.text.length : found;
    const text = source.text.slice(start, end).replace(/\r$/, '');
    if (text.trim() !== '') lines.push(lineOf(source.name, text, number));
    start = end + 1;
    number += 1;
  }
  const [first] = lines;
  const root = first === undefined ? undefined : parseJson(first.source).root;
  const isRequest = root?.type === 'object' && memberOf(root, 'picks') !== undefined;
  return isRequest
    ? readSeveral(kind, lines, overrides, faults)
    : readPicks(kind, source.name, lines, overrides, faults);
}

/** A document within a file. */
interface Part {
  /** `requests.ndjson:3` */
  readonly place: string;
  readonly source: Source;
}

function lineOf(name: string, text: string, number: number): Part {
  return { place: `${name}:${number}`, source: { name, text, place: (offset) => `${name}:${number}:${offset + 1}` } };
}

function partOf(source: Source, { start, end }: JsonNode): Part {
  const text = source.text.slice(start, end);
  return {
    place: source.place(start).replace(/:\d+$/, ''),
    source: { name: source.name, text, place: (offset) => source.place(start + offset) },
  };
}

function readSeveral(kind: Kind, parts: readonly Part[], overrides: Overrides, faults: FaultList): JsonResult {
  const requests: MadeRequest[] = [];
  const warnings: FailureDetail[] = [];
  // Of several requests `--wave` picks one; a single one gets it as its wave.
  const { wave: _, ...rest } = overrides;
  for (const { source, place } of parts) {
    const prepared = attempt(kind, source, parts.length === 1 ? overrides : rest, faults);
    if (prepared === undefined) continue;
    requests.push(madeOf(prepared, place));
    warnings.push(...prepared.warnings);
  }
  return { requests, warnings };
}

/** Picks, one a line, to a request for each wave that they name. */
function readPicks(
  kind: Kind,
  name: string,
  lines: readonly Part[],
  overrides: Overrides,
  faults: FaultList,
): JsonResult {
  const waves = new Map<string | undefined, Part[]>();
  for (const line of lines) {
    const { root } = parseJson(line.source);
    const node = root.type === 'object' ? memberOf(root, 'wave_id')?.value : undefined;
    const wave = node?.type === 'string' ? stringOf(node) : undefined;
    const group = waves.get(wave) ?? [];
    waves.set(wave, group);
    group.push(line);
  }
  const named = [...waves.keys()].some((wave) => wave !== undefined);
  const requests: MadeRequest[] = [];
  const warnings: FailureDetail[] = [];
  for (const [wave, group] of waves) {
    const source = joined(name, group);
    // Where picks name waves, `--wave` picks one of them later on.
    const prepared = attempt(kind, source, named ? { ...overrides, wave } : overrides, faults);
    if (prepared === undefined) continue;
    requests.push(madeOf(prepared, waves.size === 1 ? name : (group[0]?.place ?? name)));
    warnings.push(...prepared.warnings);
  }
  return { requests, warnings };
}

/** Lines as one list; the place of each character is where it stands in its line. */
function joined(name: string, lines: readonly Part[]): Source {
  const starts: number[] = [];
  let text = '[';
  for (const { source } of lines) {
    if (text.length > 1) text += ',';
    starts.push(text.length);
    text += source.text;
  }
  return {
    name,
    text: `${text}]`,
    place(offset) {
      let index = starts.findLastIndex((start) => start <= offset);
      if (index === -1) index = 0;
      return lines[index]?.source.place(Math.max(0, offset - (starts[index] ?? 0))) ?? name;
    },
  };
}

/** Faults of content are collected, so that all files are told of at once. */
function attempt(kind: Kind, source: Source, overrides: Overrides, faults: FaultList): PreparedRequest | undefined {
  try {
    return prepareRequest(kind, source, overrides);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'invalid_request') throw error;
    for (const detail of error.details) faults.add(() => detail);
    return undefined;
  }
}

function madeOf({ body, request }: PreparedRequest, place: string): MadeRequest {
  return {
    waveId: request.waveId,
    place,
    siteName: request.siteName,
    picks: request.picks,
    digest: digestOf(body),
    body: () => body,
    headers: undefined,
    rows: () => [],
  };
}
