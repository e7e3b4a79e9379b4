/** Many pieces of work, a bounded number at a time. */

/**
 * Runs `fn` on each item, at most `limit` at once, and yields the results in the order in which they
 * come. The first rejection ends it: nothing more is started, and what runs is left to end by itself
 * (give `fn` a signal to cut it). Leaving the loop early stops starting too.
 */
export async function* mapBounded<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  fn: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const source = items[Symbol.iterator]();
  const ready: Result[] = [];
  let running = 0;
  let failed: { readonly error: unknown } | undefined;
  let wake = (): void => {};

  const startMore = (): void => {
    while (running < Math.max(1, limit)) {
      const next = source.next();
      if (next.done === true) return;
      running += 1;
      void run(next.value);
    }
  };
  const run = async (item: Item): Promise<void> => {
    try {
      ready.push(await fn(item));
    } catch (error) {
      failed ??= { error };
    }
    running -= 1;
    wake();
  };

  try {
    for (;;) {
      if (failed !== undefined) throw failed.error;
      startMore();
      if (ready.length > 0) yield ready.shift() as Result;
      else if (running === 0) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    source.return?.();
  }
}
