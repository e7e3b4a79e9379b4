/** JSON as it was written: names and scalars letter for letter, so that it can be written again in other ways. */
import { Buffer, isUtf8 } from 'node:buffer';
import { createJsonScanner } from './scanner.ts';

/** A scalar is its own text, quotes and escapes included. */
export type JsonLiteral = string | JsonList | JsonMembers;

export interface JsonList {
  readonly items: readonly JsonLiteral[];
}

export interface JsonMembers {
  /** In the order of the document; a repeated name occurs twice. */
  readonly members: readonly (readonly [name: string, value: JsonLiteral])[];
}

/** Deeper nesting is no webhook, and would end in a stack overflow somewhere. */
const MAX_DEPTH = 100;

const OBJECT = 0x7b;
const ARRAY = 0x5b;

interface Open {
  readonly first: number;
  readonly from: number;
  readonly items: JsonLiteral[];
  readonly members: [string, JsonLiteral][];
  key: string;
}

/** `undefined` for what is no JSON in UTF-8 (a byte order mark before it does not count). */
export function readLiterals(body: Uint8Array): JsonLiteral | undefined {
  if (!isUtf8(body)) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const open: Open[] = [];
  let root: JsonLiteral | undefined;
  let isTooDeep = false;
  let keyFrom = 0;
  const scanner = createJsonScanner({
    begin(first, from) {
      isTooDeep ||= open.length >= MAX_DEPTH;
      if (!isTooDeep) open.push({ first, from, items: [], members: [], key: '' });
    },
    end(at) {
      if (isTooDeep) return;
      const value = open.pop();
      if (value === undefined) return;
      // A number at the very end is reported when all bytes are behind it, as ending at 0.
      const literal = literalOf(value, () => bytes.toString('utf8', value.from, at === 0 ? bytes.length : at));
      const holder = open.at(-1);
      if (holder === undefined) root = literal;
      else if (holder.first === OBJECT) holder.members.push([holder.key, literal]);
      else holder.items.push(literal);
    },
    beginKey(at) {
      keyFrom = at;
    },
    endKey(at) {
      const holder = open.at(-1);
      if (holder !== undefined && !isTooDeep) holder.key = bytes.toString('utf8', keyFrom, at);
    },
  });
  scanner.watch = MAX_DEPTH + 1;
  try {
    scanner.push(bytes);
    // A number at the very end is complete only now.
    return scanner.end() && !isTooDeep ? root : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function literalOf({ first, items, members }: Open, text: () => string): JsonLiteral {
  if (first === OBJECT) return { members };
  return first === ARRAY ? { items } : text();
}

/** The same document with each name and scalar written as `write` says. */
export function mapLiterals(node: JsonLiteral, write: (literal: string) => string): JsonLiteral {
  if (typeof node === 'string') return write(node);
  if ('items' in node) return { items: node.items.map((item) => mapLiterals(item, write)) };
  return { members: node.members.map(([name, value]) => [write(name), mapLiterals(value, write)] as const) };
}

/** The same document with the members of each object in another order. */
export function mapMembers(
  node: JsonLiteral,
  order: (members: JsonMembers['members']) => JsonMembers['members'],
): JsonLiteral {
  if (typeof node === 'string') return node;
  if ('items' in node) return { items: node.items.map((item) => mapMembers(item, order)) };
  return { members: order(node.members).map(([name, value]) => [name, mapMembers(value, order)] as const) };
}

/** White space between the parts. */
export interface JsonLayout {
  /** What people call it: `compact JSON`. */
  readonly form: string;
  readonly comma: string;
  readonly colon: string;
  /** White space inside of brackets that stay on one line. */
  readonly padding?: string;
  /** With it, each member stands on a line of its own. */
  readonly indent?: string;
  /** Lists stay on one line all the same. */
  readonly flatLists?: boolean;
  readonly lineEnd?: '\n' | '\r\n';
}

export const COMPACT: JsonLayout = { form: 'compact JSON', comma: ',', colon: ':' };

export function writeLiterals(node: JsonLiteral, layout: JsonLayout, margin = ''): string {
  if (typeof node === 'string') return node;
  const { indent, lineEnd = '\n', comma, colon, padding = '', flatLists = false } = layout;
  const isList = 'items' in node;
  const inner = indent === undefined || (isList && flatLists) ? margin : margin + indent;
  const parts = isList
    ? node.items.map((item) => writeLiterals(item, layout, inner))
    : node.members.map(([name, value]) => `${name}${colon}${writeLiterals(value, layout, inner)}`);
  const [left, right] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return `${left}${padding}${right}`;
  if (inner === margin) return `${left}${padding}${parts.join(comma)}${padding}${right}`;
  const start = `${lineEnd}${inner}`;
  return `${left}${start}${parts.join(`,${start}`)}${lineEnd}${margin}${right}`;
}
