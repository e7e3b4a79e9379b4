/** What an earlier run has posted, and what is posted again all the same. */
import { describe, expect, test } from 'vitest';

import type { IdempotentPost } from '../../../src/commands/submit/idempotent-post.ts';
import { resubmitNames, SubmittedMeanwhile } from '../../../src/commands/submit/resume.ts';
import type { Postings } from '../../../src/state/postings.ts';
import { CONTENT, entryOf, openPostings, postingTo } from './posted-entry.ts';

interface Sending {
  /** Counts what has left. */
  readonly sent: unknown[];
  readonly find: IdempotentPost['find'];
  readonly submit: IdempotentPost['submit'];
}

function sendingWith(postings: Postings | undefined, changes: Parameters<typeof postingTo>[2] = {}): Sending {
  const sent: unknown[] = [];
  const { post } = postingTo(
    {
      async submit(kind, body) {
        sent.push(body);
        return { kind, requestId: 'new' };
      },
    },
    postings,
    changes,
  );
  return { sent, find: (entry) => post.find(entry), submit: (entry) => post.submit(entry, {}) };
}

const uncertain = {
  failure: 'unavailable',
  code: 'may_have_been_accepted',
  retryable: false,
  message:
    'W1 may have been accepted: the run of 1970-01-01T00:00:01.000Z was cut off while submitting it, or is still at it',
  hint: 'it is not sent again by itself; look in the web application, and if it is not there: --resubmit W1',
};

describe('with --continue', () => {
  test('content that was never posted is new, and found from then on', async () => {
    const postings = await openPostings();
    const { find, submit, sent } = sendingWith(postings);
    expect(await find(entryOf())).toBeUndefined();
    await submit(entryOf(), {});
    expect([await find(entryOf()), sent.length]).toEqual(['new', 1]);
  });

  test('content that was accepted has its id, and is not posted by the run that is slower', async () => {
    const postings = await openPostings();
    await postings.accepted(await postings.begin(CONTENT, 'W1'), 'a b');
    const { find, submit, sent } = sendingWith(postings);
    expect(await find(entryOf())).toBe('a b');
    const meanwhile = await submit(entryOf(), {}).catch((error: unknown) => error);
    expect(meanwhile).toBeInstanceOf(SubmittedMeanwhile);
    expect(meanwhile).toMatchObject({ requestId: 'a b', message: String.raw`submitted by another run as "a\u0020b"` });
    expect(sent).toEqual([]);
  });

  test('content whose answer was never seen is posted by nobody', async () => {
    const postings = await openPostings();
    await postings.begin(CONTENT, 'W1');
    const { find, submit, sent } = sendingWith(postings);
    await expect(find(entryOf())).rejects.toMatchObject(uncertain);
    await expect(submit(entryOf(), {})).rejects.toMatchObject(uncertain);
    expect(sent).toEqual([]);
  });

  test('content whose answer named no id is refused, as there is nothing to ask for', async () => {
    const postings = await openPostings();
    await postings.accepted(await postings.begin(CONTENT, 'W1'), undefined);
    await expect(sendingWith(postings).find(entryOf())).rejects.toMatchObject({
      failure: 'refused',
      code: 'answer_not_kept',
      message: 'W1 was answered in an earlier run, and that answer named no request id to ask for',
      hint: 'to send it once more: --resubmit W1',
    });
  });

  test.each([
    ['a request by its name', entryOf({ name: 'requests.ndjson:3', waveId: undefined }), 'requests.ndjson:3'],
    ['a request by its wave', entryOf({ name: 'requests.ndjson:3', waveId: 'W1' }), 'W1'],
  ])('--resubmit posts %s once more, and no other', async (_what, entry, name) => {
    const postings = await openPostings();
    await postings.begin(CONTENT, 'W1');
    const other = sendingWith(postings, { resubmit: new Set(['W2']) });
    await expect(other.find(entry)).rejects.toThrow('may have been accepted');
    await expect(other.submit(entry, {})).rejects.toThrow('may have been accepted');
    const named = sendingWith(postings, { resubmit: new Set([name]) });
    expect(await named.find(entry)).toBeUndefined();
    await named.submit(entry, {});
    expect([other.sent.length, named.sent.length]).toEqual([0, 1]);
    expect(await postings.last(CONTENT)).toMatchObject({ requestId: 'new' });
  });

  test('everything is new on a machine without state', async () => {
    const { find, submit, sent } = sendingWith(undefined);
    await submit(entryOf(), {});
    expect([await find(entryOf()), sent.length]).toEqual([undefined, 1]);
  });
});

test.each([true, false])(
  'without --continue everything is new, and recorded as such (with state: %s)',
  async (isThere) => {
    const postings = isThere ? await openPostings() : undefined;
    await postings?.begin(CONTENT, 'W1');
    const { find, submit, sent } = sendingWith(postings, { enabled: false });
    expect(await find(entryOf())).toBeUndefined();
    await submit(entryOf(), {});
    expect([sent.length, await postings?.last(CONTENT)]).toEqual([
      1,
      isThere ? expect.objectContaining({ requestId: 'new' }) : undefined,
    ]);
  },
);

describe('what --resubmit names', () => {
  const entries = [
    entryOf({ name: 'W1', waveId: 'W1' }),
    entryOf({ name: 'a,b', waveId: 'a,b' }),
    entryOf({ name: 'requests.ndjson:3', waveId: 'W3' }),
  ];

  test.each([
    ['a wave', ['W1'], ['W1']],
    ['a wave with a comma in its name', ['a,b'], ['a,b']],
    ['several between commas', ['W1, W3'], ['W1', 'W3']],
    ['the place of a request and its wave', ['requests.ndjson:3', 'W3'], ['requests.ndjson:3', 'W3']],
    ['nothing', [], []],
  ])('may be %s', (_what, given, names) => {
    expect([...resubmitNames(entries, given)]).toEqual(names);
  });

  test('has to be in the input', () => {
    expect(() => resubmitNames(entries, ['W1,W9'])).toThrow(
      expect.objectContaining({
        failure: 'usage',
        code: 'no_such_wave',
        message: '--resubmit W9: there is no such wave in the input',
      }),
    );
  });
});
