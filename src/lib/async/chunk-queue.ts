/** Turns pushed chunks into a stream that is pulled, one chunk in flight at a time. */
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
        waiting = undefined;
        yield offered.chunk;
        offered.taken();
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
