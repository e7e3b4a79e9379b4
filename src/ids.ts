/** Identifiers in the forms that OptiPick and Svix give theirs. */

/** Bytes nobody can guess. */
export type RandomBytes = (size: number) => Uint8Array;

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Svix: `^msg_[A-Za-z0-9]{27}$`, and the same behind its other prefixes. */
const SVIX_ID_LENGTH = 27;

/** 24 hex digits; as in the API's own ids the first eight are the time in seconds. `now` in milliseconds. */
export function createRequestId(now: number, randomBytes: RandomBytes): string {
  const seconds = Math.floor(now / 1000).toString(16);
  return seconds.padStart(8, '0').slice(-8) + Buffer.from(randomBytes(8)).toString('hex');
}

/** `msg_2fYk…`: a prefix and 27 letters and digits. */
export function createSvixId(prefix: 'msg' | 'ep' | 'atmpt', randomBytes: RandomBytes): string {
  const letters = Array.from(randomBytes(SVIX_ID_LENGTH), (byte) => BASE62[byte % BASE62.length]);
  return `${prefix}_${letters.join('')}`;
}
