/** Reads the warehouse layout that a flag names. */
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { decodeSource } from '../../requests/encoding.ts';
import { parseJson } from '../../requests/json/parser.ts';
import { type JsonNode, memberOf, placeOf } from '../../requests/json/tree.ts';
import type { Source } from '../../requests/json/source.ts';
import { parseSite } from '../../site/layout.ts';
import type { Site } from '../../site/model.ts';
import { readInput } from '../../context/input-file.ts';

/** Throws `CliError` `usage`: when it cannot be read, and `bad_site_file` with the place of each problem. */
export async function readSite(context: Context, path: string): Promise<Site> {
  const { bytes, name } = await readInput(context, path);
  let source: Source | undefined;
  try {
    source = decodeSource(name, bytes);
    return parseSite(valueOf(source));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw inFile(error, name, source);
  }
}

/** Throws with the place of a syntax error. */
function valueOf(source: Source): unknown {
  try {
    return JSON.parse(source.text);
  } catch {
    return parseJson(source);
  }
}

/** Adds the line and column of each problem. They are looked up only now: a large valid matrix needs none of them. */
function inFile(error: CliError, name: string, source: Source | undefined): CliError {
  const isRead = error.code === 'bad_site_file' && source !== undefined;
  const root = isRead ? parseJson(source).root : undefined;
  const count = error.details.length === 1 ? 'one problem' : `${error.details.length} problems`;
  return new CliError('usage', isRead ? `${name} is not a valid site file: ${count}` : error.message, {
    code: 'bad_site_file',
    cause: error,
    hint: 'a site file is JSON with either "aisles", "cross_aisles" and "locations", or "names" and "matrix"',
    details: error.details.map((detail) =>
      root === undefined ? detail : { ...detail, place: placeIn(root, detail.path) },
    ),
  });
}

/** The place of the value that a JSON pointer names; when it is missing, of what should contain it. */
function placeIn(root: JsonNode, pointer: string): string {
  let node = root;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = node.type === 'array' ? node.items[Number(name)] : memberOf(node, name)?.value;
    if (next === undefined) break;
    node = next;
  }
  return placeOf(node);
}
