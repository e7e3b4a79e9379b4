/** A bound on the memory that several readers take together. */
export interface ByteBudget {
  /** Bytes that are taken now. */
  readonly used: number;
  /** Takes all of `bytes`, or none of them when they do not fit. */
  take(bytes: number): boolean;
  /** Gives back what was taken. */
  release(bytes: number): void;
}

export function createByteBudget(limit: number): ByteBudget {
  let used = 0;
  return {
    get used() {
      return used;
    },
    take(bytes) {
      if (used + bytes > limit) return false;
      used += bytes;
      return true;
    },
    release(bytes) {
      used -= bytes;
    },
  };
}
