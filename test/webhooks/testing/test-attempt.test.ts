import { describe, expect, test } from 'vitest';
import { bodyOf, type Http, readBytes, TransportError } from '../../../src/lib/net/http.ts';
import { createRedaction } from '../../../src/settings/redaction.ts';
import { attemptTest } from '../../../src/webhooks/testing/test-attempt.ts';
import { readTestTarget } from '../../../src/webhooks/testing/test-target.ts';
import { createClock } from '../../../src/platform/clock.ts';

const target = readTestTarget('http://127.0.0.1:3000/hooks', false);
const delivery = { id: 'msg_1', headers: { 'svix-id': 'msg_1' }, body: Buffer.from('0123456789') };
const stop = new AbortController().signal;
const redact = createRedaction([]);

describe('a slow body', () => {
  test('is the same bytes in four pieces, with three pauses and its length in front', async () => {
    const pieces: string[] = [];
    const slept: number[] = [];
    const http: Http = async ({ body, headers }) => {
      for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(Buffer.from(piece).toString());
      expect(headers).toEqual({ 'svix-id': 'msg_1', connection: 'close', 'content-length': '10' });
      return { status: 204, headers: {}, body: null };
    };
    const clock = {
      ...createClock(),
      sleep(ms: number, signal?: AbortSignal): Promise<void> {
        slept.push(ms);
        // The pauses pass at once; the deadline is far.
        return ms === 500 ? Promise.resolve() : createClock().sleep(ms, signal);
      },
    };
    const answer = await attemptTest({ http, clock, redact }, target, delivery, {
      timeoutMs: 60_000,
      slow: true,
      stop,
    });
    expect(answer.status).toBe(204);
    expect({ pieces, slept }).toEqual({ pieces: ['012', '345', '678', '9'], slept: [61_500, 500, 500, 500] });
  });

  test('may be empty', async () => {
    const http: Http = async ({ body }) => {
      expect(await readBytes(body)).toHaveLength(0);
      return { status: 204, headers: {}, body: null };
    };
    const empty = { ...delivery, body: new Uint8Array(0) };
    const tools = { http, clock: createClock(), redact };
    expect((await attemptTest(tools, target, empty, { timeoutMs: 60_000, slow: true, stop })).status).toBe(204);
  });
});

describe('an answer', () => {
  const answering = (http: Http, timeoutMs = 60_000) =>
    attemptTest({ http, clock: createClock(), redact }, target, delivery, { timeoutMs, stop });

  test('counts by its status, though its body breaks off', async () => {
    async function* cut(): AsyncGenerator<Uint8Array, void> {
      yield* bodyOf('start');
      throw new TransportError('reset', 'gone', { sent: true });
    }
    const answer = await answering(async () => ({ status: 500, headers: {}, body: cut() }));
    expect(answer).toMatchObject({ status: 500, body: 'start' });
  });

  test('is kept to its first 20,000 bytes', async () => {
    async function* endless(): AsyncGenerator<Uint8Array, void> {
      for (;;) yield Buffer.from('x'.repeat(1000));
    }
    const answer = await answering(async () => ({ status: 200, headers: {}, body: endless() }));
    expect(answer).toMatchObject({ status: 200, body: 'x'.repeat(20_000) });
  });

  /** Answers nothing, until it is cut off. */
  const hanging =
    (sent: boolean): Http =>
    ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new TransportError('aborted', 'given up', { sent })));
      });

  test('that does not come is late when the connection stood', async () => {
    expect(await answering(hanging(true), 5)).toMatchObject({ late: true, error: 'no answer within 5 ms' });
    const unreached = 'no connection to 127.0.0.1:3000 within 5 ms';
    expect(await answering(hanging(false), 5)).toMatchObject({ late: false, error: unreached });
  });

  test('is not waited for when the command is stopped', async () => {
    const stopping = new AbortController();
    const attempt = attemptTest({ http: hanging(true), clock: createClock(), redact }, target, delivery, {
      timeoutMs: 60_000,
      stop: stopping.signal,
    });
    stopping.abort(new Error('interrupted'));
    await expect(attempt).rejects.toThrow('interrupted');
  });

  test('is not invented for a fault of our own', async () => {
    await expect(answering(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });
});
