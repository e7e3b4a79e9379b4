/** The reader of JSON documents: one request, a list of picks, or a list of requests. */
import { createHash } from 'node:crypto';
import { readBytes } from '../../lib/net/http.ts';
import { decodeSource } from '../encoding.ts';
import { ErrorList } from '../error-list.ts';
import { createIdCheck, type IdCheck, idsUnder } from '../validation/id-check.ts';
import type { RequestReader } from '../input.ts';
import { parseJson } from './parser.ts';
import { type JsonNode, type JsonTree, memberOf, placeOf, textOf } from './tree.ts';
import { checkRequest, type PreparedRequest } from '../request.ts';
import type { SetBuilder } from '../set-builder.ts';

export const readJsonRequests: RequestReader = async (name, { bytes }, set) => {
  const tree = parseJson(decodeSource(name, await readBytes(bytes)));
  const ids = createIdCheck(set.allowed);
  const { root } = tree;
  if (root.type !== 'array' || memberOf(root.items[0] ?? root, 'picks') === undefined) {
    set.errors.addAll(addRequest(set, { input: name, name, tree, isSingle: set.single, ids }));
  } else {
    set.errors.addAll(tree.duplicates);
    const isSingle = set.single && root.items.length === 1;
    for (const [index, item] of root.items.entries()) {
      const under = `/${index}`;
      const found = { root: item, duplicates: new ErrorList() };
      const one = { input: name, name: placeOf(item), tree: found, under, isOfMany: true, isSingle, ids };
      set.errors.addAll(addRequest(set, one), under);
      await set.spool.relieve();
    }
  }
  set.warnings.push(...ids.warnings.list());
};

interface FoundTree {
  /** The name of the input. */
  readonly input: string;
  /** The name of the request when it has no wave. */
  readonly name: string;
  readonly tree: JsonTree;
  /** A JSON pointer to it in its document. */
  readonly under?: string;
  /** Whether it is the only one: the wave of the command line replaces its own then, and chooses of several requests. */
  readonly isSingle: boolean;
  /** Whether the input may have several: a warning that they share is added once. */
  readonly isOfMany?: boolean;
  readonly ids: IdCheck;
}

/** Checks a request, and adds it to the set when it is to be sent and has no errors. Returns its errors. */
export function addRequest(
  set: SetBuilder,
  { input, name, tree, under = '', isSingle, isOfMany = false, ids }: FoundTree,
): ErrorList {
  if (!isSingle && !isChosen(set, tree.root, input)) return new ErrorList();
  const overrides = isSingle ? set.overrides : { ...set.overrides, wave: undefined };
  const { errors, warnings, prepared } = checkRequest(set.kind, tree, overrides, idsUnder(under, ids));
  if (errors.count > 0) return errors;
  for (const warning of warnings) {
    if (isOfMany && set.warnings.some(({ message }) => message === warning.message)) continue;
    set.warnings.push({ ...warning, path: under + warning.path });
  }
  addPrepared(set, name, prepared());
  return errors;
}

/** Whether the request is to be sent; its wave is noted. */
function isChosen(set: SetBuilder, request: JsonNode, input: string): boolean {
  const chosen = set.overrides.wave;
  const wave = textOf(memberOf(request, 'wave_id')?.value);
  if (wave !== undefined && !set.waves.has(wave)) set.waves.set(wave, input);
  return chosen === undefined || wave === chosen;
}

/** Adds a request to the set. Its body goes to disk when there are many. */
function addPrepared(set: SetBuilder, name: string, { body, request }: PreparedRequest): void {
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
      body: () => readBytes(set.spool.read(entry)),
      rows: async () => undefined,
      pickLines: async () => new Map(),
    }),
  });
}
