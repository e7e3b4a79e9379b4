import type { Database } from '../../platform/host.ts';
import {
  countDeliveries,
  findDeliveries,
  insertDeliveries,
  listDeliveries,
  mayPrune,
  pruneDeliveries,
} from './deliveries.ts';
import { headerBytes } from '../rows.ts';
import { claimOf, type RowInbox } from './inbox-rows.ts';
import { pruneRejections } from './rejections.ts';
import {
  adoptSteps,
  claimSteps,
  discardSteps,
  expediteSteps,
  hasDueSteps,
  releaseSteps,
  renewSteps,
  reopenSteps,
  retakeSteps,
  settleStep,
  stepAnswers,
  stepsOwedBeside,
} from './steps.ts';
import type { WriteQueue } from './write-queue.ts';

export interface SqliteInboxOptions {
  readonly queue: WriteQueue;
  /**
   * Whose deliveries these are, e.g. the base URL of the API that their results are fetched from: only those are given to
   * be worked on. All are found and listed.
   */
  readonly scope: string;
  /**
   * The time at which a statement is run, when the write lock is held. Default: the time that the caller gives, which is
   * older by what it has waited; among several processes a lease that began meanwhile would seem to be of the future.
   */
  readonly now?: (() => number) | undefined;
}

/** The inbox in a SQLite file with the tables `deliveries` and `steps`. */
export function createSqliteInbox({ queue, scope, now: clock }: SqliteInboxOptions): RowInbox {
  /** Writes at the time at which it is its turn. */
  const writeAt = <T>(given: number, work: (database: Database, now: number) => T): Promise<T> =>
    queue.write((database) => work(database, clock?.() ?? given));

  /** Whether the last claim found anything. */
  let hasFound = false;

  const inbox: RowInbox = {
    async accept({ headers, ...delivery }, steps) {
      const [outcome = 'duplicate'] = await inbox.acceptRows([[{ ...delivery, headers: headerBytes(headers) }, steps]]);
      return outcome;
    },
    acceptRows: (rows) => queue.write((database) => insertDeliveries(database, scope, rows)),
    adopt: (steps, asked, sequence) =>
      writeAt(asked, (database, now) => adoptSteps(database, scope, steps, now, sequence)),
    claim: async (request) => (await inbox.claimRows(request)).map(claimOf),
    async claimRows(request) {
      // A listener that is at work finds more: then it need not ask first.
      if (!hasFound && !(await queue.read((database) => hasDueSteps(database, scope, request)))) return [];
      const found = await writeAt(request.now, (database, now) => claimSteps(database, scope, { ...request, now }));
      hasFound = found.length > 0;
      return found;
    },
    renew: (keys, owner, asked) => writeAt(asked, (database, now) => renewSteps(database, keys, owner, now)),
    settle: (key, owner, outcome) => queue.write((database) => settleStep(database, key, owner, outcome)),
    release: (owner) => queue.write((database) => releaseSteps(database, owner)),
    expedite: (steps, asked) => writeAt(asked, (database, now) => expediteSteps(database, scope, steps, now)),
    reopen: (sequences, asked, step) => writeAt(asked, (database, now) => reopenSteps(database, sequences, now, step)),
    async retake(sequences, step, owner, asked) {
      const rows = await writeAt(asked, (database, now) => retakeSteps(database, sequences, step, owner, now));
      return rows.map(claimOf);
    },
    discard: (sequences, asked) => writeAt(asked, (database, now) => discardSteps(database, sequences, now)),
    owedBeside: (steps, now) => queue.read((database) => stepsOwedBeside(database, scope, steps, now)),
    async prune(now) {
      if (!(await queue.read((database) => mayPrune(database, now)))) return 0;
      return await queue.write((database) => {
        pruneRejections(database, now);
        return pruneDeliveries(database, now);
      });
    },
    find: (id) => queue.read((database) => findDeliveries(database, scope, id)),
    answers: (sequence) => queue.read((database) => stepAnswers(database, sequence)),
    list: (filter = {}) => queue.read((database) => listDeliveries(database, filter)),
    counts: () => queue.read(countDeliveries),
    close: () => queue.close(),
  };
  return inbox;
}
