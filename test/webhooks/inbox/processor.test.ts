import { getEventListeners } from 'node:events';
import { rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { JobStatus } from '../../../src/api/model.ts';
import { EXEC, forwardStep, SHOW } from '../../../src/state/delivery-steps.ts';
import type { Http, HttpRequest } from '../../../src/lib/net/http.ts';
import type { Kind } from '../../../src/kinds.ts';
import { CliError } from '../../../src/errors.ts';
import { ClosedPipeError } from '../../../src/platform/host.ts';
import type { Clock } from '../../../src/platform/host.ts';
import { LEASE_MS } from '../../../src/state/inbox.ts';
import type { Inbox, StepKey } from '../../../src/state/inbox.ts';
import { LeftForLater } from '../../../src/webhooks/inbox/delivery-work.ts';
import { keyOf, NOW } from '../../state/inbox-support.ts';
import {
  allFinished,
  answerOf,
  idsOf,
  MISSING,
  newFolder,
  newRun,
  openInbox,
  REQUEST_ID,
  store,
  stepsOf,
  storeOwing,
} from './processor-support.ts';
import { createTurningClock } from './turning-clock.ts';

const CLUSTER =
  '{\n  "type": "CLUSTER",\r\n  "big": 12345678901234567890,\n  "__proto__": 1,\n  "optimal_clusters": []\n}';

describe('a stored delivery', () => {
  test('is shown with its result, as one line of JSON with all numbers and keys unharmed', async () => {
    const inbox = openInbox();
    const body = new TextEncoder().encode(`{ "request_id":\n"${REQUEST_ID}", "n": 12345678901234567890 }\n`);
    await store(inbox, { id: 'a', kind: 'cluster', event: 'cluster.optimized', body });
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> => answerOf(kind, CLUSTER);
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(run.shown.map((event) => event.line())).toEqual([
      `{"v":1,"type":"event","id":"a","kind":"cluster","event":"cluster.optimized","request_id":"${REQUEST_ID}",` +
        `"received_at":"2026-01-01T00:00:00.000Z","payload":{ "request_id": "${REQUEST_ID}", "n": 12345678901234567890 },` +
        `"result":{   "type": "CLUSTER",   "big": 12345678901234567890,   "__proto__": 1,   "optimal_clusters": [] }}`,
    ]);
    expect(run.reports).toMatchObject([
      { delivery: { id: 'a' }, step: SHOW, attempts: 1, status: 'done', failure: undefined },
    ]);
  });

  test('leaves what is known of its result with it, also where the job failed', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    const text = '{"site_name":"HAL","wave_id":"w1","unit":"m","asis_distance":20,"optimal_distance":12.5}';
    const run = newRun(inbox, {
      fetchAnswer: async (kind) => ({ ...answerOf(kind, text), state: 'failed' }),
      exec: () => Promise.resolve(),
    });
    await run.until(allFinished(inbox));
    const { [SHOW]: show, [EXEC]: exec } = await stepsOf(inbox, 'a');
    expect(show?.result).toEqual({
      siteName: 'HAL',
      waveId: 'w1',
      asis: 20,
      optimal: 12.5,
      unit: 'm',
      failed: true,
    });
    expect(exec?.result).toEqual(show?.result);
  });

  test('that is not JSON is shown with its bytes', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a', body: new Uint8Array([0xff, 0x00]), requestId: undefined });
    const run = newRun(inbox, { fetchAnswer: () => Promise.reject(new Error('nothing to ask for')) });
    await run.until(allFinished(inbox));
    expect(run.shown.map((event) => event.line())).toEqual([
      '{"v":1,"type":"event","id":"a","kind":null,"event":null,"request_id":null,' +
        '"received_at":"2026-01-01T00:00:00.000Z","payload":null,"payload_base64":"/wA=","result":null}',
    ]);
  });

  test('is shown without a result when none is to be fetched', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    const run = newRun(inbox, { kindOf: (id) => (id === REQUEST_ID ? 'route' : undefined) });
    await run.until(allFinished(inbox));
    expect(run.shown).toMatchObject([{ kind: 'route', answer: undefined }]);
  });

  test('and the others are shown in the order of arrival, whatever the order of the results', async () => {
    const inbox = openInbox();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await store(inbox, ...ids.map((id) => ({ id, requestId: id, kind: 'route' as const })));
    const pending = new Map<string, () => void>();
    const fetchAnswer = async (kind: Kind, requestId: string): Promise<JobStatus> => {
      await new Promise<void>((resolve) => {
        pending.set(requestId, resolve);
        // All are on their way at once: the last one asked for is answered first.
        if (pending.size === ids.length) for (const id of ids.toReversed()) pending.get(id)?.();
      });
      return answerOf(kind, '{"picks":[]}', requestId);
    };
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(idsOf(run.shown)).toEqual(ids);
  });

  test('whose result is late does not hold up the others', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'late', requestId: 'late' }, { id: 'b', requestId: 'b' }, { id: 'c', requestId: 'c' });
    let looks = 0;
    const fetchAnswer = async (kind: Kind, requestId: string): Promise<JobStatus> => {
      if (requestId === 'late' && (looks += 1) <= 4) return MISSING;
      return answerOf(kind, '{"picks":[]}', requestId);
    };
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(idsOf(run.shown)).toEqual(['b', 'c', 'late']);
  });

  test('whose result is late does not hold up the others while it is still being forwarded', async () => {
    const inbox = openInbox();
    const steps = [SHOW, forwardStep('http://slow')];
    await storeOwing(inbox, steps, { id: 'late', requestId: 'late' }, { id: 'b', requestId: 'b' });
    const { promise: target, resolve: answer } = Promise.withResolvers<void>();
    const http: Http = async () => {
      await target;
      return { status: 200, headers: {}, body: null };
    };
    const fetchAnswer = async (kind: Kind, requestId: string): Promise<JobStatus> =>
      requestId === 'late' ? MISSING : answerOf(kind, '{"picks":[]}', requestId);
    const run = newRun(inbox, { fetchAnswer, http, forwardTo: ['http://slow'], graceMs: 1e9 });
    await run.until(() => {
      if (run.shown.length === 1) answer();
      return run.shown.length === 1;
    });
    expect(idsOf(run.shown)).toEqual(['b']);
  });

  test('that was shown before does not hold up the others while it is forwarded again', async () => {
    const inbox = openInbox();
    const slow = forwardStep('http://slow');
    await storeOwing(inbox, [SHOW, slow], { id: 'shown' }, { id: 'b' });
    await inbox.claim({ owner: 'old', limits: { [SHOW]: 1, [slow]: 1 }, now: NOW });
    await inbox.settle(await keyOf(inbox, 'shown', SHOW), 'old', { status: 'done', at: NOW });
    const error = 'forward http://slow/: answered 500';
    const retry = { status: 'retry', at: NOW, nextAttemptAt: NOW, error } as const;
    await inbox.settle(await keyOf(inbox, 'shown', slow), 'old', retry);
    const { promise: target, resolve: answer } = Promise.withResolvers<void>();
    const http: Http = async () => {
      await target;
      return { status: 200, headers: {}, body: null };
    };
    const run = newRun(inbox, { http, forwardTo: ['http://slow'], graceMs: 1e9 });
    await run.until(() => {
      if (run.shown.length === 1) answer();
      return run.shown.length === 1;
    });
    expect(idsOf(run.shown)).toEqual(['b']);
    expect(run.reports.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  });

  test('is worked on with no more than the given number beside it', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], ...Array.from({ length: 12 }, (_, index) => ({ id: `msg_${index}` })));
    let [running, most] = [0, 0];
    const exec = async (): Promise<void> => {
      most = Math.max(most, (running += 1));
      for (let turn = 0; turn < 3; turn += 1) await setImmediate();
      running -= 1;
    };
    const run = newRun(inbox, { exec, concurrency: 3 });
    await run.until(allFinished(inbox));
    expect([most, run.shown.length]).toEqual([3, 12]);
  });

  test('that arrives later is noticed', async () => {
    const inbox = openInbox();
    const run = newRun(inbox);
    let arrivals = 0;
    await run.until(async () => {
      if (arrivals === run.shown.length && arrivals < 3) {
        await store(inbox, { id: `msg_${(arrivals += 1)}` });
        run.processor.wake();
      }
      return run.shown.length === 3;
    });
    expect(idsOf(run.shown)).toEqual(['msg_1', 'msg_2', 'msg_3']);
  });
});

describe('the kind of an event', () => {
  const unknown = { id: 'a', kind: undefined };

  test.each([
    [
      'what the delivery told, before what was submitted',
      { id: 'a', kind: 'route' as const },
      'cluster' as const,
      'route',
      ['route'],
    ],
    ['what was submitted, before what the answer says', unknown, 'route' as const, 'route', ['route']],
    ['what the answer says', unknown, undefined, 'cluster', ['cluster']],
  ])('is %s', async (_name, delivery, submitted, expected, asked) => {
    const inbox = openInbox();
    await store(inbox, delivery);
    const kinds: Kind[] = [];
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> => {
      kinds.push(kind);
      return answerOf(kind, '{"type":"CLUSTER","optimal_clusters":[]}');
    };
    const run = newRun(inbox, { fetchAnswer, kindOf: () => submitted });
    await run.until(allFinished(inbox));
    expect([run.shown[0]?.kind, kinds]).toEqual([expected, asked]);
    expect(await inbox.list()).toMatchObject([{ kind: expected }]);
  });

  test('is the one under which an answer is found, when nothing else tells', async () => {
    const inbox = openInbox();
    await store(inbox, unknown);
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> =>
      kind === 'cluster' ? MISSING : answerOf(kind, '{"picks":[]}');
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(run.shown).toMatchObject([{ kind: 'route' }]);
  });
});

describe('an attempt that fails', () => {
  test('because the result is not available yet is repeated after 2 s, 4 s, 8 s, and shown once', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a', kind: 'route' });
    const sightings: JobStatus[] = [MISSING, { state: 'pending', word: 'RUNNING', retryAfterMs: undefined }, MISSING];
    const at: number[] = [];
    const clock = createTurningClock();
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> => {
      at.push(clock.now() - NOW);
      return sightings.shift() ?? answerOf(kind, '{"picks":[]}');
    };
    const run = newRun(inbox, { fetchAnswer, clock });
    await run.until(allFinished(inbox));
    expect(run.reports.map(({ status, failure, attempts }) => [attempts, status, failure?.error])).toEqual([
      [1, 'retry', `fetch: the result of ${REQUEST_ID} is not available yet (404)`],
      [2, 'retry', `fetch: the route ${REQUEST_ID} is not finished`],
      [3, 'retry', `fetch: the result of ${REQUEST_ID} is not available yet (404)`],
      [4, 'done', undefined],
    ]);
    const delays = run.reports.map(({ nextAttemptAt }, index) => (nextAttemptAt ?? 0) - NOW - (at[index] ?? 0));
    expect(delays.slice(0, 3)).toEqual([2000, 4000, 8000]);
    expect(idsOf(run.shown)).toEqual(['a']);
  });

  test('with a Retry-After of the server is repeated no sooner than that', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a', kind: 'route' });
    const sightings: JobStatus[] = [{ state: 'missing', retryAfterMs: 90_000 }];
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> => sightings.shift() ?? answerOf(kind, '{"picks":[]}');
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(run.reports[0]?.nextAttemptAt).toBe(NOW + 90_000);
  });

  test('repeats only what failed: other targets, the command and the screen see it once', async () => {
    const inbox = openInbox();
    const steps = [SHOW, EXEC, forwardStep('http://a'), forwardStep('http://b')];
    await storeOwing(inbox, steps, { id: 'a' });
    const posted: string[] = [];
    const http: Http = async ({ url }: HttpRequest) => {
      posted.push(url);
      const isDown = url === 'http://b' && posted.filter((each) => each === url).length <= 2;
      return { status: isDown ? 500 : 200, headers: {}, body: null };
    };
    const lines: string[] = [];
    const exec = async (line: string): Promise<void> => {
      lines.push(line);
      if (lines.length === 1) throw new CliError('environment', 'the command ended with 1');
    };
    const run = newRun(inbox, { http, forwardTo: ['http://a', 'http://b'], exec });
    await run.until(allFinished(inbox));
    expect(posted.toSorted()).toEqual(['http://a', 'http://b', 'http://b', 'http://b']);
    expect(idsOf(run.shown)).toEqual(['a']);
    expect(lines).toEqual([run.shown[0]?.line(), run.shown[0]?.line()]);
    const ends = steps.map((step) =>
      run.reports
        .filter((report) => report.step === step)
        .map(({ attempts, status, failure }) => [attempts, status, failure?.error]),
    );
    expect(ends).toEqual([
      [[1, 'done', undefined]],
      [
        [1, 'retry', 'exec: the command ended with 1'],
        [2, 'done', undefined],
      ],
      [[1, 'done', undefined]],
      [
        [1, 'retry', 'forward http://b/: answered 500'],
        [2, 'retry', 'forward http://b/: answered 500'],
        [3, 'done', undefined],
      ],
    ]);
  });

  test('twelve times is not repeated: failed, with its cause, and shown without a result', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a', kind: 'route' });
    const error = new CliError('auth', 'the API key was rejected');
    const run = newRun(inbox, { fetchAnswer: () => Promise.reject(error) });
    await run.until(allFinished(inbox));
    expect(run.reports.map(({ status }) => status)).toEqual([...Array.from({ length: 11 }, () => 'retry'), 'failed']);
    expect(run.shown).toMatchObject([{ delivery: { id: 'a' }, answer: undefined, kind: 'route' }]);
    expect(await inbox.list()).toMatchObject([
      { status: 'failed', steps: [{ attempts: 12, lastError: 'fetch: the API key was rejected' }] },
    ]);
  });

  test('with a Retry-After of days is repeated within an hour', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a', kind: 'route' });
    const statuses: JobStatus[] = [{ state: 'missing', retryAfterMs: 2 * 24 * 3_600_000 }];
    const fetchAnswer = async (kind: Kind): Promise<JobStatus> => statuses.shift() ?? answerOf(kind, '{"picks":[]}');
    const run = newRun(inbox, { fetchAnswer });
    await run.until(() => run.reports.length > 0);
    expect(run.reports[0]?.nextAttemptAt).toBe(NOW + 3_600_000);
  });

  test('is repeated apart from others that failed with it, and together with the other steps of its delivery', async () => {
    const inbox = openInbox();
    const ids = Array.from({ length: 8 }, (_, index) => `msg_${index}`);
    await storeOwing(inbox, [EXEC, forwardStep('http://a')], ...ids.map((id) => ({ id })));
    const exec = (): Promise<void> => Promise.reject(new Error('exit 1'));
    const run = newRun(inbox, { spread: undefined, exec, forwardTo: ['http://a'] });
    await run.until(() => run.reports.length >= 2 * ids.length);
    const first = run.reports.filter(({ attempts }) => attempts === 1);
    expect(first).toHaveLength(2 * ids.length);
    for (const { delivery, nextAttemptAt } of first) {
      // 2 s, a fifth more or less: the golden ratio spreads any number of them evenly.
      const share = (delivery.sequence * 0.618_033_988_749_895) % 1;
      expect((nextAttemptAt ?? 0) - NOW).toBe(Math.round(2000 * (0.8 + 0.4 * share)));
    }
  });

  test('waits until its time, but not over a new start', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    await inbox.claim({ owner: 'old', limits: { [SHOW]: 1 }, now: NOW });
    const retry = { status: 'retry', at: NOW, nextAttemptAt: NOW + 3_600_000, error: 'fetch: down' } as const;
    await inbox.settle(await keyOf(inbox, 'a', SHOW), 'old', retry);
    const run = newRun(inbox);
    await run.until(allFinished(inbox));
    expect(run.clock.now() - NOW).toBeLessThan(5000);
  });
});

describe('after a crash', () => {
  test('the work goes on within 5 s where it stopped', async () => {
    const folder = newFolder();
    const before = openInbox(folder);
    const steps = [SHOW, forwardStep('http://a'), forwardStep('http://b')];
    await storeOwing(before, steps, { id: 'a' }, { id: 'b' });
    const limits = Object.fromEntries(steps.map((step) => [step, 2]));
    await before.claim({ owner: 'crashed', limits, now: NOW });
    for (const step of steps.slice(0, 2)) {
      await before.settle(await keyOf(before, 'a', step), 'crashed', { status: 'done', at: NOW });
    }
    const inbox = openInbox(folder);
    const posted: string[] = [];
    const http: Http = async ({ url }) => {
      posted.push(url);
      return { status: 204, headers: {}, body: null };
    };
    const run = newRun(inbox, { http, forwardTo: ['http://a', 'http://b'] });
    await run.until(allFinished(inbox));
    expect(posted.toSorted()).toEqual(['http://a', 'http://b', 'http://b']);
    expect(idsOf(run.shown)).toEqual(['b']);
    expect(run.clock.now() - NOW).toBeLessThanOrEqual(LEASE_MS + 1000);
  });

  test('again and again the step is failed, too', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a', kind: 'route' });
    for (let crash = 0; crash < 11; crash += 1) {
      await inbox.claim({ owner: `crashed ${crash}`, limits: { [SHOW]: 1 }, now: NOW + crash * LEASE_MS });
    }
    const clock = createTurningClock();
    await clock.sleep(11 * LEASE_MS);
    const run = newRun(inbox, { clock, fetchAnswer: async () => MISSING });
    await run.until(allFinished(inbox));
    expect(run.reports).toMatchObject([{ status: 'failed', attempts: 12 }]);
  });
});

describe('two listeners on one inbox', () => {
  test('share the work, each step is done once', async () => {
    const folder = newFolder();
    const [one, two] = [openInbox(folder), openInbox(folder)];
    const ids = Array.from({ length: 30 }, (_, index) => `msg_${index}`);
    await storeOwing(one, [SHOW, EXEC], ...ids.map((id) => ({ id })));
    const clock = createTurningClock();
    const executed: string[] = [];
    const exec = async (line: string): Promise<void> => {
      executed.push((JSON.parse(line) as { id: string }).id);
      await setImmediate();
    };
    const runs = [
      newRun(one, { owner: 'one', clock, exec, concurrency: 4 }),
      newRun(two, { owner: 'two', clock, exec, concurrency: 4 }),
    ];
    await Promise.all(runs.map((run) => run.until(allFinished(one))));
    const shown = runs.map((run) => idsOf(run.shown));
    expect(shown.flat().toSorted()).toEqual(ids.toSorted());
    expect(executed.toSorted()).toEqual(ids.toSorted());
    expect(shown.every((part) => part.length > 0)).toBe(true);
  });

  test('a lease is renewed for as long as the work takes', async () => {
    const folder = newFolder();
    const [one, two] = [openInbox(folder), openInbox(folder)];
    await storeOwing(one, [SHOW, EXEC], { id: 'a' });
    const clock = createTurningClock();
    const { promise: slow, resolve: finish } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const exec = async (): Promise<void> => {
      start();
      await slow;
    };
    const busy = newRun(one, { owner: 'busy', clock, exec, concurrency: 1 });
    let stolen = 0;
    const idle = newRun(two, { owner: 'idle', clock, exec: async () => void (stolen += 1) });
    const isLate = (): boolean => {
      if (clock.now() > NOW + 10 * LEASE_MS) finish();
      return false;
    };
    const finished = allFinished(one);
    await Promise.all([
      busy.until(async () => isLate() || (await finished())),
      started.then(() => idle.until(async () => isLate() || (await finished()))),
    ]);
    expect([idsOf(busy.shown), idsOf(idle.shown), stolen]).toEqual([['a'], [], 0]);
    expect(busy.reports.at(-1)).toMatchObject({ step: EXEC, status: 'done', attempts: 1 });
  });
});

describe('a lease that ran out under work that goes on', () => {
  // As after a long sleep of the machine.
  const forgetful = (inbox: Inbox): Inbox => ({ ...inbox, renew: async () => {} });

  test('does not make the same listener start again', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    const clock = createTurningClock();
    let executions = 0;
    const exec = async (): Promise<void> => {
      executions += 1;
      await clock.sleep(3 * LEASE_MS);
    };
    const run = newRun(forgetful(inbox), { clock, exec });
    await run.until(allFinished(inbox));
    expect([executions, run.shown.length, run.reports.length]).toEqual([1, 1, 2]);
  });

  test('leaves the end of it to the one who has taken over', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [EXEC], { id: 'a' });
    const clock = createTurningClock();
    const exec = async (): Promise<void> => {
      await clock.sleep(2 * LEASE_MS);
      await inbox.claim({ owner: 'other', limits: { [EXEC]: 1 }, now: clock.now() });
    };
    const run = newRun(forgetful(inbox), { clock, exec, concurrency: 1 });
    await run.until(() => run.reports.length > 0);
    expect(run.reports.map(({ status }) => status)).toEqual(['lost']);
    const key = await keyOf(inbox, 'a', EXEC);
    expect(await inbox.settle(key, 'other', { status: 'done', at: clock.now() })).toBe(true);
  });
});

describe('the rhythm of a listener', () => {
  /** An inbox that is always empty, and the seconds at which it was asked. A pause passes ten seconds. */
  async function rhythmOf(hours: number, changes: Partial<Inbox> = {}): Promise<Record<string, number[]>> {
    let now = NOW;
    const asked: Record<string, number[]> = { expedite: [], renew: [], prune: [], owedBeside: [] };
    const noted =
      <Call extends unknown[], T>(name: string, work: (...call: Call) => Promise<T>) =>
      (...call: Call): Promise<T> => {
        asked[name]?.push((now - NOW) / 1000);
        return work(...call);
      };
    const inbox: Partial<Inbox> = {
      claim: async () => [],
      release: async () => undefined,
      expedite: noted('expedite', changes.expedite ?? (async () => undefined)),
      renew: noted('renew', async () => undefined),
      prune: noted('prune', changes.prune ?? (async () => 0)),
      owedBeside: noted('owedBeside', async () => []),
    };
    const clock = {
      now: () => now,
      monotonic: () => now,
      async sleep() {
        await setImmediate();
        now += 10_000;
      },
    };
    const run = newRun(inbox as Inbox, { clock });
    await run.until(() => now >= NOW + hours * 3_600_000);
    return asked;
  }

  /** Stands still: no pause ends but by its signal. */
  function createStoppedClock(): { readonly clock: Clock; readonly sleepers: () => number } {
    let sleepers = 0;
    const sleep: Clock['sleep'] = async (_ms, signal) => {
      sleepers += 1;
      try {
        await new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        });
      } finally {
        sleepers -= 1;
      }
    };
    return { clock: { now: () => NOW, monotonic: () => NOW, sleep }, sleepers: () => sleepers };
  }

  test('has no pause where there is work, and leaves none behind', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' }, { id: 'b' });
    const { clock, sleepers } = createStoppedClock();
    let isAttended = false;
    const [summary] = await inbox.list();
    const run = newRun(inbox, { clock, concurrency: 1, exec: () => setImmediate() });
    if (summary !== undefined) void run.processor.attended(summary).then(() => (isAttended = true));
    await run.until(async () => isAttended && (await allFinished(inbox)()));
    expect([idsOf(run.shown), sleepers()]).toEqual([['a', 'b'], 0]);
    const stop = new AbortController();
    const next = newRun(inbox, { clock });
    const running = next.processor.run(stop.signal);
    await expect.poll(sleepers).toBe(1);
    await store(inbox, { id: 'c' });
    next.processor.wake();
    await expect.poll(() => idsOf(next.shown)).toEqual(['c']);
    stop.abort();
    await running;
    expect(sleepers()).toBe(0);
  });

  test('is the same where nobody hears of it', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, 'unknown'], { id: 'a' }, { id: 'b' }, { id: 'c' });
    const clock = createTurningClock();
    let failures = 1;
    const claim: Inbox['claim'] = (request) =>
      (failures -= 1) >= 0 ? Promise.reject(new CliError('environment', 'no such folder')) : inbox.claim(request);
    const show = (): Promise<void> => clock.sleep(60_000);
    const run = newRun({ ...inbox, claim }, { clock, show, concurrency: 1, onAttempt: undefined });
    await run.until(async () => (await inbox.list()).every(({ steps }) => steps.some(({ state }) => state === 'done')));
    expect(await inbox.counts()).toEqual({ pending: 3, done: 0, failed: 0 });
  });

  test('makes what waits due once, and renews nothing while it works on nothing', async () => {
    expect(await rhythmOf(1)).toMatchObject({ expedite: [0], renew: [] });
    const results = [new CliError('environment', 'no such folder')];
    const expedite = async (): Promise<void> => {
      const error = results.shift();
      if (error !== undefined) throw error;
    };
    expect(await rhythmOf(1, { expedite })).toMatchObject({ expedite: [0, 10] });
  });

  test('looks each minute for what others leave behind', async () => {
    const { owedBeside } = await rhythmOf(0.05);
    expect(owedBeside).toEqual([0, 60, 120, 180]);
  });

  test('deletes what is old each hour, and at once while there is more of it', async () => {
    const results = [500, 3, 0];
    const { prune } = await rhythmOf(2, {
      prune: async () => {
        const result = results.shift();
        if (result === undefined) throw new CliError('environment', 'no such folder');
        return result;
      },
    });
    expect(prune).toEqual([0, 10, 20, 3620, 7220].slice(0, 4));
  });

  test('renews each second the leases of what it works on', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    const key = await keyOf(inbox, 'a', EXEC);
    const clock = createTurningClock();
    const renewed: [keys: readonly StepKey[], owner: string, at: number][] = [];
    const renew: Inbox['renew'] = async (keys, owner, at) => {
      renewed.push([keys, owner, (at - NOW) / 1000]);
      await inbox.renew(keys, owner, at);
    };
    const exec = async (): Promise<void> => {
      for (let half = 0; half < 11; half += 1) await clock.sleep(500);
    };
    const run = newRun({ ...inbox, renew }, { clock, exec });
    const finished = allFinished(inbox);
    await run.until(() => {
      run.processor.wake();
      return finished();
    });
    expect(renewed.slice(0, 4)).toEqual([1, 2, 3, 4].map((second) => [[key], 'me', second]));
  });
});

describe('the end of a run', () => {
  test('comes at once while it waits', async () => {
    const run = newRun(openInbox());
    let stoppedAt = 0;
    await run.until(() => {
      stoppedAt = run.clock.now();
      return stoppedAt > NOW + 5000;
    });
    expect(run.clock.now()).toBe(stoppedAt);
  });

  test('waits for what has begun', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    let isStarted = false;
    const exec = async (): Promise<void> => {
      isStarted = true;
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    };
    const run = newRun(inbox, { exec, graceMs: 1e9 });
    await run.until(() => isStarted);
    expect(await inbox.list()).toMatchObject([{ status: 'done' }]);
  });

  test('waits no longer than it is given', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [EXEC], { id: 'a' });
    let isStarted = false;
    const exec = (_line: string, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        isStarted = true;
        signal.addEventListener('abort', () => reject(new Error('killed')));
      });
    const run = newRun(inbox, { exec, graceMs: 20_000 });
    await run.until(() => isStarted);
    expect(run.clock.now() - NOW).toBeGreaterThanOrEqual(20_000);
  });

  test('lets go of the signal that was to stop it', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    const { processor } = newRun(inbox, { show: () => Promise.reject(new ClosedPipeError('closed')) });
    const stop = new AbortController();
    await expect(processor.run(stop.signal)).rejects.toThrow(ClosedPipeError);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  test('releases what takes too long, to be started again at once', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    let isStarted = false;
    const exec = (_line: string, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        isStarted = true;
        signal.addEventListener('abort', () => reject(new Error('killed')));
      });
    const run = newRun(inbox, { exec });
    await run.until(() => isStarted);
    expect(run.reports).toMatchObject([{ step: SHOW, status: 'done' }]);
    expect(run.clock.now() - NOW).toBeGreaterThanOrEqual(5000);
    expect(run.clock.now() - NOW).toBeLessThanOrEqual(7000);
    const next = newRun(inbox, { owner: 'next', exec: async () => undefined });
    await next.until(allFinished(inbox));
    // It was on the screen before: not again.
    expect(next.shown).toEqual([]);
    expect(next.reports).toMatchObject([{ step: EXEC, status: 'done', attempts: 1 }]);
  });

  test('comes at once when the screen is gone, and nothing is counted as shown', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' }, { id: 'b' });
    const run = newRun(inbox, { show: () => Promise.reject(new ClosedPipeError('closed')) });
    await expect(run.until(() => false)).rejects.toThrow(ClosedPipeError);
    expect(await inbox.counts()).toEqual({ pending: 2, done: 0, failed: 0 });
    const next = newRun(inbox);
    await next.until(allFinished(inbox));
    expect(idsOf(next.shown)).toEqual(['a', 'b']);
  });
});

describe('a screen that has shown enough', () => {
  test('leaves the rest for the next run, which shows it at once, and the run ends well', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' }, { id: 'b' });
    const shown: string[] = [];
    let isLeft = false;
    const show = async ({ delivery: { id } }: { readonly delivery: { readonly id: string } }): Promise<void> => {
      isLeft = id === 'b';
      if (isLeft) throw new LeftForLater();
      shown.push(id);
    };
    await newRun(inbox, { show }).until(() => isLeft);
    const next = newRun(inbox, { owner: 'next' });
    await next.until(allFinished(inbox));
    expect([shown, idsOf(next.shown), next.clock.now()]).toEqual([['a'], ['b'], NOW]);
    expect(next.reports).toMatchObject([{ attempts: 1 }]);
  });

  test('that fails ends the run without waiting for a command', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' }, { id: 'b' });
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const exec = (_line: string, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        start();
        signal.addEventListener('abort', () => reject(new Error('killed')));
      });
    const show = async ({ delivery: { id } }: { readonly delivery: { readonly id: string } }): Promise<void> => {
      if (id === 'a') return;
      await started;
      throw new ClosedPipeError('closed');
    };
    const run = newRun(inbox, { show, exec });
    await expect(run.until(() => false)).rejects.toThrow(ClosedPipeError);
    expect(run.clock.now() - NOW).toBeLessThan(5000);
  });
});

describe('a mistake of the program', () => {
  test.each(['claim', 'settle'] as const)('in the inbox (%s) ends the run with it', async (method) => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    const bug = new TypeError('a bug');
    const run = newRun({ ...inbox, [method]: () => Promise.reject(bug) });
    await expect(run.until(() => false)).rejects.toBe(bug);
  });

  test('in the clock reaches who waits for it', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    const [summary] = await inbox.list();
    if (summary === undefined) throw new Error('it was stored');
    const bug = new TypeError('a bug');
    const clock = { ...createTurningClock(), sleep: () => Promise.reject(bug) };
    await expect(newRun(inbox, { clock }).processor.attended(summary)).rejects.toBe(bug);
  });
});

describe('while the inbox does not work', () => {
  test('what was done is stored after 1 s, 2 s, 4 s ... and then every 30 s', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    let failures = 8;
    const settle: Inbox['settle'] = (...call) =>
      (failures -= 1) >= 0 ? Promise.reject(new CliError('environment', 'the disk is full')) : inbox.settle(...call);
    const turning = createTurningClock();
    const pauses: number[] = [];
    const clock: typeof turning = {
      ...turning,
      sleep(ms, signal) {
        pauses.push(ms);
        return turning.sleep(ms, signal);
      },
    };
    const run = newRun({ ...inbox, settle }, { clock, graceMs: 1000 });
    await run.until(allFinished(inbox));
    // The others are of the listener itself, which looks each second for more.
    expect(pauses.filter((ms) => ms !== 1000)).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('each outage is reported', async () => {
    const inbox = openInbox();
    const broken = [false, true, true, false, true, false];
    const troubles: string[] = [];
    const run = newRun(
      {
        ...inbox,
        claim: (request) =>
          broken.shift() === true
            ? Promise.reject(new CliError('environment', 'no such folder'))
            : inbox.claim(request),
        renew: async () => undefined,
      },
      { onTrouble: ({ message }) => troubles.push(`${message} ${broken.length}`) },
    );
    await run.until(() => broken.length === 0);
    expect(troubles).toEqual(['no such folder 4', 'no such folder 1']);
  });

  test('A4: what was done before its file was replaced settles nothing that has its number in the new one', async () => {
    const folder = newFolder();
    const inbox = openInbox(folder);
    await store(inbox, { id: 'before' });
    const shown: string[] = [];
    let isClaimed = false;
    const run = newRun(
      {
        ...inbox,
        async claim(request) {
          const claims = await inbox.claim(request);
          isClaimed ||= claims.some(({ delivery }) => delivery.id === 'after');
          return claims;
        },
        // It does not work until the listener has claimed what is in the new file.
        settle: (...call) =>
          isClaimed ? inbox.settle(...call) : Promise.reject(new CliError('environment', 'no such folder')),
      },
      {
        show: async ({ delivery: { id } }) => {
          shown.push(id);
          if (id !== 'before') return;
          rmSync(folder.path, { recursive: true });
          await store(inbox, { id: 'after' });
        },
      },
    );
    const finished = allFinished(inbox);
    await run.until(async () => run.clock.now() > NOW + 60_000 || (isClaimed && (await finished())));
    expect(shown).toEqual(['before', 'after']);
    expect(Object.fromEntries(run.reports.map(({ delivery, status }) => [delivery.id, status]))).toEqual({
      before: 'lost',
      after: 'done',
    });
    expect(run.reports[0]?.delivery.sequence).toBe(run.reports[1]?.delivery.sequence);
  });

  test('what was done is stored as soon as it can be, and not done again', async () => {
    const inbox = openInbox();
    await storeOwing(inbox, [SHOW, EXEC], { id: 'a' });
    let failures = 5;
    const flaky = <T>(action: () => Promise<T>): Promise<T> =>
      failures > 0 && (failures -= 1) >= 0
        ? Promise.reject(new CliError('environment', 'the disk is full', { code: 'inbox_unavailable' }))
        : action();
    const troubles: string[] = [];
    let executions = 0;
    const run = newRun(
      { ...inbox, settle: (...call) => flaky(() => inbox.settle(...call)) },
      {
        exec: async () => {
          executions += 1;
        },
        onTrouble: (error) => troubles.push(error.message),
      },
    );
    await run.until(allFinished(inbox));
    expect([executions, run.shown.length, failures]).toEqual([1, 1, 0]);
    expect(run.reports).toMatchObject([
      { step: SHOW, status: 'done' },
      { step: EXEC, status: 'done' },
    ]);
    expect(new Set(troubles)).toEqual(new Set(['the disk is full']));
  });

  test('it is reported once, and the work goes on afterwards', async () => {
    const inbox = openInbox();
    await store(inbox, { id: 'a' });
    let failures = 6;
    const [troubles, owed]: [string[], string[]] = [[], []];
    const refuse = (): Promise<never> => Promise.reject(new CliError('environment', 'no such folder'));
    const isDown = (): boolean => (failures -= 1) >= 0;
    const run = newRun(
      {
        ...inbox,
        claim: (request) => (isDown() ? refuse() : inbox.claim(request)),
        expedite: (...call) => (isDown() ? refuse() : inbox.expedite(...call)),
        adopt: (...call) => (isDown() ? refuse() : inbox.adopt(...call)),
        owedBeside: (...call) => (isDown() ? refuse() : inbox.owedBeside(...call)),
        prune: (now) => (isDown() ? refuse() : inbox.prune(now)),
      },
      { onTrouble: (error) => troubles.push(error.message), onOwed: ({ step }) => owed.push(step) },
    );
    await run.until(allFinished(inbox));
    expect([troubles, idsOf(run.shown), owed]).toEqual([['no such folder'], ['a'], []]);
  });
});
