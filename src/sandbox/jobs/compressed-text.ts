/** Texts that are stored for long: a thousand waiting waves, and their answers, must not fill the memory. */
import { Buffer } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Gives the text back. */
export type CompressedText = () => string;

/** Shorter texts, in characters, are stored as they are. */
const SHORT = 16_384;

/** Long texts are deflated at the lowest level, which takes some milliseconds and leaves about a tenth. */
export function compressText(text: string): CompressedText {
  if (text.length <= SHORT) return () => text;
  const bytes = gzipSync(Buffer.from(text, 'utf8'), { level: 1 });
  return () => gunzipSync(bytes).toString('utf8');
}
