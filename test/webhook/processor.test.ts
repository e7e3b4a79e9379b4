import { setImmediate } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import type { Answer, Sighting } from '../../src/api/model.ts';
import { createAnswerReader } from '../../src/domain/answer-reader.ts';
import type { Http, HttpRequest } from '../../src/domain/http.ts';
import { TransportError } from '../../src/domain/http.ts';
import type { Kind } from '../../src/domain/kinds.ts';
import { CliError } from '../../src/errors.ts';
import { ClosedPipeError } from '../../src/platform/host.ts';
import type { Delivery } from '../../src/webhook/delivery.ts';
import type { ListenEvent } from '../../src/webhook/delivery-work.ts';
import { LEASE_MS } from '../../src/webhook/inbox.ts';
import type { Inbox } from '../../src/webhook/inbox.ts';
import { createProcessor } from '../../src/webhook/processor.ts';
import type { AttemptReport, Processor, ProcessorOptions } from '../../src/webhook/processor.ts';
import { createInboxFolder, deliveryOf, NOW } from './inbox-support.ts';
import type { InboxFolder } from './inbox-support.ts';
import { createTurningClock } from './turning-clock.ts';

const folders: InboxFolder[] = [];
const inboxes: Inbox[] = [];

afterEach(async () => {
  await Promise.all(inboxes.splice(0).map((inbox) => inbox.close()));
  for (const folder of folders.splice(0)) folder[Symbol.dispose]();
});

function newFolder(): InboxFolder {
  const folder = createInboxFolder();
  folders.push(folder);
  return folder;
}

function openInbox(folder = newFolder()): Inbox {
  const inbox = folder.open();
  inboxes.push(inbox);
  return inbox;
}

interface Run {
  readonly processor: Processor;
  readonly clock: ProcessorOptions['clock'];
  /** Ids in the order in which they were shown. */
  readonly shown: ListenEvent[];
  readonly reports: AttemptReport[];
  /** Works until the condition holds, then stops. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
}

const unreachable: Http = () => Promise.reject(new TransportError('refused', 'nobody is there', { sent: false }));

function newRun(inbox: Inbox, changes: Partial<ProcessorOptions> = {}): Run {
  const shown: ListenEvent[] = [];
  const reports: AttemptReport[] = [];
  const clock = changes.clock ?? createTurningClock();
  const processor = createProcessor({
    inbox,
    owner: 'me',
    clock,
    random: () => 0.5,
    http: unreachable,
    forwardTo: [],
    show: (event) => {
      shown.push(event);
    },
    onAttempt: (report) => reports.push(report),
    ...changes,
  });
  return {
    processor,
    clock,
    shown,
    reports,
    async until(condition) {
      const stop = new AbortController();
      const running = processor.run(stop.signal);
      const watching = async (): Promise<void> => {
        while (!stop.signal.aborted && !(await condition())) await setImmediate();
        stop.abort();
      };
      const watched = watching();
      try {
        await running;
      } finally {
        stop.abort();
        await watched;
      }
    },
  };
}

const REQUEST_ID = '67507ad05e593173d0313e0f';

async function keep(inbox: Inbox, ...changes: Partial<Delivery>[]): Promise<void> {
  for (const change of changes) await inbox.accept(deliveryOf(change));
}

function answerOf(kind: Kind, text: string, requestId = REQUEST_ID): Answer {
  const raw = new TextEncoder().encode(text);
  const reader = createAnswerReader();
  reader.push(raw);
  const summary = reader.end();
  if (summary === undefined) throw new Error('the answer of the test is no object');
  return { state: 'done', kind, requestId, summary, raw, failure: undefined };
}

const MISSING: Sighting = { state: 'missing', retryAfterMs: undefined };
const CLUSTER =
  '{\n  "type": "CLUSTER",\r\n  "big": 12345678901234567890,\n  "__proto__": 1,\n  "optimal_clusters": []\n}';

const idsOf = (events: readonly ListenEvent[]): string[] => events.map(({ delivery }) => delivery.id);
const allFinished = (inbox: Inbox) => async () => (await inbox.counts()).pending === 0;

describe('a kept delivery', () => {
  test('is shown with its result, as one line of JSON with all numbers and keys unharmed', async () => {
    const inbox = openInbox();
    const body = new TextEncoder().encode(`{ "request_id":\n"${REQUEST_ID}", "n": 12345678901234567890 }\n`);
    await keep(inbox, { id: 'a', kind: 'cluster', event: 'cluster.optimized', body });
    const fetchAnswer = async (kind: Kind): Promise<Sighting> => answerOf(kind, CLUSTER);
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(run.shown.map((event) => event.line())).toEqual([
      `{"v":1,"type":"event","id":"a","kind":"cluster","event":"cluster.optimized","request_id":"${REQUEST_ID}",` +
        `"received_at":"2026-01-01T00:00:00.000Z","payload":{ "request_id": "${REQUEST_ID}", "n": 12345678901234567890 },` +
        `"result":{   "type": "CLUSTER",   "big": 12345678901234567890,   "__proto__": 1,   "optimal_clusters": [] }}`,
    ]);
    expect(run.reports).toMatchObject([{ delivery: { id: 'a', attempts: 1 }, status: 'done', failures: [] }]);
  });

  test('that is not JSON is shown with its bytes', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a', body: new Uint8Array([0xff, 0x00]), requestId: undefined });
    const run = newRun(inbox, { fetchAnswer: () => Promise.reject(new Error('nothing to ask for')) });
    await run.until(allFinished(inbox));
    expect(run.shown.map((event) => event.line())).toEqual([
      '{"v":1,"type":"event","id":"a","kind":null,"event":null,"request_id":null,' +
        '"received_at":"2026-01-01T00:00:00.000Z","payload":null,"payload_base64":"/wA=","result":null}',
    ]);
  });

  test('is shown without a result when none is to be fetched', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
    const run = newRun(inbox, { kindOf: (id) => (id === REQUEST_ID ? 'route' : undefined) });
    await run.until(allFinished(inbox));
    expect(run.shown).toMatchObject([{ kind: 'route', answer: undefined }]);
  });

  test('and the others are shown in the order of arrival, whatever the order of the results', async () => {
    const inbox = openInbox();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await keep(inbox, ...ids.map((id) => ({ id, requestId: id, kind: 'route' as const })));
    const pending = new Map<string, () => void>();
    const fetchAnswer = async (kind: Kind, requestId: string): Promise<Sighting> => {
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
    await keep(inbox, { id: 'late', requestId: 'late' }, { id: 'b', requestId: 'b' }, { id: 'c', requestId: 'c' });
    let looks = 0;
    const fetchAnswer = async (kind: Kind, requestId: string): Promise<Sighting> => {
      if (requestId === 'late' && (looks += 1) <= 4) return MISSING;
      return answerOf(kind, '{"picks":[]}', requestId);
    };
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(idsOf(run.shown)).toEqual(['b', 'c', 'late']);
  });

  test('whose result is late does not hold up the others while it is still being forwarded', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'late', requestId: 'late' }, { id: 'b', requestId: 'b' });
    const { promise: target, resolve: answer } = Promise.withResolvers<void>();
    const http: Http = async () => {
      await target;
      return { status: 200, headers: {}, body: null };
    };
    const fetchAnswer = async (kind: Kind, requestId: string): Promise<Sighting> =>
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
    await keep(inbox, { id: 'shown' }, { id: 'b' });
    await inbox.claim({ owner: 'old', limit: 1, now: NOW });
    await inbox.progress('shown', 'old', 'show');
    await inbox.settle('shown', 'old', { status: 'retry', at: NOW, error: 'forward http://slow: answered 500' });
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
    expect(run.reports.map(({ status }) => status)).toEqual(['done', 'done']);
  });

  test('is worked on with no more than the given number beside it', async () => {
    const inbox = openInbox();
    await keep(inbox, ...Array.from({ length: 12 }, (_, index) => ({ id: `msg_${index}` })));
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

  test('that comes in later is noticed', async () => {
    const inbox = openInbox();
    const run = newRun(inbox);
    let arrivals = 0;
    await run.until(async () => {
      if (arrivals === run.shown.length && arrivals < 3) {
        await keep(inbox, { id: `msg_${(arrivals += 1)}` });
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
    await keep(inbox, delivery);
    const kinds: Kind[] = [];
    const fetchAnswer = async (kind: Kind): Promise<Sighting> => {
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
    await keep(inbox, unknown);
    const fetchAnswer = async (kind: Kind): Promise<Sighting> =>
      kind === 'cluster' ? MISSING : answerOf(kind, '{"picks":[]}');
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(run.shown).toMatchObject([{ kind: 'route' }]);
  });
});

describe('an attempt that fails', () => {
  test('because the result is not there yet is repeated after 2 s, 4 s, 8 s, and shown once', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a', kind: 'route' });
    const sightings: Sighting[] = [MISSING, { state: 'pending', word: 'RUNNING', retryAfterMs: undefined }, MISSING];
    const at: number[] = [];
    const clock = createTurningClock();
    const fetchAnswer = async (kind: Kind): Promise<Sighting> => {
      at.push(clock.now() - NOW);
      return sightings.shift() ?? answerOf(kind, '{"picks":[]}');
    };
    const run = newRun(inbox, { fetchAnswer, clock });
    await run.until(allFinished(inbox));
    expect(
      run.reports.map(({ status, failures, delivery }) => [delivery.attempts, status, failures[0]?.error]),
    ).toEqual([
      [1, 'retry', `the result of ${REQUEST_ID} is not there yet (404)`],
      [2, 'retry', `the route ${REQUEST_ID} is not finished`],
      [3, 'retry', `the result of ${REQUEST_ID} is not there yet (404)`],
      [4, 'done', undefined],
    ]);
    const delays = run.reports.map(({ nextAttemptAt }, index) => (nextAttemptAt ?? 0) - NOW - (at[index] ?? 0));
    expect(delays.slice(0, 3)).toEqual([2000, 4000, 8000]);
    expect(idsOf(run.shown)).toEqual(['a']);
  });

  test('with a wish of the server is repeated no sooner than that', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a', kind: 'route' });
    const sightings: Sighting[] = [{ state: 'missing', retryAfterMs: 90_000 }];
    const fetchAnswer = async (kind: Kind): Promise<Sighting> => sightings.shift() ?? answerOf(kind, '{"picks":[]}');
    const run = newRun(inbox, { fetchAnswer });
    await run.until(allFinished(inbox));
    expect(run.reports[0]?.nextAttemptAt).toBe(NOW + 90_000);
  });

  test('repeats only what failed: other targets, the command and the screen see it once', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
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
    expect(run.reports.map(({ status, failures }) => [status, failures])).toEqual([
      [
        'retry',
        [
          { step: 'exec', error: 'the command ended with 1' },
          { step: 'forward http://b', error: 'answered 500' },
        ],
      ],
      ['retry', [{ step: 'forward http://b', error: 'answered 500' }]],
      ['done', []],
    ]);
  });

  test('twelve times is given up: failed, with its cause, and shown without a result', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a', kind: 'route' });
    const error = new CliError('auth', 'the API key was rejected');
    const run = newRun(inbox, { fetchAnswer: () => Promise.reject(error) });
    await run.until(allFinished(inbox));
    expect(run.reports.map(({ status }) => status)).toEqual([...Array.from({ length: 11 }, () => 'retry'), 'failed']);
    expect(run.shown).toMatchObject([{ delivery: { id: 'a' }, answer: undefined, kind: 'route' }]);
    expect(await inbox.list()).toMatchObject([
      { status: 'failed', attempts: 12, lastError: 'fetch: the API key was rejected' },
    ]);
  });

  test('waits until its time, but not over a new start', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
    await inbox.claim({ owner: 'old', limit: 1, now: NOW });
    await inbox.settle('a', 'old', { status: 'retry', at: NOW + 3_600_000, error: 'exec: down' });
    const run = newRun(inbox);
    await run.until(allFinished(inbox));
    expect(run.clock.now() - NOW).toBeLessThan(5000);
  });
});

describe('after a crash', () => {
  test('the work goes on within 5 s where it stopped', async () => {
    const folder = newFolder();
    const before = openInbox(folder);
    await keep(before, { id: 'a' }, { id: 'b' });
    await before.claim({ owner: 'crashed', limit: 2, now: NOW });
    await before.progress('a', 'crashed', 'show');
    await before.progress('a', 'crashed', 'forward http://a');
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

  test('of the command again and again the delivery is given up, too', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a', kind: 'route' });
    for (let crash = 0; crash < 11; crash += 1) {
      await inbox.claim({ owner: `crashed ${crash}`, limit: 1, now: NOW + crash * LEASE_MS });
    }
    const clock = createTurningClock();
    await clock.sleep(11 * LEASE_MS);
    const run = newRun(inbox, { clock, fetchAnswer: async () => MISSING });
    await run.until(allFinished(inbox));
    expect(run.reports).toMatchObject([{ status: 'failed', delivery: { attempts: 12 } }]);
  });
});

describe('two listeners on one inbox', () => {
  test('share the work, each delivery is done once', async () => {
    const folder = newFolder();
    const [one, two] = [openInbox(folder), openInbox(folder)];
    const ids = Array.from({ length: 30 }, (_, index) => `msg_${index}`);
    await keep(one, ...ids.map((id) => ({ id })));
    const clock = createTurningClock();
    const exec = async (): Promise<void> => {
      await setImmediate();
    };
    const runs = [
      newRun(one, { owner: 'one', clock, exec, concurrency: 4 }),
      newRun(two, { owner: 'two', clock, exec, concurrency: 4 }),
    ];
    await Promise.all(runs.map((run) => run.until(allFinished(one))));
    const shown = runs.map((run) => idsOf(run.shown));
    expect(shown.flat().toSorted()).toEqual(ids.toSorted());
    expect(shown.every((part) => part.length > 0)).toBe(true);
  });

  test('a lease is renewed for as long as the work takes', async () => {
    const folder = newFolder();
    const [one, two] = [openInbox(folder), openInbox(folder)];
    await keep(one, { id: 'a' });
    const clock = createTurningClock();
    const { promise: slow, resolve: finish } = Promise.withResolvers<void>();
    const busy = newRun(one, { owner: 'busy', clock, exec: () => slow, concurrency: 1 });
    const idle = newRun(two, { owner: 'idle', clock });
    const isLate = (): boolean => {
      if (clock.now() > NOW + 10 * LEASE_MS) finish();
      return false;
    };
    const finished = allFinished(one);
    await Promise.all([
      busy.until(async () => isLate() || (await finished())),
      idle.until(async () => isLate() || (await finished())),
    ]);
    expect([idsOf(busy.shown), idsOf(idle.shown)]).toEqual([['a'], []]);
    expect(busy.reports).toMatchObject([{ status: 'done', delivery: { attempts: 1 } }]);
  });
});

describe('a lease that ran out under work that goes on', () => {
  // As after a long sleep of the machine.
  const forgetful = (inbox: Inbox): Inbox => ({ ...inbox, renew: async () => {} });

  test('does not make the same listener begin anew', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
    const clock = createTurningClock();
    let executions = 0;
    const exec = async (): Promise<void> => {
      executions += 1;
      await clock.sleep(3 * LEASE_MS);
    };
    const run = newRun(forgetful(inbox), { clock, exec });
    await run.until(allFinished(inbox));
    expect([executions, run.shown.length, run.reports.length]).toEqual([1, 1, 1]);
  });

  test('leaves the end of it to the one who has taken over', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
    const clock = createTurningClock();
    const exec = async (): Promise<void> => {
      await clock.sleep(2 * LEASE_MS);
      await inbox.claim({ owner: 'other', limit: 1, now: clock.now() });
    };
    const run = newRun(forgetful(inbox), { clock, exec, concurrency: 1 });
    await run.until(() => run.reports.length > 0);
    expect(run.reports.map(({ status }) => status)).toEqual(['lost']);
    expect(await inbox.settle('a', 'other', { status: 'done', at: clock.now() })).toBe(true);
  });
});

describe('the end of a run', () => {
  test('waits for what has begun', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
    let isStarted = false;
    const exec = async (): Promise<void> => {
      isStarted = true;
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    };
    const run = newRun(inbox, { exec, graceMs: 1e9 });
    await run.until(() => isStarted);
    expect(await inbox.list()).toMatchObject([{ status: 'done' }]);
  });

  test('gives back what takes too long, to be begun anew at once', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
    let isStarted = false;
    const exec = (_line: string, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        isStarted = true;
        signal.addEventListener('abort', () => reject(new Error('killed')));
      });
    const run = newRun(inbox, { exec });
    await run.until(() => isStarted);
    expect(run.reports).toEqual([]);
    const next = newRun(inbox, { owner: 'next' });
    await next.until(allFinished(inbox));
    // It was on the screen before: not again.
    expect(next.shown).toEqual([]);
    expect(next.reports).toMatchObject([{ status: 'done', delivery: { attempts: 1, stepsDone: ['show'] } }]);
  });

  test('comes at once when the screen is gone, and nothing is counted as shown', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' }, { id: 'b' });
    const run = newRun(inbox, { show: () => Promise.reject(new ClosedPipeError('closed')) });
    await expect(run.until(() => false)).rejects.toThrow(ClosedPipeError);
    expect(await inbox.counts()).toEqual({ pending: 2, done: 0, failed: 0 });
    const next = newRun(inbox);
    await next.until(allFinished(inbox));
    expect(idsOf(next.shown)).toEqual(['a', 'b']);
  });
});

describe('while the inbox does not work', () => {
  test('what was done is noted as soon as it can be, and not done again', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
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
    expect(run.reports).toMatchObject([{ status: 'done' }]);
    expect(new Set(troubles)).toEqual(new Set(['the disk is full']));
  });

  test('it is told once, and the work goes on afterwards', async () => {
    const inbox = openInbox();
    await keep(inbox, { id: 'a' });
    let failures = 6;
    const troubles: string[] = [];
    const refuse = (): Promise<never> => Promise.reject(new CliError('environment', 'no such folder'));
    const isDown = (): boolean => (failures -= 1) >= 0;
    const run = newRun(
      {
        ...inbox,
        claim: (request) => (isDown() ? refuse() : inbox.claim(request)),
        expedite: (now) => (isDown() ? refuse() : inbox.expedite(now)),
        prune: (now) => (isDown() ? refuse() : inbox.prune(now)),
      },
      { onTrouble: (error) => troubles.push(error.message) },
    );
    await run.until(allFinished(inbox));
    expect([troubles, idsOf(run.shown)]).toEqual([['no such folder'], ['a']]);
  });
});
