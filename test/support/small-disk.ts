/** A disk of its own that can run full, for a test that is root on Linux. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends Disposable {
  /** Takes away what is free, until `free`. */
  fill(): void;
  free(): void;
}

/** Whether this process may mount. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'optipick-mount-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (isMounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return isMounted;
}

/** Mounted over the folder, which is created. */
export function mountSmallDisk(folder: string, size: `${number}${'m' | 'g'}`): SmallDisk {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  const resize = (to: string | number): boolean =>
    spawnSync('mount', ['-o', `remount,size=${to}`, folder]).status === 0;
  return {
    fill() {
      const usedBytes = (): number => {
        const { blocks, bfree, bsize } = statfsSync(folder);
        return (blocks - bfree) * bsize;
      };
      // Others may write to it between the look and the change.
      for (let attempt = 0; attempt < 10 && !resize(usedBytes()); attempt += 1);
    },
    free: () => void resize(size),
    [Symbol.dispose]: () => void execFileSync('umount', ['-l', folder]),
  };
}
