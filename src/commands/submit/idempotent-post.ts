/** One POST of a request, recorded before it leaves and after its answer, so that it is never sent twice by mistake. */
import type { Answer, AnswerBytes, OptipickClient, Submitted } from '../../api/model.ts';
import { CliError } from '../../errors.ts';
import type { Kind } from '../../kinds.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import type { Posting, Postings } from '../../state/postings.ts';
import type { Memory } from '../shared/submission-history.ts';
import { quoted } from '../shared/job-errors.ts';
import { withPickLines } from './pick-lines.ts';

export interface Poster {
  /** POST with `synchronous=false`. */
  submit(entry: SetEntry, options: PostOptions): Promise<Submitted>;
  /** POST with `synchronous=true`. */
  submitAndAwait(entry: SetEntry, options: PostOptions & { readonly sink: AnswerBytes | undefined }): Promise<Answer>;
}

export interface PostOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

export interface PosterParts {
  readonly kind: Kind;
  readonly client: OptipickClient;
  /** `undefined`: the state of this machine cannot be used, and a single request goes out unrecorded. */
  readonly postings: Postings | undefined;
  readonly memory: Memory;
}

/** Another run has submitted the same content since it was looked for. */
export class PostedMeanwhile extends Error {
  override readonly name = 'PostedMeanwhile';
  readonly requestId: string;

  constructor(requestId: string) {
    super(`submitted by another run as ${shownId(requestId)}`);
    this.requestId = requestId;
  }
}

/**
 * Throws what the client throws; {@link mayHaveArrived} tells whether the API may have taken the request all the same.
 * Where nothing must be sent twice (see `earlier`): {@link PostedMeanwhile}, and as {@link createEarlier}.
 */
export function createPoster({ kind, client, postings, memory }: PosterParts, earlier: EarlierOptions): Poster {
  const recorded = async <T>(
    entry: SetEntry,
    post: (body: Uint8Array) => Promise<T>,
    idOf: (value: T) => string,
  ): Promise<T> => {
    const body = await entry.body();
    const content = { baseUrl: client.baseUrl, kind, digest: entry.digest };
    const begun = mustBeFirst(entry, earlier)
      ? postings?.beginFirst(content, entry.name)
      : postings?.begin(content, entry.name);
    if (typeof begun === 'object') throw new PostedMeanwhile(idOfPosting(entry, begun));
    const number = begun;
    const note = (work: (postings: Postings, number: number) => void): void => {
      if (postings !== undefined && number !== undefined) work(postings, number);
    };
    const accepted = async (requestId: string): Promise<void> => {
      note((all, one) => all.accepted(one, requestId === '' ? undefined : requestId));
      if (requestId !== '')
        await memory.remember({ kind, requestId }, { siteName: entry.siteName, waveId: entry.waveId });
    };
    let value: T;
    try {
      value = await post(body);
    } catch (error) {
      // The answer has named the id, whatever became of the rest of it.
      if (error instanceof CliError && error.requestId !== undefined) await accepted(error.requestId);
      else if (!mayHaveArrived(error)) note((all, one) => all.withdrawn(one));
      throw error instanceof CliError ? await withPickLines(error, entry) : error;
    }
    await accepted(idOf(value));
    return value;
  };
  return {
    submit: (entry, options) =>
      recorded(
        entry,
        (body) => client.submit(kind, body, options),
        ({ requestId }) => requestId,
      ),
    submitAndAwait: (entry, options) =>
      recorded(
        entry,
        (body) => client.submitAndAwait(kind, body, options),
        ({ requestId }) => requestId,
      ),
  };
}

/** The code of a failure that leaves open whether there is a job now. */
export const IN_DOUBT = 'may_have_been_accepted';

/** Codes of failures after which the API may have a job all the same. */
const DOUBTFUL_CODES: ReadonlySet<string> = new Set([IN_DOUBT, 'no_request_id']);

/** Whether a POST that ended so may have been accepted: cut off after sending, answered 5xx, or stopped by a signal. */
export function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof CliError)) return true;
  return DOUBTFUL_CODES.has(error.code) || error.failure === 'interrupted' || error.failure === 'terminated';
}

export interface EarlierOptions {
  /** `--continue`: without it every run is a new one. */
  readonly goOn: boolean;
  /** Names or waves that are sent all the same. */
  readonly resubmit: ReadonlySet<string>;
}

/**
 * Finds the id under which an earlier run submitted the same content to the same API; `undefined` when it is to be sent.
 * Throws exit 6 when an earlier run may have submitted it, and nobody knows.
 */
export function createEarlier(
  { kind, client, postings }: Pick<PosterParts, 'kind' | 'client' | 'postings'>,
  options: EarlierOptions,
): (entry: SetEntry) => string | undefined {
  return (entry) => {
    if (!mustBeFirst(entry, options)) return undefined;
    const before = postings?.last({ baseUrl: client.baseUrl, kind, digest: entry.digest });
    return before && idOfPosting(entry, before);
  };
}

function mustBeFirst({ name, waveId }: SetEntry, { goOn, resubmit }: EarlierOptions): boolean {
  return goOn && !resubmit.has(name) && (waveId === undefined || !resubmit.has(waveId));
}

function idOfPosting({ name }: SetEntry, before: Posting): string {
  if (before.state === 'uncertain') throw inDoubt(name, before.at);
  if (before.requestId === undefined) throw answerNotKept(name);
  return before.requestId;
}

/** Exit 6 for a request whose fate is not known; it is not sent again unless the user says so. */
function inDoubt(name: string, at: number): CliError {
  const since = new Date(at).toISOString();
  return new CliError(
    'unavailable',
    `${name} may have been accepted: the run of ${since} was cut off while submitting it, or is still at it`,
    {
      code: IN_DOUBT,
      retryable: false,
      hint: `it is not sent again by itself; look in the web application, and if it is not there: --resubmit ${quoted(name)}`,
    },
  );
}

function answerNotKept(name: string): CliError {
  return new CliError(
    'refused',
    `${name} was answered in an earlier run, and that answer named no request id to ask for`,
    {
      code: 'answer_not_kept',
      hint: `to send it once more: --resubmit ${quoted(name)}`,
    },
  );
}
