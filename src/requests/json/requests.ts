/** Requests in JSON: one, a list of picks, or a list of requests. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { decodeSource } from '../encoding.ts';
import { FaultList } from '../fault-list.ts';
import { createIdCheck, type IdCheck, idsUnder } from '../validation/id-check.ts';
import { parseJson } from './parser.ts';
import { type JsonNode, type JsonTree, memberOf, placeOf, stringOf } from './tree.ts';
import { type CheckedRequest, checkRequest, type Overrides, type PreparedRequest } from '../request.ts';
import type { SetBuilder } from '../set-builder.ts';

/** Adds what a file of JSON holds, or its faults, to the set. Throws `CliError` `usage` for what is no JSON. */
export async function readJsonRequests(name: string, bytes: Uint8Array, set: SetBuilder): Promise<void> {
  const tree = parseJson(decodeSource(name, bytes));
  const ids = createIdCheck(set.allowed);
  await addRequests(name, tree, ids, set);
  set.warnings.push(...ids.notes.warnings());
}

async function addRequests(name: string, tree: JsonTree, ids: IdCheck, set: SetBuilder): Promise<void> {
  const { root } = tree;
  if (root.type !== 'array' || memberOf(root.items[0] ?? root, 'picks') === undefined) {
    if (set.single || isChosen(set, root, name)) {
      addRequest(set, { name, tree, under: '', overrides: withoutWave(set.overrides, set.single), ids });
    }
    return;
  }
  set.faults.addAll(tree.duplicates);
  const single = set.single && root.items.length === 1;
  for (const [index, item] of root.items.entries()) {
    const tree = { root: item, duplicates: new FaultList() };
    if (!single && !isChosen(set, item, name)) continue;
    const overrides = withoutWave(set.overrides, single);
    addRequest(set, { name: placeOf(item), tree, under: `/${index}`, overrides, ids });
    await set.spool.relieve();
  }
}

interface FoundTree {
  /** By which the request is known when it has no wave. */
  readonly name: string;
  readonly tree: JsonTree;
  /** Where it stands in its document, as a JSON pointer. */
  readonly under: string;
  readonly overrides: Overrides;
  readonly ids: IdCheck;
}

/** Checks a request and puts it, or its faults, into the set. */
function addRequest(set: SetBuilder, { name, tree, under, overrides, ids }: FoundTree): void {
  const { faults, warnings, prepared } = checkRequest(set.kind, tree, overrides, idsUnder(under, ids));
  set.faults.addAll(faults, under);
  if (faults.count > 0) return;
  addWarnings(set, warnings, { under, once: under !== '' });
  addPrepared(set, name, prepared());
}

/** A request alone takes the wave of the command line; of several it chooses. */
export function withoutWave(overrides: Overrides, single: boolean): Overrides {
  return single ? overrides : { ...overrides, wave: undefined };
}

/** Whether the request is to be sent; its wave is noted. */
export function isChosen(set: SetBuilder, request: JsonNode, name: string): boolean {
  const chosen = set.overrides.wave;
  const wave = memberOf(request, 'wave_id')?.value;
  if (wave?.type === 'string' && !set.waves.has(stringOf(wave))) set.waves.set(stringOf(wave), name);
  return chosen === undefined || (wave?.type === 'string' && stringOf(wave) === chosen);
}

/** `under` is where the request stands in its document; `once` tells a warning that many requests share once. */
export function addWarnings(
  set: SetBuilder,
  warnings: CheckedRequest['warnings'],
  { under = '', once }: { readonly under?: string; readonly once: boolean },
): void {
  for (const warning of warnings) {
    if (once && set.warnings.some(({ message }) => message === warning.message)) continue;
    set.warnings.push({ ...warning, path: under + warning.path });
  }
}

/** Its body goes to disk when there are many. */
export function addPrepared(set: SetBuilder, name: string, { body, request }: PreparedRequest): void {
  const { siteName, waveId, picks } = request;
  const strand = set.spool.strand();
  set.spool.add(strand, body);
  const digest = createHash('sha256').update(body).digest('hex');
  set.requests.push({
    name: waveId ?? name,
    place: name,
    entry: (own) => ({
      name: own,
      siteName,
      waveId,
      picks,
      digest,
      async body() {
        const pieces: Uint8Array[] = [];
        for await (const piece of set.spool.read(strand)) pieces.push(piece);
        const [only] = pieces;
        return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
      },
      rows: async () => undefined,
      pickLines: async () => new Map(),
    }),
  });
}
