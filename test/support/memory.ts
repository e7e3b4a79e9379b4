/** What a process takes of the machine's memory. */
import { readFileSync } from 'node:fs';

/** Only Linux tells the peak of another process. */
export const TELLS_PEAK = process.platform === 'linux';

/** The most that was resident at the same time so far, in megabytes. */
export function peakMemory(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** How far above its memory at rest a program may get whatever is sent to it, in megabytes. */
export const HEADROOM = 200;
