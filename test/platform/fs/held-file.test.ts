import { describe, expect, test } from 'vitest';
import { whenReleased, whenReleasedSync } from '../../../src/platform/fs/held-file.ts';
import { systemError } from '../../support/fake-files.ts';

/** Fails with a code so many times, and then gives the number of its call. */
function held(code: string, times: number): () => number {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) throw systemError(code, 'operation not permitted');
    return calls;
  };
}

describe('Windows: a file that is held for a moment, by a scanner or while it is deleted,', () => {
  test.each(['EPERM', 'EBUSY', 'EACCES'])('is tried again after %s', async (code) => {
    const work = held(code, 3);
    expect(await whenReleased('win32', async () => work())).toBe(4);
    expect(whenReleasedSync('win32', held(code, 3))).toBe(4);
  });

  test('and stays so, fails with the error of the system', async () => {
    const work = held('EPERM', 99);
    await expect(whenReleased('win32', async () => work())).rejects.toMatchObject({ code: 'EPERM' });
    expect(() => whenReleasedSync('win32', held('EBUSY', 99))).toThrow('EBUSY');
  });

  test.each([
    ['linux', 'EPERM'],
    ['darwin', 'EBUSY'],
    ['win32', 'ENOENT'],
  ])('is not what %s means by %s', async (platform, code) => {
    const work = held(code, 1);
    await expect(whenReleased(platform, async () => work())).rejects.toMatchObject({ code });
    expect(() => whenReleasedSync(platform, held(code, 1))).toThrow(code);
  });
});
