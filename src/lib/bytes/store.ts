/** Bytes that arrive in chunks and are wanted as one. */
export interface ByteStore {
  readonly size: number;
  /** The chunk is copied. */
  push(chunk: Uint8Array): void;
  /** All bytes so far; the store is empty afterwards. */
  take(): Buffer;
}

const SMALLEST_BLOCK = 1024;
const LARGEST_BLOCK = 1024 * 1024;

/**
 * Takes memory in proportion to the bytes, however small the chunks are: kept as it arrived, a chunk of one byte would
 * cost a hundred, and hold the whole buffer that it is a part of.
 */
export function createByteStore(): ByteStore {
  let blocks: Buffer[] = [];
  let size = 0;
  /** Unused bytes of the last block. */
  let free = 0;
  return {
    get size() {
      return size;
    },
    push(chunk) {
      const fits = chunk.subarray(0, free);
      const last = blocks.at(-1);
      last?.set(fits, last.length - free);
      free -= fits.length;
      const rest = chunk.subarray(fits.length);
      if (rest.length > 0) {
        // Blocks grow with the size so far, so that a small value takes a small one.
        const wanted = Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, size));
        const block = Buffer.allocUnsafe(Math.max(rest.length, wanted));
        block.set(rest);
        blocks.push(block);
        free = block.length - rest.length;
      }
      size += chunk.length;
    },
    take() {
      const whole = Buffer.concat(blocks, size);
      blocks = [];
      size = 0;
      free = 0;
      return whole;
    },
  };
}
