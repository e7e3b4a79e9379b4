/**
 * Which webhooks the listeners on this machine have received, for commands that poll for the same result. A state that
 * cannot be read is one in which nothing arrives: neither method fails.
 */
export interface Arrivals {
  /**
   * How many deliveries about this request have arrived, 0 for none; the count grows. Not the number of the newest one:
   * several machines may commit deliveries in another order than that of their numbers.
   */
  count(requestId: string): Promise<number>;
  /** Calls back once, when more than `after` deliveries have arrived. Returns a function that stops watching. */
  watch(requestId: string, after: number, arrived: (count: number) => void): () => void;
}
