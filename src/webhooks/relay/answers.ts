/** Passes relayed requests to the receiver and its answers back, each in time, many at once. */
import { MAX_RELAY_BYTES, MAX_RELAY_EVENTS } from '../../limits.ts';
import { jsonResponse, readBytes, type Http, type HttpResponse } from '../../lib/net/http.ts';
import type { Clock } from '../../platform/host.ts';
import { answerFrame, type RelayedRequest } from './frames.ts';

export interface RelayAnswersOptions {
  readonly app: Http;
  /** The path of the receiver: relayed requests have none. */
  readonly path: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly answerMs: number;
  /** The receiver failed: a bug. */
  readonly onFailure: (error: unknown) => void;
}

export function createRelayAnswers({ app, path, clock, answerMs, onFailure }: RelayAnswersOptions) {
  const running = new Set<Promise<void>>();
  /** Events that arrived before reading stopped, and wait for their turn. */
  const waiting: (() => void)[] = [];
  let busy = 0;
  let events = 0;
  let bytes = 0;
  let onRoom: (() => void)[] = [];

  const isFull = (): boolean => events >= MAX_RELAY_EVENTS || bytes >= MAX_RELAY_BYTES;

  const turn = async (): Promise<void> => {
    if (busy >= MAX_RELAY_EVENTS) await new Promise<void>((resolve) => waiting.push(resolve));
    busy += 1;
  };
  const done = (): void => {
    busy -= 1;
    waiting.shift()?.();
  };

  /** An event counts until the receiver is done with it, also when it was answered 503 before. */
  const receive = async (request: RelayedRequest, isLate: () => boolean): Promise<HttpResponse> => {
    const size = request.body.byteLength;
    events += 1;
    bytes += size;
    await turn();
    try {
      // It is answered 503 already; the sender retries.
      if (isLate()) return tooLate();
      const { method, headers, body } = request;
      return await app({ method, url: path, headers, body });
    } finally {
      events -= 1;
      bytes -= size;
      done();
      if (!isFull()) {
        const resumed = onRoom;
        onRoom = [];
        for (const resume of resumed) resume();
      }
    }
  };

  const one = async (request: RelayedRequest, reply: (frame: string) => void): Promise<void> => {
    const over = new AbortController();
    let isLate = false;
    const deadline = clock
      .sleep(answerMs, over.signal)
      .catch(() => undefined)
      .then(() => {
        isLate = true;
        return tooLate();
      });
    try {
      const response = await Promise.race([receive(request, () => isLate), deadline]);
      const body = await readBytes(response.body);
      reply(answerFrame({ id: request.id, status: response.status, headers: response.headers, body }));
    } catch (error) {
      reply(answerFrame({ id: request.id, status: 500, headers: {}, body: new Uint8Array(0) }));
      onFailure(error);
    } finally {
      over.abort();
    }
  };

  return {
    /** Whether no more events should be read, as too many are being answered. */
    get isFull() {
      return isFull();
    },
    /** Resolves when it is not full. */
    room: (): Promise<void> => (isFull() ? new Promise((resolve) => onRoom.push(resolve)) : Promise.resolve()),
    /** Passes the request to the receiver, and calls `reply` once, in time, with its answer. */
    answer(request: RelayedRequest, reply: (frame: string) => void) {
      const task = one(request, reply).finally(() => running.delete(task));
      running.add(task);
    },
    /** Resolves when all are answered. */
    async drained() {
      await Promise.all(running);
    },
  };
}

function tooLate(): HttpResponse {
  return jsonResponse(503, { error: 'too_late', detail: 'try again later' }, { 'retry-after': '5' });
}
