/**
 * A JSON document as it was written: every value has its place, and scalars have their own text, so that integers
 * beyond 2^53, `1.0` and `1e400` are sent unchanged.
 */
import type { ErrorList } from '../error-list.ts';
import type { Source } from './source.ts';

/** Offsets are into `source.text`; `end` is the first character after the value. */
interface Extent {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface JsonScalar extends Extent {
  readonly type: 'string' | 'number' | 'boolean' | 'null';
}

export interface JsonArray extends Extent {
  readonly type: 'array';
  readonly items: readonly JsonNode[];
}

export interface JsonObject extends Extent {
  readonly type: 'object';
  /** In the order of the document; repeated names included. */
  readonly members: readonly JsonMember[];
}

export type JsonNode = JsonScalar | JsonArray | JsonObject;

export interface MemberName {
  readonly text: string;
  /** As written, with its quotes and escapes. */
  readonly raw: string;
}

export interface JsonMember {
  readonly name: MemberName;
  /** Offset of the name's opening quote, in the source of the value. */
  readonly start: number;
  readonly value: JsonNode;
}

export interface JsonTree {
  readonly root: JsonNode;
  /** Names that are repeated in one object: errors that are reported with those of the content. */
  readonly duplicates: ErrorList;
}

export function rawOf(node: JsonNode): string {
  return node.source.text.slice(node.start, node.end);
}

/** The text that a string node stands for. */
export function stringOf(node: JsonScalar): string {
  const inner = node.source.text.slice(node.start + 1, node.end - 1);
  if (!inner.includes('\\')) return inner;
  const value: unknown = JSON.parse(`"${inner}"`);
  return String(value);
}

/** The text of a string node; `undefined` for any other, and for none. */
export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' ? stringOf(node) : undefined;
}

/** The value of a scalar; a number is the nearest double (`1e400` is `Infinity`). */
export function scalarOf(node: JsonScalar): string | number | boolean | null {
  if (node.type === 'string') return stringOf(node);
  if (node.type === 'number') return Number(rawOf(node));
  return node.type === 'null' ? null : rawOf(node) === 'true';
}

/** The first member of that name; `undefined` also for a node that is not an object. */
export function memberOf(node: JsonNode, name: string): JsonMember | undefined {
  return node.type === 'object' ? node.members.find((member) => member.name.text === name) : undefined;
}

export function placeOf(node: JsonNode): string {
  return node.source.place(node.start);
}

/** The place of a member's name. */
export function placeOfName(member: JsonMember): string {
  return member.value.source.place(member.start);
}

/** The names and indexes that lead from the root of a document to a value. */
export type JsonPath = readonly (string | number)[];

/** `/picks/3/location_id` (RFC 6901). */
export function pointerTo(path: JsonPath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
