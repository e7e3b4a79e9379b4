/** Temporary files and folders whose names tell which process created them, so that those left by a crash can be removed. */
import type { Stats } from 'node:fs';
import { join } from 'node:path';

import { TEMPORARY_FILE_AGE_MS } from '../../limits.ts';
import { systemCodeOf } from '../../errors.ts';

/** `.optipick-<machine>-<pid>-<start of the process>-<random>`, and whatever is appended. */
const NAME = /^\.optipick-(?<machine>[0-9a-f]{12})-(?<pid>\d+)-(?<start>\d+)-[0-9A-Za-z]+(?:\.tmp)?$/;

/** Written when the system does not report when a process started. */
const UNKNOWN_START = '0';

/** A path that no other process takes: the caller appends something random. */
export function temporaryPrefix(folder: string): string {
  const { pid } = process;
  return join(folder, `.optipick-${machineMark()}-${pid}-${stateOf(pid)?.start ?? UNKNOWN_START}-`);
}

/**
 * Removes what ended processes have left in `folder`. Touches only names of the form above that belong to this
 * user. Never rejects: what cannot be removed stays.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const fs = process.getBuiltinModule('node:fs').promises;
  const machine = machineMark();
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const owner = NAME.exec(name)?.groups;
    if (owner === undefined) continue;
    const path = join(folder, name);
    const found = await fs.lstat(path).catch(() => undefined);
    if (found === undefined || !isOurs(found)) continue;
    const isOld = Date.now() - found.mtimeMs > TEMPORARY_FILE_AGE_MS;
    // Machines and containers that share a folder do not see each other's processes.
    const isAlive = owner['machine'] === machine ? isRunning(Number(owner['pid']), owner['start']) : undefined;
    if (isAlive ?? !isOld) continue;
    await fs.rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isOurs(found: Stats): boolean {
  return process.getuid === undefined || found.uid === process.getuid();
}

/** Whether this very process still runs; `undefined` when that cannot be known. */
function isRunning(pid: number, start: string | undefined): boolean | undefined {
  if (!exists(pid)) return false;
  const state = stateOf(pid);
  if (state === undefined || start === UNKNOWN_START) return undefined;
  // A number is given to another process some day; a process that nobody waits for keeps its number after its end.
  return state.start === start && !state.isEnded;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to another user.
    return systemCodeOf(error) !== 'ESRCH';
  }
}

/** From `/proc`, where there is one; `start` in clock ticks since the machine started. */
function stateOf(pid: number): { readonly start: string; readonly isEnded: boolean } | undefined {
  try {
    const text = process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program stands in parentheses and may hold any character.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', start] = [fields[0], fields[19]];
    return start === undefined ? undefined : { start, isEnded: ['Z', 'X'].includes(state) };
  } catch {
    return undefined;
  }
}

/** Tells machines apart, their restarts, and on Linux containers, which count processes from 1. */
function machineMark(): string {
  const fs = process.getBuiltinModule('node:fs');
  const parts = [
    () => process.getBuiltinModule('node:os').hostname(),
    () => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'),
    () => fs.readlinkSync('/proc/self/ns/pid'),
  ].map((part) => {
    try {
      return part();
    } catch {
      return '';
    }
  });
  return process.getBuiltinModule('node:crypto').hash('sha256', parts.join('\n')).slice(0, 12);
}
