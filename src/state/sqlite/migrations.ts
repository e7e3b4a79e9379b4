/**
 * The steps from an empty database to the newest one; the number of steps taken is its `user_version`. A step that was
 * ever released is never changed: a new one is added.
 */
import { forwardStep, SHOW, UNASSIGNED } from '../delivery-steps.ts';
import type { Database, SqlValue } from '../../platform/host.ts';

/** SQL, or SQL and what SQL cannot do, in one transaction. */
export type Migration = string | { readonly sql: string; readonly finish: (database: Database) => void };

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
 * `headers` a JSON list of pairs as bytes (it and the body are last: columns after them are expensive to read),
 * `steps_done` a JSON list of texts; times are milliseconds since 1970.
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
 * Every POST of a submission: written before it leaves, completed by its answer, and removed when the API accepted nothing.
 * A row without `answered_at` has an unknown outcome. `digest` is the SHA-256 of the body, `name` what people
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

/** The inbox of a profile at a relay (its host), the same from run to run. */
const RELAY_TOKENS = `
  CREATE TABLE relay_tokens (
    profile TEXT NOT NULL,
    relay TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (profile, relay)
  ) STRICT;
`;

/**
 * What a delivery owes is a row for each step, written with the delivery; ids are unique by scope. A program that knows
 * only the old table can no longer write to it. `settled_at` is when `next_attempt_at` was chosen: a time in the future
 * shows that the clock has jumped. `headers` and `body` are last: columns after them are expensive to read.
 */
const STEPS = {
  sql: `
  ALTER TABLE deliveries RENAME TO deliveries_before;
  DROP INDEX deliveries_due;
  DROP INDEX deliveries_by_status;
  DROP INDEX deliveries_by_request;
  CREATE TABLE deliveries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    kind TEXT,
    event TEXT,
    request_id TEXT,
    headers BLOB NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (id, scope)
  ) STRICT;
  INSERT INTO deliveries SELECT sequence, id, scope, received_at, verified, kind, event, request_id, headers, body
    FROM deliveries_before;
  CREATE INDEX deliveries_by_time ON deliveries (received_at);
  CREATE INDEX deliveries_by_request ON deliveries (request_id);
  CREATE TABLE steps (
    delivery INTEGER NOT NULL REFERENCES deliveries (sequence) ON DELETE CASCADE,
    step TEXT NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed', 'discarded')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    settled_at INTEGER NOT NULL,
    owner TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    PRIMARY KEY (delivery, step)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX steps_due ON steps (scope, step, delivery, next_attempt_at, settled_at, lease_until) WHERE state = 'pending';
  CREATE INDEX steps_failed ON steps (delivery) WHERE state = 'failed';
`,
  finish: assignSteps,
};

/**
 * Of an old delivery only the steps that were done are known by name. One that is pending or failed owes besides what the
 * listener has that takes it up; one that is done owed nothing more, and was at least shown.
 */
function assignSteps(database: Database): void {
  const insert = database.prepare(
    `INSERT INTO steps (delivery, step, scope, state, attempts, next_attempt_at, settled_at, last_error)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const old = database.prepare(
    `SELECT sequence, scope, status, attempts, next_attempt_at, coalesce(finished_at, received_at) AS settled_at,
       last_error, steps_done FROM deliveries_before`,
  );
  for (const row of old.iterate()) {
    const { sequence = 0, scope = '', attempts = 0, next_attempt_at: next = 0, settled_at: settledAt = 0 } = row;
    const done = (JSON.parse(String(row['steps_done'])) as string[]).map(currentName);
    if (row['status'] === 'done') done.push(SHOW);
    for (const step of done) insert.run(sequence, step, scope, 'done', 1, next, settledAt, null);
    if (row['status'] === 'done') continue;
    insert.run(
      sequence,
      UNASSIGNED,
      scope,
      row['status'] ?? '',
      attempts,
      next,
      settledAt,
      withoutQueries(row['last_error']),
    );
  }
  database.exec('DROP TABLE deliveries_before');
}

/** Errors named the whole URL of a forward, the token in its query too. */
function withoutQueries(error: SqlValue | undefined): string | null {
  return typeof error === 'string' ? error.replaceAll(/(https?:\/\/[^\s?#]+)[?#]\S*(?=: )/g, '$1') : null;
}

/** Forwards were named by their whole URL. */
function currentName(step: string): string {
  const url = /^forward (.+)$/s.exec(step)?.[1];
  return url !== undefined && URL.canParse(url) ? forwardStep(url) : step;
}

/** The last answer of the target of a step. Apart from the steps, which are searched and written often. */
const STEP_ANSWERS = `
  CREATE TABLE step_answers (
    delivery INTEGER NOT NULL,
    step TEXT NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    is_cut INTEGER NOT NULL,
    headers BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (delivery, step),
    FOREIGN KEY (delivery, step) REFERENCES steps (delivery, step) ON DELETE CASCADE
  ) STRICT;
`;

/**
 * `history`: the newest failed attempts, oldest first, as a JSON list of pairs of time and error. `result`: what is known of
 * the result that the step worked with, as a JSON object (`ResultFacts`).
 */
const STEP_RECORDS = `
  ALTER TABLE steps ADD COLUMN history TEXT;
  ALTER TABLE steps ADD COLUMN result TEXT;
`;

/**
 * The last requests that were rejected. `bytes` is what a row takes, roughly, `body_size` the size of the whole body, of which
 * the beginning is stored (NULL: it was not read), `headers` as those of deliveries.
 */
const REJECTIONS = `
  CREATE TABLE rejections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    id TEXT,
    bytes INTEGER NOT NULL,
    body_size INTEGER,
    headers BLOB NOT NULL,
    body BLOB
  ) STRICT;
`;

export const MIGRATIONS: readonly Migration[] = [
  SUBMISSIONS,
  DELIVERIES,
  POSTINGS,
  RELAY_TOKENS,
  STEPS,
  STEP_ANSWERS,
  STEP_RECORDS,
  REJECTIONS,
];

/** The tables of a state that has taken so many steps. */
export function tablesAt(version: number): readonly string[] {
  const tables = new Set<string>();
  for (const step of MIGRATIONS.slice(0, version)) {
    const sql = typeof step === 'string' ? step : step.sql;
    for (const [, name = ''] of sql.matchAll(/CREATE TABLE (\w+)/g)) tables.add(name);
  }
  return [...tables];
}
