import { joinSignals } from '../domain/joined-signal.ts';
import { CliError } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { createArrivalOrder } from './arrival-order.ts';
import type { Place } from './arrival-order.ts';
import { createDeliveryWork, LeftForLater } from './delivery-work.ts';
import type { AttemptResult, StepFailure, WorkOptions } from './delivery-work.ts';
import type { Inbox, InboxEntry, Outcome } from './inbox.ts';
import { createWaiter } from './waiter.ts';
import { MAX_ATTEMPTS, retryDelay } from './retry-schedule.ts';

/** How one attempt at a delivery ended. */
export interface AttemptReport {
  readonly delivery: InboxEntry;
  /** `lost`: it took so long that another listener has it now. */
  readonly status: Outcome['status'] | 'lost';
  readonly failures: readonly StepFailure[];
  /** Of a `retry`: milliseconds since 1970. */
  readonly nextAttemptAt: number | undefined;
}

export interface ProcessorOptions extends WorkOptions {
  readonly inbox: Inbox;
  /** Unique among all listeners that ever were, e.g. made of random bytes. */
  readonly owner: string;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Deliveries worked on side by side. Default 16. */
  readonly concurrency?: number | undefined;
  /** How long a stop waits for what has begun. Default 5 s. */
  readonly graceMs?: number | undefined;
  /** After each attempt, once its end is on disk. */
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  /** The inbox does not work for now; told once for each outage. */
  readonly onTrouble?: ((error: CliError) => void) | undefined;
}

export interface Processor {
  /** Works until `stop` is aborted, then lets go of the rest. Rejects with what `show` rejects with. Call once. */
  run(stop: AbortSignal): Promise<void>;
  /** Something new is in the inbox. What other processes bring is noticed within a second. */
  wake(): void;
}

const CONCURRENCY = 16;
const GRACE_MS = 5000;
const TICK_MS = 1000;
const PRUNE_EVERY_MS = 60 * 60 * 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A server may ask for patience, but not for more than this. */
const LONGEST_RETRY_AFTER_MS = 60 * 60 * 1000;

/**
 * Does the slow work behind the receiver, from the inbox alone, so that it goes on after a crash where it stopped, and is
 * shared with other listeners on the same inbox. A failed attempt is repeated on the schedule of {@link retryDelay}, and
 * repeats only the steps that failed; after {@link MAX_ATTEMPTS} the delivery is `failed`. A start makes all that waits
 * due at once.
 */
export function createProcessor(options: ProcessorOptions): Processor {
  const { inbox, owner, clock } = options;
  const concurrency = options.concurrency ?? CONCURRENCY;
  const work = createDeliveryWork(options);
  const order = createArrivalOrder();
  const waiter = createWaiter(clock);
  const active = new Map<string, Promise<void>>();
  const cut = new AbortController();
  const failed = new AbortController();
  let troubled = false;

  /** The inbox may be out of order for a while; `undefined` then. Anything else that goes wrong is thrown. */
  const tried = async <T>(action: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await action();
      troubled = false;
      return result;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (!troubled) options.onTrouble?.(error);
      troubled = true;
      return undefined;
    }
  };

  /** Whether an action that gives nothing back went well. */
  const done = async (action: () => Promise<void>): Promise<boolean> =>
    (await tried(async () => {
      await action();
      return true;
    })) === true;

  /** What was done has to be noted, or it is done again: so for as long as it takes. */
  const persist = async <T>(action: () => Promise<NonNullable<T>>): Promise<NonNullable<T>> => {
    for (let pauseMs = TICK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const result = await tried(action);
      if (result !== undefined) return result;
      await clock.sleep(pauseMs, cut.signal);
    }
  };

  const note = async (id: string, step: string): Promise<void> => {
    await persist(async () => {
      await inbox.progress(id, owner, step);
      return true;
    });
  };

  const attempt = async (entry: InboxEntry, place: Place): Promise<void> => {
    const result = await work(entry, place, (step) => note(entry.id, step), cut.signal);
    const outcome = outcomeOf(entry, result, clock.now(), options.random());
    const isOurs = await persist(() => inbox.settle(entry.id, owner, outcome));
    options.onAttempt?.({
      delivery: entry,
      status: isOurs ? outcome.status : 'lost',
      failures: result.failures,
      nextAttemptAt: outcome.status === 'retry' ? outcome.at : undefined,
    });
  };

  const begin = (entry: InboxEntry): void => {
    const place = order.take();
    const attempting = async (): Promise<void> => {
      try {
        await attempt(entry, place);
      } catch (error) {
        if (!cut.signal.aborted && !(error instanceof LeftForLater)) failed.abort(error);
      } finally {
        active.delete(entry.id);
        waiter.wake();
      }
    };
    active.set(entry.id, attempting());
  };

  const finish = async (): Promise<void> => {
    const grace = new AbortController();
    const ended = Promise.all(active.values()).then(() => grace.abort());
    if (active.size > 0 && !failed.signal.aborted) {
      await Promise.race([ended, sleepUnlessAborted(clock, options.graceMs ?? GRACE_MS, grace.signal)]);
    }
    cut.abort(new Error('the listener is being stopped'));
    await ended;
    await done(() => inbox.release(owner));
  };

  return {
    wake: () => waiter.wake(),
    async run(stop) {
      const joined = joinSignals([stop, failed.signal]);
      const halt = joined.signal;
      const onHalt = (): void => waiter.wake();
      halt.addEventListener('abort', onHalt);
      let expedited = false;
      let renewAt = clock.now() + TICK_MS;
      let pruneAt = clock.now();
      while (!halt.aborted) {
        const now = clock.now();
        expedited ||= await done(() => inbox.expedite(now));
        if (now >= renewAt) {
          renewAt = now + TICK_MS;
          if (active.size > 0) await done(() => inbox.renew([...active.keys()], owner, now));
        }
        if (now >= pruneAt) {
          const pruned = await tried(() => inbox.prune(now));
          pruneAt = pruned === undefined || pruned === 0 ? now + PRUNE_EVERY_MS : now;
        }
        const limit = concurrency - active.size;
        const claimed = limit > 0 ? await tried(() => inbox.claim({ owner, limit, now })) : [];
        // After a long sleep of the machine a lease may have run out under work that still goes on.
        const entries = (claimed ?? []).filter((entry) => !active.has(entry.id));
        for (const entry of entries) begin(entry);
        if (entries.length === 0 || active.size >= concurrency) await waiter.wait(TICK_MS);
      }
      halt.removeEventListener('abort', onHalt);
      joined.release();
      await finish();
      failed.signal.throwIfAborted();
    },
  };
}

function outcomeOf(entry: InboxEntry, result: AttemptResult, now: number, random: number): Outcome {
  const { kind, failures } = result;
  if (failures.length === 0) return { status: 'done', at: now, kind };
  const error = failures.map((failure) => `${failure.step}: ${failure.error}`).join('; ');
  if (entry.attempts >= MAX_ATTEMPTS) return { status: 'failed', at: now, error, kind };
  const wished = Math.max(0, ...failures.map((failure) => failure.retryAfterMs ?? 0));
  const delay = Math.max(retryDelay(entry.attempts, random), Math.min(wished, LONGEST_RETRY_AFTER_MS));
  return { status: 'retry', at: now + delay, error, kind };
}

async function sleepUnlessAborted(clock: Pick<Clock, 'sleep'>, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
