/** Which webhooks the listeners on this machine have received, for commands that poll for the same result. */
export interface Arrivals {
  /** The number of the newest delivery about this request, 0 for none; numbers grow. */
  newest(requestId: string): number;
  /** Calls back once, when a delivery newer than `after` arrives. Returns a function that stops watching. */
  watch(requestId: string, after: number, arrived: (number: number) => void): () => void;
}
