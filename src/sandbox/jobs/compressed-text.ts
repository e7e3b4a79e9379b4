/** Texts that are kept for long: a thousand waves that wait, and their answers, shall not fill the memory. */
import { Buffer } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';

export interface CompressedText {
  read(): string;
}

/** Shorter ones are kept as they are, in characters. */
const SHORT = 16_384;

/** Long ones are deflated at the lowest level, which takes some milliseconds and leaves about a tenth. */
export function compressText(text: string): CompressedText {
  return text.length <= SHORT ? short(text) : deflated(text);
}

const short = (text: string): CompressedText => ({ read: () => text });

function deflated(text: string): CompressedText {
  const bytes = gzipSync(Buffer.from(text, 'utf8'), { level: 1 });
  return { read: () => gunzipSync(bytes).toString('utf8') };
}
