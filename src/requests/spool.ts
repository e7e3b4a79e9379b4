/** Texts that are written in turns and read again one by one, in memory while they are few and on disk when they are not. */
import { Buffer } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';
import type { ScratchFile } from '../platform/host.ts';

/** How much is kept in memory before it goes to disk, in bytes. */
const PENDING = 16_777_216;

/** Bytes of small strands are joined to about this many before they are written. */
const WRITE = 1_048_576;

/** The first room of a strand, in bytes: there may be a hundred thousand of them. */
const ROOM = 512;

/** One of the texts. Only the spool looks into it. */
export interface Strand {
  /** What has not gone to disk: the first `used` bytes. Bytes, not text: text that lives long is dear to collect. */
  pending: Buffer;
  used: number;
  /** Where its pieces lie on disk: offset and length in turns. */
  readonly pieces: number[];
  /** Fed with the bytes in order. */
  readonly hash: Hash | undefined;
}

export interface Spool {
  /** `hash` is fed with what is added. */
  strand(hash?: Hash): Strand;
  /** Never writes: call {@link relieve} now and then. */
  add(strand: Strand, content: string | Uint8Array): void;
  /** Makes room when there is too much in memory. Throws `CliError` `environment` when the disk does not take it. */
  relieve(): Promise<void>;
  /**
   * The bytes of all that was added, in pieces of whole additions. Throws `CliError` `environment` when they cannot be
   * read.
   */
  read(strand: Strand): AsyncGenerator<Uint8Array, void>;
  /** Removes what is on disk. May be called twice. */
  close(): Promise<void>;
}

/** The file is made by `scratch` when memory does not do. */
export function createSpool(scratch: () => Promise<ScratchFile>, limit = PENDING): Spool {
  let touched = new Set<Strand>();
  /** Strands that keep their room from the round before, which they most likely need again. */
  let rested = new Set<Strand>();
  /** What is written at once. Made once: the collector is slow to take so large ones back. */
  let batched: Buffer = NOTHING;
  let pending = 0;
  let file: ScratchFile | undefined;

  /** One buffer of what is pending in a batch of that size. */
  function joined(batch: readonly Strand[], size: number): Uint8Array {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) return pendingOf(first);
    if (batched.length < size) batched = Buffer.allocUnsafeSlow(size);
    let at = 0;
    for (const strand of batch) at += strand.pending.copy(batched, at, 0, strand.used);
    return batched.subarray(0, size);
  }

  async function write(batch: readonly Strand[], size: number): Promise<void> {
    try {
      file ??= await scratch();
      let at = await file.append(joined(batch, size));
      for (const strand of batch) {
        strand.pieces.push(at, strand.used);
        at += strand.used;
        strand.used = 0;
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
    strand: (hash) => ({ pending: NOTHING, used: 0, pieces: [], hash }),
    add(strand, content) {
      // No character of UTF-16 takes more than three bytes in UTF-8.
      makeRoom(strand, typeof content === 'string' ? content.length * 3 : content.length);
      const { used } = strand;
      if (typeof content === 'string') {
        strand.used += strand.pending.write(content, used);
      } else {
        strand.pending.set(content, used);
        strand.used += content.length;
      }
      pending += strand.used - used;
      if (used === 0) touched.add(strand);
    },
    async relieve() {
      if (pending < limit) return;
      let batch: Strand[] = [];
      let size = 0;
      for (const strand of touched) {
        strand.hash?.update(pendingOf(strand));
        batch.push(strand);
        size += strand.used;
        if (size < WRITE) continue;
        await write(batch, size);
        batch = [];
        size = 0;
      }
      if (batch.length > 0) await write(batch, size);
      for (const strand of rested) if (!touched.has(strand)) strand.pending = NOTHING;
      rested = touched;
      touched = new Set();
      pending = 0;
    },
    async *read(strand) {
      for (let at = 0; at < strand.pieces.length; at += 2) {
        yield await readPiece(file, strand.pieces[at] ?? 0, strand.pieces[at + 1] ?? 0);
      }
      if (strand.used > 0) yield pendingOf(strand);
    },
    async close() {
      const closing = file;
      file = undefined;
      await closing?.remove();
    },
  };
}

const NOTHING: Buffer = Buffer.alloc(0);

function pendingOf({ pending, used }: Strand): Buffer {
  return pending.subarray(0, used);
}

function makeRoom(strand: Strand, size: number): void {
  const { pending, used } = strand;
  if (pending.length - used >= size) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(ROOM, pending.length * 2, used + size));
  pending.copy(larger, 0, 0, used);
  strand.pending = larger;
}

/** How many bytes were added to it. */
export function sizeOf({ pieces, used }: Strand): number {
  return pieces.reduce((sum, length, at) => (at % 2 === 1 ? sum + length : sum), used);
}

/** SHA-256 of a strand's hash and what it has not been fed yet, then `end`; in hexadecimal. */
export function digestOf(strand: Strand, end: string): string {
  if (strand.hash === undefined) throw new TypeError('a strand without a hash has no digest');
  return strand.hash.copy().update(pendingOf(strand)).update(end).digest('hex');
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
