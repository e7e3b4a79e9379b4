/** A clock for the processes of a test alone: libfaketime shifts their wall clock while they run. The machine's stays. */
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The library that fits programs with threads, where Debian puts it; `undefined` where it is not installed. */
const LIBRARY = process.platform === 'linux' ? findLibrary() : undefined;

/** Why there is no such clock here; `undefined` when there is one. */
export const NO_FAKED_CLOCK = LIBRARY === undefined ? 'libfaketime is not installed' : undefined;

/** Where it has what a process shares with those that it starts. */
const SHARED = '/dev/shm';

/** As libfaketime reads it: `+0`, `-1h`, `+40d`. */
export type ClockOffset = `${'+' | '-'}${number}${'' | 'h' | 'd'}`;

export interface FakedClock {
  /** For processes that shall live by it. */
  readonly env: Readonly<Record<string, string>>;
  /** For all of them, at once. */
  set(offset: ClockOffset): void;
  /** Removes what the library leaves of processes that were killed: another one with such a number could not start. */
  forget(): void;
}

/** Shows the right time at first. `folder` is for its file. */
export function createFakedClock(folder: string): FakedClock {
  const file = join(folder, 'clock');
  const set = (offset: ClockOffset): void => {
    // In one go: a reader of half a file would see another time.
    writeFileSync(`${file}.new`, `${offset}\n`);
    renameSync(`${file}.new`, file);
  };
  set('+0');
  return {
    env: {
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      // The file is read again for each look at the clock.
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
    forget() {
      for (const name of readdirSync(SHARED)) {
        const pid = /^(?:sem\.)?faketime_(?:shm|sem)_(\d+)$/.exec(name)?.[1];
        if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(SHARED, name), { force: true });
      }
    },
  };
}

function findLibrary(): string | undefined {
  return readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
}
