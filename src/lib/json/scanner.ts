import { isDigit, nextInNumber, NUMBER_START } from './number.ts';

/** Lists and objects inside each other. Parsers and printers may use a stack frame a level. */
export const MAX_JSON_DEPTH = 512;

/** What a scanner reports. Offsets are into the chunk that is being pushed. */
export interface JsonListener {
  /** A value begins at `at`; `first` is its first byte, which tells its type. */
  begin(first: number, at: number): void;
  /** The value begun last (and not ended yet) ends before `at`; 0 when it ended with the chunk before. */
  end(at: number): void;
  /** The same for the key of a member, quotes included. */
  beginKey(at: number): void;
  endKey(at: number): void;
}

/** Bytes that are not JSON. */
export class JsonSyntaxError extends SyntaxError {
  /** Of the first byte that cannot be part of a document; the length of one that is cut off. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Lists and objects nested beyond `MAX_JSON_DEPTH`. What is JSON for others is not read here. */
export class JsonDepthError extends JsonSyntaxError {}

/** Checks JSON (RFC 8259) byte by byte as it comes, and reports where its outer values begin and end. */
export interface JsonScanner {
  /** Values are reported while at most this many containers are open around them; the inner ones are only checked. */
  watch: number;
  /**
   * Takes the next bytes. Throws {@link JsonSyntaxError} at the first byte that cannot be part of a JSON document, and
   * {@link JsonDepthError} where it nests too deep.
   */
  push(chunk: Uint8Array): void;
  /** Whether there was a document; `false` when there was nothing but white space. Throws {@link JsonSyntaxError} when it is cut off. */
  end(): boolean;
}

// States. Below IN_STRING white space is skipped.
const VALUE = 0;
const VALUE_OR_CLOSE = 1;
const KEY = 2;
const KEY_OR_CLOSE = 3;
const COLON = 4;
const NEXT = 5;
const DOCUMENT_END = 6;
const START = 7;
const IN_STRING = 8;
const IN_ESCAPE = 9;
const IN_HEX = 10;
const IN_NUMBER = 11;
const IN_WORD = 12;
const IN_BOM = 13;

const OBJECT = 0x7b;
const ARRAY = 0x5b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const WORDS = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), [...Buffer.from(word)]]));
const ESCAPABLE = new Set(Buffer.from('"\\/bfnrt'));

export function createJsonScanner(listener: JsonListener): JsonScanner {
  let state = START;
  let depth = 0;
  /** The kind of each open container. */
  const kinds = new Uint8Array(MAX_JSON_DEPTH);
  let inKey = false;
  let word: readonly number[] = [];
  let wordAt = 0;
  let hexDigits = 0;
  let number = 0;
  let consumed = 0;

  const scanner: JsonScanner = { watch: 0, push, end };
  return scanner;

  function push(chunk: Uint8Array): void {
    const size = chunk.length;
    let at = 0;
    while (at < size) {
      const byte = chunk[at] as number;
      if (state < IN_STRING && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)) {
        at += 1;
        continue;
      }
      switch (state) {
        case IN_STRING:
          at = scanString(chunk, at);
          break;
        case IN_NUMBER:
          number = nextInNumber(number, byte);
          if (number > 0) at += 1;
          // The byte after a number belongs to what follows it: it is looked at again.
          else if (number === 0) endValue(at);
          else fail(byte, at);
          break;
        case NEXT:
          if (byte === 0x2c) state = kinds[depth - 1] === OBJECT ? KEY : VALUE;
          else if (byte === closerOf(kinds[depth - 1])) closeContainer(at);
          else fail(byte, at);
          at += 1;
          break;
        case KEY:
        case KEY_OR_CLOSE:
          if (byte === QUOTE) openString(true, at);
          else if (byte === 0x7d && state === KEY_OR_CLOSE) closeContainer(at);
          else fail(byte, at);
          at += 1;
          break;
        case COLON:
          if (byte !== 0x3a) fail(byte, at);
          state = VALUE;
          at += 1;
          break;
        case START:
          if (byte === BYTE_ORDER_MARK[0] && consumed + at === 0) {
            openWord(BYTE_ORDER_MARK, IN_BOM);
            at += 1;
          } else state = VALUE;
          break;
        case VALUE_OR_CLOSE:
          if (byte === 0x5d) closeContainer(at);
          else openValue(byte, at);
          at += 1;
          break;
        case VALUE:
          openValue(byte, at);
          at += 1;
          break;
        case IN_ESCAPE:
          if (byte === 0x75) {
            state = IN_HEX;
            hexDigits = 0;
          } else if (ESCAPABLE.has(byte)) state = IN_STRING;
          else fail(byte, at);
          at += 1;
          break;
        case IN_HEX:
          if (!isHexDigit(byte)) fail(byte, at);
          hexDigits += 1;
          if (hexDigits === 4) state = IN_STRING;
          at += 1;
          break;
        case IN_WORD:
        case IN_BOM:
          while (at < size && wordAt < word.length) {
            if (chunk[at] !== word[wordAt]) fail(chunk[at] as number, at);
            wordAt += 1;
            at += 1;
          }
          if (wordAt < word.length) break;
          if (state === IN_BOM) state = START;
          else endValue(at);
          break;
        default:
          fail(byte, at);
      }
    }
    consumed += size;
  }

  function end(): boolean {
    if (state === IN_NUMBER && depth === 0 && nextInNumber(number, 0x20) === 0) endValue(0);
    if (state === START) return false;
    if (state === DOCUMENT_END) return true;
    throw new JsonSyntaxError(`the JSON is cut off: it ends after ${consumed} bytes, in the middle`, consumed);
  }

  /** Runs through plain characters; returns the offset to go on at. */
  function scanString(chunk: Uint8Array, from: number): number {
    const size = chunk.length;
    let at = from;
    while (at < size) {
      const byte = chunk[at] as number;
      at += 1;
      if (byte === QUOTE) {
        if (inKey) {
          if (depth <= scanner.watch) listener.endKey(at);
          state = COLON;
        } else endValue(at);
        return at;
      }
      if (byte === BACKSLASH) {
        state = IN_ESCAPE;
        return at;
      }
      if (byte < 0x20) fail(byte, at - 1);
    }
    return at;
  }

  function openValue(byte: number, at: number): void {
    if (depth <= scanner.watch) listener.begin(byte, at);
    if (byte === QUOTE) openString(false, at);
    else if (byte === OBJECT || byte === ARRAY) {
      if (depth === MAX_JSON_DEPTH) {
        const offset = consumed + at;
        throw new JsonDepthError(`more than ${MAX_JSON_DEPTH} levels of nesting at byte ${offset}`, offset);
      }
      kinds[depth] = byte;
      depth += 1;
      state = byte === OBJECT ? KEY_OR_CLOSE : VALUE_OR_CLOSE;
    } else {
      number = nextInNumber(NUMBER_START, byte);
      if (number > 0) state = IN_NUMBER;
      else openWord(WORDS.get(byte) ?? fail(byte, at), IN_WORD);
    }
  }

  function openString(isKey: boolean, at: number): void {
    inKey = isKey;
    if (isKey && depth <= scanner.watch) listener.beginKey(at);
    state = IN_STRING;
  }

  function openWord(bytes: readonly number[], inside: number): void {
    word = bytes;
    wordAt = 1;
    state = inside;
  }

  function closeContainer(at: number): void {
    depth -= 1;
    endValue(at + 1);
  }

  function endValue(at: number): void {
    state = depth === 0 ? DOCUMENT_END : NEXT;
    if (depth <= scanner.watch) listener.end(at);
  }

  function fail(byte: number, at: number): never {
    const shown = byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16)}`;
    throw new JsonSyntaxError(`not JSON: ${shown} at byte ${consumed + at}`, consumed + at);
  }
}

const closerOf = (kind: number | undefined): number => (kind === OBJECT ? 0x7d : 0x5d);

const isHexDigit = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
