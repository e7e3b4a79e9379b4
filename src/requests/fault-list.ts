/** Faults of a file: all are counted, the first are put into words. */
import type { FailureDetail } from '../errors.ts';

/** With more, it is one fault of the export that came again and again; a table may have a million rows. */
const WORDED = 1000;

export class FaultList {
  readonly details: FailureDetail[] = [];
  #count = 0;
  readonly #limit: number;

  constructor(limit = WORDED) {
    this.#limit = limit;
  }

  /** All faults, worded or not. */
  get count(): number {
    return this.#count;
  }

  /** `word` is called only while there is room: finding a place costs. */
  add(word: () => FailureDetail): void {
    this.#count += 1;
    if (this.details.length < this.#limit) this.details.push(word());
  }

  /** `under` is where the document of the other faults stands in this one, as a JSON pointer. */
  addAll(other: FaultList, under = ''): void {
    this.#count += other.count;
    for (const detail of other.details.slice(0, this.#limit - this.details.length)) {
      this.details.push({ ...detail, path: under + detail.path });
    }
  }
}
