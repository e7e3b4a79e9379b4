/**
 * One signal for several. `AbortSignal.any` would do, but the one of Node 22 may be collected as garbage
 * while somebody waits for it, and the wait then never ends.
 */
export interface AnySignal {
  /** Aborted, with the same reason, as soon as one of the sources is. */
  readonly signal: AbortSignal;
  /** Lets go of the sources: they often live as long as the program. */
  release(): void;
}

export function anySignal(sources: readonly AbortSignal[]): AnySignal {
  const joined = new AbortController();
  const aborted = sources.find((source) => source.aborted);
  if (aborted !== undefined) {
    joined.abort(aborted.reason);
    return { signal: joined.signal, release: () => undefined };
  }
  const listeners = sources.map((source) => {
    const listener = (): void => {
      release();
      joined.abort(source.reason);
    };
    source.addEventListener('abort', listener);
    return [source, listener] as const;
  });
  function release(): void {
    for (const [source, listener] of listeners) source.removeEventListener('abort', listener);
  }
  return { signal: joined.signal, release };
}

/** Runs `work` under a signal that is aborted as soon as one of the sources is. */
export async function withAnySignal<T>(
  sources: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const joined = anySignal(sources);
  try {
    return await work(joined.signal);
  } finally {
    joined.release();
  }
}
