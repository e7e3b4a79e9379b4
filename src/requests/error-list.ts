/** The errors of an input: all are counted, the first ones get a message. */
import type { FailureDetail } from '../errors.ts';

/** A table may have a million rows, and one mistake of its export is an error in each. */
const MOST_DETAILS = 1000;

/** Finds the place and the message of an error. Called only for errors that are shown: finding a place costs. */
export type Describe = () => FailureDetail;

export class ErrorList {
  readonly details: FailureDetail[] = [];
  #count = 0;
  readonly #limit: number;

  /** `limit` is how many get a message. */
  constructor(limit = MOST_DETAILS) {
    this.#limit = limit;
  }

  /** All errors, with a message or without. */
  get count(): number {
    return this.#count;
  }

  /** How many more get a message. */
  get room(): number {
    return this.#limit - this.details.length;
  }

  add(describe: Describe): void {
    this.#count += 1;
    if (this.room > 0) this.details.push(describe());
  }

  /** `under` is a JSON pointer to the other document inside this one. */
  addAll(other: ErrorList, under = ''): void {
    this.#count += other.count;
    for (const detail of other.details.slice(0, this.room)) {
      this.details.push({ ...detail, path: under + detail.path });
    }
  }
}
