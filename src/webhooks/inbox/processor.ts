import { SHOW } from '../../state/delivery-steps.ts';
import { anySignal } from '../../lib/async/any-signal.ts';
import { CliError } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import { createArrivalOrder } from '../../lib/async/arrival-order.ts';
import { createDeliveryWork, LeftForLater } from './delivery-work.ts';
import type { StepFailure, StepResult, TargetCall, WorkOptions } from './delivery-work.ts';
import { isClaimed } from '../../state/inbox.ts';
import type { Claim, Inbox, InboxSummary, StepOutcome, OwedStep, Step, StepKey } from '../../state/inbox.ts';
import { createWaiter } from '../../lib/async/waiter.ts';
import { MAX_ATTEMPTS, backoffDelay } from './backoff.ts';

/** How one attempt at a step ended. */
export interface AttemptReport extends Claim {
  /** `lost`: it took so long that another listener has it now, or it was discarded. */
  readonly status: StepOutcome['status'] | 'lost';
  readonly failure: StepFailure | undefined;
  /** Of a forward or a command; `undefined` when it was not called, as its result could not be fetched. */
  readonly call: TargetCall | undefined;
  /** Of a `retry`: milliseconds since 1970. */
  readonly nextAttemptAt: number | undefined;
}

export interface ProcessorOptions extends WorkOptions {
  readonly inbox: Inbox;
  /** Unique among all listeners that ever were, e.g. made of random bytes. */
  readonly owner: string;
  readonly clock: Clock;
  /**
   * Spreads retries, by the number of a delivery: in [0, 1). Default: as evenly as can be, and the same for all steps of a
   * delivery, so that those that need the result ask for it at the same time.
   */
  readonly spread?: ((sequence: number) => number) | undefined;
  /** Whether a start makes all that waits due at once: it is often the repair that was waited for. Default true. */
  readonly expedites?: boolean | undefined;
  /** Attempts at each step side by side. Default 16. */
  readonly concurrency?: number | undefined;
  /** How long a stop waits for what has begun. Default 5 s. */
  readonly graceMs?: number | undefined;
  /** After each attempt, once its end is on disk. */
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  /** The inbox does not work for now; reported once for each outage. */
  readonly onTrouble?: ((error: CliError) => void) | undefined;
  /** Steps that deliveries owe and that neither this listener has nor, as it seems, another that runs; once each. */
  readonly onOwed?: ((owed: OwedStep) => void) | undefined;
  /** All places of a step have been taken for {@link STALLED_MS}; reported once until one is free. */
  readonly onStalled?: ((step: string, places: number) => void) | undefined;
}

export interface Processor {
  /** The steps that it can do: what a delivery owes that is accepted now. */
  readonly steps: readonly string[];
  /** Works until `stop` is aborted, then lets go of the rest. Rejects with what `show` rejects with. Call once. */
  run(stop: AbortSignal): Promise<void>;
  /** Something new is in the inbox. What other processes bring is noticed within a second. */
  wake(): void;
  /** Fulfilled when no step of this delivery is due or being attempted here. */
  attended(delivery: InboxSummary): Promise<void>;
}

interface Attempt {
  readonly key: StepKey;
  readonly ended: Promise<void>;
}

const CONCURRENCY = 16;
const GRACE_MS = 5000;
const TICK_MS = 1000;
const PRUNE_EVERY_MS = 60 * 60 * 1000;
const OWED_EVERY_MS = 60 * 1000;
const STALLED_MS = 30 * 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A server may ask for patience, but not for more than this. */
const LONGEST_RETRY_AFTER_MS = 60 * 60 * 1000;

/** Multiples of it spread over [0, 1) as evenly as can be, however many there are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * Does the slow work behind the receiver, from the inbox alone, so that it goes on after a crash where it stopped, and is
 * shared with other listeners on the same inbox. Each step of a delivery is attempted by itself, in places of its own: a
 * target that is down delays neither the command nor the screen. A failed attempt is repeated on the schedule of
 * {@link backoffDelay}; after {@link MAX_ATTEMPTS} the step is `failed`.
 */
export function createProcessor(options: ProcessorOptions): Processor {
  const { inbox, owner, clock } = options;
  const concurrency = options.concurrency ?? CONCURRENCY;
  const spread = options.spread ?? ((sequence) => (sequence * GOLDEN_RATIO) % 1);
  const work = createDeliveryWork(options);
  const order = createArrivalOrder();
  /** The place of what is not shown: it holds up nobody. */
  const beside = createArrivalOrder().take();
  const waiter = createWaiter(clock);
  /** What is being attempted, by step and delivery. */
  const active = new Map(work.steps.map((step) => [step, new Map<string, Attempt>()]));
  /** Since when all places of a step are taken. */
  const fullSince = new Map<string, number>();
  const reported = new Set<string>();
  const cut = new AbortController();
  const failed = new AbortController();
  /** Fulfilled when the next attempt has ended, then made anew. */
  let nextEnd = Promise.withResolvers<void>();
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

  /** What was done has to be stored, or it is done again: so for as long as it takes. */
  const persist = async <T>(action: () => Promise<NonNullable<T>>): Promise<NonNullable<T>> => {
    for (let pauseMs = TICK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const result = await tried(action);
      if (result !== undefined) return result;
      await clock.sleep(pauseMs, cut.signal);
    }
  };

  const attempt = async (claim: Claim, place: ReturnType<typeof order.take>): Promise<void> => {
    const { delivery } = claim;
    const result = await work.attempt(claim, place, cut.signal);
    const outcome = outcomeOf(claim, result, clock.now(), spread(delivery.sequence));
    const isOurs = await persist(() => inbox.settle(keyOf(claim), owner, outcome));
    options.onAttempt?.({
      ...claim,
      status: isOurs ? outcome.status : 'lost',
      failure: result.failure,
      call: result.call,
      nextAttemptAt: outcome.status === 'retry' ? outcome.nextAttemptAt : undefined,
    });
  };

  const begin = (claim: Claim): void => {
    const { delivery, step } = claim;
    const place = step === SHOW ? order.take() : beside;
    const attempting = async (): Promise<void> => {
      try {
        await attempt(claim, place);
      } catch (error) {
        if (!cut.signal.aborted && !(error instanceof LeftForLater)) failed.abort(error);
      } finally {
        active.get(step)?.delete(delivery.id);
        nextEnd.resolve();
        nextEnd = Promise.withResolvers();
        waiter.wake();
      }
    };
    active.get(step)?.set(delivery.id, { key: keyOf(claim), ended: attempting() });
  };

  const attempts = (): Attempt[] => Array.from(active.values(), (ofStep) => [...ofStep.values()]).flat();

  const renew = async (): Promise<void> => {
    const keys = attempts().map(({ key }) => key);
    if (keys.length > 0) await done(() => inbox.renew(keys, owner, clock.now()));
  };

  /** How many more of each step can be attempted now. */
  const limits = (now: number): Record<string, number> => {
    const free: Record<string, number> = {};
    for (const [step, { size }] of active) {
      free[step] = concurrency - size;
      if (size < concurrency) fullSince.delete(step);
      else if (!fullSince.has(step)) fullSince.set(step, now);
      else if (now - (fullSince.get(step) ?? now) >= STALLED_MS) {
        options.onStalled?.(step, concurrency);
        fullSince.set(step, Number.POSITIVE_INFINITY);
      }
    }
    return free;
  };

  const reportOwed = async (): Promise<void> => {
    const owed = (await tried(() => inbox.owedBeside(work.steps, clock.now()))) ?? [];
    for (const each of owed) {
      if (!reported.has(each.step)) options.onOwed?.(each);
      reported.add(each.step);
    }
  };

  const finish = async (): Promise<void> => {
    const grace = new AbortController();
    const ended = Promise.all(attempts().map((each) => each.ended)).then(() => grace.abort());
    if (!failed.signal.aborted) {
      await Promise.race([ended, sleepUnlessAborted(clock, options.graceMs ?? GRACE_MS, grace.signal)]);
    }
    cut.abort(new Error('the listener is being stopped'));
    await ended;
    await done(() => inbox.release(owner));
  };

  /** Whether a step is due here, or being attempted here. */
  const isOurs = (step: Step, now: number): boolean =>
    active.has(step.name) &&
    step.state === 'pending' &&
    (isClaimed(step, now) ? step.owner === owner : step.nextAttemptAt <= now);

  return {
    steps: work.steps,
    wake: () => waiter.wake(),
    async attended({ id, sequence }) {
      while (!cut.signal.aborted) {
        const { promise } = nextEnd;
        const found = await tried(() => inbox.find(id));
        const entry = found?.find((each) => each.sequence === sequence);
        if (found !== undefined && entry?.steps.some((step) => isOurs(step, clock.now())) !== true) return;
        await Promise.race([promise, sleepUnlessAborted(clock, TICK_MS, cut.signal)]);
      }
    },
    async run(stop) {
      // Once it is aborted it lets go of both by itself.
      const { signal: halt } = anySignal([stop, failed.signal]);
      halt.addEventListener('abort', () => waiter.wake());
      let expedited = options.expedites === false;
      // For pauses the clock that does not jump: the other one may go back by an hour.
      let renewAt = clock.monotonic();
      let pruneAt = clock.monotonic();
      let owedAt = clock.monotonic();
      while (!halt.aborted) {
        const elapsed = clock.monotonic();
        const now = clock.now();
        expedited ||= await done(() => inbox.expedite(work.steps, now));
        if (elapsed >= renewAt) {
          renewAt = elapsed + TICK_MS;
          await renew();
        }
        if (elapsed >= pruneAt) {
          const pruned = await tried(() => inbox.prune(now));
          pruneAt = pruned === undefined || pruned === 0 ? elapsed + PRUNE_EVERY_MS : elapsed;
        }
        const free = limits(elapsed);
        const isFull = Object.values(free).every((places) => places === 0);
        const claims = isFull ? [] : ((await tried(() => inbox.claim({ owner, limits: free, now }))) ?? []);
        // After a long sleep of the machine a lease may have run out under work that still goes on.
        for (const claim of claims) {
          if (active.get(claim.step)?.has(claim.delivery.id) !== true) begin(claim);
        }
        if (elapsed >= owedAt) {
          owedAt = elapsed + OWED_EVERY_MS;
          await reportOwed();
        }
        await waiter.wait(TICK_MS);
      }
      await finish();
      failed.signal.throwIfAborted();
    },
  };
}

function keyOf({ delivery: { sequence, id }, step }: Claim): StepKey {
  return { sequence, id, step };
}

function outcomeOf({ attempts, delivery }: Claim, result: StepResult, now: number, spread: number): StepOutcome {
  const { failure, answer, dropped, result: facts } = result;
  // What is known need not be written again.
  const kind = result.kind === delivery.kind ? undefined : result.kind;
  if (dropped !== undefined) return { status: 'discarded', at: now, error: dropped, kind };
  const end = { at: now, kind, answer, result: facts };
  if (failure === undefined) return { ...end, status: 'done' };
  const { error, retryAfterMs = 0 } = failure;
  if (attempts >= MAX_ATTEMPTS) return { ...end, status: 'failed', error };
  const delay = Math.max(backoffDelay(attempts, spread), Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
  return { ...end, status: 'retry', nextAttemptAt: now + delay, error };
}

async function sleepUnlessAborted(clock: Pick<Clock, 'sleep'>, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
