/**
 * Many pieces of bytes as one parameter, with the place of each: a `bytea[]` costs a third more. `at` counts from 1, as
 * `substring` does.
 */
export interface PackedBytes {
  readonly bytes: Uint8Array;
  readonly at: readonly number[];
  readonly lengths: readonly number[];
}

export function packBytes(pieces: readonly Uint8Array[]): PackedBytes {
  const lengths = pieces.map(({ byteLength }) => byteLength);
  let next = 1;
  return {
    bytes: Buffer.concat(pieces),
    at: lengths.map((length) => (next += length) - length),
    lengths,
  };
}

/** The database stores no text with a zero character, and a sender may send one. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}

export function storableOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}
