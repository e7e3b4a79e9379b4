/** The bytes of a table as UTF-8, whatever they were. */
import { refuseStrangers } from './encoding.ts';

/** As many as give an encoding or a kind of file away. */
const HEAD_BYTES = 4;

/** Tells whether all of it is UTF-8. Throws `CliError` `usage` for UTF-16, UTF-32 and files that are no text. */
export async function isUtf8Table(name: string, chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let head: Uint8Array = new Uint8Array(0);
  try {
    for await (const chunk of chunks) {
      if (head.length < HEAD_BYTES) {
        head = Buffer.concat([head, chunk]);
        refuseStrangers(name, head);
      }
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Without a byte order mark. What is not UTF-8 is read as Windows-1252, of which Latin-1 is a part. */
export async function* utf8Chunks(
  chunks: AsyncIterable<Uint8Array>,
  isUtf8: boolean,
): AsyncGenerator<Uint8Array, void> {
  if (!isUtf8) {
    const decoder = new TextDecoder('windows-1252');
    const encoder = new TextEncoder();
    for await (const chunk of chunks) yield encoder.encode(decoder.decode(chunk, { stream: true }));
    return;
  }
  let first = true;
  for await (const chunk of chunks) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    first = false;
    const bytes = marked ? chunk.subarray(3) : chunk;
    if (bytes.length > 0) yield bytes;
  }
}

/** In the order in which they win when they are level. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** What separates the cells of the first line; those inside quotes do not count. */
export function delimiterOf(head: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const character of head.trimStart()) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([, one], [, other]) => other - one);
  return best === undefined || best[1] === 0 ? ',' : best[0];
}
