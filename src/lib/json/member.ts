import { createJsonScanner } from './scanner.ts';

const OBJECT = 0x7b;

export interface MemberListener {
  /** An object begins under the key. */
  begin(): void;
  /** Its next bytes; not to be kept. */
  push(chunk: Uint8Array): void;
}

/**
 * Passes on the bytes of an object under a key of the outermost object, without keeping them. The key may come again, or
 * hold anything else.
 */
export function createMemberTap(name: string, listener: MemberListener) {
  const wanted = JSON.stringify(name);
  let chunk: Uint8Array = new Uint8Array();
  /** Values that are open: the document, and one of its members. */
  let level = 0;
  let isWhole = false;
  let key: string | undefined;
  let from: number | undefined;
  let keyFrom: number | undefined;

  const scanner = createJsonScanner({
    begin(first, at) {
      scanner.watch = 1;
      level += 1;
      if (key === wanted && first === OBJECT) {
        from = at;
        listener.begin();
      }
      key = undefined;
    },
    end(at) {
      level -= 1;
      isWhole = level === 0;
      if (from !== undefined) listener.push(chunk.subarray(from, at));
      from = undefined;
    },
    beginKey(at) {
      keyFrom = at;
      key = '';
    },
    endKey(at) {
      takeKey(at);
      keyFrom = undefined;
    },
  });

  /** A key that is longer than the wanted one need not be known. */
  function takeKey(until: number): void {
    const room = wanted.length + 1 - (key?.length ?? 0);
    const end = Math.min(until, (keyFrom ?? 0) + Math.max(0, room));
    key = (key ?? '') + Buffer.from(chunk.subarray(keyFrom ?? 0, end)).toString('latin1');
  }

  return {
    /** Whether a whole document has been seen: what still comes is no part of it. */
    get isWhole(): boolean {
      return isWhole;
    },
    /** Throws `SyntaxError` at the first byte that is not JSON. */
    push(bytes: Uint8Array): void {
      chunk = bytes;
      scanner.push(bytes);
      if (from !== undefined) {
        listener.push(bytes.subarray(from));
        from = 0;
      }
      if (keyFrom !== undefined) {
        takeKey(bytes.length);
        keyFrom = 0;
      }
    },
    /** Whether there was a document. Throws `SyntaxError` when it is cut off. */
    end: () => scanner.end(),
  };
}
