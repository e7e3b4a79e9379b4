/** How long the relay client waits for what, in milliseconds. */
export interface RelayTiming {
  /** From the beginning of an attempt to an open link. Not longer, as an attempt that hangs delays the next one. */
  readonly handshakeMs: number;
  /** For the relay's own `start`, once the link is open. */
  readonly acknowledgementMs: number;
  /** A link on which nothing came for so long is dead: the relay pings every 20 s. */
  readonly silenceMs: number;
  /** How often that is looked at. */
  readonly lookMs: number;
  /**
   * Pauses before attempts to connect; the last one repeats. Each is cut by up to half at random, and what an attempt
   * hung counts for its pause.
   */
  readonly pausesMs: readonly number[];
  /** A link that lasted so long was a good one: the pauses begin anew after it. */
  readonly stableMs: number;
  /**
   * A relay that holds a dead link refuses the token meanwhile: so long the same one is tried again. Counted are the
   * pauses after refusals, and not the time in which the relay could not be asked or a laptop slept.
   */
  readonly tokenHeldMs: number;
  /** The sender's patience is 15 s; an answer later than this is none. */
  readonly answerMs: number;
  /** How long reading waits for what is printed to be taken, when many events arrive at the same time. */
  readonly printMs: number;
  /** How long answers may take that are on their way when the client ends. */
  readonly drainMs: number;
}

/**
 * A relay that is there again is found within 12 s: an attempt that hangs lasts no longer than `handshakeMs`, or after a
 * handshake `acknowledgementMs`, each noticed within `lookMs`; one that fails at once is followed by the longest pause.
 */
export const RELAY_TIMING: RelayTiming = {
  handshakeMs: 9000,
  acknowledgementMs: 9000,
  silenceMs: 45_000,
  lookMs: 1000,
  pausesMs: [100, 500, 1000, 2000, 5000],
  stableMs: 5000,
  tokenHeldMs: 60_000,
  answerMs: 13_000,
  printMs: 100,
  drainMs: 2000,
};
