/** What an earlier run has posted, and what is posted again all the same. */
import { describe, expect, test } from 'vitest';

import { createResume, resubmitNames, SubmittedMeanwhile } from '../../../src/commands/submit/resume.ts';
import type { Resume, ResumeOptions } from '../../../src/commands/submit/resume.ts';
import type { Postings } from '../../../src/state/postings.ts';
import { CONTENT, entryOf, openPostings } from './posted-entry.ts';

const { baseUrl, kind } = CONTENT;

function resumeOf(postings: Postings | undefined, changes: Partial<ResumeOptions> = {}): Resume {
  return createResume({ kind, baseUrl, postings, enabled: true, resubmit: new Set(), ...changes });
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
  test('content that was never posted is new', async () => {
    const postings = await openPostings();
    expect(resumeOf(postings).find(entryOf())).toBeUndefined();
    expect(resumeOf(postings).begin(entryOf())).toEqual(expect.any(Number));
    expect(postings.last(CONTENT)).toEqual({ state: 'uncertain', at: 1000 });
  });

  test('content that was accepted has its id, and is not posted by the run that is slower', async () => {
    const postings = await openPostings();
    postings.accepted(postings.begin(CONTENT, 'W1'), 'a b');
    expect(resumeOf(postings).find(entryOf())).toBe('a b');
    const meanwhile = (): unknown => resumeOf(postings).begin(entryOf());
    expect(meanwhile).toThrow(SubmittedMeanwhile);
    expect(meanwhile).toThrow(
      expect.objectContaining({ requestId: 'a b', message: String.raw`submitted by another run as "a\u0020b"` }),
    );
  });

  test('content whose answer was never seen is posted by nobody', async () => {
    const postings = await openPostings();
    postings.begin(CONTENT, 'W1');
    expect(() => resumeOf(postings).find(entryOf())).toThrow(expect.objectContaining(uncertain));
    expect(() => resumeOf(postings).begin(entryOf())).toThrow(expect.objectContaining(uncertain));
  });

  test('content whose answer named no id is refused, as there is nothing to ask for', async () => {
    const postings = await openPostings();
    postings.accepted(postings.begin(CONTENT, 'W1'), undefined);
    expect(() => resumeOf(postings).find(entryOf())).toThrow(
      expect.objectContaining({
        failure: 'refused',
        code: 'answer_not_kept',
        message: 'W1 was answered in an earlier run, and that answer named no request id to ask for',
        hint: 'to send it once more: --resubmit W1',
      }),
    );
  });

  test.each([
    ['a request by its name', entryOf({ name: 'requests.ndjson:3', waveId: undefined }), 'requests.ndjson:3'],
    ['a request by its wave', entryOf({ name: 'requests.ndjson:3', waveId: 'W1' }), 'W1'],
  ])('--resubmit posts %s once more, and no other', async (_what, entry, name) => {
    const postings = await openPostings();
    const before = postings.begin(CONTENT, 'W1');
    const named = resumeOf(postings, { resubmit: new Set([name]) });
    expect(named.find(entry)).toBeUndefined();
    expect(named.begin(entry)).toBeGreaterThan(before);
    const other = resumeOf(postings, { resubmit: new Set(['W2']) });
    expect(() => other.find(entry)).toThrow('may have been accepted');
    expect(() => other.begin(entry)).toThrow('may have been accepted');
  });

  test('everything is new on a machine without state', () => {
    expect(resumeOf(undefined).find(entryOf())).toBeUndefined();
    expect(resumeOf(undefined).begin(entryOf())).toBeUndefined();
    expect(resumeOf(undefined, { enabled: false }).begin(entryOf())).toBeUndefined();
  });
});

test('without --continue everything is new, and recorded as such', async () => {
  const postings = await openPostings();
  const before = postings.begin(CONTENT, 'W1');
  const resume = resumeOf(postings, { enabled: false });
  expect(resume.find(entryOf())).toBeUndefined();
  expect(resume.begin(entryOf())).toBeGreaterThan(before);
});

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
