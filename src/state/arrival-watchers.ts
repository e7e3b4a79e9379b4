import type { Arrivals } from './arrivals.ts';

/** Who waits for deliveries about requests. */
export interface ArrivalWatchers {
  readonly watch: Arrivals['watch'];
  /** What is waited for, each once. */
  requestIds(): readonly string[];
  /** So many have arrived: ends the waits for more than were known. */
  arrived(requestId: string, count: number): void;
}

interface Watcher {
  readonly requestId: string;
  readonly after: number;
  readonly arrived: (count: number) => void;
}

/** `look` looks for arrivals until its signal is aborted: nothing may keep the program alive when nobody watches. */
export function createArrivalWatchers(look: (stop: AbortSignal) => Promise<void>): ArrivalWatchers {
  const watchers = new Set<Watcher>();
  let looking: AbortController | undefined;
  return {
    watch(requestId, after, arrived) {
      const unwatch = (): void => {
        watchers.delete(watcher);
        if (watchers.size > 0) return;
        looking?.abort();
        looking = undefined;
      };
      const watcher: Watcher = {
        requestId,
        after,
        arrived(count) {
          unwatch();
          arrived(count);
        },
      };
      watchers.add(watcher);
      if (looking === undefined) {
        looking = new AbortController();
        void look(looking.signal);
      }
      return unwatch;
    },
    requestIds: () => [...new Set(Array.from(watchers, ({ requestId }) => requestId))],
    arrived(requestId, count) {
      for (const watcher of watchers) {
        if (watcher.requestId === requestId && count > watcher.after) watcher.arrived(count);
      }
    },
  };
}
