/** A state of before: a row for each delivery, with the names of the steps that were done. */
import { describe, expect, test } from 'vitest';
import { EXEC, forwardStep, SHOW, UNASSIGNED } from '../../../src/state/delivery-steps.ts';
import { openDatabase } from '../../../src/platform/fs/database.ts';
import type { Database, SqlValue } from '../../../src/platform/host.ts';
import { openState } from '../../../src/state/sqlite/database.ts';
import { MIGRATIONS } from '../../../src/state/sqlite/migrations.ts';
import { createTestFolder } from '../../support/folder.ts';
import { NOW, SCOPE } from '../inbox-support.ts';
import { openInbox } from './inbox-folder.ts';

const TARGET = 'http://127.0.0.1:1/hook?token=hush';

/** The last version with the old table. */
const BEFORE = MIGRATIONS.slice(0, 4);

const open = async (path: string): Promise<Database> => openDatabase(path);

/** The statements of the program of then, to the letter. */
const ACCEPT = `INSERT INTO deliveries
           (id, scope, received_at, verified, kind, event, request_id, headers, body, next_attempt_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, zeroblob(0)), ?) ON CONFLICT (id) DO NOTHING`;
const BY_ARRIVAL = 'deliveries INDEXED BY deliveries_due';
const DUE = `status = 'pending' AND scope = ? AND next_attempt_at <= ? AND lease_until <= ?`;
const LOOK = `SELECT 1 FROM ${BY_ARRIVAL} WHERE ${DUE} LIMIT 1`;
const CLAIM = `UPDATE deliveries SET owner = ?, lease_until = ?, attempts = attempts + 1
           WHERE sequence IN (SELECT sequence FROM ${BY_ARRIVAL} WHERE ${DUE} ORDER BY sequence LIMIT ?)
           RETURNING sequence, id, received_at, verified, kind, event, request_id, status, attempts, next_attempt_at,
             last_error, steps_done, headers, body`;
const PROGRESS = `UPDATE deliveries SET steps_done = json_insert(steps_done, '$[#]', ?) WHERE id = ? AND owner = ?`;
const SETTLE = `UPDATE deliveries SET status = ?, next_attempt_at = coalesce(?, next_attempt_at), finished_at = ?,
           last_error = ?, kind = coalesce(?, kind), owner = NULL, lease_until = 0
         WHERE id = ? AND owner = ?`;
const RELEASE = `UPDATE deliveries SET owner = NULL, lease_until = 0, attempts = attempts - 1 WHERE status = 'pending' AND owner = ?`;

function accept(database: Database, id: string, scope = SCOPE): void {
  const headers = Buffer.from('[["svix-id","msg"]]');
  const body = Uint8Array.of(0, 255, id.length);
  const values: SqlValue[] = [id, scope, NOW, 1, 'route', 'route.optimized', `request of ${id}`, headers, body, NOW];
  database.prepare(ACCEPT).run(...values);
}

const claim = (database: Database): unknown[] => database.prepare(CLAIM).all('old', NOW + 4000, SCOPE, NOW, NOW, 1);

/** One of each that a listener of then can leave behind. Each is claimed when it is the oldest that is due. */
async function fillBefore(folder: string): Promise<void> {
  const database = await openState(open, folder, BEFORE);
  const settle = (id: string, status: string, next: number | null, finished: number | null, error: string | null) =>
    database.prepare(SETTLE).run(status, next, finished, error, 'cluster', id, 'old');
  const progress = (id: string, ...steps: string[]): void => {
    for (const step of steps) database.prepare(PROGRESS).run(step, id, 'old');
  };
  accept(database, 'done');
  claim(database);
  progress('done', 'show', `forward ${TARGET}`, 'exec');
  settle('done', 'done', null, NOW + 100, null);
  accept(database, 'done by a listener that noted nothing');
  claim(database);
  settle('done by a listener that noted nothing', 'done', null, NOW + 100, null);
  accept(database, 'failed');
  claim(database);
  progress('failed', 'show');
  settle('failed', 'failed', null, NOW + 200, 'exec: the command ended with 1');
  accept(database, 'waiting');
  claim(database);
  progress('waiting', 'show', `forward ${TARGET}`, 'forward no address');
  settle('waiting', 'pending', NOW + 60_000, null, `forward ${TARGET}: answered 500; exec: the command ended with 2`);
  accept(database, 'claimed');
  claim(database);
  accept(database, 'released');
  claim(database);
  // The one that was claimed before is released with it, and claimed again by one that crashes.
  database.prepare(RELEASE).run('old');
  claim(database);
  accept(database, 'of another scope', 'http://127.0.0.1:4010');
  database.close();
}

describe('a state of before', () => {
  test('A1: becomes steps: what was done by name, and for the rest whatever the next listener does', async () => {
    await using folder = await createTestFolder();
    await fillBefore(folder.path);
    const database = await openState(open, folder.path);
    const rows = database
      .prepare(
        `SELECT id, step, steps.scope, state, attempts, next_attempt_at - ${NOW} AS next,
           settled_at - ${NOW} AS settled, owner, lease_until, last_error
         FROM deliveries JOIN steps ON delivery = sequence ORDER BY sequence, step`,
      )
      .all();
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE name LIKE 'deliveries%' ORDER BY name`).all();
    const broken = database.prepare('PRAGMA foreign_key_check').all();
    database.close();
    expect(rows.map((row) => Object.values(row).slice(0, 8))).toEqual([
      ['done', EXEC, SCOPE, 'done', 1, 0, 100, null],
      ['done', forwardStep(TARGET), SCOPE, 'done', 1, 0, 100, null],
      ['done', SHOW, SCOPE, 'done', 1, 0, 100, null],
      ['done by a listener that noted nothing', SHOW, SCOPE, 'done', 1, 0, 100, null],
      ['failed', UNASSIGNED, SCOPE, 'failed', 1, 0, 200, null],
      ['failed', SHOW, SCOPE, 'done', 1, 0, 200, null],
      ['waiting', UNASSIGNED, SCOPE, 'pending', 1, 60_000, 0, null],
      ['waiting', forwardStep(TARGET), SCOPE, 'done', 1, 60_000, 0, null],
      ['waiting', 'forward no address', SCOPE, 'done', 1, 60_000, 0, null],
      ['waiting', SHOW, SCOPE, 'done', 1, 60_000, 0, null],
      ['claimed', UNASSIGNED, SCOPE, 'pending', 1, 0, 0, null],
      ['released', UNASSIGNED, SCOPE, 'pending', 0, 0, 0, null],
      ['of another scope', UNASSIGNED, 'http://127.0.0.1:4010', 'pending', 0, 0, 0, null],
    ]);
    expect(rows.filter((row) => row['last_error'] !== null)).toMatchObject([
      { id: 'failed', step: UNASSIGNED, last_error: 'exec: the command ended with 1' },
      {
        id: 'waiting',
        step: UNASSIGNED,
        last_error: 'forward http://127.0.0.1:1/hook: answered 500; exec: the command ended with 2',
      },
    ]);
    // A14: the token of a target is in no name and no error.
    expect(JSON.stringify(rows)).not.toContain('hush');
    expect([tables.map(({ name }) => name), broken]).toEqual([
      ['deliveries', 'deliveries_by_request', 'deliveries_by_time'],
      [],
    ]);
  });

  test('A1: keeps its deliveries, in their order, and what was not done is done by the next listener', async () => {
    await using folder = await createTestFolder();
    await fillBefore(folder.path);
    const inbox = openInbox(folder.path);
    expect((await inbox.list()).map(({ id, status, kind }) => [id, status, kind])).toEqual([
      ['of another scope', 'pending', 'route'],
      ['released', 'pending', 'route'],
      ['claimed', 'pending', 'route'],
      ['waiting', 'pending', 'cluster'],
      ['failed', 'failed', 'cluster'],
      ['done by a listener that noted nothing', 'done', 'cluster'],
      ['done', 'done', 'cluster'],
    ]);
    expect(await inbox.find('waiting')).toMatchObject([
      {
        scope: SCOPE,
        receivedAt: NOW,
        verified: true,
        event: 'route.optimized',
        requestId: 'request of waiting',
        headers: [['svix-id', 'msg']],
        body: Uint8Array.of(0, 255, 7),
      },
    ]);
    const limits = { [SHOW]: 9, [EXEC]: 9, [forwardStep(TARGET)]: 9 };
    const claims = await inbox.claim({ owner: 'me', limits, now: NOW });
    // The retry is left its time, and a command waits for what it is shown.
    expect(claims.map(({ delivery, step }) => `${delivery.id}: ${step.split(' ')[0]}`).toSorted()).toEqual([
      'claimed: forward',
      'claimed: show',
      'released: forward',
      'released: show',
    ]);
    const later = await inbox.claim({ owner: 'me', limits, now: NOW + 60_000 });
    expect(later.filter(({ delivery }) => delivery.id === 'waiting')).toMatchObject([{ step: EXEC, attempts: 2 }]);
    await inbox.close();
  });

  test.each(['prepared before', 'prepared after'])(
    'A1: the program of then can no longer accept or claim, with statements that were %s',
    async (when) => {
      await using folder = await createTestFolder();
      await fillBefore(folder.path);
      const old = openDatabase(folder.at('optipick.db'));
      const prepared = [ACCEPT, LOOK, CLAIM, PROGRESS, SETTLE, RELEASE].map((sql) => old.prepare(sql));
      const database = await openState(open, folder.path);
      const stored = (): unknown => database.prepare('SELECT count(*) AS number FROM deliveries').get()?.['number'];
      const before = stored();
      const [acceptance, look, claiming] = when === 'prepared before' ? prepared : [];
      const values = ['new', SCOPE, NOW, 1, null, null, null, new Uint8Array(2), new Uint8Array(2), NOW];
      expect(() => (acceptance ?? old.prepare(ACCEPT)).run(...values)).toThrow(/no column named next_attempt_at/);
      expect(() => (look ?? old.prepare(LOOK)).get(SCOPE, NOW, NOW)).toThrow(/no such/);
      expect(() => (claiming ?? old.prepare(CLAIM)).all('old', NOW + 4000, SCOPE, NOW, NOW, 1)).toThrow(/no such/);
      const after = stored();
      for (const opened of [old, database]) opened.close();
      expect([before, after]).toEqual([7, 7]);
    },
  );
});
