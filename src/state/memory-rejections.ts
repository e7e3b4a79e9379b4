import { MAX_STORED_REJECTION_BYTES, MAX_STORED_REJECTIONS } from '../limits.ts';
import { sizeOfRejection, type RejectionStore, type StoredRejection } from './rejections.ts';

/** Rejections that this process forgets when it ends: for a listener with a shared state, which a flood must not reach. */
export function createMemoryRejections(): RejectionStore {
  const stored: StoredRejection[] = [];
  let bytes = 0;
  let number = 0;
  return {
    async add(rejection) {
      number += 1;
      stored.push({ ...rejection, number });
      bytes += sizeOfRejection(rejection);
      while (stored.length > MAX_STORED_REJECTIONS || bytes > MAX_STORED_REJECTION_BYTES) {
        const oldest = stored.shift();
        bytes -= oldest === undefined ? bytes : sizeOfRejection(oldest);
      }
      return true;
    },
    async list({ limit, before = Number.POSITIVE_INFINITY } = {}) {
      return stored
        .filter((each) => each.number < before)
        .toReversed()
        .slice(0, limit)
        .map(({ headers: _headers, body: _body, ...summary }) => summary);
    },
    find: async (sought) => stored.find((each) => each.number === sought),
    size: async () => stored.length,
  };
}
