/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
export const BUSY = 5;
export const LOCKED = 6;
export const CORRUPT = 11;
export const NOT_A_DATABASE = 26;

/** The primary result code of an error of SQLite; `node:sqlite` puts the extended one into `errcode`. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode % 256 : undefined;
}
