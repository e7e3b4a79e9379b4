/** Reads an input file, or stdin, piece by piece: for what may be too large to hold. */
import type { Context } from '../../app/context.ts';
import { inUtf8 } from '../../requests/utf16.ts';
import { openStdin, unreadable, whileWanted } from '../../app/input-file.ts';

export interface OpenedInput {
  /** As errors name it: `a.json`, `<stdin>`. */
  readonly name: string;
  /**
   * UTF-8, read once; UTF-16 with a byte order mark (what Windows PowerShell's `>` writes) is turned into it. Throws
   * `usage` when it cannot be read, and the failure of a signal that came.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export function openInput(context: Context, path: string): OpenedInput {
  if (path === '-') return { name: '<stdin>', chunks: inUtf8('<stdin>', openStdin(context)) };
  return { name: path, chunks: inUtf8(path, whileWanted(context, readable(path, context.host.files.stream(path)))) };
}

async function* readable(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
