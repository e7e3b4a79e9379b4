/** Transactions: all of the work or nothing. */

/** The one thing that a transaction needs of a SQLite connection. */
interface SqlConnection {
  exec(sql: string): void;
}

/**
 * Takes the write lock first (`BEGIN IMMEDIATE`), so that what is read inside still holds when it is written. Throws
 * what `work` or the database throws, after rolling back.
 */
export function inTransaction<T>(database: SqlConnection, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: SqlConnection): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite rolls back by itself on the worst errors (full disk, I/O); the first error is the one to report.
  }
}
