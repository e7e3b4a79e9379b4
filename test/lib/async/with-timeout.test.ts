import { describe, expect, it } from 'vitest';
import { waitAtMost, withTimeout, type Sleeper } from '../../../src/lib/async/with-timeout.ts';

/** A clock whose sleeps end when the test says so. */
function manualClock(): Sleeper & { readonly sleeping: () => number; ring(): void } {
  const sleeps = new Set<() => void>();
  return {
    sleeping: () => sleeps.size,
    ring: () => sleeps.forEach((wake) => wake()),
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        const wake = (): void => {
          sleeps.delete(wake);
          resolve();
        };
        const onAbort = (): void => {
          sleeps.delete(wake);
          reject(signal?.reason as Error);
        };
        sleeps.add(wake);
        if (signal?.aborted === true) onAbort();
        else signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}

/** Work that ends only when its signal is aborted. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

const late = (): Error => new Error('too late');

describe('withTimeout', () => {
  it('returns what the work returns, and stops its timer', async () => {
    const clock = manualClock();
    expect(await withTimeout(clock, 5, new AbortController().signal, async () => 'done', late)).toBe('done');
    expect(clock.sleeping()).toBe(0);
  });

  it('aborts the work with the error of the timeout', async () => {
    const clock = manualClock();
    const result = withTimeout(clock, 5, new AbortController().signal, endless, late);
    clock.ring();
    await expect(result).rejects.toThrow('too late');
  });

  it('aborts the work with the reason of the stop signal, and stops its timer', async () => {
    const clock = manualClock();
    const stop = new AbortController();
    const result = withTimeout(clock, 5, stop.signal, endless, late);
    stop.abort(new Error('stopped'));
    await expect(result).rejects.toThrow('stopped');
    expect(clock.sleeping()).toBe(0);
  });

  it('rejects with what the work rejects with, and stops its timer', async () => {
    const clock = manualClock();
    const work = (): Promise<never> => Promise.reject(new Error('broken'));
    await expect(withTimeout(clock, 5, new AbortController().signal, work, late)).rejects.toThrow('broken');
    expect(clock.sleeping()).toBe(0);
  });
});

describe('waitAtMost', () => {
  const never = new Promise<void>(() => undefined);

  it('ends with the promise, and stops its timer', async () => {
    const clock = manualClock();
    await waitAtMost(clock, 5, Promise.resolve('done'));
    await Promise.resolve();
    expect(clock.sleeping()).toBe(0);
  });

  it('ends after the time when the promise is still pending', async () => {
    const clock = manualClock();
    const wait = waitAtMost(clock, 5, never, new AbortController().signal);
    clock.ring();
    await expect(wait).resolves.toBeUndefined();
  });

  it('rejects with what the promise rejects with', async () => {
    await expect(waitAtMost(manualClock(), 5, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('rejects with the reason of the stop signal', async () => {
    const stop = new AbortController();
    const wait = waitAtMost(manualClock(), 5, never, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(wait).rejects.toThrow('stopped');
  });
});
