import { MAX_KEPT_ANSWER_BYTES } from '../limits.ts';

/** The code of the failure of an answer beyond a limit. */
export const ANSWER_TOO_LARGE = 'answer_too_large';

/** An answer beyond a limit of `limits.ts`; the message says which. */
export class AnswerLimitError extends Error {
  override readonly name = 'AnswerLimitError';
  /** Whether the same answer can be passed on, to a file or a pipe, without being held or read. */
  readonly passable: boolean;

  constructor(message: string, { passable = false } = {}) {
    super(message);
    this.passable = passable;
  }
}

export function largerThan(bytes: number, facts: { readonly passable: boolean }): AnswerLimitError {
  return new AnswerLimitError(`the answer is larger than ${sizeInWords(bytes)}`, facts);
}

/** Counts what is kept of one answer. Throws {@link AnswerLimitError} above `MAX_KEPT_ANSWER_BYTES`. */
export interface AnswerBudget {
  /** One small object. */
  object(): void;
  /** A list of so many items, which are counted by themselves. */
  list(items: number): void;
  text(text: string | undefined): void;
}

/** What V8 takes, measured: for an object of eight fields, a list and each of its items, a text and each of its characters. */
const OBJECT_BYTES = 192;
const LIST_BYTES = 96;
const ITEM_BYTES = 8;
const TEXT_BYTES = 64;
const CHARACTER_BYTES = 2;

/** `passable`: an answer that is too much can still be passed on unread. */
export function createAnswerBudget(passable: boolean): AnswerBudget {
  let spent = 0;
  const spend = (bytes: number): void => {
    spent += bytes;
    if (spent <= MAX_KEPT_ANSWER_BYTES) return;
    const size = sizeInWords(MAX_KEPT_ANSWER_BYTES);
    throw new AnswerLimitError(
      `the answer is too large to be read: its picks and clusters take more than ${size} of memory`,
      { passable },
    );
  };
  return {
    object: () => spend(OBJECT_BYTES),
    list: (items) => spend(LIST_BYTES + items * ITEM_BYTES),
    text(text) {
      if (text !== undefined) spend(TEXT_BYTES + text.length * CHARACTER_BYTES);
    },
  };
}

/** `256 MB`, `1 GB`; of a limit, which is a whole number of them. */
export function sizeInWords(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes < 1024 ? `${megabytes} MB` : `${megabytes / 1024} GB`;
}
