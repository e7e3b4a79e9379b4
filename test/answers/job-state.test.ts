import { describe, expect, it } from 'vitest';
import type { AnswerSummary } from '../../src/answers/answer.ts';
import { createAnswerReader } from '../../src/answers/reader.ts';
import { classifyAnswer, failureReason, isKnownStatusWord, reasonOf } from '../../src/answers/job-state.ts';

function summaryOf(value: unknown): AnswerSummary | undefined {
  const reader = createAnswerReader();
  reader.push(Buffer.from(JSON.stringify(value)));
  return reader.end();
}

const stateOf = (value: unknown, status = 200): string => classifyAnswer(status, summaryOf(value));

describe('an answer', () => {
  it('is done with results, whatever its status word', () => {
    expect([
      stateOf({ optimal_clusters: [] }),
      stateOf({ picks: [], error: null }),
      stateOf({ computation_time: 1.5, error: '' }),
      stateOf({ picks: [], status: 'RUNNING' }),
      stateOf({ picks: [] }, 201),
    ]).toEqual(['done', 'done', 'done', 'done', 'done']);
  });

  it.each(['FINISHED', 'COMPLETED', 'COMPLETE', 'DONE', 'SUCCESS', 'SUCCEEDED'])(
    'N11: is done with the word %s in any case, and no other word',
    (word) => {
      const spellings = [word, word.toLowerCase(), ` ${word} `, `${word}!`, `NOT ${word}`];
      expect(spellings.map((status) => stateOf({ status }))).toEqual(['done', 'done', 'done', 'pending', 'pending']);
    },
  );

  it.each([
    'FAILED',
    'FAILURE',
    'ERROR',
    'CANCELLED',
    'CANCELED',
    'TIMEOUT',
    'TIMED_OUT',
    'timed out',
    'Timed-Out',
    'timed - out',
  ])('N11: is failed with the word %s, even beside results', (status) => {
    expect([stateOf({ status }), stateOf({ status, picks: [] }), stateOf({ status: `${status}?` })]).toEqual([
      'failed',
      'failed',
      'pending',
    ]);
  });

  it('is failed with a message or a word of failure, even beside results', () => {
    expect([
      stateOf({ error: 'no route' }),
      stateOf({ error: 'no route', picks: [], computation_time: 1, status: 'FINISHED' }),
      stateOf({ status: 'FAILED' }),
      stateOf({ status: 'error' }),
      stateOf({ status: 'Cancelled', picks: [] }),
    ]).toEqual(['failed', 'failed', 'failed', 'failed', 'failed']);
  });

  it('is pending in every other shape', () => {
    expect([
      stateOf(null),
      stateOf('67507ad0'),
      stateOf([]),
      stateOf({}),
      stateOf({ request_id: 'a', status: 'RUNNING', error: null }),
      stateOf({ picks: null, optimal_clusters: null, computation_time: null }, 202),
      classifyAnswer(204, undefined),
    ]).toEqual(Array(7).fill('pending'));
  });

  it('does not speak of the job under an error status', () => {
    expect([404, 425, 503, 301, 300, 199].map((status) => stateOf({ error: 'Not Found' }, status))).toEqual(
      Array(6).fill('pending'),
    );
    expect([200, 299].map((status) => stateOf({ error: 'no route' }, status))).toEqual(['failed', 'failed']);
  });
});

describe('why a job failed', () => {
  const NOTHING = 'the API gave no reason';

  it.each([
    [
      'its error, before anything else',
      { error: 'no route', message: 'sorry', status: 'FAILED' },
      'no route',
      'no route',
    ],
    ['its message', { message: 'sorry' }, 'sorry', 'sorry'],
    ['its message, with the status word', { message: 'sorry', status: 'FAILED' }, 'sorry (status FAILED)', undefined],
    ['nothing but a status word', { status: 'FAILED' }, undefined, `${NOTHING} (status FAILED)`],
    ['nothing', {}, undefined, NOTHING],
  ])('is what the API says: %s', (_what, answer, reason, forPeople = reason) => {
    const summary = summaryOf(answer);
    expect(summary && [reasonOf(summary), failureReason(summary)]).toEqual([reason, forPeople]);
  });
});

describe('a status word', () => {
  it('is known when it ends the waiting', () => {
    expect(['FINISHED', 'failed', 'Error', 'CANCELLED'].map(isKnownStatusWord)).toEqual([true, true, true, true]);
    expect(['RUNNING', 'ACCEPTED', '', 'FINISHED!'].map(isKnownStatusWord)).toEqual([false, false, false, false]);
  });
});
