import { CliError } from '../../errors.ts';
import { nextTurn } from '../../lib/async/next-turn.ts';
import { ACCEPT_GROUP_BYTES, ACCEPT_GROUP_SIZE } from '../../limits.ts';
import type { Clock } from '../../platform/host.ts';
import type { Inbox } from '../inbox.ts';
import {
  countDeliveries,
  findDeliveries,
  insertDeliveries,
  listDeliveries,
  pruneDeliveries,
  type NewDelivery,
} from './deliveries.ts';
import { isBadValue } from './failure.ts';
import { DEADLINE_MS, type Lane } from './lane.ts';
import type { InSchema } from './schema.ts';
import {
  adoptSteps,
  claimSteps,
  discardSteps,
  expediteSteps,
  releaseSteps,
  renewSteps,
  reopenSteps,
  retakeSteps,
  settleSteps,
  stepAnswers,
  stepsOwedBeside,
  type Settlement,
} from './steps.ts';

export interface PostgresInboxOptions {
  readonly at: InSchema;
  /** For deliveries that arrive: nothing else may hold up a sender. */
  readonly accepting: Lane;
  /** For the work on them. May be the same. */
  readonly working: Lane;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** As in a SQLite inbox. */
  readonly scope: string;
  /** Whose clock leases and retries follow: that of the server, or the times that the caller gives. */
  readonly time: 'server' | 'caller';
  /** Hears when something new was stored. */
  readonly stored?: (() => void) | undefined;
}

/** Whoever wants more at once does no work on them meanwhile, and waits for it as long as a network of offices needs. */
const LONG_LIST = 1000;
const LONG_LIST_MS = 60_000;

interface Waiting<T, R> {
  readonly what: T;
  readonly since: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** The inbox in the tables `deliveries` and `steps` of PostgreSQL. */
export function createPostgresInbox(options: PostgresInboxOptions): Inbox {
  const { at, accepting, working, clock, scope } = options;
  const isServerTime = options.time === 'server';
  const timeOf = (given: number): number | null => (isServerTime ? null : given);

  /** Each id once: the second one of a group would owe its steps twice. */
  const acceptAll = async (group: readonly NewDelivery[], until: number): Promise<readonly ('new' | 'duplicate')[]> => {
    const firsts = new Map<string, NewDelivery>();
    for (const each of group) if (!firsts.has(each.delivery.id)) firsts.set(each.delivery.id, each);
    const stored = await accepting.run(
      (client) => insertDeliveries(client, at, scope, [...firsts.values()], isServerTime),
      until,
    );
    if (stored.size > 0) options.stored?.();
    return group.map((each) => {
      const isNew = stored.has(each.delivery.id) && firsts.get(each.delivery.id) === each;
      return isNew ? 'new' : 'duplicate';
    });
  };

  const accept = createGroups<NewDelivery, 'new' | 'duplicate'>({
    clock,
    perform: acceptAll,
    sizeOf: ({ delivery }) => delivery.body.byteLength,
  });

  const settle = createGroups<Settlement, boolean>({
    clock,
    perform: (group, until) => working.run((client) => settleSteps(client, at, group, isServerTime), until),
    sizeOf: ({ outcome }) => outcome.answer?.body.byteLength ?? 0,
  });

  return {
    accept: (delivery, steps) => accept({ delivery, steps }),
    settle: (key, owner, outcome) => settle({ key, owner, outcome }),
    adopt: (steps, now, sequence) =>
      working.run((client) => adoptSteps(client, at, scope, steps, timeOf(now), sequence)),
    claim: ({ owner, limits, now: given }) =>
      working.run(async (client) => {
        const now = timeOf(given);
        const first = await claimSteps(client, at, { scope, owner, limits, now });
        if (!first.hasUnassigned) return first.claims;
        await adoptSteps(client, at, scope, Object.keys(limits), now);
        if (first.claims.length > 0) return first.claims;
        return (await claimSteps(client, at, { scope, owner, limits, now })).claims;
      }),
    renew: (keys, owner, now) => working.run((client) => renewSteps(client, at, keys, owner, timeOf(now))),
    release: (owner) => working.run((client) => releaseSteps(client, at, owner)),
    expedite: (steps, now) => working.run((client) => expediteSteps(client, at, scope, steps, timeOf(now))),
    reopen: (sequences, now, step) => working.run((client) => reopenSteps(client, at, sequences, timeOf(now), step)),
    retake: (sequences, step, owner, now) =>
      working.run((client) => retakeSteps(client, at, sequences, step, owner, timeOf(now))),
    discard: (sequences, now) => working.run((client) => discardSteps(client, at, sequences, timeOf(now))),
    owedBeside: (steps, now) => working.run((client) => stepsOwedBeside(client, at, scope, steps, timeOf(now))),
    prune: (now) => working.run((client) => pruneDeliveries(client, at, timeOf(now))),
    find: (id) => working.run((client) => findDeliveries(client, at, scope, id)),
    answers: (sequence) => working.run((client) => stepAnswers(client, at, sequence)),
    list: (filter = {}) =>
      working.run(
        (client) => listDeliveries(client, at, filter),
        (filter.limit ?? Number.POSITIVE_INFINITY) > LONG_LIST ? clock.monotonic() + LONG_LIST_MS : undefined,
      ),
    counts: () => working.run((client) => countDeliveries(client, at)),
    async close() {
      await Promise.all([accepting.close(), working.close()]);
    },
  };
}

/**
 * Group commit: all that waits while one group is written is the next one. One value that the database does not accept must not cost
 * the others of its group: then each is written by itself.
 */
function createGroups<T, R>({
  clock,
  perform,
  sizeOf,
}: {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly perform: (group: readonly T[], until: number) => Promise<readonly R[]>;
  /** In bytes. */
  readonly sizeOf: (what: T) => number;
}): (what: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let writing: Promise<void> | undefined;

  const nextGroup = (): Waiting<T, R>[] => {
    let bytes = 0;
    const end = waiting.findIndex(({ what }, index) => {
      bytes += sizeOf(what);
      return index > 0 && (index >= ACCEPT_GROUP_SIZE || bytes > ACCEPT_GROUP_BYTES);
    });
    return end === -1 ? waiting.splice(0) : waiting.splice(0, end);
  };

  const write = async (group: readonly Waiting<T, R>[]): Promise<void> => {
    // From the arrival of the oldest: it has waited for the group before.
    const until = (group[0]?.since ?? 0) + DEADLINE_MS;
    try {
      const results = await perform(
        group.map(({ what }) => what),
        until,
      );
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as R);
    } catch (error) {
      if (group.length > 1 && isBadValue(error)) for (const each of group) await write([each]);
      else for (const { reject } of group) reject(error);
      // What waits has waited as long as the server has not answered, and would not fare better.
      if (error instanceof CliError && !isBadValue(error)) for (const { reject } of waiting.splice(0)) reject(error);
    }
  };

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      await nextTurn();
      await write(nextGroup());
    }
    writing = undefined;
  };

  return (what) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ what, since: clock.monotonic(), resolve, reject });
      writing ??= writeAll();
    });
}
