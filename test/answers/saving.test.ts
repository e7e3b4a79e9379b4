import { describe, expect, it } from 'vitest';
import { formatPercent } from '../../src/lib/text/numbers.ts';
import { savingOf } from '../../src/answers/saving.ts';

describe('the saving', () => {
  it('of the published answer is 39.6%', () => {
    const saving = savingOf({ kind: 'cluster', asisDistance: 13899.510205263432, optimalDistance: 8402.228192776922 });
    expect([saving, 'percent' in saving ? formatPercent(saving.percent) : saving]).toEqual([
      {
        asis: 13899.510205263432,
        optimal: 8402.228192776922,
        saved: expect.closeTo(5497.282, 3),
        percent: expect.closeTo(39.5502, 4),
      },
      '39.6%',
    ]);
  });

  it('is negative when the optimized walk is longer, and whole when nothing is left', () => {
    expect([
      savingOf({ kind: 'route', asisDistance: 100, optimalDistance: 150 }),
      savingOf({ kind: 'route', asisDistance: 100, optimalDistance: 0 }),
    ]).toEqual([
      { asis: 100, optimal: 150, saved: -50, percent: -50 },
      { asis: 100, optimal: 0, saved: 100, percent: 100 },
    ]);
  });

  it('says why there is none', () => {
    expect([
      savingOf({ kind: 'cluster', asisDistance: undefined, optimalDistance: 1 }),
      savingOf({ kind: 'route', asisDistance: undefined, optimalDistance: 1 }),
      savingOf({ kind: undefined, asisDistance: undefined, optimalDistance: undefined }),
      savingOf({ kind: 'route', asisDistance: 5, optimalDistance: undefined }),
      savingOf({ kind: 'route', asisDistance: 0, optimalDistance: 5 }),
    ]).toEqual([
      { reason: 'the answer has no as-is distance: send list_id with every pick (and lists that respect the limits)' },
      { reason: 'the answer has no as-is distance: send asis_sequence with every pick' },
      {
        reason: 'the answer has no as-is distance: send list_id (clusters) or asis_sequence (routes) with every pick',
      },
      { reason: 'the answer has no optimized distance' },
      { reason: 'the as-is distance is 0' },
    ]);
  });
});
