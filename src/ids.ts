/** Identifiers in the forms that OptiPick and Svix give theirs. */

/** Bytes nobody can guess. */
export type RandomBytes = (size: number) => Uint8Array;

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Svix: `^msg_[A-Za-z0-9]{27}$`, and the same behind its other prefixes. */
const SVIX_ID_LENGTH = 27;

/** How the `svix-id` of a test webhook starts. It is signed with the rest: nobody else can mark a delivery. */
const TEST_MESSAGE = 'msg_optipick_test_';
/** As long in all as an id of Svix, so that it fits where those do; 77 random bits. */
const TEST_ID_LENGTH = 'msg_'.length + SVIX_ID_LENGTH - TEST_MESSAGE.length;

/** 24 hex digits; as in the API's own ids the first eight are the time in seconds. `now` in milliseconds. */
export function createRequestId(now: number, randomBytes: RandomBytes): string {
  const seconds = Math.floor(now / 1000).toString(16);
  return seconds.padStart(8, '0').slice(-8) + Buffer.from(randomBytes(8)).toString('hex');
}

/** Whether the API may have given this id: all that are known are 24 hex digits. */
export function isLikeRequestId(id: string): boolean {
  return /^[0-9a-f]{24}$/i.test(id);
}

/** `msg_2fYk…`: a prefix and 27 letters and digits. */
export function createSvixId(prefix: 'msg' | 'ep' | 'atmpt', randomBytes: RandomBytes): string {
  return `${prefix}_${letters(SVIX_ID_LENGTH, randomBytes)}`;
}

/** The `svix-id` of a test webhook about a request that does not exist: {@link isTestMessageId} recognizes it. */
export function createTestMessageId(randomBytes: RandomBytes): string {
  return TEST_MESSAGE + letters(TEST_ID_LENGTH, randomBytes);
}

export function isTestMessageId(id: string): boolean {
  return id.startsWith(TEST_MESSAGE);
}

function letters(count: number, randomBytes: RandomBytes): string {
  return Array.from(randomBytes(count), (byte) => BASE62[byte % BASE62.length]).join('');
}
