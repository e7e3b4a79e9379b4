/** Turns pushed chunks into a stream that is pulled. The next chunk may be pushed when the one before is taken. */
export interface ChunkQueue {
  /** Resolves when the reader has taken the chunk; rejects when the reader failed. */
  push(chunk: Uint8Array): Promise<void>;
  end(): void;
  /** Both sides fail with this from now on. */
  fail(error: unknown): void;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export function createChunkQueue(): ChunkQueue {
  let failure: { readonly error: unknown } | undefined;
  let ended = false;
  let waiting: { readonly chunk: Uint8Array; taken(): void; failed(error: unknown): void } | undefined;
  let wake: (() => void) | undefined;
  const signal = (): void => {
    wake?.();
    wake = undefined;
  };

  async function* read(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      if (waiting !== undefined) {
        const offered = waiting;
        // A reader that fails here never comes back: then `fail` rejects the push.
        yield offered.chunk;
        offered.taken();
        waiting = undefined;
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  }

  return {
    chunks: read(),
    push: (chunk) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure.error);
          return;
        }
        waiting = { chunk, taken: resolve, failed: reject };
        signal();
      }),
    end() {
      ended = true;
      signal();
    },
    fail(error) {
      if (failure !== undefined) return;
      failure = { error };
      waiting?.failed(error);
      waiting = undefined;
      signal();
    },
  };
}
