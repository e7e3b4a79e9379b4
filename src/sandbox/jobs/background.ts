/** Work that runs while requests are answered: all of it ends when the sandbox stops. */
import { TransportError } from '../../lib/net/http.ts';

export interface Background {
  /** Aborted with a `TransportError` when the sandbox stops: waiting requests are cut off. */
  readonly signal: AbortSignal;
  /** Starts work. After `stop` it may reject with the signal's reason; any other error is a bug and stays unhandled. */
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
      const job = guarded(work);
      running.add(job);
      const forget = (): boolean => running.delete(job);
      void job.then(forget, (error: unknown) => {
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
