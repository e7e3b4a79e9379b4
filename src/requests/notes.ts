/** Notes on what is sent: of those that are alike the first is worded, the others are counted. */
import type { FailureDetail } from '../errors.ts';

export interface Note {
  readonly path: string;
  readonly place: string;
  /** `more` is empty, or counts the others: `, also in 3 more`. */
  readonly message: (more: string) => string;
}

export interface Notes {
  /** Of a row or request that is being read. `word` is called when it is the first of its kind that is sent. */
  add(kind: string, word: () => Note): void;
  /** What was added since is sent, or left out. */
  settle(isSent: boolean): void;
  warnings(): FailureDetail[];
}

export function createNotes(): Notes {
  const first = new Map<string, Note>();
  const counts = new Map<string, number>();
  const pending = new Map<string, { readonly word: () => Note; count: number }>();

  return {
    add(kind, word) {
      const known = pending.get(kind);
      if (known === undefined) pending.set(kind, { word, count: 1 });
      else known.count += 1;
    },
    settle(isSent) {
      if (pending.size === 0) return;
      for (const [kind, { word, count }] of isSent ? pending : []) {
        if (!first.has(kind)) first.set(kind, word());
        counts.set(kind, (counts.get(kind) ?? 0) + count);
      }
      pending.clear();
    },
    warnings() {
      return [...first].map(([kind, { path, place, message }]) => {
        const more = (counts.get(kind) ?? 1) - 1;
        return { path, place, message: message(more === 0 ? '' : `, also in ${more} more`) };
      });
    },
  };
}
