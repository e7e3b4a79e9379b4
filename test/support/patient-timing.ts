import type { RelayTiming } from '../../src/webhooks/relay/timing.ts';

/**
 * Quick to try again; but what a test is not about takes longer than the test may, so that no pause of a busy machine
 * ends a link. A test about a time that runs out makes that one short.
 */
export const PATIENT_TIMING: RelayTiming = {
  handshakeMs: 60_000,
  acknowledgementMs: 60_000,
  silenceMs: 60_000,
  watchMs: 20,
  pausesMs: [5, 20, 50],
  stableMs: 50,
  tokenHeldMs: 60_000,
  answerMs: 60_000,
  printMs: 100,
  drainMs: 10_000,
};
