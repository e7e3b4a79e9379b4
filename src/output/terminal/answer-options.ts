import type { Style } from './style.ts';

/** How an answer is shown. */
export interface AnswerOptions {
  /** Columns of the terminal; `undefined` for a pipe or a file, where nothing is cut. */
  readonly width: number | undefined;
  readonly style: Style;
  /** Long lists whole; otherwise their first twenty rows. */
  readonly all: boolean;
}
