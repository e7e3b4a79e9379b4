/**
 * Stores behind a link, the inbox among them: calls go to a thread that has the real ones, so that whatever holds these
 * up, a lock or a slow disk, holds up nobody else. Both ends stand here.
 */
import { CliError, messageOf, type Failure } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { ACCEPT_TIMEOUT_MS, INBOX_READ_TIMEOUT_MS } from '../domain/limits.ts';
import type { Inbox } from './inbox.ts';

/** Sends a message, moving (not copying) the buffers that are named. */
type Post = (message: unknown, transfer?: readonly ArrayBuffer[]) => void;

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
  readonly code: string;
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
  /** On the clock that does not jump; `undefined` for what may take as long as it takes. */
  readonly limit: { readonly until: number; readonly error: CliError } | undefined;
}

/** How often limits are looked at, in milliseconds: one timer for all calls, as each webhook is one. */
const LOOK_MS = 100;

/** Gives what the method of the store at the far end gives. */
export type RemoteCall = <T>(store: string, method: string, args: readonly unknown[]) => Promise<T>;

export interface RemoteStores {
  readonly inbox: Inbox;
  /** For other stores. */
  readonly call: RemoteCall;
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
  let calls: Call[] = [];
  let buffers: ArrayBuffer[] = [];
  let number = 0;
  let broken: unknown;
  let watching: Promise<void> | undefined;

  const flush = (): void => {
    const [sent, moved] = [calls, buffers];
    calls = [];
    buffers = [];
    post(sent, moved);
  };

  const send = <T>(store: string, method: string, args: readonly unknown[], limit?: Waiting['limit']): Promise<T> => {
    if (broken !== undefined) return Promise.reject(errorFrom(broken));
    number += 1;
    if (calls.length === 0) setImmediate(flush);
    calls.push({ number, store, method, args });
    return new Promise<T>((resolve, reject) => {
      waiting.set(number, { resolve: resolve as (value: unknown) => void, reject, limit });
      if (limit !== undefined) watching ??= watch();
    });
  };

  const within = (ms: number, what: string): Waiting['limit'] => ({
    until: clock.monotonic() + ms,
    error: new CliError('environment', `${what} within ${ms / 1000} s`, {
      code: 'inbox_unavailable',
      hint: 'another process may hold a lock on the state, or its disk is slow',
      retryable: true,
    }),
  });

  const watch = async (): Promise<void> => {
    for (let limited = true; limited;) {
      await clock.sleep(LOOK_MS);
      limited = false;
      const now = clock.monotonic();
      for (const [key, { limit, reject }] of waiting) {
        if (limit === undefined) continue;
        limited = true;
        if (now < limit.until) continue;
        waiting.delete(key);
        reject(limit.error);
      }
    }
    watching = undefined;
  };

  const call = <T>(method: keyof Inbox, args: readonly unknown[], limit?: Waiting['limit']): Promise<T> =>
    send('inbox', method, args, limit);

  const inbox: Inbox = {
    accept(delivery, steps) {
      // Bytes of their own: of a view, a message would copy all that lies beneath it.
      const body = new Uint8Array(delivery.body);
      buffers.push(body.buffer);
      const sent = { ...delivery, body, headers: JSON.stringify(delivery.headers) };
      return call('accept', [sent, steps], within(ACCEPT_TIMEOUT_MS, 'the delivery could not be stored'));
    },
    adopt: (...args) => call('adopt', args),
    claim: (...args) => call('claim', args),
    renew: (...args) => call('renew', args),
    settle: (...args) => call('settle', args),
    release: (...args) => call('release', args),
    expedite: (...args) => call('expedite', args),
    reopen: (...args) => call('reopen', args),
    retake: (...args) => call('retake', args),
    discard: (...args) => call('discard', args),
    owedBeside: (...args) => call('owedBeside', args),
    prune: (...args) => call('prune', args),
    find: (...args) => call('find', args),
    list: (...args) => call('list', args),
    counts: () => call('counts', [], within(INBOX_READ_TIMEOUT_MS, 'the inbox could not be read')),
    async close() {
      try {
        await call('close', [], within(ACCEPT_TIMEOUT_MS, 'the inbox could not be closed'));
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
    call: (store, method, args) => send(store, method, args),
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
  stores: { readonly inbox: Inbox } & Readonly<Record<string, object>>,
  post: Post,
): (message: unknown) => void {
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
      const methods = stores[store] as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
      const value = await methods[method]?.(...(method === 'accept' ? unpacked(args) : args));
      ended({ number, value });
    } catch (error) {
      ended({ number, error: sentError(error) });
    }
  };

  return (message) => {
    for (const call of message as readonly Call[]) void answer(call);
  };
}

/** Headers travel as text, which is less work than a list of lists. */
function unpacked([delivery, steps]: readonly unknown[]): readonly unknown[] {
  const sent = delivery as { readonly headers: string };
  return [{ ...sent, headers: JSON.parse(sent.headers) as unknown }, steps];
}

function sentError(error: unknown): SentError {
  if (error instanceof CliError) {
    const { failure, message, code, hint, retryable } = error;
    return { failure, message, code, hint, retryable };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return { failure: undefined, message, code: '', hint: undefined, retryable: false };
}

function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}

function errorOf({ failure, message, code, hint, retryable }: SentError): Error {
  if (failure === undefined) return new Error(message);
  return new CliError(failure, message, { code, retryable, ...(hint === undefined ? {} : { hint }) });
}
