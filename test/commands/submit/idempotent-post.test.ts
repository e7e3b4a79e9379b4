/** What is stored of a POST before it leaves and after its answer. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { JobAnswer, OptipickClient } from '../../../src/api/model.ts';
import { mayHaveArrived } from '../../../src/commands/submit/idempotent-post.ts';
import { CliError } from '../../../src/errors.ts';
import type { Postings } from '../../../src/state/postings.ts';
import { CONTENT, entryOf, openPostings, postingTo } from './posted-entry.ts';

const { signal } = new AbortController();
const ID = '67507ad05e593173d0313e0f';

const rejecting = (error: Error): Pick<OptipickClient, 'submit'> => ({
  submit: async () => {
    throw error;
  },
});

const answerOf = (requestId: string): JobAnswer =>
  ({ state: 'done', kind: 'cluster', requestId, raw: undefined, failure: undefined }) as unknown as JobAnswer;

describe('a POST', () => {
  test('is on disk before it leaves, and with its id and its wave after the answer', async () => {
    const postings = await openPostings();
    const sent: unknown[] = [];
    const { post, remembered } = postingTo(
      {
        submit: async (kind, body, options) => {
          sent.push([kind, new TextDecoder().decode(body), options?.timeoutMs, (await postings.last(CONTENT))?.state]);
          return { kind, requestId: ID };
        },
      },
      postings,
    );
    expect(await post.submit(entryOf(), { signal, timeoutMs: 7 })).toEqual({ kind: 'cluster', requestId: ID });
    expect(sent).toEqual([['cluster', '{"picks":[]}', 7, 'uncertain']]);
    expect(await postings.last(CONTENT)).toMatchObject({ state: 'accepted', requestId: ID });
    expect(remembered).toEqual([
      [
        { kind: 'cluster', requestId: ID },
        { siteName: 'Example', waveId: 'W1' },
      ],
    ]);
  });

  test('leaves when the record of it is stored, and is answered when that of its answer is, however long that takes', async () => {
    const postings = await openPostings();
    const log: string[] = [];
    const slowly = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      await nextTurn();
      const value = await work();
      log.push(what);
      return value;
    };
    const slow: Postings = {
      ...postings,
      beginFirst: (...args) => slowly('begun', () => postings.beginFirst(...args)),
      accepted: (...args) => slowly('accepted', () => postings.accepted(...args)),
      withdrawn: (...args) => slowly('withdrawn', () => postings.withdrawn(...args)),
    };
    let isRefused = true;
    const { post } = postingTo(
      {
        submit: async (kind) => {
          log.push('sent');
          if (isRefused) throw new CliError('refused', 'HTTP 400');
          return { kind, requestId: ID };
        },
      },
      slow,
    );
    await expect(post.submit(entryOf(), { signal })).rejects.toThrow('HTTP 400');
    log.push('rejected');
    isRefused = false;
    await post.submit(entryOf(), { signal });
    log.push('answered');
    expect(log).toEqual(['begun', 'sent', 'withdrawn', 'rejected', 'begun', 'sent', 'accepted', 'answered']);
  });

  test('whose answer has arrived with it is stored the same way', async () => {
    const postings = await openPostings();
    const { post, remembered } = postingTo({ submitAndAwait: async () => answerOf(ID) }, postings);
    expect(await post.submitAndAwait(entryOf(), { signal, sink: undefined })).toMatchObject({ requestId: ID });
    expect(await postings.last(CONTENT)).toMatchObject({ state: 'accepted', requestId: ID });
    expect(remembered).toHaveLength(1);
  });

  test('whose answer names no id is accepted, and not remembered under one', async () => {
    const postings = await openPostings();
    const { post, remembered } = postingTo({ submitAndAwait: async () => answerOf('') }, postings);
    await post.submitAndAwait(entryOf(), { signal, sink: undefined });
    expect(await postings.last(CONTENT)).toMatchObject({ state: 'accepted', requestId: undefined });
    expect(remembered).toEqual([]);
  });

  test('does not leave where its body cannot be read or was posted before, and stores nothing', async () => {
    const postings = await openPostings();
    const { post } = postingTo(rejecting(new Error('it was sent')), postings);
    const gone = new CliError('environment', 'the temporary file is gone');
    await expect(post.submit(entryOf({ body: () => Promise.reject(gone) }), { signal })).rejects.toBe(gone);
    expect(await postings.last(CONTENT)).toBeUndefined();
    await postings.accepted(await postings.begin(CONTENT, 'W1'), 'earlier');
    await expect(post.submit(entryOf(), { signal })).rejects.toMatchObject({ requestId: 'earlier' });
  });

  test('leaves unrecorded where this machine has no state, and is remembered all the same', async () => {
    const { post, remembered } = postingTo({ submit: async (kind) => ({ kind, requestId: ID }) }, undefined);
    expect(await post.submit(entryOf(), { signal })).toEqual({ kind: 'cluster', requestId: ID });
    expect(remembered).toHaveLength(1);
  });
});

describe('a POST that failed', () => {
  const uncertain = [
    ['cut off after sending, or answered 5xx', new CliError('unavailable', 'cut', { code: 'may_have_been_accepted' })],
    ['answered without an id', new CliError('refused', 'no id', { code: 'no_request_id' })],
    ['stopped by Ctrl-C', new CliError('interrupted', 'stopped')],
    ['stopped by a SIGTERM', new CliError('terminated', 'stopped')],
    ['broken by a mistake of the program', new TypeError('a bug')],
  ] as const;
  const certain = [
    ['refused', new CliError('refused', 'HTTP 400', { code: 'bad_request', status: 400 })],
    ['not connected', new CliError('unavailable', 'nobody is there', { code: 'connection_refused' })],
    ['rejected for its key', new CliError('auth', 'HTTP 401', { code: 'key_rejected', status: 401 })],
  ] as const;

  test.each(uncertain)('%s may have arrived, and stays on disk as that', async (_how, error) => {
    const postings = await openPostings();
    const { post, remembered } = postingTo(rejecting(error), postings);
    await expect(post.submit(entryOf(), { signal })).rejects.toBe(error);
    expect(await postings.last(CONTENT)).toMatchObject({ state: 'uncertain' });
    expect([mayHaveArrived(error), remembered]).toEqual([true, []]);
  });

  test.each(certain)('%s is forgotten, so that the next run sends it', async (_how, error) => {
    const postings = await openPostings();
    const { post, remembered } = postingTo(rejecting(error), postings);
    await expect(post.submit(entryOf(), { signal })).rejects.toBe(error);
    expect(await postings.last(CONTENT)).toBeUndefined();
    expect([mayHaveArrived(error), remembered]).toEqual([false, []]);
  });

  test('after its answer had named the id is accepted under that, and remembered', async () => {
    const postings = await openPostings();
    const cut = new CliError('unavailable', 'the answer broke off', { code: 'answer_cut', requestId: ID });
    const { post, remembered } = postingTo(rejecting(cut), postings);
    await expect(post.submit(entryOf(), { signal })).rejects.toBe(cut);
    expect(await postings.last(CONTENT)).toMatchObject({ state: 'accepted', requestId: ID });
    expect(remembered).toHaveLength(1);
  });

  test('for a pick names the line of it', async () => {
    const details = [{ path: '/picks/0/location_id', message: 'unknown location' }];
    const { post } = postingTo(rejecting(new CliError('refused', 'HTTP 422', { details })), await openPostings());
    await expect(post.submit(entryOf(), { signal })).rejects.toMatchObject({ details: [{ place: 'w.csv:7' }] });
  });
});
