/** Every limit on what somebody outside can make grow or hold up, with its reason. Sizes in bytes, durations in milliseconds. */

// Requests to the listener
/** Bodies of requests that are not answered yet, all together; one body of the largest size always fits. */
export const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;
/** A body that came compressed, where no `--max-body` bounds it: what any webhook of Svix (1 MiB) is a small part of. */
export const MAX_DECODED_BODY_BYTES = 16 * 1024 * 1024;
/** Codings of one body, one in the other. A proxy that compresses what is compressed makes two. */
export const MAX_BODY_CODINGS = 3;
/** Of a frame of Zstandard: 8 MB, as RFC 9659 demands of the content coding. */
export const ZSTD_WINDOW_LOG = 23;
/** Files of `--record` that are written at the same time: each is synced, which a disk does well side by side. */
export const RECORDS_AT_ONCE = 8;

// The inbox
/** A sender that is not answered waits for 15 s (Svix) and then counts a failure: better to say "later" in good time. */
export const ACCEPT_TIMEOUT_MS = 5000;
/** Deliveries, and bytes of their bodies, that are written to a shared database in one statement. */
export const ACCEPT_GROUP_SIZE = 500;
export const ACCEPT_GROUP_BYTES = 4 * 1024 * 1024;
/** Whoever asks whether the listener is healthy wants an answer, also when the disk is not. */
export const INBOX_READ_TIMEOUT_MS = 2000;

/** The beginning of the answer of a target, stored with its step for as long as the delivery is: Svix stores as much. */
export const MAX_STORED_ANSWER_BYTES = 20_000;
/** Failed attempts of a step that are stored with it, and characters of what went wrong: of 30 retries the newest explain enough. */
export const MAX_STORED_ATTEMPTS = 20;
export const MAX_STORED_ERROR_LENGTH = 500;
/** Rejected requests that are stored; bytes of them in all, and of the body of each. A flood fills no disk. */
export const MAX_STORED_REJECTIONS = 500;
export const MAX_STORED_REJECTION_BYTES = 32 * 1024 * 1024;
export const MAX_REJECTED_BODY_BYTES = 64 * 1024;
/** Rejected requests that are stored in a second. The others are only counted: accepted ones come first. */
export const MAX_REJECTIONS_A_SECOND = 20;
/** Characters of the name of a site or wave that is stored with a delivery. */
export const MAX_STORED_NAME_LENGTH = 200;

// Output
/** Text that waits while the screen is paused. What comes after it waits where it is made. */
export const MAX_PAUSED_BYTES = 1024 * 1024;
/** Between two lines of a log about the same trouble, such as a result that is not available yet. */
export const REPEATS_MS = 60_000;
/** Lines of `listen` about rejections and the like that wait for a slow reader; the others are only counted. */
export const MAX_WAITING_LINES = 1000;

// Files
/** One row of a table. A longer one is the work of a quote that was never closed. */
export const MAX_ROW_BYTES = 1_000_000;
/** A named pipe waits this long for the process at its other end: a script that starts both needs seconds. */
export const PIPE_PARTNER_WAIT_MS = 30_000;
/** Far more than any key or secret has; a device such as `/dev/zero` never ends. */
export const SECRET_FILE_BYTES = 65_536;
/** Clouds publish the certificates of all their regions in one file, of some hundred kilobytes. */
export const CERTIFICATES_FILE_BYTES = 4 * 1024 * 1024;
/** Storing settings takes milliseconds; whoever holds the lock longer is stopped or sits on a dead disk. */
export const SETTINGS_LOCK_WAIT_MS = 10_000;
/** No write takes a day: from this age on a temporary file is abandoned, although its process cannot be looked at. */
export const TEMPORARY_FILE_AGE_MS = 86_400_000;

// Tables
/** Lines in which the header is looked for. Titles, dates and filters above it take a few; as many below it are looked at. */
export const HEADER_LINES = 20;
/** Of a table with very long lines fewer of them are looked at. */
export const HEADER_BYTES = 1_048_576;

// Open ports
/** Connections of one port. Above it a new one is closed at once; one costs about 30 KB, over TLS 75 KB. */
export const MAX_CONNECTIONS = 1024;
/** Request line and headers together. Node's own default, set so that `NODE_OPTIONS` cannot raise it. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Requests that one connection may have waiting for answers. Webhook senders wait for each answer before the next. */
export const MAX_PIPELINED_REQUESTS = 32;
/** For the head of a request, and for a TLS handshake: a stalled sender must not hold a connection. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** For a whole request. Svix itself allows 15 s for request and answer. */
export const REQUEST_TIMEOUT_MS = 15_000;
/** Between two requests of a connection. */
export const KEEP_ALIVE_TIMEOUT_MS = 30_000;
/** For an answer on which the reader makes no progress. */
export const ANSWER_TIMEOUT_MS = 30_000;
/** How long, and how much, a sender may go on with a body that nobody reads, so that it can read its answer. */
export const LINGER_MS = 1000;
export const LINGER_BYTES = 16 * 1024 * 1024;
/** Connections whose bodies are read for nobody at the same time. Beyond that they are cut after the answer. */
export const MAX_DISCARDS = 16;

// Relay
/** Events that are answered at the same time. The next frames are not read until one of them is done. */
export const MAX_RELAY_EVENTS = 64;
/** Bodies of those events together, past which no further frame is read. */
export const MAX_RELAY_BYTES = 16 * 1024 * 1024;
/** Room in a message for headers, and for any webhook of Svix (1 MiB) in base64, whatever `--max-body` says. */
export const RELAY_MESSAGE_BYTES = 10 * 1024 * 1024;
/** Answers that the relay has not taken yet. No further frame is read until it takes them. */
export const MAX_RELAY_UNSENT_BYTES = 64 * 1024;
/** Between the first sign of the end of a link and the end of its socket. */
export const RELAY_CLOSE_MS = 1000;
/** Lines about the link to the relay that are printed in ten minutes. The others are counted. */
export const MAX_RELAY_LINES = 60;
export const RELAY_LINES_MS = 600_000;
/** Between two warnings about events that cannot be read. The relay may send any number of them. */
export const UNREADABLE_EVENTS_MS = 60_000;

// Sandbox
/** Body of a submission: a wave of 100,000 picks is about 20 MB. */
export const MAX_SUBMISSION_BYTES = 64 * 1024 * 1024;
/** Body of a call below `/_sandbox/`: an address, a few patterns, a secret. */
export const MAX_CONTROL_BYTES = 64 * 1024;
/** Bodies of all calls that are not answered yet: a dozen large waves. */
export const MAX_SANDBOX_BYTES = 256 * 1024 * 1024;

// Answers of the API
/** Decompressed, where the answer is only passed on, to a file or a pipe. The answer to a wave of 100,000 picks is about 50 MB. */
export const MAX_ANSWER_BYTES = 1024 * 1024 * 1024;
/** Decompressed, where the answer is held in memory, or read to be shown. */
export const MAX_READ_ANSWER_BYTES = 256 * 1024 * 1024;
/** What tables, audits and reports keep of an answer, roughly: a wave of 100,000 picks takes about 20 MB. */
export const MAX_KEPT_ANSWER_BYTES = 128 * 1024 * 1024;
/** One pick, text or list of ids, which is parsed in one go: `{},{},...` takes twenty times its size. 60,000 order ids fit. */
export const MAX_ANSWER_VALUE_BYTES = 1024 * 1024;
/** Lists and objects inside each other; the documented answers need 7. Parsers and printers may use a stack frame a level. */
export { MAX_JSON_DEPTH } from './lib/json/scanner.ts';
/** Values of an answer that is parsed whole, as the package's functions do. 100,000 picks have about 2 million. */
export const MAX_PARSED_ANSWER_VALUES = 10_000_000;
/** Body of an answer that refuses. No message needs as much; what comes behind it is not read. */
export const MAX_REFUSAL_BYTES = 256 * 1024;
/** Headers of an answer, its trailers by themselves. Servers allow 8 to 64 KB. */
export const MAX_ANSWER_HEADER_BYTES = 64 * 1024;
/** Content codings on top of each other. Two are seen, of a server and of a proxy that knows nothing of it. */
export const MAX_CONTENT_CODINGS = 4;
/** Answers with a status below 200 before the real one. */
export const MAX_INTERIM_ANSWERS = 16;
/** From the first try to connect to the last byte of the answer, where no `--timeout` says otherwise. */
export const MAX_EXCHANGE_MS = 10 * 60 * 1000;
/** What a `Retry-After` may ask for. One that asks for more counts as this. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;
/** What a form of the inspector may hold: the body of a delivery, its characters escaped. */
export const MAX_INSPECTOR_FORM_BYTES = 4 * 1024 * 1024;
/** How long what the inspector is sending may take when it ends, in milliseconds. */
export const INSPECTOR_GRACE_MS = 500;
