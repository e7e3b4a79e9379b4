import { describe, expect, test } from 'vitest';
import { createMissingResults } from '../../../src/commands/listen/missing-results.ts';
import { EXEC, SHOW } from '../../../src/state/delivery-steps.ts';
import type { InboxEntry } from '../../../src/state/inbox.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { deliveryOf } from '../../state/inbox-support.ts';

const ID = '67507ad05e593173d0313e0f';
const NOT_YET = `fetch: the result of ${ID} is not available yet (404)`;

const reportOf = (id: string, attempts: number, error = NOT_YET, step = SHOW) => ({
  delivery: { ...deliveryOf({ id }), sequence: 1, scope: '', status: 'pending', steps: [] } satisfies InboxEntry,
  step,
  attempts,
  failure: { error },
});

function missingOn(terminal: boolean, width?: number) {
  const clock = createFakeClock({ auto: false });
  const drawn: (readonly string[])[] = [];
  const printed: string[] = [];
  const missing = createMissingResults({
    clock,
    width: () => width,
    redraw: terminal ? (lines) => drawn.push(lines) : undefined,
    print: (text) => printed.push(text),
  });
  return { missing, clock, drawn, printed };
}

describe('results that are not available yet', () => {
  test('are one line on a terminal, drawn again for each attempt, until they are', () => {
    const { missing, drawn, printed } = missingOn(true, 80);
    for (const attempt of [1, 2, 3, 4]) missing.retried(reportOf('a', attempt));
    missing.ended(reportOf('a', 5));
    expect([drawn.map((lines) => lines.join('\n')), printed]).toEqual([
      [
        'result of 67507a…13e0f is not available yet (404), retrying: 1 time so far',
        'result of 67507a…13e0f is not available yet (404), retrying: 2 times so far',
        'result of 67507a…13e0f is not available yet (404), retrying: 3 times so far',
        'result of 67507a…13e0f is not available yet (404), retrying: 4 times so far',
        '',
      ],
      [],
    ]);
  });

  test('are counted together, each step of each delivery once, and go when the last one goes', () => {
    const { missing, drawn } = missingOn(true, 60);
    missing.retried(reportOf('a', 1));
    missing.retried(reportOf('b', 2, 'fetch: connection refused'));
    missing.retried(reportOf('b', 1, NOT_YET, EXEC));
    expect(drawn.at(-1)).toEqual([
      '3 results are not available yet, retrying: 4 times so far',
      '(the last: result of 67507a…13e0f is not available yet',
      '(404))',
    ]);
    // Something else of the same delivery has no say.
    missing.ended(reportOf('a', 1, NOT_YET, 'forward http://x/ 0'));
    missing.ended(reportOf('a', 1));
    missing.ended(reportOf('b', 1, NOT_YET, EXEC));
    expect(drawn.at(-1)).toEqual(['connection refused, retrying: 2 times so far']);
    missing.ended(reportOf('b', 3));
    expect([drawn.length, drawn.at(-1)]).toEqual([6, []]);
  });

  test('are at most one line a minute in a log, with the whole id', async () => {
    const { missing, clock, printed } = missingOn(false);
    missing.retried(reportOf('a', 1));
    for (const attempt of [2, 3, 4, 5]) {
      await clock.advance(15_000 - 1);
      missing.retried(reportOf('a', attempt));
    }
    await clock.advance(4);
    missing.retried(reportOf('a', 6));
    missing.ended(reportOf('a', 7));
    expect(printed).toEqual([
      `result of ${ID} is not available yet (404), retrying: 1 time so far`,
      `result of ${ID} is not available yet (404), retrying: 6 times so far`,
    ]);
  });
});
