/** A command for `listen --exec` that fails or hangs for a while, and leaves a line for each time that it succeeds. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Line } from './listener.ts';

export interface TroubledCommand {
  /** For a listener whose working directory is the folder. */
  readonly line: string;
  fail(ms: number): Promise<void>;
  hang(ms: number): Promise<void>;
  /** How often it succeeded, by svix-id. */
  seen(): ReadonlyMap<string, number>;
}

/** What hangs goes on when it may, even when whoever started it was killed. A faked clock is not for what it starts. */
const LINE = `
unset LD_PRELOAD
while [ -e hangs ]; do sleep 0.1; done
[ ! -e fails ] && cat >> effects
`;

/** @param folder for its files */
export function createTroubledCommand(folder: string): TroubledCommand {
  const effects = join(folder, 'effects');
  const during = async (name: 'fails' | 'hangs', ms: number): Promise<void> => {
    writeFileSync(join(folder, name), '');
    await pause(ms);
    rmSync(join(folder, name));
  };
  return {
    line: LINE,
    fail: (ms) => during('fails', ms),
    hang: (ms) => during('hangs', ms),
    seen() {
      const seen = new Map<string, number>();
      const text = existsSync(effects) ? readFileSync(effects, 'utf8') : '';
      for (const line of text.split('\n').filter((each) => each !== '')) {
        const id = String((JSON.parse(line) as Line)['id']);
        seen.set(id, (seen.get(id) ?? 0) + 1);
      }
      return seen;
    },
  };
}
