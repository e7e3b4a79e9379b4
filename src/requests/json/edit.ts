/** Setting a field of a JSON tree, and writing the tree. */
import { Buffer } from 'node:buffer';
import { ErrorList } from '../error-list.ts';
import { parseJson } from './parser.ts';
import { type JsonMember, type JsonNode, type JsonObject, type JsonTree, pointerTo, rawOf } from './tree.ts';
import type { Source } from './source.ts';

/**
 * The tree with the field at `path` set to the JSON text of `value`, in the place of the old value or after the other
 * fields. Missing objects (or `null`) on the way are created. Throws `CliError` `usage` when the text is no JSON,
 * and `TypeError` when a step of the path is a scalar or a list: check before.
 */
export function withField(tree: JsonTree, path: readonly string[], value: Source): JsonTree {
  const { root, duplicates } = parseJson(value);
  const all = new ErrorList();
  all.addAll(tree.duplicates);
  all.addAll(duplicates, pointerTo(path));
  return { root: withNode(tree.root, path, root), duplicates: all };
}

function withNode(node: JsonNode, [step, ...rest]: readonly string[], value: JsonNode): JsonNode {
  if (step === undefined) return value;
  const holder = node.type === 'null' ? emptyObject(value) : node;
  if (holder.type !== 'object') throw new TypeError(`a field cannot be set in a ${holder.type}`);
  const old = holder.members.find((member) => member.name.text === step);
  const inner = withNode(old?.value ?? emptyObject(value), rest, value);
  const member: JsonMember = {
    name: old?.name ?? { text: step, raw: JSON.stringify(step) },
    start: inner === value ? inner.start : (old?.start ?? inner.start),
    value: inner,
  };
  const members =
    old === undefined
      ? [...holder.members, member]
      : holder.members.map((existing) => (existing === old ? member : existing));
  return { ...holder, members };
}

function emptyObject({ source, start, end }: JsonNode): JsonObject {
  return { type: 'object', source, start, end, members: [] };
}

/** An object whose one field is the whole tree. */
export function inField(field: string, { root, duplicates }: JsonTree): JsonTree {
  const name = { text: field, raw: JSON.stringify(field) };
  const all = new ErrorList();
  all.addAll(duplicates, pointerTo([field]));
  return { root: { ...emptyObject(root), members: [{ name, start: root.start, value: root }] }, duplicates: all };
}

/** Encoded in pieces of about this many characters. */
const PIECE = 65_536;

/** Compact JSON in UTF-8: order, names and scalars as they were written, white space between them left out. */
export function serialize({ root }: JsonTree): Uint8Array {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  let pending = '';

  function write(text: string): void {
    pending += text;
    if (pending.length > PIECE) flush();
  }

  function flush(): void {
    pieces.push(encoder.encode(pending));
    pending = '';
  }

  function writeNode(node: JsonNode): void {
    if (node.type === 'object') {
      let before = '{';
      for (const { name, value } of node.members) {
        write(`${before}${name.raw}:`);
        writeNode(value);
        before = ',';
      }
      write(node.members.length === 0 ? '{}' : '}');
    } else if (node.type === 'array') {
      let before = '[';
      for (const item of node.items) {
        write(before);
        writeNode(item);
        before = ',';
      }
      write(node.items.length === 0 ? '[]' : ']');
    } else {
      write(rawOf(node));
    }
  }

  writeNode(root);
  flush();
  return Buffer.concat(pieces);
}
