/**
 * Two listeners with different flags on one state, while webhooks arrive at both and everything around them goes wrong:
 * what either has acknowledged must be done to the last step.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom, type Random } from '../../src/lib/seeded-random.ts';
import { createFakedClock, NO_FAKED_CLOCK } from './faked-clock.ts';
import { SECRET, type Line } from './listener.ts';
import type { Workplace } from './program.ts';
import { canMount, mountSmallDisk } from './small-disk.ts';
import { createSupervisedListener, type SupervisedListener } from './supervised-listener.ts';
import { createSvixSender, type SvixSender } from './svix-sender.ts';
import { countSteps, judge, readInbox, type ExpectedStep, type Verdict } from './torture-oracle.ts';
import {
  makeTrouble,
  rest,
  troublesOfClock,
  troublesOfCommand,
  troublesOfDisk,
  troublesOfListener,
  troublesOfState,
  troublesOfTarget,
  type Moments,
  type Lane,
} from './torture-troubles.ts';
import { createTroubledCommand } from './troubled-command.ts';
import { startTroubledTarget, type TroubledTarget } from './troubled-target.ts';

export interface MixedPlan {
  /** Decides what goes wrong: for each thing the order, how long, and the pauses between. */
  readonly seed: number;
  /** How long webhooks are sent and things go wrong: at least, as each thing does so once. */
  readonly durationMs: number;
  /** Called each minute. */
  readonly onProgress?: (progress: MixedProgress) => void;
}

export interface MixedProgress {
  readonly acknowledged: number;
  readonly troubles: number;
}

export interface MixedReport extends Verdict {
  readonly seed: number;
  readonly acknowledged: number;
  /** Steps that had used up their attempts when the troubles were over, and were replayed. */
  readonly replayed: number;
  /** What `PRAGMA integrity_check` says. */
  readonly integrity: string;
  /** How often each trouble was made. */
  readonly troubles: Readonly<Record<string, number>>;
  /** Troubles that cannot be made on this machine, with the reason. */
  readonly leftOut: readonly string[];
  /** What no trouble explains: exit codes, stops that took too long. */
  readonly surprises: readonly string[];
}

/** How many sends go on at the same time, each followed by a pause of at most so long. */
const SENDERS = 48;
const SEND_PAUSE_MS = 500;
/** As long as Svix waits. */
const SEND_TIMEOUT_MS = 15_000;
/** The longest wait for the work to end after the troubles. */
const PATIENCE_MS = 180_000;
const MINUTE_MS = 60_000;

export async function mixedTorture(workplace: Workplace, plan: MixedPlan): Promise<MixedReport> {
  const state = workplace.env['OPTIPICK_STATE_DIR'] ?? '';
  const randomOf = (thing: number): Random => createRandom(plan.seed + thing * 1_000_003);
  const moments: Moments = new EventEmitter();
  const clock = NO_FAKED_CLOCK === undefined ? createFakedClock(workplace.folder) : undefined;
  using disk = canMount() ? mountSmallDisk(state, '4g') : undefined;
  await using one = await startTarget(randomOf(0), moments);
  await using other = await startTarget(randomOf(1), moments);
  const targets = [one, other];
  const command = createTroubledCommand(workplace.folder);
  const shown = new Map<string, number>();
  const supervise = (...args: readonly string[]): SupervisedListener =>
    createSupervisedListener({
      args: ['--no-fetch', '--tolerance', '400d', ...args],
      env: { ...workplace.env, ...clock?.env, OPTIPICK_WEBHOOK_SECRET: SECRET },
      cwd: workplace.folder,
      onLine: (line) => countEvent(shown, line),
      onEnd: () => clock?.forget(),
    });
  await using rich = supervise('--forward-to', one.url, '--exec', command.line, '--exec-timeout', '3s');
  await using plain = supervise('--forward-to', other.url);
  const listeners = [rich, plain];
  await Promise.all(listeners.map((listener) => listener.start()));

  const choose = randomOf(2);
  using sender = createSvixSender({
    url() {
      moments.emit('accept');
      return (choose.below(2) === 0 ? rich : plain).url();
    },
    random: () => choose.next(),
    drops: 0.05,
    pauseMs: 200,
    attempts: 10_000,
    timeoutMs: SEND_TIMEOUT_MS,
  });
  const surprises: string[] = [];
  const events = async (args: readonly string[], expected: readonly number[]): Promise<void> => {
    const { code = -1, stderr } = await workplace.run(['events', ...args], {
      env: clock?.env ?? {},
      timeoutMs: MINUTE_MS,
    });
    if (!expected.includes(code)) surprises.push(`events ${args.join(' ')} ended with ${code}: ${stderr}`);
  };

  const lanes: readonly Lane[] = [
    ...listeners.map((listener) => troublesOfListener(listener, moments)),
    ...targets.map(troublesOfTarget),
    troublesOfCommand(command),
    troublesOfState(workplace),
    {
      restMs: 4000,
      troubles: [
        // Exit 7: the state is locked, or its disk full.
        { name: 'events list', run: () => events(['list', '--json'], [0, 7]) },
        { name: 'events show', run: (random) => events(['show', anyOf(sender.acknowledged, random)], [0, 7]) },
      ],
    },
    ...(clock === undefined ? [] : [troublesOfClock(clock)]),
    ...(disk === undefined ? [] : [troublesOfDisk(disk)]),
  ];
  const troubles: Record<string, number> = {};
  const timeUp = AbortSignal.timeout(plan.durationMs);
  const over = new AbortController();
  const makeAll = async (): Promise<void> => {
    const made = lanes.map((lane, number) =>
      makeTrouble(lane, randomOf(10 + number), timeUp, (name) => {
        troubles[name] = (troubles[name] ?? 0) + 1;
      }).catch((error: unknown) => surprises.push(String(error))),
    );
    await Promise.all(made);
    over.abort();
  };
  await Promise.all([
    makeAll(),
    sendUntil(over.signal, sender, listeners, `msg_${plan.seed}`, choose),
    reportProgress(over.signal, () =>
      plan.onProgress?.({
        acknowledged: sender.acknowledged.size,
        troubles: Object.values(troubles).reduce((sum, count) => sum + count, 0),
      }),
    ),
  ]);

  // A new start makes all that waits due.
  for (const listener of listeners) await listener.end('SIGTERM');
  for (const listener of listeners) await listener.start();
  await untilNothingPends(state);
  const { failed: replayed = 0 } = countSteps(state);
  if (replayed > 0) {
    // Exit 8: left to the listeners.
    // 6: one has failed once more, and is retried by a listener.
    await events(['replay', '--failed', '--timeout', '1s'], [0, 6, 8]);
    await untilNothingPends(state);
  }
  for (const listener of listeners) await listener.end('SIGTERM');

  const show: ExpectedStep = { isNamed: (step) => step === 'show', seen: shown };
  const exec: ExpectedStep = { isNamed: (step) => step === 'exec', seen: command.seen() };
  const forwardTo = ({ url, accepted }: TroubledTarget): ExpectedStep => ({
    isNamed: (step) => step.startsWith(`forward ${url} `),
    seen: accepted,
  });
  const { acknowledged } = sender;
  const { stored, integrity } = readInbox(state);
  const owed = [
    [show, exec, forwardTo(one)],
    [show, forwardTo(other)],
  ];
  return {
    seed: plan.seed,
    acknowledged: acknowledged.size,
    ...judge({ acknowledged, listeners: owed, stored }),
    replayed,
    integrity,
    troubles,
    leftOut: [
      ...(NO_FAKED_CLOCK === undefined ? [] : [`clock: ${NO_FAKED_CLOCK}`]),
      ...(disk === undefined ? ['disk full: this process may not mount'] : []),
    ],
    surprises: [...surprises, ...listeners.flatMap((listener) => listener.surprises)],
  };
}

function startTarget(random: Random, moments: Moments): Promise<TroubledTarget> {
  return startTroubledTarget({
    random: () => random.next(),
    failures: 0.02,
    onRequest: () => moments.emit('claim'),
    onAnswered: () => moments.emit('settle'),
  });
}

/** Each one until it is acknowledged. */
async function sendUntil(
  over: AbortSignal,
  sender: SvixSender,
  listeners: readonly SupervisedListener[],
  prefix: string,
  random: Random,
): Promise<void> {
  let number = 0;
  const send = async (): Promise<void> => {
    while (!over.aborted) {
      number += 1;
      const id = `${prefix}_${number}`;
      const padding = random.next() < 0.03 ? 'x'.repeat(20_000) : undefined;
      const body = JSON.stringify({ request_id: number.toString(16).padStart(24, '0'), padding });
      const way = random.next();
      if (way < 0.1) {
        // Two workers of the sender got the same message from its queue, for two endpoints.
        await Promise.all(listeners.map((listener) => sender.send(id, body, listener.url())));
      } else {
        await sender.send(id, body);
        if (way < 0.2) await sender.send(id, body);
      }
      await rest(random.below(SEND_PAUSE_MS), over);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}

async function reportProgress(over: AbortSignal, report: () => void): Promise<void> {
  for (;;) {
    await rest(MINUTE_MS, over);
    if (over.aborted) return;
    report();
  }
}

async function untilNothingPends(state: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while ((countSteps(state)['pending'] ?? 0) > 0 && performance.now() < until) await pause(500);
}

function countEvent(shown: Map<string, number>, { type, id }: Line): void {
  if (type !== 'event') return;
  shown.set(String(id), (shown.get(String(id)) ?? 0) + 1);
}

/** One of those that are there; where there is none yet, nobody knows the answer. */
function anyOf(ids: ReadonlySet<string>, random: Random): string {
  return [...ids][random.below(ids.size)] ?? '';
}
