/** Warnings about what is sent, grouped by kind: the first gets a message, the others are counted. */
import type { FailureDetail } from '../errors.ts';

export interface GroupedWarning {
  readonly path: string;
  readonly place: string;
  /** `more` is empty, or counts the others: `, also in 3 more`. */
  readonly message: (more: string) => string;
}

export class GroupedWarnings {
  readonly #sent = new Map<string, { readonly first: GroupedWarning; count: number }>();
  readonly #pending = new Map<string, { readonly describe: () => GroupedWarning; count: number }>();

  /** Adds a warning of the row or request being read. `describe` is called for the first of its kind that is sent. */
  add(kind: string, describe: () => GroupedWarning): void {
    const known = this.#pending.get(kind);
    if (known === undefined) this.#pending.set(kind, { describe, count: 1 });
    else known.count += 1;
  }

  /** Ends the row or request: its warnings count when it is sent. */
  settle(isSent: boolean): void {
    if (this.#pending.size === 0) return;
    for (const [kind, { describe, count }] of isSent ? this.#pending : []) {
      const known = this.#sent.get(kind);
      if (known === undefined) this.#sent.set(kind, { first: describe(), count });
      else known.count += count;
    }
    this.#pending.clear();
  }

  list(): FailureDetail[] {
    return [...this.#sent.values()].map(({ first: { path, place, message }, count }) => {
      return { path, place, message: message(count === 1 ? '' : `, also in ${count - 1} more`) };
    });
  }
}
