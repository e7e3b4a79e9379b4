/** Relayed requests to the receiver, and its answers back: each within the sender's patience, many at a time. */
import { jsonResponse, readBytes, type Http, type HttpResponse } from '../domain/http.ts';
import type { Clock } from '../platform/host.ts';
import { answerFrame, type RelayedRequest } from './relay-frames.ts';

/** More than a relay sends at once; what comes beyond waits, and is told to come again when it waits too long. */
const AT_ONCE = 64;

export interface RelayAnswers {
  /** Hands the request to the receiver and its answer to `reply`, in time and once. Never rejects. */
  answer(request: RelayedRequest, reply: (frame: string) => void): void;
  /** Resolves when nothing is on its way any more. */
  drained(): Promise<void>;
}

export interface RelayAnswersOptions {
  readonly app: Http;
  /** The path at which the receiver listens: the relay has none. */
  readonly path: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly answerMs: number;
  /** The receiver failed as it must not: a bug. */
  readonly onFailure: (error: unknown) => void;
}

export function createRelayAnswers({ app, path, clock, answerMs, onFailure }: RelayAnswersOptions): RelayAnswers {
  const waiting: (() => void)[] = [];
  const running = new Set<Promise<void>>();
  let busy = 0;

  const turn = async (): Promise<void> => {
    if (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    busy += 1;
  };
  const done = (): void => {
    busy -= 1;
    waiting.shift()?.();
  };

  const receive = async (request: RelayedRequest, late: AbortSignal): Promise<HttpResponse> => {
    await turn();
    try {
      // Nobody waits for it any more; the sender comes again.
      if (late.aborted) return tooLate();
      const { method, headers, body } = request;
      return await app({ method, url: path, headers, body });
    } finally {
      done();
    }
  };

  const one = async (request: RelayedRequest, reply: (frame: string) => void): Promise<void> => {
    const over = new AbortController();
    const late = new AbortController();
    const deadline = clock.sleep(answerMs, over.signal).then(
      () => {
        late.abort();
        return tooLate();
      },
      () => tooLate(),
    );
    try {
      const response = await Promise.race([receive(request, late.signal), deadline]);
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
    answer(request, reply) {
      const task = one(request, reply).finally(() => running.delete(task));
      running.add(task);
    },
    async drained() {
      await Promise.all(running);
    },
  };
}

function tooLate(): HttpResponse {
  return jsonResponse(503, { error: 'too_late', detail: 'try again later' }, { 'retry-after': '5' });
}
