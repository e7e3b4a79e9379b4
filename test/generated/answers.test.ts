/**
 * 10,000 answers of an API drawn from a seed, over real sockets, against what they mean, which is written down here and in
 * `answer-bodies.ts` without the client. `ANSWERS_SEED` repeats a run.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

import { createApiClient } from '../../src/api/client.ts';
import { mapBounded } from '../../src/lib/async/pool.ts';
import { CliError } from '../../src/errors.ts';
import { createHttp } from '../../src/platform/http/http.ts';
import { createInstantClock } from '../support/instant-clock.ts';
import { createRandom } from './answer-bodies.ts';
import { drawCase, isUnknown, type Case } from './answer-cases.ts';

const CASES = 10_000;
const BATCH = 2000;
const SEED = Number(process.env['ANSWERS_SEED'] ?? Date.now() % 1_000_000);

/** What came of an exchange, as far as it is compared. */
type Outcome = Readonly<Record<string, unknown>>;

test(`answers of any kind are understood or named, none is lost in silence (ANSWERS_SEED=${SEED})`, async () => {
  process.stdout.write(`answers: ANSWERS_SEED=${SEED}\n`);
  const cases = new Map<string, Case>();
  await using server = await startServer((id) => cases.get(id));
  const http = createHttp({});
  const wrong: unknown[] = [];
  const heaps: number[] = [];

  const run = async (index: number): Promise<void> => {
    const one = drawCase(index, createRandom(SEED * 31 + index));
    cases.set(one.id, one);
    // A clock each: dates in `Retry-After` are measured by it, and sleeping moves it.
    const clock = createInstantClock(Date.parse('2026-01-01T00:00:00Z'));
    const client = createApiClient({ http, baseUrl: server.url, apiKey: 'key-of-the-tests', clock, random: () => 0 });
    const asked =
      one.method === 'GET'
        ? client.getAnswer('cluster', one.id, { attempts: 1 })
        : client.submit('route', Buffer.from(one.id));
    const got = await asked.then(outcomeOf, failureOf);
    const wanted = expectation(one);
    // Of words that break off, any start will do.
    const compared = (each: Outcome): string => JSON.stringify(one.isCut ? { ...each, said: undefined } : each);
    if (!wanted.some((each) => compared(each) === compared(got))) {
      const { status, method, coding, framing, isCut, body } = one;
      wrong.push({
        index,
        method,
        status,
        coding,
        framing,
        isCut,
        body: body.name,
        text: body.text.slice(0, 200),
        wanted,
        got,
      });
    }
    cases.delete(one.id);
  };
  for (let from = 0; from < CASES; from += BATCH) {
    const indexes = Array.from({ length: BATCH }, (_, at) => from + at);
    for await (const _done of mapBounded(indexes, 16, run));
    heaps.push(await heapMegabytes());
  }

  expect(wrong.slice(0, 5), `${wrong.length} of ${CASES} with ANSWERS_SEED=${SEED}`).toEqual([]);
  expect(server.answered()).toBeGreaterThanOrEqual(CASES);
  // What an answer needs is given back: it is no more after 10,000 than after 2,000, but for noise.
  expect((heaps.at(-1) ?? 0) - (heaps[0] ?? 0), `megabytes after each batch: ${heaps.join(', ')}`).toBeLessThan(16);
}, 300_000);

function outcomeOf(value: unknown): Outcome {
  const { state, raw, failure, word, requestId, retryAfterMs } = value as Record<string, unknown>;
  if (state === undefined) return { id: requestId };
  if (state === 'missing') return { state, retryAfterMs };
  if (state === 'pending') return { state, word, retryAfterMs };
  return { state, failure, text: Buffer.from(raw as Uint8Array).toString() };
}

function failureOf(error: unknown): Outcome {
  if (!(error instanceof CliError)) return { crash: String(error) };
  const { failure, code, status, apiCode, message } = error;
  // The server's own text follows the status, or what a web page was sent instead of.
  const said = /^.*(?:\(HTTP \d+\)|an answer of the API)(?:: )?(.*)$/s.exec(message)?.[1] ?? '';
  return { failure, code, status, apiCode, said };
}

/** Each correct outcome; more than one only where the network decides. */
function expectation(one: Case): readonly Outcome[] {
  const { status, body, coding, isCut, method } = one;
  const isPost = method === 'POST';
  const hasBody = status !== 204;
  const doubt = (about: number | undefined, apiCode?: string, said = ''): Outcome =>
    failed('unavailable', 'may_have_been_accepted', about, apiCode, said);
  if (status < 200 || status > 299) {
    // The whole text may have arrived before the end is missed; as the end of a job it counts only when it is whole.
    const isWhole = isCut && (isPost || status !== 422) && !isUnknown(coding);
    return isWhole ? [refusal(one), refusal({ ...one, isCut: false })] : [refusal(one)];
  }

  if (hasBody && isUnknown(coding))
    return [isPost ? doubt(undefined) : failed('unavailable', 'unknown_coding', undefined)];
  if (isCut) {
    if (!isPost) return [failed('unavailable', 'connection_reset', undefined)];
    // Half a document names its id only while more of it may arrive.
    const id = body.id ?? (body.text.includes(one.id) ? one.id : undefined);
    if (id === undefined) return [doubt(undefined)];
    const named = new RegExp(`"(?:request_id|id|_id)":\\s*"${id}"`).test(one.visible);
    // How much of an encoded body has arrived cannot be known.
    return coding === '' || coding === 'identity' ? [named ? { id } : doubt(undefined)] : [{ id }, doubt(undefined)];
  }
  const job = hasBody ? body.job : 'pending';
  if (job === 'page') return [failed('refused', 'not_the_api', status, undefined, 'Log in')];
  if (isPost) {
    return [hasBody && body.id !== undefined ? { id: body.id } : failed('refused', 'no_request_id', status)];
  }
  const { ms } = one.retryAfter;
  if (job === 'damaged') return [failed('unavailable', 'damaged_answer', status)];
  if (job === 'pending') return [{ state: 'pending', word: hasBody ? body.word : undefined, retryAfterMs: ms }];
  return [{ state: job, failure: job === 'failed' ? body.word : undefined, text: body.text }];
}

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  422: 'invalid_request',
};

/** What a status other than 2xx means. A body that cannot be read leaves it as it is. */
function refusal(one: Case): Outcome {
  const { status, method, isCut, location } = one;
  const isReadable = !isCut && !isUnknown(one.coding);
  const body = isReadable ? one.body : undefined;
  const isPost = method === 'POST';
  const isPage = body?.job === 'page';
  const said = (words = body?.words ?? ''): string => words;
  if (status === 422 && !isPost) {
    if (isCut && !isUnknown(one.coding)) return failed('unavailable', 'connection_reset', undefined);
    if (body?.isJobError === true) return { state: 'failed', failure: body.words, text: body.text };
  }
  if (status < 400) {
    if (isPage && location === undefined) return failed('refused', 'not_the_api', status, undefined, 'Log in');
    return failed(
      'refused',
      'redirect_refused',
      status,
      body?.code,
      location === undefined ? '' : ', which is not followed',
    );
  }
  const isTrouble = status >= 500 || [408, 425, 429].includes(status);
  if (isPage && (!isTrouble || status === 511)) return failed('refused', 'not_the_api', status, undefined, 'Log in');
  if (!isPost && status === 404) return { state: 'missing', retryAfterMs: one.retryAfter.ms };
  if (!isPost && status === 425) return { state: 'pending', word: undefined, retryAfterMs: one.retryAfter.ms };
  const [failure, code] = ((): [string, string] => {
    if (status === 401 || status === 403) return ['auth', 'key_rejected'];
    if (status === 402) return ['auth', 'no_subscription'];
    if (status === 429) return ['unavailable', 'rate_limited'];
    if (isTrouble) return ['unavailable', isPost ? 'may_have_been_accepted' : 'server_error'];
    return ['refused', CODES[status] ?? 'refused'];
  })();
  const doubt = code === 'may_have_been_accepted' ? '; the request may have been accepted' : '';
  return failed(failure, code, status, body?.code, `${said()}${doubt}`);
}

const failed = (failure: string, code: string, status: number | undefined, apiCode?: string, said = ''): Outcome => ({
  failure,
  code,
  status,
  apiCode,
  said,
});

/** While nothing is under way, and after all that can be given back was. */
async function heapMegabytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    await setImmediate();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 1024 / 1024);
}

interface AnswerServer extends AsyncDisposable {
  readonly url: string;
  answered(): number;
}

/** Keeps connections open where the answer says so. The case is named by the id in the path of a GET, or the body of a POST. */
async function startServer(caseOf: (id: string) => Case | undefined): Promise<AnswerServer> {
  const sockets = new Set<Socket>();
  let answered = 0;
  const answer = async (socket: Socket, one: Case): Promise<void> => {
    for (const piece of one.pieces) {
      await new Promise<void>((resolve) => {
        socket.write(piece, () => resolve());
      });
      await setImmediate();
    }
    answered += 1;
    if (one.isCut || one.framing === 'close') socket.end();
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    let seen = '';
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      const end = seen.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? 0);
      if (seen.length < end + 4 + length) return;
      const id = length > 0 ? seen.slice(end + 4) : (/^GET \/optimize\/cluster\/(\w+) /.exec(seen)?.[1] ?? '');
      seen = '';
      const one = caseOf(id);
      if (one === undefined) socket.destroy();
      else void answer(socket, one);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered: () => answered,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
