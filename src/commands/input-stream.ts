/** Reads an input file, or stdin, piece by piece: for what may be too large to hold. */
import type { Context } from '../context.ts';
import { openStdin, unreadable, whileWanted } from './input-file.ts';

export interface InputStream {
  /** As errors name it: `a.json`, `<stdin>`. */
  readonly name: string;
  /**
   * UTF-8, read once; UTF-16 with a byte order mark (what Windows PowerShell's `>` writes) is turned into it. Throws
   * `usage` when it cannot be read, and the failure of a signal that came.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export function openInput(context: Context, path: string): InputStream {
  if (path === '-') return { name: '<stdin>', chunks: inUtf8(openStdin(context)) };
  return { name: path, chunks: inUtf8(whileWanted(context, readable(path, context.host.files.stream(path)))) };
}

async function* readable(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** By the byte order mark: without one JSON is UTF-8. */
async function* inUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  const encoder = new TextEncoder();
  /** The mark may come in two pieces. */
  let head: Uint8Array | undefined = new Uint8Array(0);
  const decoded = (bytes: Uint8Array): Uint8Array =>
    decoder === undefined ? bytes : encoder.encode(decoder.decode(bytes, { stream: true }));
  for await (const piece of chunks) {
    if (head === undefined) {
      yield decoded(piece);
      continue;
    }
    head = head.length === 0 ? piece : Buffer.concat([head, piece]);
    if (head.length < 2) continue;
    if (head[0] === 0xff && head[1] === 0xfe) decoder = new TextDecoder('utf-16le');
    if (head[0] === 0xfe && head[1] === 0xff) decoder = new TextDecoder('utf-16be');
    yield decoded(head);
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
  // What is cut off in the middle of a character.
  const rest = decoder?.decode() ?? '';
  if (rest !== '') yield encoder.encode(rest);
}
