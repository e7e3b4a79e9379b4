/** Threads of this program: the only module that imports `node:worker_threads`, for both ends. */
import type { Worker } from 'node:worker_threads';
import type { ThreadEvents, ThreadLink, ThreadName } from './host.ts';

/** Starts a thread of this program, with its data. */
export function startThread(name: ThreadName, data: unknown, events: ThreadEvents): ThreadLink {
  const { Worker: NodeWorker } = process.getBuiltinModule('node:worker_threads');
  const worker: Worker = new NodeWorker(entryOf(name), { workerData: data, name: `optipick ${name}` });
  worker.on('message', (message: unknown) => events.message(message));
  worker.on('error', (error) => events.failed(error));
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    post: (message) => worker.postMessage(message),
    async end() {
      await worker.terminate();
    },
  };
}

/** What a thread was started with, and its link to who started it. */
export function threadLink(): {
  readonly data: unknown;
  readonly post: ThreadLink['post'];
  readonly onMessage: (handler: (message: unknown) => void) => void;
} {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  if (parentPort === null) throw new Error('this is no thread');
  return {
    data: workerData as unknown,
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    post: (message) => parentPort.postMessage(message),
    onMessage: (handler) => void parentPort.on('message', handler),
  };
}

/** The source beside which this file stands, or the bundle above the folder of its chunk. */
function entryOf(name: ThreadName): URL {
  return new URL(import.meta.url.endsWith('.ts') ? `../${name}.ts` : `../${name}.js`, import.meta.url);
}
