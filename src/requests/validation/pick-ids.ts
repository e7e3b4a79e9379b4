/** Finds repeated ids among millions: stores 16 bytes of each, not the text. */

/** The table grows when it is fuller than this. */
const FULL = 0.6;

const WORDS = 4;

/**
 * Compares ids by 96 bits of a hash. Two of ten million different ids have the same with a probability of one in 10^15.
 */
export function createPickIds() {
  let capacity = 1024;
  let slots = new Int32Array(capacity * WORDS);
  let count = 0;
  const hash = new Int32Array(3);

  /** The slot of the hash: its own, or the empty one where it belongs. */
  function slotOf(table: Int32Array, size: number, a: number, b: number, c: number): number {
    for (let at = a & (size - 1); ; at = (at + 1) & (size - 1)) {
      const slot = at * WORDS;
      // Lines count from 1: 0 is an empty slot.
      if (table[slot + 3] === 0) return slot;
      if (table[slot] === a && table[slot + 1] === b && table[slot + 2] === c) return slot;
    }
  }

  function grow(): void {
    const larger = new Int32Array(capacity * 2 * WORDS);
    for (let slot = 0; slot < slots.length; slot += WORDS) {
      const line = slots[slot + 3] ?? 0;
      if (line === 0) continue;
      const a = slots[slot] ?? 0;
      const b = slots[slot + 1] ?? 0;
      const c = slots[slot + 2] ?? 0;
      const to = slotOf(larger, capacity * 2, a, b, c);
      larger[to] = a;
      larger[to + 1] = b;
      larger[to + 2] = c;
      larger[to + 3] = line;
    }
    capacity *= 2;
    slots = larger;
  }

  return {
    /** Returns the line that the same id of the same wave was first added with; `undefined` for a new one. */
    add(wave: number, id: string, line: number): number | undefined {
      hashInto(hash, wave, id);
      const a = hash[0] ?? 0;
      const b = hash[1] ?? 0;
      const c = hash[2] ?? 0;
      const slot = slotOf(slots, capacity, a, b, c);
      const first = slots[slot + 3] ?? 0;
      if (first !== 0) return first;
      slots[slot] = a;
      slots[slot + 1] = b;
      slots[slot + 2] = c;
      slots[slot + 3] = line;
      count += 1;
      if (count > capacity * FULL) grow();
      return undefined;
    },
  };
}

/** Three lanes of multiplication and rotation, each mixed to the last bit at the end. */
function hashInto(out: Int32Array, wave: number, id: string): void {
  let a = 0x9e3779b9 ^ wave;
  let b = 0x85ebca6b ^ Math.imul(wave, 0x27d4eb2f);
  let c = 0xc2b2ae35 + id.length;
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b + code, 0xcc9e2d51);
    b = (b << 15) | (b >>> 17);
    c = Math.imul(c ^ Math.imul(code + 1, 0x1b873593), 0x2c1b3c6d);
    c = (c << 11) | (c >>> 21);
  }
  out[0] = mixed(a ^ (b << 3));
  out[1] = mixed(b + c);
  out[2] = mixed(c ^ Math.imul(a, 5));
}

/** Every bit of the result depends on every bit of the argument. */
function mixed(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x21f0aaad);
  h ^= h >>> 15;
  h = Math.imul(h, 0x735a2d97);
  return h ^ (h >>> 15);
}
