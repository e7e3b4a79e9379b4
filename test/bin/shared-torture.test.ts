/**
 * The promise of a shared state, put to the test: what any listener has acknowledged is stored once, and done.
 *
 * @module-tag killing
 */
import { expect, onTestFinished, test } from 'vitest';
import { createWorkplace } from '../support/program.ts';
import { sharedTorture } from '../support/shared-torture.ts';

test(
  'three listeners that are killed on one server that is killed, until its standby takes over: nothing is lost',
  { timeout: 400_000 },
  async () => {
    const workplace = await createWorkplace();
    onTestFinished(() => workplace.remove());
    const events = 600;
    const { repeats, seed, ...report } = await sharedTorture(workplace, { events, kills: 4, serverKills: 2, seed: 7 });
    expect(report).toEqual({
      acknowledged: events,
      lost: [],
      owedNotDone: [],
      storedTwice: 0,
      kills: 4,
      serverKills: 2,
      promotions: 1,
      surprises: [],
    });
    // Only what was between doing and noting when a process died is done again: 16 at a time of each step.
    expect(repeats, `seed ${seed}`).toBeLessThanOrEqual((4 + 3 * 3) * 16 * 2);
  },
);
