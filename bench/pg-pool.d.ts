/** The pool of pg, which only a baseline uses. */
declare module 'pg' {
  class Pool {
    constructor(config: Readonly<Record<string, string | number | undefined>>);
    query(sql: string, values: readonly unknown[]): Promise<unknown>;
  }
}
