import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createChunkQueue } from '../../../src/lib/async/chunk-queue.ts';

const chunk = (byte: number): Uint8Array => Uint8Array.of(byte);

describe('a queue of chunks', () => {
  it('gives the chunks in order, and ends after the last', async () => {
    const queue = createChunkQueue();
    const pushed = (async () => {
      for (const byte of [1, 2, 3]) await queue.push(chunk(byte));
      queue.end();
    })();
    const bytes: number[] = [];
    for await (const [byte] of queue.chunks) bytes.push(byte ?? -1);
    await pushed;
    expect(bytes).toEqual([1, 2, 3]);
  });

  it('lets nobody push ahead of the reader', async () => {
    const queue = createChunkQueue();
    let taken = 0;
    const pushed = (async () => {
      for (const byte of [1, 2, 3, 4]) {
        await queue.push(chunk(byte));
        taken += 1;
      }
    })();
    await setImmediate();
    expect(taken).toBe(0);
    const reader = queue.chunks[Symbol.asyncIterator]();
    await reader.next();
    await setImmediate();
    expect(taken).toBeLessThanOrEqual(1);
    queue.fail(new Error('enough'));
    await expect(pushed).rejects.toThrow('enough');
  });

  it('fails at both sides with the error of either', async () => {
    const queue = createChunkQueue();
    const error = new Error('disk full');
    const read = (async () => {
      for await (const _ of queue.chunks) throw error;
    })();
    read.catch((failure: unknown) => queue.fail(failure));
    await expect(queue.push(chunk(1))).rejects.toBe(error);
    await expect(read).rejects.toBe(error);
    await expect(queue.push(chunk(2))).rejects.toBe(error);
  });

  it('passes the error of the writer on to the reader, once', async () => {
    const queue = createChunkQueue();
    const first = queue.chunks[Symbol.asyncIterator]().next();
    queue.fail(new Error('first'));
    queue.fail(new Error('second'));
    queue.end();
    await expect(first).rejects.toThrow('first');
  });
});
