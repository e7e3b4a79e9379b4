import { describe, expect, it } from 'vitest';
import { createProgress, type ProgressOptions } from '../../../src/output/terminal/progress.ts';

/** A terminal, a stream and a clock that only moves when a test says so; everything that is drawn is logged. */
function machine(options: Partial<Pick<ProgressOptions, 'isTTY' | 'quiet' | 'ci'>> = {}) {
  const log: string[] = [];
  let now = 5000;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const progress = createProgress({
    terminal: {
      spinner: async (text) => {
        log.push(`spinner ${text}`);
        return { text: (next) => void log.push(`text ${next}`), stop: () => void log.push('cleared') };
      },
    },
    stderr: { write: async (chunk) => void log.push(`line ${String(chunk)}`) },
    clock: {
      monotonic: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          sleepers.add({ at: now + ms, wake: resolve });
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    },
    isTTY: false,
    quiet: false,
    ci: false,
    ...options,
  });
  async function advance(ms: number): Promise<void> {
    for (const end = now + ms; now < end;) {
      now += 500;
      for (const sleeper of sleepers) {
        if (sleeper.at > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      // Lets those who woke go on and sleep again.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { log, progress, advance };
}

describe('progress on a terminal', () => {
  it('is a spinner with the time, refreshed each second until it stops', async () => {
    const { log, progress, advance } = machine({ isTTY: true });
    await progress.show('waiting for abc');
    await advance(2000);
    await progress.show('still running');
    await progress.stop();
    await advance(5000);
    expect(log).toEqual([
      'spinner waiting for abc (0 s)',
      'text waiting for abc (1 s)',
      'text waiting for abc (2 s)',
      'text still running (2 s)',
      'cleared',
    ]);
  });

  it('gives way to a note and comes back', async () => {
    const { log, progress } = machine({ isTTY: true });
    await progress.note('before');
    await progress.show('a');
    await Promise.all([progress.note('one\u001b[2J'), progress.note('two'), progress.show('b')]);
    await progress.stop();
    expect(log).toEqual([
      'line before\n',
      'spinner a (0 s)',
      'cleared',
      'line one\n',
      'spinner a (0 s)',
      'cleared',
      'line two\n',
      'spinner a (0 s)',
      'text b (0 s)',
      'cleared',
    ]);
  });

  it('shows nothing after it stopped, and may be stopped twice or unused', async () => {
    const { log, progress } = machine({ isTTY: true });
    await progress.stop();
    await progress.show('late');
    await progress.note('late');
    await progress.tick();
    await progress.stop();
    expect(log).toEqual([]);
  });
});

describe('progress elsewhere', () => {
  for (const options of [{}, { isTTY: true, ci: true }]) {
    it(`is a line for each change, and one a minute at most (${JSON.stringify(options)})`, async () => {
      const { log, progress, advance } = machine(options);
      await progress.tick();
      await progress.show('waiting');
      await progress.show('waiting');
      for (let second = 0; second < 125; second += 1) {
        await advance(1000);
        await progress.tick();
      }
      await progress.show('retrying\nsoon');
      await progress.note('note');
      await progress.stop();
      await progress.show('late');
      await progress.tick();
      await progress.note('late');
      expect(log).toEqual([
        'line waiting\n',
        'line waiting (1 min)\n',
        'line waiting (2 min)\n',
        'line retrying soon\n',
        'line note\n',
      ]);
    });
  }

  it('passes on that stderr is closed', async () => {
    const progress = createProgress({
      stderr: { write: () => Promise.reject(new Error('closed')) },
      clock: { monotonic: () => 0, sleep: () => Promise.resolve() },
      isTTY: true,
      quiet: false,
      ci: false,
    });
    await expect(progress.show('x')).rejects.toThrow('closed');
  });
});

describe('progress when quiet', () => {
  it('is nothing at all', async () => {
    const { log, progress } = machine({ isTTY: true, quiet: true });
    await progress.show('a');
    await progress.note('b');
    await progress.tick();
    await progress.stop();
    expect(log).toEqual([]);
  });
});
