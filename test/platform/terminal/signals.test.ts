import { describe, expect, test } from 'vitest';
import { createClock } from '../../../src/platform/clock.ts';
import { sourceUrl, startChild } from '../../support/child.ts';

describe.runIf(process.platform !== 'win32')('a signal to stop', () => {
  const LISTEN = `
    import { createRealHost } from ${JSON.stringify(sourceUrl('src/platform/real-host.ts'))};
    const host = createRealHost();
    const release = host.onStopSignal((signal) => console.log(signal));
    setTimeout(() => {}, 60_000);
    console.log('listening');
  `;

  test.each(['SIGINT', 'SIGTERM'] as const)('%s is told, each time, and does not end the process', async (signal) => {
    const child = startChild(`${LISTEN}
      let count = 0;
      host.onStopSignal(() => { count += 1; console.log('number ' + count); if (count === 2) process.exit(0); });
    `);
    await child.said('listening');
    child.process.kill(signal);
    await child.said('number 1');
    child.process.kill(signal);
    expect(await child.ended).toMatchObject({
      code: 0,
      stdout: `listening\n${signal}\nnumber 1\n${signal}\nnumber 2\n`,
    });
  });

  test('ends the process again once nobody listens', async () => {
    const child = startChild(`${LISTEN}\nrelease();\nconsole.log('released');`);
    await child.said('released');
    child.process.kill('SIGTERM');
    expect(await child.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });
});

describe('a pause', () => {
  const clock = createClock();

  test('takes no less than its time', async () => {
    const before = clock.monotonic();
    await clock.sleep(30);
    // Timers count whole milliseconds.
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(29);
  });

  test('ends at once with the reason of its signal, and leaves no listener', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const pause = clock.sleep(3_600_000, stop.signal);
    stop.abort(reason);
    await expect(pause).rejects.toBe(reason);
    await expect(clock.sleep(3_600_000, stop.signal)).rejects.toBe(reason);
  });

  test('may be longer than a timer can be', async () => {
    const stop = new AbortController();
    const pause = clock.sleep(2 ** 40, stop.signal);
    const first = await Promise.race([pause.then(() => 'woke'), clock.sleep(20).then(() => 'still asleep')]);
    stop.abort(new Error('enough'));
    await expect(pause).rejects.toThrow('enough');
    expect(first).toBe('still asleep');
  });
});
