/** Whole screens as files: what a person sees, at the widths of common terminals. */
import { join } from 'node:path';
import { expect } from 'vitest';

/** Columns of a wide window, the classic terminal, and a narrow pane. */
export const WIDTHS = [120, 80, 60] as const;

const FOLDER = join(import.meta.dirname, '../screens');

/** Compares with `test/screens/<name>.txt`; `npx vitest run <test> -u` writes it anew: read the diff as a user would. */
export async function expectScreen(name: string, screen: string): Promise<void> {
  await expect(screen).toMatchFileSnapshot(join(FOLDER, `${name}.txt`));
}
