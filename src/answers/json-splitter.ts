import { AnswerLimitError, sizeInWords } from './limit.ts';
import { createByteStore } from '../lib/bytes/store.ts';
import { createJsonScanner } from '../lib/json/scanner.ts';
import { MAX_ANSWER_VALUE_BYTES } from '../limits.ts';

/** A string, number, boolean or null; a list or an object in its place is skipped and counts as `undefined`. */
export interface ScalarPlan {
  readonly take: 'scalar';
  value(value: unknown): void;
}

/** Any value, built whole. */
export interface WholePlan {
  readonly take: 'whole';
  value(value: unknown): void;
}

/** An object of which the fields named here are taken, and the others skipped. */
export interface FieldsPlan {
  readonly take: 'fields';
  readonly fields: ReadonlyMap<string, JsonPlan>;
  /** A value begins; `matches`: it is an object. The same key can come again: the last value counts. */
  begin?(matches: boolean): void;
  end?(): void;
}

/** A list whose items are taken one by one. */
export interface ItemsPlan {
  readonly take: 'items';
  readonly item: JsonPlan;
  /** A value begins; `matches`: it is a list. The same key can come again: the last value counts. */
  begin?(matches: boolean): void;
  end?(): void;
}

/** What to take of a JSON value. */
export type JsonPlan = ScalarPlan | WholePlan | FieldsPlan | ItemsPlan;

/** Takes values out of one JSON document that comes in chunks. */
export interface JsonSplitter {
  /**
   * The chunk is not kept. Throws `SyntaxError` at the first byte that is not JSON, and {@link AnswerLimitError} for a
   * value or key above `MAX_ANSWER_VALUE_BYTES` that would have to be built.
   */
  push(chunk: Uint8Array): void;
  /** Whether there was a document. Throws `SyntaxError` when it is cut off. */
  end(): boolean;
}

const OBJECT = 0x7b;
const ARRAY = 0x5b;

/**
 * Follows a plan through a document that is never in memory as a whole: only what the plan takes is built, the rest is
 * checked and passed over. Holds at most the one value (scalar or whole) that it is in, and of that no more than the limit.
 */
export function createJsonSplitter(plan: JsonPlan): JsonSplitter {
  /** The containers that are looked into, outermost first. */
  const open: (FieldsPlan | ItemsPlan)[] = [];
  /** The plan for the member whose key was read last. */
  let member: JsonPlan | undefined;
  /** What is being read at the innermost level: a value to build, one to skip, or (in between) none. */
  let reading: ScalarPlan | WholePlan | 'key' | 'skipped' | undefined;
  let view: Buffer = Buffer.alloc(0);
  let from = 0;
  /** The beginning of the value, from the chunks before. */
  const kept = createByteStore();

  const scanner = createJsonScanner({
    begin(first, at) {
      const container = open.at(-1);
      const found = container === undefined ? plan : container.take === 'items' ? container.item : member;
      if (found === undefined) {
        reading = 'skipped';
      } else if (found.take === 'whole' || (found.take === 'scalar' && first !== OBJECT && first !== ARRAY)) {
        reading = found;
        from = at;
      } else if (found.take === 'scalar') {
        reading = 'skipped';
        found.value(undefined);
      } else if (first === (found.take === 'fields' ? OBJECT : ARRAY)) {
        open.push(found);
        scanner.watch = open.length;
        found.begin?.(true);
      } else {
        reading = 'skipped';
        found.begin?.(false);
      }
    },
    end(at) {
      const ended = reading;
      reading = undefined;
      if (ended === undefined) {
        const closed = open.pop();
        scanner.watch = open.length;
        closed?.end?.();
      } else if (ended !== 'skipped' && ended !== 'key') {
        ended.value(JSON.parse(textUpTo(at)));
      }
    },
    beginKey(at) {
      reading = 'key';
      from = at;
    },
    endKey(at) {
      reading = undefined;
      const container = open.at(-1);
      const key: unknown = JSON.parse(textUpTo(at));
      member = container?.take === 'fields' ? container.fields.get(key as string) : undefined;
    },
  });

  function textUpTo(at: number): string {
    limit(kept.size + at - from);
    if (kept.size === 0) return view.toString('utf8', from, at);
    kept.push(view.subarray(0, at));
    return kept.take().toString('utf8');
  }

  function limit(size: number): void {
    if (size <= MAX_ANSWER_VALUE_BYTES) return;
    throw new AnswerLimitError(`a value of the answer is longer than ${sizeInWords(MAX_ANSWER_VALUE_BYTES)}`);
  }

  return {
    push(chunk) {
      view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      from = 0;
      scanner.push(chunk);
      if (reading === undefined || reading === 'skipped') return;
      limit(kept.size + chunk.length - from);
      kept.push(chunk.subarray(from));
    },
    end() {
      view = Buffer.alloc(0);
      from = 0;
      return scanner.end();
    },
  };
}
