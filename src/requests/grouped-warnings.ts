/** Warnings about what is sent, grouped by kind: the first gets a message, the others are counted. */
import type { FailureDetail } from '../errors.ts';

export interface GroupedWarning {
  readonly path: string;
  readonly place: string;
  /** `more` is empty, or counts the others: `, also in 3 more`. */
  readonly message: (more: string) => string;
}

export interface GroupedWarnings {
  /** Adds a warning of the row or request being read. `describe` is called for the first of its kind that is sent. */
  add(kind: string, describe: () => GroupedWarning): void;
  /** Ends the row or request: its warnings count when it is sent. */
  settle(isSent: boolean): void;
  list(): FailureDetail[];
}

export function createGroupedWarnings(): GroupedWarnings {
  const first = new Map<string, GroupedWarning>();
  const counts = new Map<string, number>();
  const pending = new Map<string, { readonly describe: () => GroupedWarning; count: number }>();

  return {
    add(kind, describe) {
      const known = pending.get(kind);
      if (known === undefined) pending.set(kind, { describe, count: 1 });
      else known.count += 1;
    },
    settle(isSent) {
      if (pending.size === 0) return;
      for (const [kind, { describe, count }] of isSent ? pending : []) {
        if (!first.has(kind)) first.set(kind, describe());
        counts.set(kind, (counts.get(kind) ?? 0) + count);
      }
      pending.clear();
    },
    list() {
      return [...first].map(([kind, { path, place, message }]) => {
        const more = (counts.get(kind) ?? 1) - 1;
        return { path, place, message: message(more === 0 ? '' : `, also in ${more} more`) };
      });
    },
  };
}
