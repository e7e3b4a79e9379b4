/** Work that goes on while requests are answered: all of it ends when the sandbox stops. */
import { TransportError } from '../../lib/net/http.ts';

export interface Background {
  /** Aborted with a `TransportError` when the sandbox stops: a request that waits is cut. */
  readonly signal: AbortSignal;
  /** Starts work. That it ends in the signal's reason after `stop` is expected; any other error is a bug and stays unhandled. */
  start(work: () => Promise<void>): void;
  /** Aborts the signal and waits for all work to end. */
  stop(): Promise<void>;
}

export function createBackground(): Background {
  const controller = new AbortController();
  const running = new Set<Promise<void>>();

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  }

  return {
    signal: controller.signal,
    start(work) {
      const task = guarded(work);
      running.add(task);
      const forget = (): boolean => running.delete(task);
      void task.then(forget, (error: unknown) => {
        forget();
        throw error;
      });
    },
    async stop() {
      controller.abort(new TransportError('reset', 'the sandbox has stopped', { sent: true }));
      await Promise.allSettled(running);
    },
  };
}
