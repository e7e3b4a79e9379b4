import { describe, expect, test } from 'vitest';
import { retryWhileBusy, retryWhileBusySync } from '../../../src/platform/fs/busy-file.ts';
import { systemError } from '../../support/fake-files.ts';

/** Fails with a code this many times, then returns the number of its call. */
function busy(code: string, times: number): () => number {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) throw systemError(code, 'operation not permitted');
    return calls;
  };
}

describe('a file that is busy for a moment', () => {
  test.each(['EPERM', 'EBUSY', 'EACCES'])('is retried on Windows after %s', async (code) => {
    const work = busy(code, 3);
    expect(await retryWhileBusy('win32', async () => work())).toBe(4);
    expect(retryWhileBusySync('win32', busy(code, 3))).toBe(4);
  });

  test('fails with the system error when it stays busy', async () => {
    const work = busy('EPERM', 99);
    await expect(retryWhileBusy('win32', async () => work())).rejects.toMatchObject({ code: 'EPERM' });
    expect(() => retryWhileBusySync('win32', busy('EBUSY', 99))).toThrow('EBUSY');
  });

  test.each([
    ['linux', 'EPERM'],
    ['darwin', 'EBUSY'],
    ['win32', 'ENOENT'],
  ])('on %s is not retried after %s', async (platform, code) => {
    const work = busy(code, 1);
    await expect(retryWhileBusy(platform, async () => work())).rejects.toMatchObject({ code });
    expect(() => retryWhileBusySync(platform, busy(code, 1))).toThrow(code);
  });
});
