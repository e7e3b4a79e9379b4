/** What an endpoint answered to a delivery that tries it. */
export type TestAnswer =
  | {
      readonly status: number;
      /** Until the status was there, in milliseconds. */
      readonly durationMs: number;
      /** The start of the body, read as UTF-8. Not clean: see `cleanText`. */
      readonly body: string;
      /** Where a redirect leads. Not clean. */
      readonly location: string | undefined;
      readonly error: undefined;
    }
  | {
      readonly status: undefined;
      readonly durationMs: number;
      /** Why there is no answer, for a person. */
      readonly error: string;
      /** Whether the connection stood: there is something at the address. */
      readonly reached: boolean;
      /** Whether it stood and the answer did not come in time. */
      readonly late: boolean;
    };

/** Only 2xx counts for Svix (docs.svix.com, "Retries"). */
export function isAccepted({ status }: TestAnswer): boolean {
  return status !== undefined && status >= 200 && status <= 299;
}
