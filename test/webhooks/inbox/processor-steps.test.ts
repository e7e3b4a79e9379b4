/** Steps of one delivery that have little to do with each other, and listeners that do not have all of them. */
import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { JobStatus } from '../../../src/api/model.ts';
import { EXEC, forwardStep, SHOW, UNASSIGNED } from '../../../src/state/delivery-steps.ts';
import type { Http } from '../../../src/lib/net/http.ts';
import type { Kind } from '../../../src/kinds.ts';
import type { Clock } from '../../../src/platform/host.ts';
import { CliError } from '../../../src/errors.ts';
import type { Inbox, OwedStep } from '../../../src/state/inbox.ts';
import { deliveryOf, keyOf, NOW } from '../../state/inbox-support.ts';
import {
  allFinished,
  answerOf,
  idsOf,
  newFolder,
  newRun,
  openInbox,
  stepsOf,
  store,
  storeOwing,
} from './processor-support.ts';
import { createTurningClock } from './turning-clock.ts';

const TARGET = 'http://127.0.0.1:1/hook';
const MINUTE_MS = 60_000;

const idOf = (line: string): string => (JSON.parse(line) as { id: string }).id;

/** Fails as soon as it is told to stop, and never ends before. */
const hanging = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('what a listener does not have', () => {
  test('A1: a command is left pending by a listener without one, which shows and reports it once', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' }, { id: 'b' });
    const owed: OwedStep[] = [];
    const run = newRun(inbox, { onOwed: (each) => owed.push(each) });
    await run.until(() => run.clock.now() > NOW + 10 * MINUTE_MS);
    expect(idsOf(run.shown)).toEqual(['a', 'b']);
    expect(run.reports.map(({ step }) => step)).toEqual([SHOW, SHOW]);
    expect(owed).toEqual([{ step: EXEC, deliveries: 2 }]);
    for (const id of ['a', 'b']) {
      expect((await stepsOf(inbox, id))[EXEC]).toMatchObject({ state: 'pending', attempts: 0, owner: undefined });
    }
  });

  test('A1: the command is run once by a later listener that has one, whatever its text', async () => {
    const folder = newFolder();
    const first = openInbox(folder);
    await storeOwing(first, [SHOW, EXEC], { id: 'a' }, { id: 'b' });
    const broken = newRun(first, { owner: 'first', exec: () => Promise.reject(new Error('exit 1')) });
    await broken.until(() => broken.reports.filter(({ step }) => step === EXEC).length >= 2);
    const plain = newRun(openInbox(folder), { owner: 'second' });
    await plain.until(() => plain.clock.now() > NOW + 2 * MINUTE_MS);
    expect(plain.reports).toEqual([]);
    const lines: string[] = [];
    const owed: OwedStep[] = [];
    const corrected = newRun(openInbox(folder), {
      owner: 'third',
      exec: async (line) => void lines.push(idOf(line)),
      onOwed: (each) => owed.push(each),
    });
    await corrected.until(allFinished(first));
    expect([lines.toSorted(), idsOf(corrected.shown), owed]).toEqual([['a', 'b'], [], []]);
  });

  test('A1: with a second listener beside it that has no command, all commands are run, once each', async () => {
    const folder = newFolder();
    const [one, two] = [openInbox(folder), openInbox(folder)];
    const ids = Array.from({ length: 60 }, (_, index) => `msg_${index}`);
    await storeOwing(one, [SHOW, EXEC], ...ids.map((id) => ({ id })));
    const clock = createTurningClock();
    const lines: string[] = [];
    const runs = [
      newRun(one, { owner: 'with', clock, exec: async (line) => void lines.push(idOf(line)) }),
      newRun(two, { owner: 'without', clock }),
    ];
    await Promise.all(runs.map((run) => run.until(allFinished(one))));
    expect(lines.toSorted()).toEqual(ids.toSorted());
    expect(runs.flatMap((run) => idsOf(run.shown)).toSorted()).toEqual(ids.toSorted());
    expect(await one.counts()).toEqual({ pending: 0, done: 60, failed: 0 });
  });

  test('A1: a forward is left pending by a listener with another target', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, forwardStep(TARGET)], { id: 'a' });
    const posted: string[] = [];
    const http: Http = async ({ url }) => {
      posted.push(url);
      return { status: 204, headers: {}, body: null };
    };
    const owed: OwedStep[] = [];
    const run = newRun(inbox, { http, forwardTo: ['http://127.0.0.1:2/'], onOwed: (each) => owed.push(each) });
    await run.until(() => run.clock.now() > NOW + 2 * MINUTE_MS);
    expect([posted, idsOf(run.shown), owed]).toEqual([[], ['a'], [{ step: forwardStep(TARGET), deliveries: 1 }]]);
    // Also to the same place with another query: a token that was replaced is not sent what is owed to the old one.
    const other = newRun(inbox, { http, forwardTo: [`${TARGET}?token=other`] });
    await other.until(() => other.clock.now() > NOW + 2 * MINUTE_MS);
    expect(posted).toEqual([]);
    const same = newRun(inbox, { http, forwardTo: [TARGET] });
    await same.until(allFinished(inbox));
    expect(posted).toEqual([TARGET]);
  });

  test('A1: is not reported while another listener is at work on it', async () => {
    const folder = newFolder();
    const [one, two] = [openInbox(folder), openInbox(folder)];
    await storeOwing(one, [EXEC], { id: 'a' });
    const clock = createTurningClock();
    const owed: OwedStep[] = [];
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const exec = (_line: string, signal: AbortSignal): Promise<void> => {
      start();
      return hanging(signal);
    };
    const busy = newRun(one, { owner: 'busy', clock, exec });
    const plain = newRun(two, { owner: 'plain', clock, onOwed: (each) => owed.push(each) });
    await Promise.all([
      busy.until(() => clock.now() > NOW + 6 * MINUTE_MS),
      started.then(() => plain.until(() => clock.now() > NOW + 4 * MINUTE_MS)),
    ]);
    expect(owed).toEqual([]);
    // Released by the one that was stopped: now it is owed.
    await newRun(two, { owner: 'next', onOwed: (each) => owed.push(each) }).until(() => owed.length > 0);
    expect(owed).toEqual([{ step: EXEC, deliveries: 1 }]);
  });

  test('A1: what no listener accepted is done with whatever the listener has', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [UNASSIGNED], { id: 'a' });
    const lines: string[] = [];
    const run = newRun(inbox, { exec: async (line) => void lines.push(idOf(line)) });
    await run.until(allFinished(inbox));
    expect([idsOf(run.shown), lines]).toEqual([['a'], ['a']]);
    expect(Object.keys(await stepsOf(inbox, 'a')).toSorted()).toEqual([EXEC, SHOW]);
  });

  test('names the steps that a delivery owes which is accepted now', () => {
    const inbox = openInbox();
    expect(newRun(inbox).processor.steps).toEqual([SHOW]);
    const { processor } = newRun(inbox, { exec: async () => undefined, forwardTo: [TARGET] });
    expect(processor.steps.toSorted()).toEqual([SHOW, EXEC, forwardStep(TARGET)].toSorted());
  });
});

describe('a step beside others', () => {
  test('A1: a target that is down fails by itself: the command is run once, at once', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC, forwardStep(TARGET)], { id: 'a' });
    const clock = createTurningClock();
    const executedAt: number[] = [];
    const run = newRun(inbox, { clock, forwardTo: [TARGET], exec: async () => void executedAt.push(clock.now()) });
    await run.until(allFinished(inbox));
    const [first = 0] = run.reports.filter(({ step }) => step === forwardStep(TARGET)).map((one) => one.nextAttemptAt);
    expect(executedAt).toHaveLength(1);
    expect(executedAt[0]).toBeLessThan(first);
    expect(await stepsOf(inbox, 'a')).toMatchObject({
      [SHOW]: { state: 'done', attempts: 1, lastError: undefined },
      [EXEC]: { state: 'done', attempts: 1, lastError: undefined },
      [forwardStep(TARGET)]: { state: 'failed', attempts: 12, lastError: `forward ${TARGET}: nobody is there` },
    });
    expect(await inbox.counts()).toEqual({ pending: 0, done: 0, failed: 1 });
  });

  test('A1: a target that never answers delays neither the screen nor the command', async () => {
    const inbox = openInbox();
    const ids = Array.from({ length: 40 }, (_, index) => `msg_${index}`);
    await storeOwing(inbox, [SHOW, EXEC, forwardStep(TARGET)], ...ids.map((id) => ({ id })));
    const lines: string[] = [];
    const run = newRun(inbox, {
      http: ({ signal }) => hanging(signal),
      forwardTo: [TARGET],
      exec: async (line) => void lines.push(idOf(line)),
    });
    await run.until(() => lines.length === ids.length);
    expect([idsOf(run.shown), lines.toSorted()]).toEqual([ids, ids.toSorted()]);
  });

  test('A9: commands that hang delay neither the screen nor forwards, and that all places are taken is said once', async () => {
    const inbox = openInbox();
    const ids = Array.from({ length: 40 }, (_, index) => `msg_${index}`);
    await storeOwing(inbox, [SHOW, EXEC, forwardStep(TARGET)], ...ids.map((id) => ({ id })));
    const [hung, ended]: [number[], string[]] = [[], []];
    const stalled: [step: string, places: number][] = [];
    let posted = 0;
    let free: (() => void) | undefined;
    const clock = createTurningClock();
    const run = newRun(inbox, {
      clock,
      http: async () => {
        posted += 1;
        return { status: 204, headers: {}, body: null };
      },
      forwardTo: [TARGET],
      exec: async (line, signal) => {
        hung.push(clock.now());
        await Promise.race([hanging(signal), new Promise<void>((resolve) => (free ??= resolve))]);
        ended.push(idOf(line));
      },
      onStalled: (step, places) => stalled.push([step, places]),
    });
    await run.until(() => clock.now() > NOW + 3 * MINUTE_MS);
    expect([idsOf(run.shown), posted, hung.length, ended]).toEqual([ids, 40, 16, []]);
    expect(stalled).toEqual([[EXEC, 16]]);
    expect((await stepsOf(inbox, 'msg_39'))[EXEC]).toMatchObject({ state: 'pending', attempts: 0 });
  });

  test('A9: that all places are taken is said again after one was free', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [EXEC], ...Array.from({ length: 5 }, (_, index) => ({ id: `msg_${index}` })));
    const clock = createTurningClock();
    const { promise: freed, resolve: free } = Promise.withResolvers<void>();
    const stalledAt: number[] = [];
    let executions = 0;
    const run = newRun(inbox, {
      clock,
      concurrency: 2,
      exec: async (_line, signal) => {
        executions += 1;
        await (executions > 2 ? hanging(signal) : freed);
      },
      onStalled: () => stalledAt.push(clock.now()),
    });
    await run.until(() => {
      if (clock.now() > NOW + 2 * MINUTE_MS) free();
      return clock.now() > NOW + 6 * MINUTE_MS;
    });
    expect([executions, stalledAt.length]).toEqual([4, 2]);
    // After half a minute.
    expect(stalledAt.map((at, index) => Math.floor((at - NOW - index * 2 * MINUTE_MS) / 2000))).toEqual([15, 15]);
  });

  test('a result is fetched once for the screen and the command', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a', kind: 'route' });
    let looks = 0;
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> => {
      looks += 1;
      return answerOf(kind, '{"picks":[]}');
    };
    const lines: string[] = [];
    const run = newRun(inbox, { fetchAnswer, exec: async (line) => void lines.push(line) });
    await run.until(allFinished(inbox));
    expect([looks, lines]).toEqual([1, [run.shown[0]?.line()]]);
  });

  test('a result that was shown by a listener before is fetched again for the command', async () => {
    const folder = newFolder();
    const inbox = openInbox(folder);
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a', kind: 'route' });
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> => answerOf(kind, '{"picks":[]}');
    const plain = newRun(inbox, { fetchAnswer });
    await plain.until(() => plain.reports.length === 1);
    const lines: string[] = [];
    const next = newRun(openInbox(folder), { fetchAnswer, exec: async (line) => void lines.push(line) });
    await next.until(allFinished(inbox));
    expect([next.shown, lines]).toEqual([[], [plain.shown[0]?.line()]]);
  });

  test('that was discarded while it was worked on is lost, and stays discarded', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [EXEC], { id: 'a' });
    const { sequence } = await keyOf(inbox, 'a', EXEC);
    const run = newRun(inbox, { exec: async () => void (await inbox.discard([sequence], NOW)) });
    await run.until(() => run.reports.length > 0);
    expect(run.reports).toMatchObject([{ step: EXEC, status: 'lost' }]);
    expect((await stepsOf(inbox, 'a'))[EXEC]).toMatchObject({ state: 'discarded' });
  });
});

describe('a delivery is attended', () => {
  test('when its steps are done that are due here, and not before', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC, forwardStep('http://127.0.0.1:9/')], { id: 'a' });
    const [summary] = await inbox.list();
    if (summary === undefined) throw new Error('it was stored');
    const order: string[] = [];
    let attended: Promise<void> | undefined;
    const run = newRun(inbox, {
      show: async () => {
        attended = run.processor.attended(summary).then(() => void order.push('attended'));
        for (let turn = 0; turn < 20; turn += 1) await setImmediate();
        order.push('shown');
      },
      exec: async () => {
        for (let turn = 0; turn < 20; turn += 1) await setImmediate();
        order.push('executed');
      },
    });
    await run.until(() => order.includes('attended'));
    await attended;
    // The forward is not this listener's.
    expect(order).toEqual(['shown', 'executed', 'attended']);
  });

  test('when what failed waits for its next attempt', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    const [summary] = await inbox.list();
    if (summary === undefined) throw new Error('it was stored');
    let isAttended = false;
    const run = newRun(inbox, {
      show: () => void run.processor.attended(summary).then(() => (isAttended = true)),
      exec: () => Promise.reject(new Error('exit 1')),
    });
    await run.until(() => isAttended);
    expect((await stepsOf(inbox, 'a'))[EXEC]).toMatchObject({ state: 'pending', lastError: 'exec: exit 1' });
  });

  test('not while the inbox cannot be read', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    const [summary] = await inbox.list();
    if (summary === undefined) throw new Error('it was stored');
    let failures = 3;
    const find: Inbox['find'] = (id) =>
      (failures -= 1) >= 0 ? Promise.reject(new CliError('environment', 'no such folder')) : inbox.find(id);
    const clock = createTurningClock();
    const order: string[] = [];
    const run = newRun(
      { ...inbox, find },
      {
        clock,
        show: async () => {
          void run.processor.attended(summary).then(() => order.push('attended'));
          await clock.sleep(5000);
          order.push('shown');
        },
      },
    );
    await run.until(() => order.includes('attended'));
    expect(order).toEqual(['shown', 'attended']);
    expect(failures).toBeLessThan(0);
  });

  test('when the listener has ended', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW], { id: 'a' });
    const [summary] = await inbox.list();
    if (summary === undefined) throw new Error('it was stored');
    const run = newRun({ ...inbox, claim: async () => [] });
    const attended = run.processor.attended(summary);
    await run.until(() => run.clock.now() > NOW + 5000);
    await attended;
    expect((await stepsOf(inbox, 'a'))[SHOW]).toMatchObject({ state: 'pending', attempts: 0 });
  });

  test('although another listener is at work on it', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    const [summary] = await inbox.list();
    if (summary === undefined) throw new Error('it was stored');
    await inbox.claim({ owner: 'other', limits: { [SHOW]: 1 }, now: NOW });
    await inbox.settle(await keyOf(inbox, 'a', SHOW), 'other', { status: 'done', at: NOW });
    await inbox.claim({ owner: 'other', limits: { [EXEC]: 1 }, now: NOW });
    await newRun(inbox, { exec: async () => undefined }).processor.attended(summary);
    expect((await stepsOf(inbox, 'a'))[EXEC]).toMatchObject({ state: 'pending', owner: 'other' });
  });

  test('when it is gone', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    const [summary] = await inbox.list();
    if (summary === undefined) throw new Error('it was stored');
    await newRun(inbox).processor.attended({ ...summary, sequence: summary.sequence + 1 });
  });
});

describe('when the clock jumps', () => {
  /** The first clock, whose hands can be turned; pauses are as long as before. */
  const withHands = (clock: Clock): { readonly clock: Clock; readonly turn: (ms: number) => void } => {
    let ahead = 0;
    return {
      clock: { ...clock, now: () => clock.now() + ahead },
      turn: (ms) => void (ahead = ms),
    };
  };

  test.each([
    ['back by an hour', -60 * MINUTE_MS],
    ['ahead by a day', 24 * 60 * MINUTE_MS],
  ])('A5: %s, a retry is not made to wait', async (_name, jump) => {
    const inbox = openInbox();
    await storeOwing(inbox, [EXEC], { id: 'a' });
    const { clock, turn } = withHands(createTurningClock());
    let attempts = 0;
    const exec = async (): Promise<void> => {
      attempts += 1;
      if (attempts > 1) return;
      turn(jump);
      throw new Error('exit 1');
    };
    // The time of the retry is chosen before the clock is set right again.
    const run = newRun(inbox, { clock, exec, onAttempt: () => turn(0) });
    const started = clock.monotonic();
    await run.until(allFinished(inbox));
    expect(attempts).toBe(2);
    expect(clock.monotonic() - started).toBeLessThan(MINUTE_MS);
  });

  test('A5: back by an hour, work goes on, leases are renewed and what arrives is done', async () => {
    const folder = newFolder();
    const [one, two] = [openInbox(folder), openInbox(folder)];
    await storeOwing(one, [EXEC], { id: 'slow' });
    const { clock, turn } = withHands(createTurningClock());
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const executed: string[] = [];
    const busy = newRun(one, {
      owner: 'busy',
      clock,
      concurrency: 1,
      exec: async (line) => {
        start();
        await finished;
        executed.push(`busy ${idOf(line)}`);
      },
    });
    const other = newRun(two, {
      owner: 'other',
      clock,
      exec: async (line) => void executed.push(`other ${idOf(line)}`),
    });
    const begun = clock.monotonic();
    const isLate = async (): Promise<boolean> => {
      if (clock.monotonic() - begun > 2 * MINUTE_MS) finish();
      return await allFinished(one)();
    };
    const jumping = async (): Promise<void> => {
      await started;
      // One renewal after the jump, and the lease is known to be one again.
      turn(-60 * MINUTE_MS);
      await clock.sleep(5000);
      await one.accept(deliveryOf({ id: 'new', receivedAt: clock.now() }), [EXEC]);
      await other.until(isLate);
    };
    await Promise.all([busy.until(isLate), jumping()]);
    expect(executed).toEqual(['other new', 'busy slow']);
  });
});
