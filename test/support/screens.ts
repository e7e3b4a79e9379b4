/** Whole screens as files: what a person sees, at the widths of common terminals. */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import { displayWidth } from '../../src/lib/text/display-width.ts';
import { type Ended, run } from './run.ts';
import type { FakeHostOptions } from './fake-host.ts';

/** Columns of a wide window, the classic terminal, and a narrow pane. */
export const WIDTHS = [120, 80, 60] as const;

const FOLDER = join(import.meta.dirname, '../screens');

/** Compares with `test/screens/<name>.txt`; `npx vitest run <test> -u` writes it anew: read the diff as a user would. */
export async function expectScreen(name: string, screen: string): Promise<void> {
  await expect(screen).toMatchFileSnapshot(join(FOLDER, `${name}.txt`));
}

/** What a person sees of one command at a terminal of so many columns: the remarks, the answer, the exit code. */
export async function screenOf(argv: readonly string[], columns: number, options: FakeHostOptions): Promise<string> {
  const { ended } = await run(argv, { ...options, terminal: { stdout: true, stderr: true }, columns });
  return `$ optipick ${argv.join(' ')}\n${shown(ended, columns)}`;
}

/** Some runs one below the other. */
export function screenOfRuns(runs: readonly Ended[], columns: number): string {
  return runs.map((ended) => shown(ended, columns)).join('\n');
}

/** Fails for a line that is wider, but for a command at its start: that stays on one line, to be copied whole. */
function shown({ stdout, stderr, code }: Ended, columns: number): string {
  const screen = `${stderr}${stdout}(exit ${code})\n`;
  const wide = stripVTControlCharacters(screen)
    .split('\n')
    .filter((line) => displayWidth(line) > columns && !COMMAND.test(line));
  expect(wide).toEqual([]);
  return screen;
}

export const COMMAND = /^ *(?:hint: |fix: )?`?optipick /;
