import { describe, expect, test } from 'vitest';
import { createLineQueue } from '../../../src/commands/listen/line-queue.ts';
import { MAX_WAITING_LINES } from '../../../src/limits.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

function queueOf() {
  const printed: string[] = [];
  const failures: unknown[] = [];
  const queue = createLineQueue(
    async (count) => void printed.push(`${count} more`),
    (error) => failures.push(error),
  );
  return { queue, printed, failures };
}

describe('lines beside the work', () => {
  test('are printed when they are flushed', async () => {
    const { queue, printed } = queueOf();
    for (const line of ['a', 'b']) queue.print(async () => void printed.push(line));
    await queue.flush(createFakeClock(), 1000);
    expect(printed).toEqual(['a', 'b']);
  });

  test('that nobody reads are counted beyond a limit, and the count is printed after them', async () => {
    const { queue, printed } = queueOf();
    const reader = Promise.withResolvers<void>();
    for (let number = 0; number < MAX_WAITING_LINES + 3; number += 1) {
      queue.print(() => reader.promise.then(() => void printed.push('line')));
    }
    reader.resolve();
    await queue.flush(createFakeClock(), 1000);
    expect(printed).toHaveLength(MAX_WAITING_LINES + 1);
    expect(printed.at(-1)).toBe('3 more');
  });

  test('hold up the end no longer than the grace when nobody reads them', async () => {
    const { queue, printed } = queueOf();
    const clock = createFakeClock();
    const start = clock.monotonic();
    queue.print(() => new Promise(() => undefined));
    await queue.flush(clock, 2000);
    expect([printed, clock.monotonic() - start]).toEqual([[], 2000]);
  });

  test('that cannot be printed are reported', async () => {
    const { queue, failures } = queueOf();
    queue.print(() => Promise.reject(new Error('the reader is gone')));
    await queue.flush(createFakeClock(), 1000);
    expect(failures).toEqual([new Error('the reader is gone')]);
  });
});
