/** Texts that are written in turns and read again one by one, in memory while they are few and on disk when they are not. */
import type { Hash } from 'node:crypto';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';
import type { ScratchFile } from '../platform/host.ts';

/** How much is kept in memory before it goes to disk, in UTF-16 code units. */
const PENDING = 8_000_000;

/** Bytes of small strands are joined to about this many before they are written. */
const WRITE = 1_048_576;

/** One of the texts. Only the spool looks into it. */
export interface Strand {
  pending: string;
  /** Where its pieces lie on disk: offset and length in turns. */
  readonly pieces: number[];
  /** Fed with the bytes in order. */
  readonly hash: Hash | undefined;
}

export interface Spool {
  /** `hash` is fed with what is added. */
  strand(hash?: Hash): Strand;
  /** Never writes: call {@link relieve} now and then. */
  add(strand: Strand, text: string): void;
  /** Makes room when there is too much in memory. Throws `CliError` `environment` when the disk does not take it. */
  relieve(): Promise<void>;
  /** The bytes of all that was added, in pieces. Throws `CliError` `environment` when they cannot be read. */
  read(strand: Strand): AsyncGenerator<Uint8Array, void>;
  /** Forgets what a strand holds in memory and never reads it again. */
  drop(strand: Strand): void;
  /** Removes what is on disk. May be called twice. */
  close(): Promise<void>;
}

/** The file is made by `scratch` when memory does not do. */
export function createSpool(scratch: () => Promise<ScratchFile>, limit = PENDING): Spool {
  const encoder = new TextEncoder();
  const touched = new Set<Strand>();
  let pending = 0;
  let file: ScratchFile | undefined;

  async function write(batch: readonly { strand: Strand; bytes: Uint8Array }[]): Promise<void> {
    try {
      file ??= await scratch();
      let at = await file.append(joined(batch.map(({ bytes }) => bytes)));
      for (const { strand, bytes } of batch) {
        strand.pieces.push(at, bytes.length);
        at += bytes.length;
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
    strand: (hash) => ({ pending: '', pieces: [], hash }),
    add(strand, text) {
      strand.pending += text;
      pending += text.length;
      touched.add(strand);
    },
    async relieve() {
      if (pending < limit) return;
      let batch: { strand: Strand; bytes: Uint8Array }[] = [];
      let size = 0;
      for (const strand of touched) {
        const bytes = encoder.encode(strand.pending);
        strand.pending = '';
        strand.hash?.update(bytes);
        batch.push({ strand, bytes });
        size += bytes.length;
        if (size < WRITE) continue;
        await write(batch);
        batch = [];
        size = 0;
      }
      if (batch.length > 0) await write(batch);
      touched.clear();
      pending = 0;
    },
    async *read(strand) {
      for (let at = 0; at < strand.pieces.length; at += 2) {
        yield await readPiece(file, strand.pieces[at] ?? 0, strand.pieces[at + 1] ?? 0);
      }
      if (strand.pending !== '') yield encoder.encode(strand.pending);
    },
    drop(strand) {
      pending -= strand.pending.length;
      strand.pending = '';
      strand.pieces.length = 0;
      touched.delete(strand);
    },
    async close() {
      const closing = file;
      file = undefined;
      await closing?.remove();
    },
  };
}

/** SHA-256 of a strand's hash and what it has not been fed yet, then `end`; in hexadecimal. */
export function digestOf(strand: Strand, end: string): string {
  if (strand.hash === undefined) throw new TypeError('a strand without a hash has no digest');
  return strand.hash.copy().update(strand.pending).update(end).digest('hex');
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

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
