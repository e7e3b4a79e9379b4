/** Decodes UTF-16 with a byte order mark, as Excel ("Unicode text"), SAP and Windows PowerShell's `>` write it. */
import { Buffer } from 'node:buffer';
import { CliError } from '../errors.ts';

type Utf16 = 'utf-16le' | 'utf-16be';

/** The encoding by the first four bytes; `undefined` for any but UTF-16. UTF-32 begins with the same mark. */
function utf16Of(head: Uint8Array): Utf16 | undefined {
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const isLittle = head[0] === 0xff && head[1] === 0xfe;
  return isLittle && !(head.length >= 4 && head[2] === 0 && head[3] === 0) ? 'utf-16le' : undefined;
}

/** A short text in UTF-8, or in UTF-16 with its mark. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(utf16Of(bytes)).decode(bytes);
}

/**
 * UTF-16 with a byte order mark turned into UTF-8 with one, any other bytes as they are. Throws `CliError` `usage`
 * (`invalid_encoding`) for UTF-16 that is damaged; `name` is that of the input.
 */
export async function* inUtf8(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let decode: ((bytes?: Uint8Array) => Uint8Array) | undefined;
  let head: Uint8Array | undefined = new Uint8Array();
  const start = (bytes: Uint8Array): Uint8Array => {
    const encoding = utf16Of(bytes);
    if (encoding !== undefined) decode = utf16Decoder(name, encoding);
    head = undefined;
    return decode?.(bytes) ?? bytes;
  };
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield decode?.(chunk) ?? chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length >= 4) yield start(head);
  }
  if (head !== undefined && head.length > 0) yield start(head);
  if (decode !== undefined) yield decode();
}

/** Called with each piece, and at the end without one. */
function utf16Decoder(name: string, encoding: Utf16): (bytes?: Uint8Array) => Uint8Array {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const encoder = new TextEncoder();
  return (bytes) => {
    try {
      return encoder.encode(decoder.decode(bytes, { stream: bytes !== undefined }));
    } catch (cause) {
      throw new CliError('usage', `${name} is UTF-16 text that is cut off or damaged`, {
        code: 'invalid_encoding',
        cause,
        hint: 'export it again, best as UTF-8',
      });
    }
  };
}
