/** Every limit on what somebody outside can make grow or hold up, with its reason. Sizes in bytes, times in ms. */

// Requests to the listener

/** Bodies of requests that are not answered yet, all together; one body of the largest size always fits. */
export const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** Files of `--record` that are written at the same time: each is synced, which a disk does well side by side. */
export const RECORDS_AT_ONCE = 8;

// The inbox

/** A sender that is not answered waits for 15 s (Svix) and then counts a failure: better to say "later" in good time. */
export const ACCEPT_TIMEOUT_MS = 5000;

/** Whoever asks whether the listener is healthy wants an answer, also when the disk is not. */
export const INBOX_READ_TIMEOUT_MS = 2000;

// Output

/** Lines of `listen` about rejections and the like that wait for a slow reader; the others are only counted. */
export const MAX_WAITING_LINES = 1000;

// Files
/** A named pipe waits this long for the process at its other end: a script that starts both needs seconds. */
export const PIPE_PARTNER_WAIT_MS = 30_000;
/** Far more than any key or secret has; a device such as `/dev/zero` never ends. */
export const SECRET_FILE_BYTES = 65_536;
/** Storing settings takes milliseconds; whoever holds the lock longer is stopped or sits on a dead disk. */
export const SETTINGS_LOCK_WAIT_MS = 10_000;
/** No write takes a day: from this age on a temporary file is abandoned, although its process cannot be looked at. */
export const TEMPORARY_FILE_AGE_MS = 86_400_000;
