/** Lines at the end of a terminal that are drawn again and again, below lines that stay. */
import type { OutputStream } from '../../platform/host.ts';
import { cutToWidth } from '../../lib/text/display-width.ts';

export interface LiveList {
  /** Draws the lines in place of those before. On what is no terminal nothing is drawn. */
  show(lines: readonly string[]): void;
  /** A line that stays, above the list. */
  keep(line: string): Promise<void>;
  /** Takes the list away. */
  clear(): Promise<void>;
}

/** `lines` must be clean. Writes are made one after the other; a reader that is gone ends the drawing, not the work. */
export function createLiveList(stream: OutputStream): LiveList {
  let drawn: readonly string[] = [];
  let queue: Promise<void> = Promise.resolve();
  const write = (text: string): Promise<void> => {
    queue = queue.then(() => (text === '' ? undefined : stream.write(text)));
    return queue;
  };
  /** Up over the list and away with it. */
  const erased = (): string => (drawn.length === 0 ? '' : `\u001b[${drawn.length}A\u001b[J`);
  const cut = (line: string): string => cutToWidth(line, Math.max(1, (stream.columns ?? 80) - 1));

  return {
    show(lines) {
      if (!stream.isTTY) return;
      const text = erased() + lines.map((line) => `${cut(line)}\n`).join('');
      drawn = lines;
      // Whoever writes the result learns of a closed terminal by that.
      write(text).catch(() => undefined);
    },
    keep(line) {
      const text = `${erased()}${stream.isTTY ? cut(line) : line}\n${drawn.map((one) => `${cut(one)}\n`).join('')}`;
      return write(text);
    },
    clear() {
      const text = erased();
      drawn = [];
      return write(text);
    },
  };
}
