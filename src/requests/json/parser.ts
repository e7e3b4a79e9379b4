/** JSON (RFC 8259) from text to a tree with places. */
import { CliError } from '../../errors.ts';
import { ErrorList } from '../error-list.ts';
import { endOfNumber, endOfString, endOfWord, isDigit, JsonTextError } from './scalars.ts';
import { wrongColon, wrongEnd, wrongName, wrongSeparator, wrongValue } from './syntax-hints.ts';
import { type JsonMember, type JsonNode, type JsonScalar, type JsonTree, type MemberName, pointerTo } from './tree.ts';
import type { Source } from './source.ts';

/** Deeper nesting is no request, and would end in a stack overflow somewhere. */
const MAX_DEPTH = 200;

/** With more members than this, a set finds repeated names faster than a search. */
const FEW_MEMBERS = 16;

/**
 * Parses a JSON document. Throws `CliError` `usage` (`invalid_json`) at the first syntax error, with its place, the path
 * of the value being read, and what to write instead. Repeated names do not stop it: the tree lists them.
 */
export function parseJson(source: Source): JsonTree {
  return new Parser(source).parse();
}

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

class Parser {
  readonly #source: Source;
  readonly #text: string;
  readonly #duplicates = new ErrorList();
  /** Requests repeat few names very often: each is stored once. */
  readonly #names = new Map<string, MemberName>();
  /** The path to the value being read; its last step is `undefined` between two members. */
  readonly #path: (string | number | undefined)[] = [];
  /** Offsets of the brackets that are open. */
  readonly #opened: number[] = [];
  /** How many brackets are open, and how many items of the two lists above are valid. */
  #depth = 0;
  #at = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#text = source.text;
  }

  parse(): JsonTree {
    try {
      const root = this.#value();
      if (!Number.isNaN(this.#skipSpace())) throw new JsonTextError(this.#at, wrongEnd(this.#text, this.#at));
      return { root, duplicates: this.#duplicates };
    } catch (error) {
      throw error instanceof JsonTextError ? this.#failure(error) : error;
    }
  }

  #value(): JsonNode {
    const code = this.#skipSpace();
    const start = this.#at;
    if (code === QUOTE) return this.#scalar('string', endOfString(this.#text, start));
    if (isDigit(code) || code === MINUS) return this.#scalar('number', endOfNumber(this.#text, start));
    if (code === OPEN_BRACE) return this.#object(start);
    if (code === OPEN_BRACKET) return this.#array(start);
    const boolean = endOfWord(this.#text, start, 'true') ?? endOfWord(this.#text, start, 'false');
    if (boolean !== undefined) return this.#scalar('boolean', boolean);
    const nothing = endOfWord(this.#text, start, 'null');
    if (nothing !== undefined) return this.#scalar('null', nothing);
    throw this.#unexpected(() => wrongValue(this.#text, start));
  }

  #scalar(type: JsonScalar['type'], end: number): JsonScalar {
    const start = this.#at;
    this.#at = end;
    return { type, source: this.#source, start, end };
  }

  #object(start: number): JsonNode {
    this.#open(start);
    const members: JsonMember[] = [];
    let names: Set<string> | undefined;
    let code = this.#skipSpace();
    while (code !== CLOSE_BRACE) {
      if (code !== QUOTE) throw this.#unexpected(() => wrongName(this.#text, this.#at));
      const nameStart = this.#at;
      const name = this.#name();
      if (members.length === FEW_MEMBERS) names = new Set(members.map((member) => member.name.text));
      const repeated = names?.has(name.text) ?? isAmong(members, name.text);
      if (repeated) this.#addDuplicate(name.text, nameStart, members);
      names?.add(name.text);
      this.#path[this.#depth - 1] = name.text;
      if (this.#skipSpace() !== COLON) throw this.#unexpected(() => wrongColon(this.#text, this.#at, name.text));
      this.#at += 1;
      members.push({ name, start: nameStart, value: this.#value() });
      this.#path[this.#depth - 1] = undefined;
      code = this.#separator(CLOSE_BRACE);
    }
    this.#close();
    return { type: 'object', source: this.#source, start, end: this.#at, members };
  }

  #array(start: number): JsonNode {
    this.#open(start);
    const items: JsonNode[] = [];
    let code = this.#skipSpace();
    while (code !== CLOSE_BRACKET) {
      this.#path[this.#depth - 1] = items.length;
      items.push(this.#value());
      this.#path[this.#depth - 1] = undefined;
      code = this.#separator(CLOSE_BRACKET);
    }
    this.#close();
    return { type: 'array', source: this.#source, start, end: this.#at, items };
  }

  /** After a value: skips a comma, up to the next value or the closing bracket. Returns the character reached. */
  #separator(closing: number): number {
    const code = this.#skipSpace();
    if (code === closing) return code;
    const close = String.fromCharCode(closing);
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      const opened = this.#source.place(this.#opened[this.#depth - 1] ?? 0);
      const found = String.fromCharCode(code);
      throw new JsonTextError(this.#at, `expected "${close}" to close what begins at ${opened}, found "${found}"`);
    }
    if (code !== COMMA) throw this.#unexpected(() => wrongSeparator(this.#text, this.#at, close));
    const comma = this.#at;
    this.#at += 1;
    const next = this.#skipSpace();
    if (next === closing) throw new JsonTextError(comma, `trailing comma before "${close}": remove it`);
    return next;
  }

  #open(start: number): void {
    if (this.#depth === MAX_DEPTH) throw new JsonTextError(start, `more than ${MAX_DEPTH} levels of nesting`);
    this.#opened[this.#depth] = start;
    this.#path[this.#depth] = undefined;
    this.#depth += 1;
    this.#at = start + 1;
  }

  #close(): void {
    this.#depth -= 1;
    this.#at += 1;
  }

  #name(): MemberName {
    const start = this.#at;
    this.#at = endOfString(this.#text, start);
    const raw = this.#text.slice(start, this.#at);
    const known = this.#names.get(raw);
    if (known !== undefined) return known;
    const name = { text: raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1), raw };
    this.#names.set(raw, name);
    return name;
  }

  #addDuplicate(name: string, start: number, members: readonly JsonMember[]): void {
    const first = members.find((member) => member.name.text === name)?.start ?? start;
    this.#duplicates.add(() => ({
      path: `${this.#pointer()}${pointerTo([name])}`,
      message: `the field "${name}" is given twice, first at ${this.#source.place(first)}`,
      place: this.#source.place(start),
    }));
  }

  /** Returns the character reached, `NaN` at the end. */
  #skipSpace(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return code;
      this.#at += 1;
    }
  }

  /** The error for an unexpected character, or for the end of the file. */
  #unexpected(message: () => string): JsonTextError {
    if (this.#at < this.#text.length) return new JsonTextError(this.#at, message());
    const opened = this.#opened[this.#depth - 1];
    if (this.#depth === 0 || opened === undefined) return new JsonTextError(this.#at, 'a value is missing');
    const what = this.#text.charCodeAt(opened) === OPEN_BRACE ? 'object' : 'list';
    return new JsonTextError(this.#at, `the file ends inside the ${what} that begins at ${this.#source.place(opened)}`);
  }

  #failure({ offset, message }: JsonTextError): CliError {
    return new CliError('usage', `${this.#source.name} is not valid JSON`, {
      code: 'invalid_json',
      // A path of two hundred levels helps nobody.
      details: [{ path: this.#depth === MAX_DEPTH ? '' : this.#pointer(), message, place: this.#source.place(offset) }],
    });
  }

  #pointer(): string {
    return pointerTo(this.#path.slice(0, this.#depth).filter((step) => step !== undefined));
  }
}

function isAmong(members: readonly JsonMember[], name: string): boolean {
  for (const member of members) if (member.name.text === name) return true;
  return false;
}
