/** The lines of a file as sources of their own, whose places are those of the file. */
import { Buffer, isUtf8 } from 'node:buffer';
import type { Source } from './source.ts';

export interface JsonLine {
  /** From 1. */
  readonly line: number;
  /** Without its line end. Not UTF-8: `undefined`. */
  readonly source: Source | undefined;
}

/** Skips blank lines. Holds one line at a time. */
export async function* jsonLines(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<JsonLine, void> {
  let line = 0;
  let open: Uint8Array[] = [];
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      line += 1;
      const whole =
        open.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...open, chunk.subarray(start, end)]);
      open = [];
      start = end + 1;
      const found = lineOf(name, line, whole);
      if (found !== undefined) yield found;
    }
    // A copy: the input may reuse the chunk's memory.
    if (start < chunk.length) open.push(Uint8Array.from(chunk.subarray(start)));
  }
  const last = lineOf(name, line + 1, Buffer.concat(open));
  if (last !== undefined) yield last;
}

const LINE_FEED = 10;

function lineOf(name: string, line: number, bytes: Uint8Array): JsonLine | undefined {
  if (!isUtf8(bytes)) return { line, source: undefined };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').replace(/\r$/, '');
  if (text.trim() === '') return undefined;
  return { line, source: { name, text, place: (offset) => `${name}:${line}:${offset + 1}` } };
}
