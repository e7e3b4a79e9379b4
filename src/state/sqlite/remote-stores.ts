/**
 * Stores behind a link, the inbox among them: calls go to a thread that has the real ones, so that whatever holds these
 * up, a lock or a slow disk, holds up nobody else. Both ends stand here.
 */
import type { ErrorCode } from '../../error-codes.ts';
import { CliError, messageOf, type Failure } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import { ACCEPT_TIMEOUT_MS, INBOX_READ_TIMEOUT_MS } from '../../limits.ts';
import type { Delivery } from '../delivery.ts';
import { nextTurn } from '../../lib/async/next-turn.ts';
import { headerBytes } from '../rows.ts';
import { claimOf, type DeliveryRow, type NewRow, type Row, type RowInbox } from './inbox-rows.ts';
import type { Claim, ClaimRequest, Inbox } from '../inbox.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

type Post = (message: unknown) => void;

interface Call {
  readonly number: number;
  readonly store: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** A failure as data: what a `CliError` is does not survive a message. */
interface SentError {
  readonly failure: Failure | undefined;
  readonly message: string;
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
}

interface End {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: SentError;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A delivery that is not stored yet. */
interface Accepting extends Waiting {
  readonly delivery: Delivery;
  readonly steps: readonly string[];
  /** When it is too late, on the clock that does not jump. */
  readonly until: number;
}

/** An attempt that has ended. */
interface Settling extends Waiting {
  readonly args: Parameters<Inbox['settle']>;
}

/** What moves many deliveries moves them packed. */
const ACCEPT_ALL = 'acceptAll';
const SETTLE_ALL = 'settleAll';
const CLAIM_PACKED = 'claimPacked';

/** While one group is written, the next is there already. */
const MOST_GROUPS = 2;

/** How often the time of deliveries is checked, in milliseconds: one timer for all, because there may be thousands. */
const CHECK_MS = 100;

/** Gives what the method of the store at the far end gives. */
export type RemoteCall = <T>(store: string, method: string, args: readonly unknown[]) => Promise<T>;

export interface RemoteStores {
  readonly inbox: Inbox;
  /** For other stores. What is written waits for what is being written; what is read does not. */
  readonly read: RemoteCall;
  readonly write: RemoteCall;
  /** For each message that comes back. */
  received(message: unknown): void;
  /** The other end is gone: nothing is answered any more. */
  failed(error: unknown): void;
}

/**
 * The near end. Calls of one turn of the event loop travel together. A delivery that is not stored within
 * {@link ACCEPT_TIMEOUT_MS} is rejected with `CliError` `environment` (`inbox_unavailable`): its sender shall try again,
 * and finds a duplicate if it was stored after all. So are counts, after {@link INBOX_READ_TIMEOUT_MS}.
 *
 * @param end ends the link, after the inbox was closed
 */
export function createRemoteStores(
  post: Post,
  clock: Pick<Clock, 'sleep' | 'monotonic'>,
  end: () => Promise<void>,
): RemoteStores {
  const waiting = new Map<number, Waiting>();
  let accepting: Accepting[] = [];
  /** Those that were sent, by group. */
  const storing = new Set<readonly Accepting[]>();
  let settling: Settling[] = [];
  let writes: { readonly call: Call; readonly ended: Promise<void> }[] = [];
  let groupsUnderWay = 0;
  let isGathering = false;
  let number = 0;
  let broken: unknown;
  let watching: Promise<void> | undefined;

  const callOf = (store: string, method: string, args: readonly unknown[]): Call => {
    number += 1;
    return { number, store, method, args };
  };

  const answerTo = <T>(call: Call): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (broken !== undefined) reject(errorFrom(broken));
      else waiting.set(call.number, { resolve: resolve as (value: unknown) => void, reject });
    });

  const read: RemoteCall = <T>(store: string, method: string, args: readonly unknown[]) => {
    const call = callOf(store, method, args);
    const answer = answerTo<T>(call);
    post([call]);
    return answer;
  };

  const write: RemoteCall = <T>(store: string, method: string, args: readonly unknown[]) => {
    const call = callOf(store, method, args);
    const answer = answerTo<T>(call);
    // Of no interest to the group but that it has ended.
    writes.push({ call, ended: answer.then(ignore, ignore) });
    gather();
    return answer;
  };

  const watch = async (): Promise<void> => {
    while (storing.size + accepting.length > 0) {
      await clock.sleep(CHECK_MS);
      const now = clock.monotonic();
      for (const { until, reject } of [...storing, accepting].flat()) {
        if (now >= until) reject(notInTime('the delivery could not be stored', ACCEPT_TIMEOUT_MS));
      }
      accepting = accepting.filter(({ until }) => now < until);
    }
    watching = undefined;
  };

  const within = async <T>(ms: number, what: string, answer: Promise<T>): Promise<T> => {
    const answered = new AbortController();
    const late = Promise.withResolvers<never>();
    clock.sleep(ms, answered.signal).then(() => late.reject(notInTime(what, ms)), ignore);
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      answered.abort();
    }
  };

  /**
   * Sends all that is to be written at the end of this turn as one group. At the far end a group is one transaction, and a
   * large one costs little more than a small one: so what comes while {@link MOST_GROUPS} are under way is the next. But a
   * group does not wait to grow: senders would fall into step, with none that sends while a group is written, and nothing to
   * write while they send.
   */
  const gather = (): void => {
    if (isGathering || groupsUnderWay === MOST_GROUPS || accepting.length + settling.length + writes.length === 0)
      return;
    isGathering = true;
    void sendGroup();
  };

  const sendGroup = async (): Promise<void> => {
    await nextTurn();
    isGathering = false;
    groupsUnderWay += 1;
    const calls = writes.map(({ call }) => call);
    const ended = writes.map((each) => each.ended);
    const [accepted, settled] = [accepting, settling];
    [accepting, settling, writes] = [[], [], []];
    if (settled.length > 0) {
      const attempts = settled.map(({ args }) => args);
      ended.push(together(SETTLE_ALL, settled, attempts, calls));
    }
    if (accepted.length > 0) {
      storing.add(accepted);
      ended.push(together(ACCEPT_ALL, accepted, packDeliveries(accepted), calls));
    }
    post(calls);
    await Promise.all(ended);
    storing.delete(accepted);
    groupsUnderWay -= 1;
    gather();
  };

  /** Adds a call that does the same for each of a group. */
  const together = async (
    method: string,
    group: readonly Waiting[],
    argument: unknown,
    calls: Call[],
  ): Promise<void> => {
    const call = callOf('inbox', method, [argument]);
    calls.unshift(call);
    try {
      const outcomes = await answerTo<readonly unknown[]>(call);
      for (const [at, { resolve }] of group.entries()) resolve(outcomes[at]);
    } catch (error) {
      const failure = errorFrom(error);
      for (const { reject } of group) reject(failure);
    }
  };

  const change = <T>(method: keyof Inbox, args: readonly unknown[]): Promise<T> => write('inbox', method, args);
  const look = <T>(method: keyof Inbox, args: readonly unknown[]): Promise<T> => read('inbox', method, args);

  const inbox: Inbox = {
    accept: (delivery, steps) =>
      new Promise((resolve, reject) => {
        const until = clock.monotonic() + ACCEPT_TIMEOUT_MS;
        accepting.push({ delivery, steps, until, resolve: resolve as Waiting['resolve'], reject });
        watching ??= watch();
        gather();
      }),
    settle: (...args) =>
      new Promise((resolve, reject) => {
        settling.push({ args, resolve: resolve as Waiting['resolve'], reject });
        gather();
      }),
    adopt: (...args) => change('adopt', args),
    claim: async (...args) => unpackClaims(await write('inbox', CLAIM_PACKED, args)),
    renew: (...args) => change('renew', args),
    release: (...args) => change('release', args),
    expedite: (...args) => change('expedite', args),
    reopen: (...args) => change('reopen', args),
    retake: (...args) => change('retake', args),
    discard: (...args) => change('discard', args),
    owedBeside: (...args) => look('owedBeside', args),
    prune: (...args) => change('prune', args),
    find: (...args) => look('find', args),
    answers: (...args) => look('answers', args),
    list: (...args) => look('list', args),
    counts: () => within(INBOX_READ_TIMEOUT_MS, 'the inbox could not be read', look('counts', [])),
    async close() {
      try {
        await within(ACCEPT_TIMEOUT_MS, 'the inbox could not be closed', change('close', []));
      } catch (error) {
        // What is committed is on disk; what is not was not acknowledged.
        if (!(error instanceof CliError)) throw error;
      } finally {
        await end();
      }
    },
  };

  return {
    inbox,
    read,
    write,
    received(message) {
      for (const { number: ended, value, error } of message as readonly End[]) {
        const call = waiting.get(ended);
        waiting.delete(ended);
        if (error === undefined) call?.resolve(value);
        else call?.reject(errorOf(error));
      }
    },
    failed(error) {
      broken = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

/** The far end: answers the calls of a message, those that end together in one message. */
export function createStoreServer(
  stores: { readonly inbox: RowInbox } & Readonly<Record<string, object>>,
  post: Post,
): (message: unknown) => void {
  const { inbox } = stores;
  const all: Readonly<Record<string, object>> = {
    ...stores,
    inbox: {
      ...inbox,
      [ACCEPT_ALL]: (packed: Packed) => acceptAll(inbox, packed),
      [SETTLE_ALL]: (all: readonly Settling['args'][]) => Promise.all(all.map((args) => inbox.settle(...args))),
      [CLAIM_PACKED]: (request: ClaimRequest) => claimPacked(inbox, request),
    },
  };
  let ends: End[] = [];

  const flush = (): void => {
    const sent = ends;
    ends = [];
    post(sent);
  };

  const ended = (end: End): void => {
    if (ends.length === 0) setImmediate(flush);
    ends.push(end);
  };

  const answer = async ({ number, store, method, args }: Call): Promise<void> => {
    try {
      const methods = all[store] as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
      const value = await methods[method]?.(...args);
      ended({ number, value });
    } catch (error) {
      ended({ number, error: sentError(error) });
    }
  };

  return (message) => {
    for (const call of message as readonly Call[]) void answer(call);
  };
}

function notInTime(what: string, ms: number): CliError {
  return new CliError('environment', `${what} within ${formatDuration(ms)}`, {
    code: 'inbox_unavailable',
    hint: 'another process may hold a lock on the state, or its disk is slow',
    retryable: true,
  });
}

/** Many small values as text, and many pieces of bytes as one: so they travel with the least work. */
interface Packed {
  readonly text: string;
  readonly bytes: Uint8Array;
}

function pack(values: readonly unknown[], pieces: readonly Uint8Array[]): Packed {
  return { text: JSON.stringify([values, pieces.map(({ byteLength }) => byteLength)]), bytes: Buffer.concat(pieces) };
}

function unpack({ text, bytes }: Packed): { readonly values: unknown; readonly pieces: readonly Uint8Array[] } {
  const [values, lengths] = JSON.parse(text) as [unknown, readonly number[]];
  let at = 0;
  return { values, pieces: lengths.map((length) => bytes.subarray(at, (at += length))) };
}

type PackedDelivery = readonly [facts: Omit<DeliveryRow, 'headers' | 'body'>, steps: readonly string[]];
type PackedClaim = readonly [row: Row, step: string, attempts: number];

function packDeliveries(group: readonly Accepting[]): Packed {
  const entries: PackedDelivery[] = [];
  const pieces: Uint8Array[] = [];
  for (const { delivery, steps } of group) {
    const { id, receivedAt, verified, kind, event, requestId } = delivery;
    entries.push([{ id, receivedAt, verified, kind, event, requestId }, steps]);
    pieces.push(headerBytes(delivery.headers), delivery.body);
  }
  return pack(entries, pieces);
}

/** Rejects for all when one cannot be stored, as they share a transaction. */
function acceptAll(inbox: RowInbox, packed: Packed): Promise<readonly unknown[]> {
  const { values, pieces } = unpack(packed);
  const rows = (values as readonly PackedDelivery[]).map(([facts, steps], at): NewRow => {
    return [{ ...facts, headers: pieceAt(pieces, 2 * at), body: pieceAt(pieces, 2 * at + 1) }, steps];
  });
  return inbox.acceptRows(rows);
}

async function claimPacked(inbox: RowInbox, request: ClaimRequest): Promise<Packed> {
  const claims = await inbox.claimRows(request);
  const values = claims.map(({ row: { headers: _headers, body: _body, ...row }, step, attempts }) => [
    row,
    step,
    attempts,
  ]);
  return pack(
    values,
    claims.flatMap(({ row }) => [row['headers'] as Uint8Array, row['body'] as Uint8Array]),
  );
}

function unpackClaims(packed: Packed): Claim[] {
  const { values, pieces } = unpack(packed);
  return (values as readonly PackedClaim[]).map(([row, step, attempts], at) =>
    claimOf({
      row: { ...row, headers: pieceAt(pieces, 2 * at), body: pieceAt(pieces, 2 * at + 1) },
      step,
      attempts,
    }),
  );
}

function pieceAt(pieces: readonly Uint8Array[], at: number): Uint8Array {
  return pieces[at] ?? new Uint8Array(0);
}

function sentError(error: unknown): SentError {
  if (error instanceof CliError) {
    const { failure, message, code, hint, retryable } = error;
    return { failure, message, code, hint, retryable };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return { failure: undefined, message, code: 'internal', hint: undefined, retryable: false };
}

function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}

function errorOf({ failure, message, code, hint, retryable }: SentError): Error {
  if (failure === undefined) return new Error(message);
  return new CliError(failure, message, { code, retryable, ...(hint === undefined ? {} : { hint }) });
}

function ignore(): void {
  // Whoever made the call has its value or its error.
}
