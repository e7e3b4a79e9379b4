import type { Kind } from '../kinds.ts';

/** What a POST is about: equal content for the same API is the same thing, under whatever name. */
export interface PostedContent {
  /** Normalized, without a trailing slash. */
  readonly baseUrl: string;
  readonly kind: Kind;
  /** SHA-256 of the body, in hexadecimal. */
  readonly digest: string;
}

/** What is known of the newest POST of a content. */
export type Posting =
  /** `requestId`: `undefined` when the answer of a synchronous call held none. */
  | { readonly state: 'accepted'; readonly requestId: string | undefined; readonly at: number }
  /** Started, and its answer was never seen: the API may have accepted it. */
  | { readonly state: 'uncertain'; readonly at: number };

/**
 * Which contents were posted to which API, so that a run that resumes after a crash posts none of them again. Every method
 * rejects with `CliError` `environment` when the state cannot be read or written.
 */
export interface Postings {
  /** On disk when it is fulfilled: await it before the POST. `name` is what people call the request. Gives its number. */
  begin(content: PostedContent, name: string): Promise<number>;
  /**
   * As {@link begin}, but only where this content has not been posted before, by this run or any other at the same moment;
   * else what is known of that.
   */
  beginFirst(content: PostedContent, name: string): Promise<number | Posting>;
  /** The API has accepted it. On disk when it is fulfilled. */
  accepted(number: number, requestId: string | undefined): Promise<void>;
  /** The API certainly accepted nothing: forgets the POST. */
  withdrawn(number: number): Promise<void>;
  /** The newest POST of this content; `undefined` when there is none. Times are milliseconds since 1970. */
  last(content: PostedContent): Promise<Posting | undefined>;
}
