/** The answer of an endpoint to a test delivery. */
export type TestAnswer =
  | {
      readonly status: number;
      /** Until the status arrived, in milliseconds. */
      readonly durationMs: number;
      /** The start of the body, read as UTF-8. Not sanitized: see `cleanText`. */
      readonly body: string;
      /** The values of `Server` and `X-Powered-By`, a line each: what the endpoint may be written with. Not sanitized. */
      readonly madeWith: string;
      /** The target of a redirect. Not sanitized. */
      readonly location: string | undefined;
      readonly error: undefined;
    }
  | {
      readonly status: undefined;
      readonly durationMs: number;
      /** Why there is no answer, for a person. */
      readonly error: string;
      /** Whether the connection was established. */
      readonly reached: boolean;
      /** Whether it was established, and the answer timed out. */
      readonly late: boolean;
    };

/** Asks for a retry, and says nothing about the delivery. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);

/** A 4xx is a decision. A 5xx is an accident, and a 3xx says nothing. */
export function isRejection({ status }: TestAnswer): boolean {
  return status !== undefined && status >= 400 && status <= 499 && !TEMPORARY.has(status);
}

/** Only 2xx counts for Svix (docs.svix.com, "Retries"). */
export function isAccepted({ status }: TestAnswer): boolean {
  return status !== undefined && status >= 200 && status <= 299;
}
