/**
 * The steps from an empty database to the newest one; the number of steps taken is its `user_version`. A step that was
 * ever released is never changed: a new one is added.
 */

/** What was submitted from this machine. Ids are unique to one base URL only. */
const SUBMISSIONS = `
  CREATE TABLE submissions (
    number INTEGER PRIMARY KEY,
    base_url TEXT NOT NULL,
    request_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('route', 'cluster')),
    site_name TEXT,
    wave_id TEXT,
    profile TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed', 'gone')),
    settled_at INTEGER,
    UNIQUE (request_id, base_url)
  ) STRICT;
  CREATE INDEX submissions_pending ON submissions (base_url, number) WHERE state = 'pending';
`;

/**
 * The inbox of `listen`. `sequence` is the order of arrival, `scope` whose results a delivery is about (a base URL),
 * `headers` a JSON list of pairs as bytes (it and the body come last: what stands behind them is dear to reach), `steps_done` a JSON list of texts; times are milliseconds since 1970.
 */
const DELIVERIES = `
  CREATE TABLE deliveries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    kind TEXT,
    event TEXT,
    request_id TEXT,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    last_error TEXT,
    steps_done TEXT NOT NULL DEFAULT '[]',
    owner TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER,
    headers BLOB NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_due ON deliveries (sequence, next_attempt_at, lease_until, scope) WHERE status = 'pending';
  CREATE INDEX deliveries_by_status ON deliveries (status, received_at);
  CREATE INDEX deliveries_by_request ON deliveries (request_id);
`;

/**
 * Every POST of a submission: written before it leaves, completed by its answer, and removed when the API took nothing.
 * A row without `answered_at` is one whose fate nobody knows. `digest` is the SHA-256 of the body, `name` what people
 * call the request; an answer of a synchronous call may hold no id.
 */
const POSTINGS = `
  CREATE TABLE postings (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    base_url TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('route', 'cluster')),
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    answered_at INTEGER,
    request_id TEXT
  ) STRICT;
  CREATE INDEX postings_by_content ON postings (digest, base_url, kind, number);
`;

/** The inbox of a profile at a relay (its host), which it keeps from run to run. */
const RELAY_TOKENS = `
  CREATE TABLE relay_tokens (
    profile TEXT NOT NULL,
    relay TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (profile, relay)
  ) STRICT;
`;

export const MIGRATIONS: readonly string[] = [SUBMISSIONS, DELIVERIES, POSTINGS, RELAY_TOKENS];
