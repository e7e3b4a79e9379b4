/** A disk whose power can be cut, for a test that is root on Linux: what was not flushed is gone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canMount } from './small-disk.ts';

export interface CuttableDisk extends Disposable {
  readonly folder: string;
  /** Nothing reaches the disk any more, and nothing that waits does. */
  cut(): void;
  /** With what was flushed. Nobody may have a file of it open. */
  restore(): void;
}

const SIZE_BYTES = 512 * 1024 * 1024;

/** `EXT4_IOC_SHUTDOWN` without a flush of the journal: Linux, `fs/ext4/ext4.h`. */
const SHUT_DOWN = `
import fcntl, os, struct, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(folder, 0x8004587d, struct.pack('I', 2))
`;

/** Why there is none on this machine; `undefined` when there is. */
export function noCuttableDisk(): string | undefined {
  if (!canMount()) return 'this process may not mount';
  for (const [program, args] of [
    ['mkfs.ext4', ['-V']],
    ['python3', ['-c', 'import fcntl']],
  ] as const) {
    if (spawnSync(program, args).status !== 0) return `there is no ${program}`;
  }
  const root = mkdtempSync(join(tmpdir(), 'optipick-disk-'));
  try {
    createCuttableDisk(root)[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return `there is no loop device: ${String(error).split('\n')[0]}`;
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** In an empty folder. */
export function createCuttableDisk(root: string): CuttableDisk {
  const image = join(root, 'image');
  const folder = mkdtempSync(join(root, 'disk-'));
  // The server runs as another user.
  chmodSync(root, 0o755);
  writeFileSync(image, '');
  truncateSync(image, SIZE_BYTES);
  execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: ['ignore', 'ignore', 'pipe'] });
  const mount = (): void =>
    void execFileSync('mount', ['-o', 'loop', image, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  mount();
  return {
    folder,
    cut: () => void execFileSync('python3', ['-c', SHUT_DOWN, folder]),
    restore() {
      execFileSync('umount', [folder]);
      mount();
    },
    [Symbol.dispose]: () => void spawnSync('umount', ['-l', folder]),
  };
}
