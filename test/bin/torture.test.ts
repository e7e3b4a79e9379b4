/**
 * The promise of `listen`, put to the test: what was answered 2xx is worked off, whatever happens to the process.
 *
 * @module-tag killing
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mixedTorture } from '../support/mixed-torture.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { torture } from '../support/torture.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

test(
  '2,000 webhooks with duplicates, concurrent pairs and lost answers, and ten SIGKILLs: none is lost',
  { timeout: 300_000 },
  async () => {
    const kills = 10;
    const { repeats, attemptsRepeated, ...report } = await torture(workplace, { events: 2000, kills, seed: 7 });
    expect(report).toEqual({ acknowledged: 2000, lost: [], statuses: { done: 2000 }, integrity: 'ok' });
    // Only what was between doing and noting when the process died is done again: 16 at a time are worked on.
    expect(repeats).toBeLessThanOrEqual(kills * 16);
    // The sender had to try again: otherwise nothing was tested.
    expect(attemptsRepeated).toBeGreaterThan(50);
  },
);

test(
  'A1: kills, clocks, full disks, locks and dead targets around two listeners with different flags: nothing is lost, ' +
    'and nothing owed is not done',
  { timeout: 300_000 },
  async () => {
    const report = await mixedTorture(workplace, { seed: 7, durationMs: 25_000 });
    expect(report).toMatchObject({ lost: [], owedNotDone: [], integrity: 'ok', surprises: [] });
    // Otherwise nothing was tested.
    expect(report.acknowledged).toBeGreaterThan(50);
  },
);
