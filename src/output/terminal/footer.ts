/** Lines at the bottom of a terminal that stay there while others scroll past above them. */
import { cutToWidth, displayWidth } from '../../lib/text/display-width.ts';
import { MAX_PAUSED_BYTES } from '../../limits.ts';
import type { OutputStream } from '../../platform/host.ts';

export interface Footer {
  /** The streams to write to meanwhile. */
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Draws the lines in place of those before. They must be clean. */
  show(lines: readonly string[]): void;
  /** What acts on the terminal and shows nothing. */
  control(sequence: string): void;
  /** Takes the lines away, for as long as somebody else writes to the terminal; as often as {@link reveal} is called. */
  hide(): Promise<void>;
  reveal(): void;
  /** What is written waits until {@link go}. */
  pause(): void;
  go(): void;
  /** Takes the lines away for good, and writes what waits. */
  close(): Promise<void>;
}

/** `stderr` is a terminal; `stdout` may be the same one. `paint` sets the lines off from those above. */
export function createFooter(
  { stdout, stderr }: Pick<Footer, 'stdout' | 'stderr'>,
  paint: (line: string) => string,
): Footer {
  /** What shall stand there, and what does. */
  let lines: readonly string[] = [];
  let drawn: readonly string[] = [];
  let hidden = 0;
  /** Whether the cursor stands at the beginning of a line, below which nothing is cut off. */
  let isAtStart = true;
  let queue: Promise<void> = Promise.resolve();
  /** What is written above the lines, in order. */
  let content: Promise<void> = Promise.resolve();
  let paused: { readonly ended: Promise<void>; readonly end: () => void; bytes: number } | undefined;

  const columns = (): number => stderr.columns ?? 80;
  const cut = (line: string): string => cutToWidth(line, Math.max(1, columns() - 1));
  const erased = (): string => {
    // In a window that has become narrower a line may take several rows.
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns())), 0);
    drawn = [];
    return rows === 0 ? '' : `\u001b[${rows}A\u001b[J`;
  };
  const redrawn = (): string => {
    if (hidden > 0 || !isAtStart) return '';
    drawn = lines.map(cut);
    return drawn.map((line) => `${paint(line)}\n`).join('');
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = queue.then(work);
    // Whoever has written it gets the error.
    queue = turn.catch(() => undefined);
    return turn;
  };
  const draw = (): Promise<void> =>
    inTurn(async () => {
      const text = erased() + redrawn();
      if (text !== '') await stderr.write(text);
    });

  const write = (stream: OutputStream, chunk: string | Uint8Array): Promise<void> => {
    if (chunk.length === 0) return inTurn(() => stream.write(chunk));
    return inTurn(async () => {
      const before = erased();
      isAtStart = typeof chunk === 'string' ? chunk.endsWith('\n') : chunk.at(-1) === 0x0a;
      const after = redrawn();
      if (stream === stderr && typeof chunk === 'string') {
        await stderr.write(before + chunk + after);
        return;
      }
      if (before !== '') await stderr.write(before);
      await stream.write(chunk);
      if (after !== '') await stderr.write(after);
    });
  };

  const above = (stream: OutputStream): OutputStream => ({
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    write(chunk) {
      if (!stream.isTTY) return stream.write(chunk);
      const written = content.then(() => paused?.ended).then(() => write(stream, chunk));
      // Whoever has written it gets the error.
      content = written.catch(() => undefined);
      if (paused === undefined) return written;
      paused.bytes += chunk.length;
      // Nobody waits for what is held back; that the terminal is gone is noticed by what comes after it.
      return paused.bytes <= MAX_PAUSED_BYTES ? Promise.resolve() : written;
    },
  });

  const go = (): void => {
    paused?.end();
    paused = undefined;
  };

  return {
    stdout: above(stdout),
    stderr: above(stderr),
    show(next) {
      lines = next;
      void draw().catch(() => undefined);
    },
    control: (sequence) => void inTurn(() => stderr.write(sequence)).catch(() => undefined),
    async hide() {
      hidden += 1;
      await draw();
    },
    reveal() {
      hidden -= 1;
      void draw().catch(() => undefined);
    },
    pause() {
      const { promise, resolve } = Promise.withResolvers<void>();
      paused ??= { ended: promise, end: resolve, bytes: 0 };
    },
    go,
    async close() {
      go();
      lines = [];
      await content;
      await draw();
    },
  };
}
