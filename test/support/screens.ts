/** Whole screens as files: what a person sees, at the widths of common terminals. */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import { displayWidth } from '../../src/lib/text/display-width.ts';
import type { Ended } from './run.ts';

/** Columns of a wide window, the classic terminal, and a narrow pane. */
export const WIDTHS = [120, 80, 60] as const;

const FOLDER = join(import.meta.dirname, '../screens');

/** Compares with `test/screens/<name>.txt`; `npx vitest run <test> -u` writes it anew: read the diff as a user would. */
export async function expectScreen(name: string, screen: string): Promise<void> {
  await expect(screen).toMatchFileSnapshot(join(FOLDER, `${name}.txt`));
}

/** Some runs one below the other, all of whose lines fit the terminal. */
export function screenOf(runs: readonly Ended[], columns: number): string {
  const screen = runs.map(({ code, stdout, stderr }) => `${stderr}${stdout}(exit ${code})\n`).join('\n');
  const lines = stripVTControlCharacters(screen).split('\n');
  expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
  return screen;
}
