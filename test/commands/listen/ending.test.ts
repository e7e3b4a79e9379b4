import { describe, expect, test } from 'vitest';
import type { JobAnswer } from '../../../src/api/model.ts';
import { createEnding } from '../../../src/commands/listen/ending.ts';
import type { EndConditions } from '../../../src/commands/listen/flags.ts';
import type { ListenEvent } from '../../../src/webhooks/inbox/delivery-work.ts';
import { deliveryOf } from '../../state/inbox-support.ts';

const ending = (conditions: Partial<EndConditions>) =>
  createEnding({ once: false, count: undefined, until: undefined, timeoutMs: undefined, ...conditions });

const eventOf = (requestId: string, state?: 'done' | 'failed'): ListenEvent => ({
  delivery: { ...deliveryOf({ requestId }), sequence: 1, scope: '', status: 'pending', steps: [] },
  kind: 'cluster',
  answer: state && ({ state } as JobAnswer),
  isTestWithoutRequest: false,
  line: () => '',
});

/** What `over` is after all that is due has happened. */
async function stateOf(over: Promise<void>): Promise<string> {
  return await Promise.race([
    over.then(
      () => 'finished',
      (error: unknown) => `failed: ${String(error)}`,
    ),
    new Promise<string>((resolve) => {
      setImmediate(() => resolve('running'));
    }),
  ]);
}

const attended = (): Promise<void> => Promise.resolve();

describe('a run of listen', () => {
  test('goes on without a condition, whatever is shown', async () => {
    const { isAwaited, isEnough, shown, over } = ending({});
    shown(eventOf('a', 'failed'), attended);
    expect([isAwaited, isEnough(), await stateOf(over)]).toEqual([false, false, 'running']);
  });

  test('ends with the last event of a count', async () => {
    const { isAwaited, isEnough, shown, over } = ending({ count: 2 });
    shown(eventOf('a'), attended);
    expect([isAwaited, isEnough(), await stateOf(over)]).toEqual([true, false, 'running']);
    shown(eventOf('b'), attended);
    expect([isEnough(), await stateOf(over)]).toEqual([true, 'finished']);
  });

  test('ends with the event about a request, even before the count', async () => {
    const { isEnough, shown, over } = ending({ until: 'b', count: 3 });
    shown(eventOf('a'), attended);
    expect(isEnough()).toBe(false);
    shown(eventOf('b'), attended);
    expect([isEnough(), await stateOf(over)]).toEqual([true, 'finished']);
  });

  test('waits until everything that the shown events cause was attempted', async () => {
    const { isEnough, shown, over } = ending({ count: 2 });
    const first = Promise.withResolvers<void>();
    shown(eventOf('a'), () => first.promise);
    shown(eventOf('b'), attended);
    expect([isEnough(), await stateOf(over)]).toEqual([true, 'running']);
    first.resolve();
    expect(await stateOf(over)).toBe('finished');
  });

  test('fails with the first failure', async () => {
    const { fail, finish, over } = ending({});
    fail(new Error('one'));
    fail(new Error('two'));
    finish();
    expect(await stateOf(over)).toBe('failed: Error: one');
  });

  test('remembers the failed jobs among what it waits for', () => {
    const counted = ending({ count: 2 });
    counted.shown(eventOf('a', 'failed'), attended);
    counted.shown(eventOf('b', 'done'), attended);
    const until = ending({ until: 'b' });
    until.shown(eventOf('a', 'failed'), attended);
    until.shown(eventOf('b', 'failed'), attended);
    expect([counted.failedJobs.length, until.failedJobs.length]).toEqual([1, 1]);
  });
});
