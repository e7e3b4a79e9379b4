/** The waiting times of the relay client, in milliseconds. */
export interface RelayTiming {
  /** From the start of an attempt to an open link. An attempt that hangs delays the next one. */
  readonly handshakeMs: number;
  /** For the relay's own `start`, once the link is open. */
  readonly acknowledgementMs: number;
  /** A link on which nothing arrives for so long is dead: the relay pings every 20 s. */
  readonly silenceMs: number;
  /** How often a link is checked for these limits. */
  readonly watchMs: number;
  /**
   * Pauses before attempts to connect; the last one repeats. Each is shortened by up to half at random, and by the time
   * that the failed attempt took.
   */
  readonly pausesMs: readonly number[];
  /** After a link that lasted so long the pauses start from the first. */
  readonly stableMs: number;
  /**
   * How long a refused token is retried: the relay refuses it while it still holds a dead link. Only pauses after
   * refusals count, not the time in which the relay was unreachable or a laptop slept.
   */
  readonly tokenHeldMs: number;
  /** The sender waits 15 s: a later answer is of no use. */
  readonly answerMs: number;
  /** How long reading waits for the output to be read when many events arrive at the same time. */
  readonly printMs: number;
  /** How long the last answers may take when the client stops. */
  readonly drainMs: number;
}

/**
 * The client finds a relay that is up again within 12 s: an attempt that hangs lasts at most `handshakeMs`, or after a
 * handshake `acknowledgementMs`, plus `watchMs`; one that fails at once is followed by the longest pause.
 */
export const RELAY_TIMING: RelayTiming = {
  handshakeMs: 9000,
  acknowledgementMs: 9000,
  silenceMs: 45_000,
  watchMs: 1000,
  pausesMs: [100, 500, 1000, 2000, 5000],
  stableMs: 5000,
  tokenHeldMs: 60_000,
  answerMs: 13_000,
  printMs: 100,
  drainMs: 2000,
};
