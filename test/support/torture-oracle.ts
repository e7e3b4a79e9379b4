/** What a torture has come to, judged without the product: by what senders and targets saw, and the rows of the inbox. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** An effect that each delivery of a listener must have had. */
export interface ExpectedStep {
  readonly isNamed: (step: string) => boolean;
  /** How often it was seen, by svix-id. */
  readonly seen: ReadonlyMap<string, number>;
}

export interface StoredStep {
  readonly id: string;
  readonly step: string;
  readonly state: string;
}

export interface Evidence {
  readonly acknowledged: ReadonlySet<string>;
  /** What each of the listeners owes for what it accepts. */
  readonly listeners: readonly (readonly ExpectedStep[])[];
  readonly stored: readonly StoredStep[];
}

export interface Verdict {
  /** Acknowledged, and not in the inbox, or without a step that it must have, or with one that is not done. */
  readonly lost: readonly string[];
  /** Steps that are open, and steps that are done without an effect that was seen. */
  readonly owedNotDone: readonly string[];
  /** Effects beyond the first of each step. */
  readonly repeats: number;
}

export function judge({ acknowledged, listeners, stored }: Evidence): Verdict {
  const stepsOf = Map.groupBy(stored, ({ id }) => id);
  const ofAll = listeners.flat();
  const isDone = ({ id, step, state }: StoredStep): boolean =>
    state === 'done' && ofAll.some(({ isNamed, seen }) => isNamed(step) && seen.has(id));
  const isWhole = (id: string): boolean => {
    const steps = stepsOf.get(id) ?? [];
    return steps.every(({ state }) => state === 'done') && listeners.some((expected) => isOwed(expected, steps));
  };
  const counts = Array.from(new Set(ofAll.map(({ seen }) => seen)), (seen) => Array.from(seen.values())).flat();
  return {
    lost: [...acknowledged].filter((id) => !isWhole(id)).map((id) => `${id}: ${described(stepsOf.get(id))}`),
    owedNotDone: stored.filter((each) => !isDone(each)).map(({ id, ...each }) => `${id}: ${described([each])}`),
    repeats: counts.reduce((sum, count) => sum + count - 1, 0),
  };
}

/** Whether the steps are those, each once. */
function isOwed(expected: readonly ExpectedStep[], steps: readonly StoredStep[]): boolean {
  return (
    expected.length === steps.length &&
    expected.every(({ isNamed }) => steps.filter(({ step }) => isNamed(step)).length === 1)
  );
}

function described(steps: readonly Pick<StoredStep, 'step' | 'state'>[] = []): string {
  return steps.length === 0
    ? 'not in the inbox, or without steps'
    : steps.map(({ step, state }) => `${step} is ${state}`).join(', ');
}

export interface StoredInbox {
  readonly stored: readonly StoredStep[];
  /** What `PRAGMA integrity_check` says. */
  readonly integrity: string;
}

export function readInbox(stateFolder: string): StoredInbox {
  return inInbox(stateFolder, (database) => ({
    stored: database
      .prepare('SELECT id, step, state FROM deliveries JOIN steps ON delivery = sequence')
      .all()
      .map(({ id, step, state }) => ({ id: String(id), step: String(step), state: String(state) })),
    integrity: String(database.prepare('PRAGMA integrity_check').get()?.['integrity_check']),
  }));
}

/** How many steps are in each state. */
export function countSteps(stateFolder: string): Readonly<Record<string, number>> {
  return inInbox(stateFolder, (database) =>
    Object.fromEntries(
      database
        .prepare('SELECT state, count(*) AS number FROM steps GROUP BY state')
        .all()
        .map(({ state, number }) => [String(state), Number(number)]),
    ),
  );
}

function inInbox<T>(stateFolder: string, look: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(stateFolder, 'optipick.db'), { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    return look(database);
  } finally {
    database.close();
  }
}
