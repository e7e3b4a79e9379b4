/** POSTs of requests, recorded before they leave and after their answers, so that none is sent twice by mistake. */
import type { OptipickClient } from '../../api/model.ts';
import { CliError } from '../../errors.ts';
import type { Kind } from '../../kinds.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import type { Postings } from '../../state/postings.ts';
import type { SubmissionHistory } from '../shared/submission-history.ts';
import { withPickLines } from './pick-lines.ts';
import { submittedId, SubmittedMeanwhile, UNKNOWN_OUTCOME } from './resume.ts';

export interface PostParts {
  readonly kind: Kind;
  readonly client: OptipickClient;
  /** `undefined`: the state of this machine cannot be used, and a single request goes out unrecorded. */
  readonly postings: Postings | undefined;
  readonly history: SubmissionHistory;
  /** `--continue`: without it every request is new. */
  readonly enabled: boolean;
  /** Names or waves that are sent all the same; see `resubmitNames`. */
  readonly resubmit: ReadonlySet<string>;
}

export type IdempotentPost = ReturnType<typeof createIdempotentPost>;

/**
 * `submit` and `submitAndAwait` throw what the client throws, {@link SubmittedMeanwhile} where the entry must not be posted
 * twice and another run was faster, and as `find`. {@link mayHaveArrived}: whether the API may have accepted the request all
 * the same.
 */
export function createIdempotentPost({ kind, client, postings, history, enabled, resubmit }: PostParts) {
  const isOnce = ({ name, waveId }: SetEntry): boolean =>
    enabled && !resubmit.has(name) && (waveId === undefined || !resubmit.has(waveId));
  const contentOf = ({ digest }: SetEntry) => ({ baseUrl: client.baseUrl, kind, digest });

  /** Records that the entry is about to be posted, and gives the number of the record. */
  const begin = async (entry: SetEntry): Promise<number | undefined> => {
    if (!isOnce(entry)) return await postings?.begin(contentOf(entry), entry.name);
    const begun = await postings?.beginFirst(contentOf(entry), entry.name);
    if (typeof begun === 'object') throw new SubmittedMeanwhile(submittedId(entry, begun));
    return begun;
  };
  const accepted = async (record: number | undefined, entry: SetEntry, requestId: string): Promise<void> => {
    if (record !== undefined) await postings?.accepted(record, requestId === '' ? undefined : requestId);
    if (requestId === '') return;
    await history.remember({ kind, requestId }, { siteName: entry.siteName, waveId: entry.waveId });
  };
  const recorded = async <T extends { readonly requestId: string }>(
    entry: SetEntry,
    post: (body: Uint8Array) => Promise<T>,
  ): Promise<T> => {
    const body = await entry.body();
    const record = await begin(entry);
    let value: T;
    try {
      value = await post(body);
    } catch (error) {
      // The answer named the id, whatever became of the rest of it.
      if (error instanceof CliError && error.requestId !== undefined) await accepted(record, entry, error.requestId);
      else if (record !== undefined && !mayHaveArrived(error)) await postings?.withdrawn(record);
      throw error instanceof CliError ? await withPickLines(error, entry) : error;
    }
    await accepted(record, entry, value.requestId);
    return value;
  };

  return {
    /**
     * The id under which an earlier run submitted the same content to the same API; `undefined`: it is new. Rejects
     * with exit 6 when the outcome of an earlier POST is unknown, and with `refused` when its answer named no id.
     */
    async find(entry: SetEntry): Promise<string | undefined> {
      const before = isOnce(entry) ? await postings?.last(contentOf(entry)) : undefined;
      return before && submittedId(entry, before);
    },
    /** POST with `synchronous=false`. */
    submit: (entry: SetEntry, options: Parameters<OptipickClient['submit']>[2]) =>
      recorded(entry, (body) => client.submit(kind, body, options)),
    /** POST with `synchronous=true`. */
    submitAndAwait: (entry: SetEntry, options: Parameters<OptipickClient['submitAndAwait']>[2]) =>
      recorded(entry, (body) => client.submitAndAwait(kind, body, options)),
  };
}

/** Codes of failures after which the API may have a job all the same. */
const UNKNOWN_OUTCOMES: ReadonlySet<string> = new Set([UNKNOWN_OUTCOME, 'no_request_id']);

/** Whether a POST that failed so may have been accepted: cut off after sending, answered 5xx, or stopped by a signal. */
export function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof CliError)) return true;
  return UNKNOWN_OUTCOMES.has(error.code) || error.failure === 'interrupted' || error.failure === 'terminated';
}
