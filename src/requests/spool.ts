/** Texts that grow in turns and are read again one by one: in memory while they are small, else in a temporary file. */
import { Buffer } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';
import type { ScratchFile } from '../platform/host.ts';

/** Bytes in memory before they go to disk. */
const PENDING = 16_777_216;

/** Small entries are joined to about this many bytes for a write. */
const WRITE = 1_048_576;

/** The first buffer of an entry, in bytes: there may be a hundred thousand entries. */
const ROOM = 512;

/** One of the texts. Only the spool reads its fields. */
export interface SpoolEntry {
  /** The first `used` bytes have not gone to disk. Bytes, not text: long-lived text is expensive to collect. */
  pending: Buffer;
  used: number;
  /** The pieces on disk: offset and length in turns. */
  readonly pieces: number[];
  /** Updated with the bytes in order. */
  readonly hash: Hash | undefined;
}

export type Spool = ReturnType<typeof createSpool>;

/** `scratch` creates the file, once memory exceeds `limit` bytes. */
export function createSpool(scratch: () => Promise<ScratchFile>, limit = PENDING) {
  let touched = new Set<SpoolEntry>();
  /** Entries of the last flush: their buffers stay for one more, since they most likely grow again. */
  let rested = new Set<SpoolEntry>();
  /** The buffer of a write. Allocated once: the collector is slow to free such large ones. */
  let batched: Buffer = NOTHING;
  let pending = 0;
  let file: ScratchFile | undefined;

  /** The pending bytes of a batch in one buffer. */
  function joined(batch: readonly SpoolEntry[], size: number): Uint8Array {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) return pendingOf(first);
    if (batched.length < size) batched = Buffer.allocUnsafeSlow(size);
    let at = 0;
    for (const entry of batch) at += entry.pending.copy(batched, at, 0, entry.used);
    return batched.subarray(0, size);
  }

  async function write(batch: readonly SpoolEntry[], size: number): Promise<void> {
    try {
      file ??= await scratch();
      let at = await file.append(joined(batch, size));
      for (const entry of batch) {
        entry.pieces.push(at, entry.used);
        at += entry.used;
        entry.used = 0;
      }
    } catch (cause) {
      throw new CliError('environment', `the temporary file of the input cannot be written: ${messageOf(cause)}`, {
        code: 'temporary_file_failed',
        cause,
        hint:
          systemCodeOf(cause) === 'ENOSPC'
            ? 'the disk of the temporary folder is full: make room, or set TMPDIR to another one'
            : 'set TMPDIR to a folder that can be written',
      });
    }
  }

  return {
    /** A new text. `hash` is updated with what is added. */
    entry: (hash?: Hash): SpoolEntry => ({ pending: NOTHING, used: 0, pieces: [], hash }),
    /** Never writes: call `relieve` now and then. */
    add(entry: SpoolEntry, content: string | Uint8Array): void {
      // No character of UTF-16 takes more than three bytes in UTF-8.
      makeRoom(entry, typeof content === 'string' ? content.length * 3 : content.length);
      const { used } = entry;
      if (typeof content === 'string') {
        entry.used += entry.pending.write(content, used);
      } else {
        entry.pending.set(content, used);
        entry.used += content.length;
      }
      pending += entry.used - used;
      if (used === 0) touched.add(entry);
    },
    /** Writes to disk when there is too much in memory. Throws `CliError` `environment` when that fails. */
    async relieve(): Promise<void> {
      if (pending < limit) return;
      let batch: SpoolEntry[] = [];
      let size = 0;
      for (const entry of touched) {
        entry.hash?.update(pendingOf(entry));
        batch.push(entry);
        size += entry.used;
        if (size < WRITE) continue;
        await write(batch, size);
        batch = [];
        size = 0;
      }
      if (batch.length > 0) await write(batch, size);
      for (const entry of rested) if (!touched.has(entry)) entry.pending = NOTHING;
      rested = touched;
      touched = new Set();
      pending = 0;
    },
    /**
     * The bytes of all that was added, in pieces of whole additions. Throws `CliError` `environment` when they cannot be
     * read.
     */
    async *read(entry: SpoolEntry): AsyncGenerator<Uint8Array, void> {
      for (let at = 0; at < entry.pieces.length; at += 2) {
        yield await readPiece(file, entry.pieces[at] ?? 0, entry.pieces[at + 1] ?? 0);
      }
      if (entry.used > 0) yield pendingOf(entry);
    },
    /** Removes what is on disk. May be called twice. */
    async close(): Promise<void> {
      const closing = file;
      file = undefined;
      await closing?.remove();
    },
  };
}

const NOTHING: Buffer = Buffer.alloc(0);

function pendingOf({ pending, used }: SpoolEntry): Buffer {
  return pending.subarray(0, used);
}

function makeRoom(entry: SpoolEntry, size: number): void {
  const { pending, used } = entry;
  if (pending.length - used >= size) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(ROOM, pending.length * 2, used + size));
  pending.copy(larger, 0, 0, used);
  entry.pending = larger;
}

/** How many bytes were added to it. */
export function sizeOf({ pieces, used }: SpoolEntry): number {
  return pieces.reduce((sum, length, at) => (at % 2 === 1 ? sum + length : sum), used);
}

/** The digest of an entry's hash, its unwritten bytes and `end`, in hexadecimal. */
export function digestOf(entry: SpoolEntry, end: string): string {
  if (entry.hash === undefined) throw new TypeError('an entry without a hash has no digest');
  return entry.hash.copy().update(pendingOf(entry)).update(end).digest('hex');
}

async function readPiece(file: ScratchFile | undefined, offset: number, length: number): Promise<Uint8Array> {
  try {
    if (file === undefined) throw new Error('it is closed');
    return await file.read(offset, length);
  } catch (cause) {
    throw new CliError('environment', `the temporary file of the input cannot be read: ${messageOf(cause)}`, {
      code: 'temporary_file_failed',
      cause,
    });
  }
}
