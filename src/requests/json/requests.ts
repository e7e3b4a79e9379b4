/** The reader of JSON documents: one request, a list of picks, or a list of requests. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readBytes } from '../../lib/net/http.ts';
import { decodeSource } from '../encoding.ts';
import { ErrorList } from '../error-list.ts';
import { createIdCheck, type IdCheck, idsUnder } from '../validation/id-check.ts';
import type { RequestReader } from '../input.ts';
import { parseJson } from './parser.ts';
import { type JsonNode, type JsonTree, memberOf, placeOf, stringOf } from './tree.ts';
import { type CheckedRequest, checkRequest, type Overrides, type PreparedRequest } from '../request.ts';
import type { SetBuilder } from '../set-builder.ts';

export const readJsonRequests: RequestReader = async (name, { bytes }, set) => {
  const tree = parseJson(decodeSource(name, await readBytes(bytes)));
  const ids = createIdCheck(set.allowed);
  await addRequests(name, tree, ids, set);
  set.warnings.push(...ids.warnings.list());
};

async function addRequests(name: string, tree: JsonTree, ids: IdCheck, set: SetBuilder): Promise<void> {
  const { root } = tree;
  if (root.type !== 'array' || memberOf(root.items[0] ?? root, 'picks') === undefined) {
    if (set.single || isChosen(set, root, name)) {
      addRequest(set, { name, tree, under: '', overrides: withoutWave(set.overrides, set.single), ids });
    }
    return;
  }
  set.errors.addAll(tree.duplicates);
  const single = set.single && root.items.length === 1;
  for (const [index, item] of root.items.entries()) {
    const tree = { root: item, duplicates: new ErrorList() };
    if (!single && !isChosen(set, item, name)) continue;
    const overrides = withoutWave(set.overrides, single);
    addRequest(set, { name: placeOf(item), tree, under: `/${index}`, overrides, ids });
    await set.spool.relieve();
  }
}

interface FoundTree {
  /** The name of the request when it has no wave. */
  readonly name: string;
  readonly tree: JsonTree;
  /** A JSON pointer to it in its document. */
  readonly under: string;
  readonly overrides: Overrides;
  readonly ids: IdCheck;
}

/** Checks a request, and adds it or its errors to the set. */
function addRequest(set: SetBuilder, { name, tree, under, overrides, ids }: FoundTree): void {
  const { errors, warnings, prepared } = checkRequest(set.kind, tree, overrides, idsUnder(under, ids));
  set.errors.addAll(errors, under);
  if (errors.count > 0) return;
  addWarnings(set, warnings, { under, once: under !== '' });
  addPrepared(set, name, prepared());
}

/** The wave of the command line replaces that of a single request; of several requests it chooses. */
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

/** `under` is a JSON pointer to the request in its document; with `once`, a warning that many requests share is added once. */
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

/** Adds a request to the set. Its body goes to disk when there are many. */
export function addPrepared(set: SetBuilder, name: string, { body, request }: PreparedRequest): void {
  const { siteName, waveId, picks } = request;
  const entry = set.spool.entry();
  set.spool.add(entry, body);
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
        for await (const piece of set.spool.read(entry)) pieces.push(piece);
        const [only] = pieces;
        return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
      },
      rows: async () => undefined,
      pickLines: async () => new Map(),
    }),
  });
}
