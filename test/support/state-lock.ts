/** Another process that holds the lock for writing on the state of a workplace. */
import { join } from 'node:path';
import { startChild } from './child.ts';
import type { Workplace } from './program.ts';

export interface StateLock extends AsyncDisposable {
  release(): Promise<void>;
}

const HOLD = `
import { DatabaseSync } from 'node:sqlite';
const database = new DatabaseSync(process.argv[1]);
database.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
console.log('locked');
process.stdin.on('end', () => database.exec('ROLLBACK')).resume();
`;

/** Fulfilled when it has the lock. */
export async function lockState({ env }: Pick<Workplace, 'env'>): Promise<StateLock> {
  const child = startChild(HOLD, join(env['OPTIPICK_STATE_DIR'] ?? '', 'optipick.db'));
  const release = async (): Promise<void> => {
    child.process.stdin?.end();
    await child.ended;
  };
  try {
    await child.said('locked');
  } catch (error) {
    child.process.kill('SIGKILL');
    throw error;
  }
  return { release, [Symbol.asyncDispose]: release };
}
