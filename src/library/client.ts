/** `createClient`: the API from a program. The engine is the command line's own, with the same retries and failures. */
import { normalizeBaseUrl } from '../settings/base-url.ts';
import { createApiClient } from '../api/client.ts';
import type { JobAnswer, OptipickClient } from '../api/model.ts';
import { pollKinds } from '../api/poll-kinds.ts';
import { pollAnswer } from '../api/poll.ts';
import { ANSWER_TOO_LARGE } from '../answers/limit.ts';
import type { Http } from '../lib/net/http.ts';
import { createJsonScanner } from '../lib/json/scanner.ts';
import { isKind, KIND_NAMES, type Kind } from '../kinds.ts';
import { MAX_JSON_DEPTH, MAX_PARSED_ANSWER_VALUES } from '../limits.ts';
import { parseApiKey } from '../settings/secret.ts';
import { DEFAULT_BASE_URL } from '../settings/settings.ts';
import { CliError, messageOf } from '../errors.ts';
import { createLibraryHost } from '../platform/library-host.ts';
import type { AnswerOf, RequestOf } from './documents.ts';

export interface ClientOptions {
  readonly apiKey: string;
  /** Default: the hosted API. Plain http only for this machine. */
  readonly baseUrl?: string | undefined;
}

/** A request that was accepted. */
export interface Submission<K extends Kind = Kind> {
  readonly kind: K;
  readonly requestId: string;
}

interface FinishedJob<K extends Kind> {
  /** `failed`: the job was accepted and then failed; see `failure`. */
  readonly state: 'done' | 'failed';
  readonly kind: K;
  readonly requestId: string;
  /** The API's document, parsed; unknown fields are kept. Whole numbers beyond 2^53 are exact only in `raw`. */
  readonly answer: AnswerOf<K>;
  /** The API's own bytes (JSON, UTF-8), unchanged. */
  readonly raw: Uint8Array;
  /** Why the job failed, in the API's words; `undefined` when it is done. */
  readonly failure: string | undefined;
}

/** A job that ended; `kind` tells which document `answer` is. */
export type Answer<K extends Kind = Kind> = K extends Kind ? FinishedJob<K> : never;

/** The state of a job when it was asked for. */
export type Sighting<K extends Kind = Kind> =
  | Answer<K>
  /** Not ready; `word` is the status word, if the API sent one. */
  | { readonly state: 'pending'; readonly word: string | undefined }
  /** 404: unknown, or not ready yet; the API does not distinguish them. */
  | { readonly state: 'missing' };

export interface CallOptions {
  /** Ends the call; its reason is thrown as it is. */
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions extends CallOptions {
  /** Default 5 minutes. */
  readonly timeoutMs?: number | undefined;
  /** The first pause, 1 s by default; it grows to `maxIntervalMs` (10 s), with jitter. `Retry-After` wins. */
  readonly intervalMs?: number | undefined;
  readonly maxIntervalMs?: number | undefined;
}

/** Every method throws {@link CliError}: `error.failure` is the class (`auth`, `refused`, `unavailable`), `error.code` finer. */
export interface Client {
  readonly baseUrl: string;
  /** Sends a request and answers with its id at once. Sent once: a second POST would be a second job. */
  submit<K extends Kind>(kind: K, request: RequestOf<K>, options?: CallOptions): Promise<Submission<K>>;
  /** Asks once for the state of a job, and retries only failures that pass. */
  get<K extends Kind>(kind: K, requestId: string, options?: CallOptions): Promise<Sighting<K>>;
  /**
   * Waits until the job has ended. `undefined` as the kind tries cluster, then route. Throws `pending` when the time is
   * up while the job is still running, `unavailable` when there were only failures of the network or the server.
   */
  wait<K extends Kind = Kind>(kind: K | undefined, requestId: string, options?: WaitOptions): Promise<Answer<K>>;
}

const WAIT = { timeoutMs: 300_000, intervalMs: 1000, maxIntervalMs: 10_000 };

/** A client for one key. Throws `CliError` (usage) for a key or base URL that cannot be one; nothing is sent yet. */
export function createClient({ apiKey, baseUrl = DEFAULT_BASE_URL }: ClientOptions): Client {
  const host = createLibraryHost();
  const { clock } = host;
  let network: Promise<Http> | undefined;
  const client: OptipickClient = createApiClient({
    http: async (request) => (await (network ??= host.http()))(request),
    baseUrl: normalizeBaseUrl(baseUrl),
    apiKey: parseApiKey(apiKey),
    clock,
    random: () => host.random(),
    userAgent: `optipick/${host.version}`,
  });

  return {
    baseUrl: client.baseUrl,
    async submit(kind, request, { signal } = {}) {
      const { requestId } = await client.submit(checkedKind(kind), bytesOf(request), { signal });
      return { kind, requestId };
    },
    async get<K extends Kind>(kind: K, requestId: string, { signal }: CallOptions = {}): Promise<Sighting<K>> {
      const status = await pollKinds(client, [checkedKind(kind)], requestId, { clock, signal, isLast: true });
      if ('summary' in status) return answerOf<K>(status);
      if (status.state === 'unavailable') throw status.error;
      return status.state === 'pending' ? { state: 'pending', word: status.word } : { state: 'missing' };
    },
    async wait<K extends Kind>(kind: K | undefined, requestId: string, options: WaitOptions = {}): Promise<Answer<K>> {
      const { timeoutMs, intervalMs, maxIntervalMs } = { ...WAIT, ...withoutUndefined(options) };
      const answer = await pollAnswer(client, kind === undefined ? KIND_NAMES : [checkedKind(kind)], requestId, {
        intervalMs,
        maxIntervalMs: Math.max(intervalMs, maxIntervalMs),
        deadline: clock.monotonic() + timeoutMs,
        knownHere: true,
        clock,
        random: () => host.random(),
        signal: options.signal,
      });
      return answerOf<K>(answer);
    },
  };
}

function answerOf<K extends Kind>({ state, kind, requestId, raw, failure }: JobAnswer): Answer<K> {
  if (raw === undefined) throw new Error('an answer that no sink took has no bytes');
  rejectTooManyValues(raw, requestId);
  const answer = JSON.parse(new TextDecoder().decode(raw)) as AnswerOf<Kind>;
  return { state, kind, requestId, answer, raw, failure } as Answer<K>;
}

/** Parsed, a list of empty lists takes twenty times its bytes. */
function rejectTooManyValues(raw: Uint8Array, requestId: string): void {
  let values = 0;
  const scanner = createJsonScanner({
    begin() {
      values += 1;
      if (values <= MAX_PARSED_ANSWER_VALUES) return;
      throw new CliError('unavailable', `the answer holds more than ${MAX_PARSED_ANSWER_VALUES / 1e6} million values`, {
        code: ANSWER_TOO_LARGE,
        requestId,
        retryable: false,
      });
    },
    end() {},
    beginKey() {},
    endKey() {},
  });
  scanner.watch = MAX_JSON_DEPTH;
  scanner.push(raw);
}

/** Callers in JavaScript have no compiler. */
function checkedKind<K extends Kind>(kind: K): K {
  if (typeof kind === 'string' && isKind(kind)) return kind;
  throw new CliError('usage', `the kind must be "route" or "cluster", not ${JSON.stringify(kind)}`, {
    code: 'bad_kind',
  });
}

function bytesOf(request: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = JSON.stringify(request);
  } catch (cause) {
    throw badRequest(`the request cannot be written as JSON: ${messageOf(cause)}`, cause);
  }
  if (typeof request !== 'object' || request === null) throw badRequest('the request must be an object', undefined);
  return new TextEncoder().encode(text);
}

function badRequest(message: string, cause: unknown): CliError {
  return new CliError('usage', message, { code: 'bad_request_body', cause });
}

function withoutUndefined(options: WaitOptions): Partial<typeof WAIT> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
